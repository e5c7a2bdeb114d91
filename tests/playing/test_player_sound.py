"""What is really heard: a null sink's monitor is recorded and compared with the song."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from emoviz.playing.player import SoundDevicePlayer
from emoviz.playing.route import Region
from emoviz.songs.song import Song
from tests.support.audio import (
    RECORDING_RATE_HZ,
    Floats,
    PulseSink,
    Recorder,
    find,
    music,
    wait_until,
    write_music,
)
from tests.support.takes import DeviceStage, in_takes

SONG_S = 20.0
FADE_S = 0.005


@pytest.fixture
def stage(pulse_sink: PulseSink) -> DeviceStage:
    return DeviceStage(pulse_sink)


@pytest.fixture(scope="module")
def song_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "song.flac"
    write_music(path, SONG_S, 44100)
    return path


@pytest.fixture(scope="module")
def reference() -> Floats:
    """Give the song's left channel at the rate of the recording."""
    return soxr.resample(music(SONG_S, 44100)[:, 0], 44100, RECORDING_RATE_HZ)


def play_to(player: SoundDevicePlayer, recorder: Recorder, place_s: float) -> None:
    """Play on until this place of the song is heard, and recorded."""
    wait_until(lambda: player.position_s >= place_s)
    recorder.wait_for(0.1)


def play_for(player: SoundDevicePlayer, duration_s: float) -> list[tuple[float, float]]:
    """Play on, and give a log of (time.monotonic, position_s)."""
    log = []
    end_s = time.monotonic() + duration_s
    while (before_s := time.monotonic()) < end_s:
        position_s = player.position_s
        # Held up in between, the test would not know when it looked.
        if time.monotonic() < before_s + 0.002:
            log.append((before_s, position_s))
        time.sleep(0.004)
    return log


def place_heard_first(recorded: Floats, reference: Floats) -> float:
    """Give the place in the song, in seconds, at which the passage that is heard last began."""
    inside = len(recorded) - 9600
    place, correlation = find(recorded[inside:], reference)
    assert correlation > 0.95
    shift = inside - place
    step = RECORDING_RATE_HZ // 1000
    begin = inside
    while begin - step >= max(0, shift):
        got = recorded[begin - step : begin]
        due = reference[begin - step - shift : begin - shift]
        if np.abs(got - due).max() > 0.05:
            break
        begin -= step
    return (begin - shift) / RECORDING_RATE_HZ


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000])
@in_takes
def test_what_is_heard_is_the_song(
    player: SoundDevicePlayer, recorder: Recorder, tmp_path: Path, rate_hz: int
) -> None:
    sound = write_music(tmp_path / "song.wav", 3.0, rate_hz, subtype="FLOAT")
    player.load(Song.open(tmp_path / "song.wav"))
    player.play()
    play_to(player, recorder, 0.8)
    recorded = recorder.sound()[-28800:]
    for channel in (0, 1):
        song = soxr.resample(sound[:, channel], rate_hz, RECORDING_RATE_HZ)
        _, correlation = find(recorded[:, channel], song)
        assert correlation > 0.99


@in_takes
def test_after_a_seek_it_goes_on_from_exactly_there(
    player: SoundDevicePlayer, recorder: Recorder, song_path: Path, reference: Floats
) -> None:
    player.load(Song.open(song_path))
    player.play()
    play_to(player, recorder, 0.4)
    for place_s in (12.0, 3.21, 3.0, 12.0):
        player.seek(place_s)
        play_to(player, recorder, place_s + 0.4)
        recorded = recorder.sound()[:, 0]
        assert place_heard_first(recorded, reference) == pytest.approx(place_s, abs=FADE_S + 0.002)


@in_takes
def test_the_position_is_what_is_heard(
    player: SoundDevicePlayer, recorder: Recorder, song_path: Path, reference: Floats
) -> None:
    player.load(Song.open(song_path))
    player.play()
    log = play_for(player, 2.0)
    player.seek(11.0)
    log += [row for row in play_for(player, 1.5) if row[1] > 11.05]
    recorder.wait_for(0.3)
    recorded = recorder.sound()[:, 0]
    half = 1200
    errors_s = []
    for moment_s, position_s in [row for row in log if row[0] > log[0][0] + 0.25][::8]:
        index = recorder.index_at(moment_s)
        near = max(0, round((position_s - 0.5) * RECORDING_RATE_HZ))
        place, correlation = find(
            recorded[index - half : index + half], reference[near : near + RECORDING_RATE_HZ]
        )
        if correlation > 0.9:
            errors_s.append(position_s - (near + place + half) / RECORDING_RATE_HZ)
    assert len(errors_s) > 20
    assert np.percentile(np.abs(errors_s), 95) < 0.02


@in_takes
def test_a_song_is_heard_from_its_beginning(
    player: SoundDevicePlayer, recorder: Recorder, song_path: Path, reference: Floats
) -> None:
    player.load(Song.open(song_path))
    player.play()
    play_to(player, recorder, 0.4)
    recorded = recorder.sound()[:, 0]
    assert place_heard_first(recorded, reference) == pytest.approx(0.0, abs=FADE_S + 0.002)


@in_takes
def test_a_pause_is_silent_and_goes_on_where_it_stood(
    player: SoundDevicePlayer, recorder: Recorder, song_path: Path, reference: Floats
) -> None:
    player.load(Song.open(song_path))
    player.play()
    play_to(player, recorder, 0.6)
    player.pause()
    stood_s = player.position_s
    recorder.wait_for(0.6)
    assert not recorder.sound()[-round(0.3 * RECORDING_RATE_HZ) :].any()
    player.play()
    play_to(player, recorder, stood_s + 0.4)
    recorded = recorder.sound()[:, 0]
    assert place_heard_first(recorded, reference) == pytest.approx(stood_s, abs=FADE_S + 0.002)


@in_takes
def test_nothing_clicks(player: SoundDevicePlayer, recorder: Recorder, tmp_path: Path) -> None:
    low_hz, level = 100.0, 0.5
    times_s = np.arange(20 * RECORDING_RATE_HZ) / RECORDING_RATE_HZ
    tone = level * np.sin(2 * np.pi * low_hz * times_s)
    soundfile.write(tmp_path / "tone.wav", tone, RECORDING_RATE_HZ, subtype="FLOAT")
    player.load(Song.open(tmp_path / "tone.wav"))
    # A quarter of a period off, so that a hard cut would be a jump of the whole level.
    player.seek(1.0 + 0.25 / low_hz)
    player.play()
    play_for(player, 0.3)
    for place_s in (5.0, 9.0025, 9.3075, 3.0):
        player.seek(place_s)
        play_for(player, 0.13)
    for volume in (0.2, 1.0, 0.0, 0.7, 1.0):
        player.volume = volume
        play_for(player, 0.06)
    for _ in range(4):
        player.pause()
        recorder.wait_for(0.12)
        player.play()
        play_for(player, 0.23)
    player.load(Song.open(tmp_path / "tone.wav"))
    recorder.wait_for(0.3)
    recorded = recorder.sound()[:, 0]
    steepest = level * 2 * np.pi * low_hz / RECORDING_RATE_HZ
    fading = level * np.pi / 2 / (FADE_S * RECORDING_RATE_HZ)
    assert np.abs(recorded).max() == pytest.approx(level, rel=0.01)
    assert np.abs(np.diff(recorded)).max() < 1.1 * (steepest + fading)
    assert player.underflows == 0


def stretch(reference: Floats, start_s: float, end_s: float) -> Floats:
    """Give a part of the song."""
    return reference[round(start_s * RECORDING_RATE_HZ) : round(end_s * RECORDING_RATE_HZ)]


@in_takes
def test_a_region_loops_without_gap_or_click(
    player: SoundDevicePlayer, recorder: Recorder, song_path: Path, reference: Floats
) -> None:
    region = Region(4.0, 4.6)
    player.load(Song.open(song_path))
    player.loop = region
    player.seek(3.5)
    player.play()
    play_to(player, recorder, 3.6)
    recorder.wait_for(2.8)
    lap = stretch(reference, region.start_s, region.end_s)
    due = np.concatenate([stretch(reference, 3.5, 4.0), lap, lap, lap, lap])
    recorded = recorder.sound()[:, 0]
    begin, _ = find(due[4800:9600], recorded)
    heard = recorded[begin - 4800 :][: round(2.6 * RECORDING_RATE_HZ)]
    # All three turns, each within half a millisecond: what is late would not fit any more.
    for turn in (1.1, 1.7, 2.3):
        at = round((turn - 0.1) * RECORDING_RATE_HZ)
        place, correlation = find(heard[at : at + 9600], due[at - 4800 : at + 14400])
        assert abs(place - 4800) < 0.0005 * RECORDING_RATE_HZ
        assert correlation > 0.98
    straight = stretch(reference, 3.5, region.end_s)
    assert np.abs(np.diff(heard)).max() < 1.1 * np.abs(np.diff(straight)).max()
    assert np.abs(heard).max() < 1.01 * np.abs(due).max()
    assert player.underflows == 0


@in_takes
def test_a_loop_set_and_ended_while_playing_is_heard_to_be(
    player: SoundDevicePlayer, recorder: Recorder, song_path: Path, reference: Floats
) -> None:
    player.load(Song.open(song_path))
    player.seek(6.0)
    player.play()
    wait_until(lambda: player.position_s > 6.2)
    # Decoded beyond its end already, and then beyond its turn.
    player.loop = Region(6.1, 7.0)
    wait_until(lambda: player.position_s > 6.3)
    wait_until(lambda: player.position_s < 6.3)
    player.loop = None
    play_to(player, recorder, 7.4)
    recorded = recorder.sound()[:, 0]
    due = np.concatenate([stretch(reference, 6.0, 7.0), stretch(reference, 6.1, 7.3)])
    begin, _ = find(due[4800:9600], recorded)
    heard = recorded[begin - 4800 :][: len(due)]
    straight = stretch(reference, 6.0, 7.3)
    assert np.corrcoef(heard, due)[0, 1] > 0.99
    assert np.abs(np.diff(heard)).max() < 1.1 * np.abs(np.diff(straight)).max()
    assert player.underflows == 0


@in_takes
def test_a_change_of_speed_is_heard_and_does_not_click(
    player: SoundDevicePlayer, recorder: Recorder, tmp_path: Path
) -> None:
    # Clicks would be told by the steepness of a tone, and when the speed changes by that of a song
    # whose pitch climbs: it climbs faster.
    times_s = np.arange(20 * RECORDING_RATE_HZ) / RECORDING_RATE_HZ
    climb_hz_per_s = 40.0
    sweep = 0.5 * np.sin(2 * np.pi * (300.0 + climb_hz_per_s / 2 * times_s) * times_s)
    soundfile.write(tmp_path / "sweep.wav", sweep, RECORDING_RATE_HZ, subtype="FLOAT")
    player.load(Song.open(tmp_path / "sweep.wav"))
    player.play()
    changed: list[tuple[float, float]] = []
    for speed in (1.0, 2.0, 0.5, 1.0):
        player.speed = speed
        changed.append((time.monotonic(), speed))
        play_for(player, 2.0)
    recorder.wait_for(0.3)
    recorded = recorder.sound()[:, 0]
    for changed_s, speed in changed:
        begin = recorder.index_at(changed_s + 0.8)
        pitches_hz = [pitch_hz(recorded[at : at + 9600]) for at in (begin, begin + 36000)]
        climbed_hz_per_s = (pitches_hz[1] - pitches_hz[0]) / 0.75
        assert climbed_hz_per_s == pytest.approx(speed * climb_hz_per_s, rel=0.2)
    sounding = recorded[recorder.index_at(changed[0][0] + 0.8) :]
    steepest = 0.5 * 2 * np.pi * (300.0 + climb_hz_per_s * 9.0) / RECORDING_RATE_HZ
    assert np.abs(np.diff(sounding)).max() < 1.5 * steepest
    assert np.abs(sounding).max() < 0.55
    assert player.underflows == 0


def pitch_hz(excerpt: Floats) -> float:
    """Give the frequency of a tone: how often it crosses zero."""
    rising = np.flatnonzero((excerpt[:-1] < 0) & (excerpt[1:] >= 0))
    return float((len(rising) - 1) / (rising[-1] - rising[0]) * RECORDING_RATE_HZ)


@pytest.mark.parametrize("speed", [0.5, 1.5])
@in_takes
def test_a_region_loops_without_a_gap_at_another_speed(
    player: SoundDevicePlayer, recorder: Recorder, tmp_path: Path, speed: float
) -> None:
    # A whole number of periods fits into the region: without a gap it is one tone without an end.
    tone = 0.5 * np.sin(2 * np.pi * 440.0 * np.arange(10 * RECORDING_RATE_HZ) / RECORDING_RATE_HZ)
    soundfile.write(tmp_path / "tone.wav", tone, RECORDING_RATE_HZ, subtype="FLOAT")
    player.load(Song.open(tmp_path / "tone.wav"))
    player.speed = speed
    player.loop = Region(1.0, 1.5)
    player.seek(1.2)
    player.play()
    wait_until(lambda: player.position_s > 1.3)
    log = play_for(player, 2.6)
    sounding = recorder.sound()[recorder.index_at(log[0][0]) :, 0]
    assert len(sounding) > 2.0 * RECORDING_RATE_HZ
    assert all(1.0 <= place_s <= 1.5 for _, place_s in log)
    assert np.abs(np.diff(sounding)).max() < 1.2 * 0.5 * 2 * np.pi * 440.0 / RECORDING_RATE_HZ
    levels = np.abs(sounding[: len(sounding) // 480 * 480].reshape(-1, 480)).max(axis=1)
    assert levels.min() > 0.4
    assert player.underflows == 0


@in_takes
def test_half_the_volume_is_an_eighth_of_the_level(
    player: SoundDevicePlayer, recorder: Recorder, tmp_path: Path
) -> None:
    tone = np.sin(2 * np.pi * 300.0 * np.arange(4 * 48000) / 48000)
    soundfile.write(tmp_path / "tone.wav", tone, 48000, subtype="FLOAT")
    player.load(Song.open(tmp_path / "tone.wav"))
    player.volume = 0.5
    player.play()
    play_to(player, recorder, 0.6)
    assert np.abs(recorder.sound()[-9600:]).max() == pytest.approx(0.125, rel=0.02)
    player.volume = 0.0
    recorder.wait_for(0.8)
    assert not recorder.sound()[-4800:].any()
