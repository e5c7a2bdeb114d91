"""What counts of a song's channels, by ITU-R BS.1770-4."""

import numpy as np
import pytest

from emoviz.songs.channels import heard, heard_count


def levels_db(channels: int) -> list[float]:
    """Give how loud the same sound is on each channel alone, of a mono song's level."""
    sounds = np.eye(channels, dtype=np.float32)
    power = (heard(sounds) ** 2).sum(axis=1)
    with np.errstate(divide="ignore"):
        return list(10.0 * np.log10(power))


@pytest.mark.parametrize(
    ("channels", "expected_db"),
    [
        (1, [0.0]),
        (2, [-3.0] * 2),
        (3, [-3.0] * 3),
        (4, [-3.0] * 2 + [-1.5] * 2),
        (5, [-3.0] * 3 + [-1.5] * 2),
        (6, [-3.0] * 3 + [-np.inf] + [-1.5] * 2),
        (7, [-3.0] * 3 + [-np.inf, -3.0] + [-1.5] * 2),
        (8, [-3.0] * 3 + [-np.inf, -3.0, -3.0] + [-1.5] * 2),
    ],
)
def test_each_channel_counts_as_bs1770_weighs_it(channels: int, expected_db: list[float]) -> None:
    assert levels_db(channels) == pytest.approx(expected_db, abs=0.03)
    assert heard(np.zeros((3, channels), np.float32)).shape == (3, heard_count(channels))


def test_a_mono_song_is_heard_as_it_is() -> None:
    sound = np.random.default_rng(1).normal(0.0, 0.1, (100, 1)).astype(np.float32)
    assert heard(sound).tobytes() == sound.tobytes()


@pytest.mark.parametrize("channels", [9, 16, 64])
def test_channels_of_unknown_places_are_averaged(channels: int) -> None:
    sound = np.random.default_rng(2).normal(0.0, 0.1, (50, channels)).astype(np.float32)
    assert heard_count(channels) == 1
    np.testing.assert_allclose(heard(sound), sound.mean(axis=1, keepdims=True), atol=1e-7)
