"""Music of low rates at the rate of models: as long, as loud, and with an edge as in players."""

import av
import numpy as np

from emoviz.songs.resampling import Resampler
from tests.support.audio import Floats

LOW_HZ, HIGH_HZ = 11024, 22050


def resampled(sound: Floats, sizes: list[int]) -> Floats:
    resampler = Resampler(LOW_HZ, HIGH_HZ, sound.shape[1])
    blocks = np.split(sound, np.cumsum(sizes))
    return np.concatenate([*map(resampler.take, blocks), resampler.finish()])


def by_ffmpeg(sound: Floats) -> Floats:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), "fltp", "mono")
    frame.rate = LOW_HZ
    resampler = av.AudioResampler("fltp", "mono", HIGH_HZ)
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([each.to_ndarray().T for each in frames])


def levels_db(sound: Floats) -> Floats:
    """Give the level of each 100 Hz."""
    power = np.abs(np.fft.rfft(sound[:HIGH_HZ, 0] * np.hanning(HIGH_HZ))) ** 2
    return 10 * np.log10(power[: HIGH_HZ // 2].reshape(-1, 75).mean(axis=1) + 1e-9)


def test_sound_of_a_low_rate_falls_off_at_its_edge_as_in_players() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (LOW_HZ * 3 // 2, 1)).astype(np.float32)
    mine, its = resampled(noise, []), by_ffmpeg(noise)
    assert abs(len(mine) - len(noise) * HIGH_HZ / LOW_HZ) <= 1
    edge = slice(0, 6200 // 75)
    assert np.abs(levels_db(mine)[edge] - levels_db(its)[edge]).max() < 4.0
    assert levels_db(mine)[7000 // 75 :].max() < levels_db(mine)[:60].mean() - 70.0


def test_it_does_not_matter_in_which_blocks_it_comes() -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, (5000, 2)).astype(np.float32)
    whole = resampled(noise, [])
    for sizes in ([1, 2, 3, 40, 0, 2000], [30, 31, 32]):
        assert np.array_equal(resampled(noise, sizes), whole)
