"""The picture of the sound up to half the file's own rate."""

import numpy as np
import pytest

from emoviz.gui.time_views.spectrogram import band_centres_hz
from emoviz.hearing.front_end import FrontEnd, mel_frames
from emoviz.hearing.full_band import full_band_front_end, mel_filters

LIKE = FrontEnd(mel_filters(22050, 1323, 96))


@pytest.mark.parametrize("rate_hz", [8000, 11025, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("share", [0.2, 0.45])
def test_a_tone_is_where_it_is_whatever_the_rate(rate_hz: int, share: float) -> None:
    front_end = full_band_front_end(rate_hz, LIKE)
    tone_hz = share * rate_hz
    times_s = np.arange(front_end.sample_rate_hz * 2) / front_end.sample_rate_hz
    sound = 0.5 * np.sin(2 * np.pi * tone_hz * times_s).astype(np.float32)[:, None]
    frames_db = np.concatenate(list(mel_frames([sound], front_end)))
    assert frames_db.shape == (4, LIKE.frames_per_column, 128)
    loudest = frames_db.mean(axis=(0, 1)).argmax()
    assert band_centres_hz(front_end)[loudest] == pytest.approx(tone_hz, rel=0.05)


def test_levels_are_those_that_a_model_hears() -> None:
    levels_db = []
    for front_end in (LIKE, full_band_front_end(44100, LIKE)):
        times_s = np.arange(front_end.sample_rate_hz) / front_end.sample_rate_hz
        sound = 0.5 * np.sin(2 * np.pi * 400.0 * times_s).astype(np.float32)[:, None]
        levels_db.append(np.concatenate(list(mel_frames([sound], front_end))).max())
    assert levels_db[0] == pytest.approx(levels_db[1], abs=3.0)
