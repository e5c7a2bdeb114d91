"""The live track: near the track of the whole song, early, and honest about how little it knows."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz.live.tracker import LiveTracker
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.track import Track
from tests.support.audio import Floats, music

RATE_HZ = 44100
LATEST_S = 0.2
"""How much must be heard past the end of a half-second, at most, for its value to be known."""


def listen(tracker: LiveTracker, sound: Floats, block: int) -> tuple[Floats, list[bool]]:
    """Give each value as it was when it was the newest, and whether the window was full."""
    newest, full = [], []
    for start in range(0, len(sound), block):
        update = tracker.push(sound[start : start + block])
        if update is not None:
            newest.append(update.values[-1])
            full.append(update.window_full)
            assert len(update.new_frames_db) == 1
    return np.array(newest), full


@pytest.fixture(scope="module")
def demo_sound() -> Floats:
    sound, rate_hz = soundfile.read(paths.demo_song(), dtype="float32", always_2d=True)
    assert rate_hz == RATE_HZ
    return sound


@pytest.fixture(scope="module")
def demo_track(default_model: Estimator, demo_song: Song) -> Track:
    """Give the track of the whole song."""
    return File2Track(default_model)(demo_song, report=pytest.fail)


def test_a_song_that_is_listened_to_has_its_track(
    default_model: Estimator, demo_track: Track, demo_sound: Floats
) -> None:
    tracker = LiveTracker(default_model, RATE_HZ, 2)
    newest, _ = listen(tracker, demo_sound, RATE_HZ // 20)
    offline = np.stack([demo_track.valence, demo_track.arousal], axis=1)
    after = slice(60, len(newest))
    live = newest[after, :2]
    assert np.sqrt(np.mean((live - offline[after]) ** 2)) < 0.1
    assert np.corrcoef(live[:, 1], offline[after, 1])[0, 1] > 0.9
    settled = tracker.values[:, :2]
    assert np.sqrt(np.mean((settled[:160] - offline[:160]) ** 2)) < 0.03


def test_every_half_second_is_known_soon_after_its_end(shipped_model: Estimator) -> None:
    for rate_hz in (16000, 44100, 48000):
        tracker = LiveTracker(shipped_model, rate_hz, 2)
        sound, block = music(6.0, rate_hz), rate_hz // 100
        known = 0
        for start in range(0, len(sound), block):
            heard_s = (start + block) / rate_hz
            if (update := tracker.push(sound[start : start + block])) is not None:
                known = len(update.values)
                assert known <= heard_s / 0.5
            assert known >= int((heard_s - LATEST_S) / 0.5 + 1e-6)


def test_the_track_does_not_depend_on_the_blocks(shipped_model: Estimator) -> None:
    sound = music(30.0, RATE_HZ)
    tracks = []
    for block in (441, 4096, 22000):
        tracker = LiveTracker(shipped_model, RATE_HZ, 2)
        listen(tracker, sound, block)
        tracker.finish()
        tracks.append(tracker.values)
    assert len(tracks[0]) == 60
    for other in tracks[1:]:
        np.testing.assert_allclose(other, tracks[0], atol=1e-5)


def test_what_waited_is_caught_up_with(shipped_model: Estimator) -> None:
    sound = music(20.0, RATE_HZ)
    tracker = LiveTracker(shipped_model, RATE_HZ, 2)
    update = tracker.push(sound)
    assert update is not None
    assert update.values.shape == (len(update.new_frames_db), 4) == (39, 4)
    assert np.isfinite(update.values).all()


def test_with_less_than_a_window_the_deviation_is_wider(
    default_model: Estimator, demo_track: Track, demo_sound: Floats
) -> None:
    tracker = LiveTracker(default_model, RATE_HZ, 2)
    newest, full = listen(tracker, demo_sound[: 30 * RATE_HZ], RATE_HZ // 20)
    assert tracker.full_s == 22.5
    assert full.index(True) == 44
    assert demo_track.valence_sd is not None
    wider = newest[:, 2] ** 2 - demo_track.valence_sd[: len(newest)] ** 2
    assert wider[0] > 0.08**2
    assert wider[:5].mean() > wider[5:20].mean() > 0.0
    # What has settled is known as well as in a song.
    np.testing.assert_allclose(tracker.values[20:40, 2], demo_track.valence_sd[20:40], atol=0.02)


def test_silence_has_no_values(default_model: Estimator) -> None:
    tracker = LiveTracker(default_model, RATE_HZ, 2)
    update = tracker.push(np.zeros((8 * RATE_HZ, 2), np.float32))
    assert update is not None
    assert update.values.shape == (15, 4)
    assert np.isnan(update.values).all()


def test_a_model_without_a_listener_listens_too(tmp_path: Path) -> None:
    from tests.support.models import copy_shipped, mean_network, set_network

    folder = copy_shipped(tmp_path / "plain")
    text = (folder / "model.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("[listener]")
    pitch, _, rest = before.partition("[pitch_front_end]")
    text = pitch + "[input]" + after.partition("[input]")[2]
    assert rest
    (folder / "model.toml").write_text(text, encoding="utf-8")
    set_network(folder, mean_network(60, 96, 4))
    tracker = LiveTracker(Estimator(folder), RATE_HZ, 2)
    update = tracker.push(music(3.0, RATE_HZ))
    assert update is not None
    assert update.values.shape == (5, 4)
