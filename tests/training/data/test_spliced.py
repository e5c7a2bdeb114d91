from pathlib import Path

import numpy as np
import pytest

from emoviz.training.data.layouts import read_rows
from emoviz.training.data.sounds import COLUMN_SAMPLES, LabelledSound, decoded, labelled_sound
from emoviz.training.data.spliced import crossfaded, spliced_songs


def _sound(level: float, label: float, columns: int, seed: int = 0) -> LabelledSound:
    noise = np.random.default_rng(seed).standard_normal(columns * COLUMN_SAMPLES)
    return LabelledSound(
        (level * noise).astype(np.float32), np.full((columns, 2), label, np.float32)
    )


def test_a_clip_is_decoded_with_its_labels(shared_data: Path) -> None:
    row = read_rows(shared_data)[0]
    sound = labelled_sound(row)
    assert sound.labels.shape == (20, 2)
    np.testing.assert_array_equal(sound.samples, decoded(row.audio))


def test_spliced_songs_are_the_same_for_a_seed_and_of_the_promised_length(
    shared_data: Path,
) -> None:
    rows = read_rows(shared_data)
    songs = list(spliced_songs(rows, 4, seed=1))
    again = list(spliced_songs(rows, 4, seed=1))
    for song, same in zip(songs, again, strict=True):
        assert 60 <= len(song.labels) <= 240
        assert len(song.samples) == len(song.labels) * COLUMN_SAMPLES
        assert not np.isnan(song.labels).any()
        np.testing.assert_array_equal(song.samples, same.samples)
        np.testing.assert_array_equal(song.labels, same.labels)
    other = next(spliced_songs(rows, 1, seed=2))
    assert len(other.labels) != len(songs[0].labels) or (other.labels != songs[0].labels).any()


def test_labels_follow_the_sound_of_a_spliced_song(shared_data: Path) -> None:
    # Loudness is arousal in these clips, so it must be in what is spliced of them.
    song = next(spliced_songs(read_rows(shared_data), 1, seed=3))
    power = (song.samples.reshape(len(song.labels), -1) ** 2).mean(axis=1)
    assert np.corrcoef(np.log10(power), song.labels[:, 1])[0, 1] > 0.95


def test_a_hard_cut_changes_sound_and_label_at_once() -> None:
    song = crossfaded(_sound(0.1, -0.5, 4), _sound(0.4, 0.5, 6), 0)
    assert song.labels[:, 0].tolist() == [-0.5] * 4 + [0.5] * 6
    assert len(song.samples) == 10 * COLUMN_SAMPLES


def test_a_crossfade_keeps_the_power_and_moves_the_labels_with_it() -> None:
    song = crossfaded(_sound(0.2, -0.5, 8, seed=1), _sound(0.2, 0.5, 8, seed=2), 4)
    assert len(song.labels) == 12
    assert len(song.samples) == 12 * COLUMN_SAMPLES
    power = (song.samples.reshape(12, -1) ** 2).mean(axis=1)
    np.testing.assert_allclose(power, 0.04, rtol=0.1)
    fade = song.labels[4:8, 0]
    assert (np.diff(song.labels[3:9, 0]) > 0).all()
    assert fade[0] + fade[3] == pytest.approx(0.0, abs=1e-6)


def test_parts_are_cut_on_half_seconds() -> None:
    clip = _sound(0.1, 0.0, 10)
    labels = np.arange(20, dtype=np.float32).reshape(10, 2)
    part = LabelledSound(clip.samples, labels).part(3, 4)
    assert part.labels[:, 0].tolist() == [6, 8, 10, 12]
    np.testing.assert_array_equal(part.samples, clip.samples[3 * 11025 : 7 * 11025])
