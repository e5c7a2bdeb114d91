"""Teaching the encoder: it goes on where it was stopped, and never learns from what is held out."""

from pathlib import Path

import numpy as np
import pytest

from emoviz.training.ears.teachers import COMPONENTS
from emoviz.training.fits import encoder_fit
from emoviz.training.fits.encoder_fit import EncoderFit, School, held_out_scores
from emoviz.training.recipe import EncoderSettings

SETTINGS = EncoderSettings(
    rounds=1,
    steps=4,
    batch_size=2,
    learning_rate=0.002,
    weight_decay=0.05,
    judged_from=2,
    judged_share=0.5,
    seed=1,
)
JUDGED = np.eye(COMPONENTS, 2, dtype=np.float32)


class StoppedError(Exception):
    """What stops a training half way."""


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Give lessons of noise of twelve sources."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(12):
        np.savez(
            folder / f"00-source-{number}.npz",
            mel_db=random.uniform(-60, -10, (20, 17, 96)).astype(np.float16),
            pitch_db=random.uniform(-60, -10, (20, 4, 67)).astype(np.float16),
            told=random.normal(size=(20, COMPONENTS)).astype(np.float16),
        )
    return School(folder)


def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    tmp_path: Path, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_fit, "_SAVE_EVERY", 1)

    def stop(step: int, loss: float) -> None:
        if step == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        EncoderFit(SETTINGS, tmp_path / "stopped.pt").run(school, JUDGED, stop)
    steps: list[int] = []
    fit = EncoderFit(SETTINGS, tmp_path / "stopped.pt")
    resumed = fit.run(School(school.folder), JUDGED, lambda step, loss: steps.append(step))
    assert steps == [3, 4]
    whole = EncoderFit(SETTINGS, tmp_path / "whole.pt").run(
        School(school.folder), JUDGED, lambda step, loss: None
    )
    for one, other in zip(resumed.parameters(), whole.parameters(), strict=True):
        np.testing.assert_allclose(one.detach(), other.detach(), atol=1e-6)


def test_lessons_that_come_later_are_learnt_from_too(school: School) -> None:
    school.look()
    before = len(school.learnt) + len(school.held_out)
    first = next(iter(sorted(school.folder.iterdir())))
    (school.folder / "01-source-77.npz").write_bytes(first.read_bytes())
    school.look()
    assert len(school.learnt) + len(school.held_out) == before + 1


def test_what_is_made_of_a_held_out_source_is_never_learnt_from(
    school: School, tmp_path: Path
) -> None:
    kept = sorted(school.folder.iterdir())
    lesson = kept[0].read_bytes()
    for path in kept:
        path.unlink()
    names = [f"clip-{number}" for number in range(60)]
    for name in names:
        for round_ in ("00", "01"):
            (school.folder / f"{round_}-{name}.npz").write_bytes(lesson)
    school.look()
    # Some are held out as they are; what was made of these is in neither list.
    assert 0 < len(school.held_out) < 12
    assert len(school.learnt) == 2 * (len(names) - len(school.held_out))
    untaught = EncoderFit(SETTINGS, tmp_path / "new.pt").encoder
    scores = held_out_scores(untaught, school.held_out)
    assert scores is not None
    assert min(scores) > 0.5
    assert held_out_scores(untaught, []) is None
