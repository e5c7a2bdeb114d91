import numpy as np
import torch
from msgspec.structs import replace

from emoviz.hearing.front_end import columns_of, mel_frames
from emoviz.tracking.windows import Window, cut
from emoviz.training.data.dataset import Clip, paper_front_end
from emoviz.training.fits.augmentation import Batch, augmented, cropped, mixing
from emoviz.training.recipe import AugmentationSettings

NOTHING = AugmentationSettings(
    crop_columns=20,
    gain_db=0.0,
    tilt_db=0.0,
    warp=0.0,
    noise_share=0.0,
    noise_db=(-60.0, -60.0),
    masked_bands=0,
    masked_columns=0,
    mixup=0.0,
)


def _batch(clips: list[Clip]) -> Batch:
    return Batch(
        torch.from_numpy(np.stack([clip.columns for clip in clips])),
        torch.zeros(len(clips), 1),
        torch.from_numpy(np.stack([clip.labels for clip in clips])),
        torch.zeros(len(clips), dtype=torch.bool),
    )


def test_nothing_switched_on_changes_nothing(clips: list[Clip]) -> None:
    batch = _batch(clips)
    assert torch.equal(augmented(batch, NOTHING, np.random.default_rng(1)), batch.mel_db)


def test_gain_moves_all_of_a_clip_alike(clips: list[Clip]) -> None:
    batch = _batch(clips)
    louder = augmented(batch, replace(NOTHING, gain_db=6.0), np.random.default_rng(1))
    change = (louder - batch.mel_db).flatten(1)
    assert (change.std(dim=1) < 1e-3).all()
    assert (change.abs() <= 6.001).all()
    assert change[:, 0].std() > 1.0


def test_noise_is_what_noise_in_the_waveform_gives() -> None:
    front_end = paper_front_end()
    random = np.random.default_rng(3)
    time_s = np.arange(10 * 22050) / 22050
    tone = (0.1 * np.sin(2 * np.pi * 440.0 * time_s)).astype(np.float32)
    hiss = (0.01 * random.standard_normal(len(tone))).astype(np.float32)

    def columns_db(samples: np.ndarray) -> np.ndarray:
        frames = mel_frames([samples[:, None]], front_end)
        return np.concatenate([columns_of(part) for part in frames])

    level_db = float(columns_db(hiss).mean())
    settings = replace(NOTHING, noise_share=1.0, noise_db=(level_db, level_db))
    batch = Batch(
        torch.from_numpy(columns_db(tone))[None],
        torch.zeros(1, 1),
        torch.zeros(1, 20, 2),
        torch.zeros(1).bool(),
    )
    added = augmented(batch, settings, random)[0].numpy()
    assert np.abs(added - columns_db(tone + hiss)).mean() < 1.0


def test_blanks_are_no_wider_than_the_recipe_says(clips: list[Clip]) -> None:
    batch = _batch(clips)
    blanked = augmented(
        batch, replace(NOTHING, masked_bands=8, masked_columns=3), np.random.default_rng(1)
    )
    changed = blanked != batch.mel_db
    whole_bands = changed.all(dim=1).sum(dim=1)
    whole_columns = changed.all(dim=2).sum(dim=1)
    assert whole_bands.max() <= 8
    assert whole_columns.max() <= 3
    assert whole_bands.max() > 0
    assert whole_columns.max() > 0


def test_the_equaliser_and_the_stretch_change_the_spectrum_but_not_its_course(
    clips: list[Clip],
) -> None:
    batch = _batch(clips)
    tilted = augmented(batch, replace(NOTHING, tilt_db=3.0), np.random.default_rng(1))
    change = tilted - batch.mel_db
    assert change.std(dim=1).max() < 1e-4
    assert change.std(dim=2).min() > 0.1
    stretched = augmented(batch, replace(NOTHING, warp=0.05), np.random.default_rng(1))
    assert stretched.shape == batch.mel_db.shape
    assert (stretched[..., 0] == batch.mel_db[..., 0]).all()
    assert stretched.min() >= batch.mel_db.min() - 1e-3
    assert stretched.max() <= batch.mel_db.max() + 1e-3


def test_crops_are_windows_of_the_mirrored_clip_with_their_labels(clips: list[Clip]) -> None:
    batch = _batch(clips)
    crop = cropped(batch, 40, np.random.default_rng(1))
    windows = [Window(first, 40) for first in range(40)]
    for index, clip in enumerate(clips):
        whole = np.concatenate([clip.columns, clip.labels], axis=1)
        given = np.concatenate([crop.mel_db[index], crop.labels[index]], axis=1)
        cuts = [np.array_equal(cut(whole, window), given, equal_nan=True) for window in windows]
        assert any(cuts)


def test_a_mixture_is_mostly_the_clip_itself() -> None:
    share, partner = mixing(64, 0.4, np.random.default_rng(1))
    assert share.shape == (64, 1, 1)
    assert ((share >= 0.5) & (share <= 1.0)).all()
    assert sorted(partner) == list(range(64))
    share, _ = mixing(8, 0.0, np.random.default_rng(1))
    assert (share == 1.0).all()
