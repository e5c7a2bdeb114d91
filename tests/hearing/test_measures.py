"""What is measured of a song, against sounds of which it is known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from build_scripts.data.measures import EBU_CASES, ebu_case, key_error, loudness_of, measured_of
from build_scripts.data.scores import RATE_HZ, Score, score
from emoviz.hearing.measures.chroma import BINS, Chroma, pitch_classes
from emoviz.hearing.measures.key import Key, key_of
from emoviz.hearing.measures.loudness import integrated_lufs, short_term_lufs
from emoviz.hearing.measures.measured import Measured, Meter
from emoviz.songs.song import Song
from emoviz.tracking.measuring import MeasuringCancelledError, measure
from emoviz.units import Samples

SEEDS = (0, 2)


@pytest.mark.parametrize(("parts", "lufs"), [EBU_CASES[2], EBU_CASES[4]])
def test_the_cases_of_ebu_tech_3341_are_as_loud_as_they_say(
    parts: Sequence[tuple[float, float]], lufs: float
) -> None:
    assert loudness_of(ebu_case(parts)) == pytest.approx(lufs, abs=0.1)


def test_short_term_loudness_is_of_three_seconds_and_missing_in_silence() -> None:
    powers = np.concatenate([np.full(50, 1e-2), np.zeros(50)])
    short = short_term_lufs(powers)
    assert short[0] == pytest.approx(-20.691)
    # From its middle, at 4.75 s, 1.5 s to either side, by tenths: 1.8 s of 3 s sound.
    assert short[9] == pytest.approx(-20.691 + 10 * np.log10(0.6))
    assert np.isnan(short[-4:]).all()
    assert integrated_lufs(np.zeros(100)) is None
    assert integrated_lufs(np.ones(3)) is None


@pytest.fixture(scope="module")
def scores() -> list[tuple[Score, Measured]]:
    """Give two scores and what is measured of them."""
    played = [score(seed, length_s=12.0) for seed in SEEDS]
    return [(each, measured_of(each.samples)) for each in played]


def test_key_tempo_and_onsets_of_a_score_are_found(scores: list[tuple[Score, Measured]]) -> None:
    for true, found in scores:
        assert key_error(true.key, found.key) == ""
        assert found.tempo_bpm == pytest.approx(true.bpm, rel=0.04)
        assert np.nanmedian(found.tempos_bpm) == pytest.approx(true.bpm, rel=0.04)
        per_s = len(true.onsets_s) / (len(found) / 2)
        assert np.nanmean(found.onsets_per_s) == pytest.approx(per_s, rel=0.1)
        assert np.bincount(found.keys + 1).argmax() == true.key.number + 1


def test_a_song_is_measured_in_pieces_as_it_comes(tmp_path: Path) -> None:
    tone = 0.1 * np.sin(2 * np.pi * 1000.0 * np.arange(3 * RATE_HZ) / RATE_HZ)
    sides = np.stack([tone, -tone], axis=1).astype(np.float32)
    whole, pieces = Meter(is_mono=False), Meter(is_mono=False)
    whole.push(sides)
    for start in range(0, len(sides), 7001):
        pieces.push(sides[start : start + 7001])
    one, other = whole.finish(), pieces.finish()
    assert len(one) == 6
    for name in ("loudness_lufs", "brightness_hz", "onsets_per_s"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
    # Out of phase it is as loud and as bright as it sounds.
    soundfile.write(tmp_path / "sides.wav", sides, RATE_HZ, subtype="FLOAT")
    with Song.open(tmp_path / "sides.wav") as song:
        found = measure(song, pytest.fail)
        with pytest.raises(MeasuringCancelledError):
            measure(song, pytest.fail, lambda: True)
    assert found.integrated_lufs == pytest.approx(-20.0, abs=0.1)
    assert found.brightness_hz[2] == pytest.approx(1000.0, rel=0.01)


def test_of_silence_and_of_nothing_there_is_nothing_to_measure() -> None:
    for samples in (np.zeros(2 * RATE_HZ, np.float32), np.zeros(0, np.float32)):
        found = measured_of(samples)
        assert len(found) == len(samples) / RATE_HZ * 2
        assert (found.integrated_lufs, found.tempo_bpm, found.key) == (None, None, None)
        for values in (found.loudness_lufs, found.brightness_hz, found.tempos_bpm):
            assert np.isnan(values).all()
        assert (found.keys == -1).all()


def test_a_chord_is_heard_however_it_is_tuned() -> None:
    chroma = Chroma(16384, RATE_HZ)
    for cents in (-40, 0, 30):
        thirds = chroma.folded(spectrum_of(48, 52, 55, 60, 64, 67, cents=cents))
        classes = pitch_classes(thirds[None])
        assert thirds.shape == (BINS,)
        assert set(classes[0].argsort()[-3:].tolist()) == {0, 4, 7}
    assert str(key_of(np.eye(12)[[9, 0, 4]].sum(axis=0))) == "A minor"
    assert Key.numbered(Key(3, is_major=False).number) == Key(3, is_major=False)


def spectrum_of(*pitches: int, cents: float) -> Samples:
    """Give the magnitudes (1, bins) of tones that are so far from the pitch of 440 Hz."""
    times = np.arange(16384) / RATE_HZ
    steps = np.array(pitches) - 69 + cents / 100.0
    sound = sum(0.1 * np.sin(2 * np.pi * 440.0 * 2.0 ** (step / 12.0) * times) for step in steps)
    window = np.hanning(16384)
    magnitudes: Samples = np.abs(np.fft.rfft(sound * window)) * 2.0 / window.sum()
    return magnitudes[None]
