"""Lessons: what the encoder learns from is kept, whole, and the same each time it is made."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.models import estimator
from emoviz.training.data.sounds import RATE_HZ
from emoviz.training.ears.encoder import front_ends
from emoviz.training.ears.lessons import Classroom, Source, changed, lesson_path, read_lesson
from emoviz.training.ears.teachers import TEACHER, Components, Teachers, principal_components
from tests.training.moving import plucked, tone


@pytest.fixture(scope="module")
def teachers() -> Teachers:
    return Teachers(estimator.load(TEACHER, threads=1))


@pytest.fixture(scope="module")
def components(teachers: Teachers) -> Components:
    return principal_components([teachers(plucked(np.linspace(0.1, 1.0, 24)))])


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    folder = tmp_path_factory.mktemp("sources")
    for name, samples in (
        ("notes", plucked(np.linspace(0.2, 1.0, 14))),
        ("tone", tone(330.0, 0.3, 7.0)),
        ("short", tone(330.0, 0.3, 0.8)),
    ):
        soundfile.write(folder / f"{name}.wav", samples, RATE_HZ)
    return [Source(folder / f"{name}.wav", "made") for name in ("notes", "tone", "short")]


def classroom(folder: Path, teachers: Teachers, components: Components) -> Classroom:
    folder.mkdir(exist_ok=True)
    return Classroom(folder, front_ends(), teachers, components)


def test_a_lesson_is_the_same_each_time(
    tmp_path: Path, teachers: Teachers, components: Components, sources: list[Source]
) -> None:
    notes, other, _ = sources
    made = []
    for name in ("first", "second"):
        room = classroom(tmp_path / name, teachers, components)
        for round_ in (0, 1):
            room.make(notes, other, round_)
        made.append([lesson_path(room.folder, notes, round_).read_bytes() for round_ in (0, 1)])
    assert made[0] == made[1]
    plain, altered = (read_lesson(lesson_path(room.folder, notes, round_)) for round_ in (0, 1))
    assert plain.mel_db.shape == (14, 17, 96)
    assert plain.pitch_db.shape == (14, 4, 67)
    assert plain.told.shape == (14, 128)
    assert len(altered.told) != 14 or not np.array_equal(altered.told, plain.told)


def test_what_is_too_short_gives_none_and_what_is_damaged_is_named(
    tmp_path: Path, teachers: Teachers, components: Components, sources: list[Source]
) -> None:
    room = classroom(tmp_path / "room", teachers, components)
    room.make(sources[2], sources[1], 0)
    assert not list(room.folder.iterdir())
    lesson_path(room.folder, sources[0], 0).write_bytes(b"PK\x03\x04 half a lesson")
    with pytest.raises(errors.DataError, match="damaged"):
        read_lesson(lesson_path(room.folder, sources[0], 0))


def test_changes_make_other_music_that_does_not_clip(sources: list[Source]) -> None:
    samples = 0.9 * plucked(np.ones(14)) / 0.5
    for seed in range(6):
        made = changed(samples, sources[1].audio, np.random.default_rng(seed))
        assert made.dtype == np.float32
        assert np.abs(made).max() <= 1.0
        assert 0.8 < len(made) / len(samples) < 1.25


def test_components_are_kept_whole(tmp_path: Path, components: Components) -> None:
    path = tmp_path / "components.npz"
    path.write_bytes(components.as_bytes())
    again = Components.read(path)
    np.testing.assert_array_equal(again.weights, components.weights)
    path.write_bytes(b"nothing")
    with pytest.raises(errors.DataError, match="damaged"):
        Components.read(path)
