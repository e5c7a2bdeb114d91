"""What every player does, on the real device and on the silent clock."""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from emoviz import errors
from emoviz.devices.sound_devices import devices
from emoviz.playing.player import Player, SilentPlayer, SoundDevicePlayer, open_player
from emoviz.playing.route import Region
from emoviz.songs.song import Song
from tests.support.audio import PulseSink, wait_until, write_long_wav, write_music

LONG_S = 30.0
SHORT_S = 0.6


@pytest.fixture(scope="module")
def long_song(tmp_path_factory: pytest.TempPathFactory) -> Song:
    path = tmp_path_factory.mktemp("player") / "long.wav"
    write_music(path, LONG_S, 22050)
    return Song.open(path)


@pytest.fixture(scope="module")
def short_song(tmp_path_factory: pytest.TempPathFactory) -> Song:
    path = tmp_path_factory.mktemp("player") / "short.flac"
    write_music(path, SHORT_S, 44100)
    return Song.open(path)


@pytest.fixture(params=["device", "silent"])
def player(request: pytest.FixtureRequest) -> Iterator[Player]:
    if request.param == "device":
        request.getfixturevalue("pulse_sink")
        player: Player = SoundDevicePlayer()
    else:
        player = SilentPlayer()
    yield player
    player.close()


def test_without_a_song_there_is_nothing_to_play(player: Player) -> None:
    player.play()
    player.seek(3.0)
    player.pause()
    assert not player.is_playing
    assert player.position_s == 0.0
    assert player.duration_s == 0.0
    assert player.problem is None


def test_a_loaded_song_waits_at_its_beginning(player: Player, long_song: Song) -> None:
    player.load(long_song)
    assert not player.is_playing
    assert player.position_s == 0.0
    assert player.duration_s == pytest.approx(LONG_S)


def test_playing_moves_the_position_and_never_back(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.play()
    assert player.is_playing
    looks: list[tuple[float, float]] = []
    wait_until(lambda: looks.append((time.monotonic(), player.position_s)) or looks[-1][1] > 0.5)
    places_s = [place_s for _, place_s in looks]
    assert places_s == sorted(places_s)
    # Smooth: moving from look to look as the clock does, and not from callback to callback.
    moving = [look for look in looks if look[1] > 0.0]
    for (before_s, here_s), (after_s, there_s) in pairwise(moving):
        assert there_s - here_s < after_s - before_s + 0.05
    assert len({place_s for _, place_s in moving}) > 0.9 * len(moving)


def test_pause_freezes_the_position_and_play_goes_on_from_it(
    player: Player, long_song: Song
) -> None:
    player.load(long_song)
    player.play()
    wait_until(lambda: player.position_s > 0.3)
    player.pause()
    frozen_s = player.position_s
    assert not player.is_playing
    for _ in range(3):
        assert player.position_s == frozen_s
    player.play()
    assert frozen_s <= player.position_s < frozen_s + 0.2
    wait_until(lambda: player.position_s > frozen_s + 0.2)


@pytest.mark.parametrize("asked_s", [0.0, 12.345])
def test_a_seek_is_answered_at_once(player: Player, long_song: Song, asked_s: float) -> None:
    player.load(long_song)
    player.seek(asked_s)
    assert player.position_s == asked_s
    player.play()
    assert asked_s <= player.position_s < asked_s + 0.2
    wait_until(lambda: player.position_s > asked_s + 0.1)
    player.seek(asked_s)
    assert asked_s <= player.position_s < asked_s + 0.2
    assert player.is_playing


def test_a_seek_beyond_an_end_goes_to_that_end(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.seek(-5.0)
    assert player.position_s == 0.0
    player.seek(99.0)
    assert player.position_s == player.duration_s


def test_at_the_end_it_stops_and_plays_again_from_the_beginning(
    player: Player, short_song: Song
) -> None:
    player.load(short_song)
    player.play()
    wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s == pytest.approx(SHORT_S, abs=0.01)
    assert player.problem is None
    player.play()
    assert player.is_playing
    assert player.position_s < 0.1
    wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s


def test_a_seek_to_the_end_while_playing_stops(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.play()
    player.seek(LONG_S)
    wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s
    assert player.problem is None


def test_another_song_takes_the_place_of_the_first(
    player: Player, long_song: Song, short_song: Song
) -> None:
    player.load(long_song)
    player.seek(5.0)
    player.play()
    wait_until(lambda: player.position_s > 5.1)
    player.load(short_song)
    assert not player.is_playing
    assert player.position_s == 0.0
    assert player.duration_s == pytest.approx(SHORT_S, abs=0.01)
    player.play()
    wait_until(lambda: not player.is_playing)
    assert player.position_s == pytest.approx(SHORT_S, abs=0.01)


def test_volume_stays_between_silence_and_full(player: Player) -> None:
    assert player.volume == 1.0
    for asked, given in [(0.3, 0.3), (-1.0, 0.0), (7.0, 1.0)]:
        player.volume = asked
        assert player.volume == given


def test_scrubbing_ends_where_the_last_seek_went(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.play()
    for step in range(200):
        player.seek((step * 7.3) % 25.0)
    player.seek(20.0)
    assert 20.0 <= player.position_s < 20.2
    wait_until(lambda: player.position_s > 20.1, 2.0)
    assert player.position_s < 21.0


def watch(player: Player, until: Callable[[], object]) -> list[float]:
    """Give the places that are met on the way until something is so."""
    places_s: list[float] = []
    wait_until(lambda: places_s.append(player.position_s) or until())
    return places_s


def turns(places_s: list[float]) -> list[tuple[float, float]]:
    """Give from where to where the song was turned back."""
    return [(before, after) for before, after in pairwise(places_s) if after < before]


def test_a_region_is_played_again_and_again(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.loop = Region(5.0, 5.3)
    player.seek(4.8)
    player.play()
    wait_until(lambda: player.position_s > 4.82)
    began_s, from_s = time.monotonic(), player.position_s
    places_s = watch(player, lambda: time.monotonic() > began_s + 1.5)
    turned = turns(places_s)
    assert len(turned) == 4
    assert all(before > 5.2 and after < 5.1 for before, after in turned)
    assert max(places_s) < 5.3
    assert min(places_s[places_s.index(turned[0][0]) :]) >= 5.0
    # No time is lost at the turns.
    passed_s = places_s[-1] + 4 * 0.3 - from_s
    assert passed_s == pytest.approx(time.monotonic() - began_s, abs=0.1)


def test_behind_its_region_the_song_plays_on(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.loop = Region(5.0, 5.4)
    player.play()
    for place_s in (5.2, 7.0, 5.1):
        player.seek(place_s)
        places_s = watch(player, lambda p=place_s: not p <= player.position_s < p + 0.3)
        assert bool(turns(places_s)) == (place_s < 5.4)
    player.seek(5.4)
    wait_until(lambda: player.position_s > 5.6)


def test_a_loop_can_be_set_and_changed_and_ended_while_it_plays(
    player: Player, long_song: Song
) -> None:
    player.load(long_song)
    player.seek(3.0)
    player.play()
    wait_until(lambda: player.position_s > 3.2)
    for region in (Region(2.5, 4.0), Region(3.0, 3.4), Region(2.0, 2.5), Region(3.0, 4.2)):
        player.loop = region
        if player.position_s not in region:
            player.seek(region.start_s)
        places_s = watch(player, lambda r=region: player.position_s < r.start_s + 0.1)
        assert max(places_s) < region.end_s
    player.loop = None
    wait_until(lambda: player.position_s > 4.5)
    # What was decoded for the loop is not used where it no longer turns, nor the other way round.
    player.seek(4.0)
    wait_until(lambda: player.position_s > 4.3)
    player.loop = Region(3.9, 4.2)
    player.seek(4.0)
    places_s = watch(player, lambda: player.position_s < 4.0)
    assert max(places_s) < 4.2


def test_the_whole_song_loops_without_an_end(player: Player, short_song: Song) -> None:
    player.load(short_song)
    player.play()
    player.loop = Region(0.0, math.inf)
    began_s = time.monotonic()
    places_s = watch(player, lambda: time.monotonic() > began_s + 2.5 * SHORT_S)
    assert len(turns(places_s)) in (2, 3)
    assert player.is_playing
    player.loop = None
    wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s == pytest.approx(SHORT_S, abs=0.01)


def test_a_loop_goes_on_after_a_pause_and_ends_with_another_song(
    player: Player, long_song: Song, short_song: Song
) -> None:
    player.load(long_song)
    player.play()
    player.loop = Region(1.0, 1.5)
    player.seek(1.4)
    wait_until(lambda: player.position_s < 1.3)
    player.pause()
    player.loop = Region(1.0, 1.3)
    player.play()
    places_s = watch(player, lambda: player.position_s < 1.1)
    assert max(places_s) < 1.31
    player.load(short_song)
    assert player.loop is None
    player.play()
    wait_until(lambda: not player.is_playing)


@pytest.mark.parametrize("speed", [0.5, 1.25, 2.0])
def test_at_another_speed_the_position_runs_so_much_faster(
    player: Player, long_song: Song, speed: float
) -> None:
    player.load(long_song)
    player.speed = speed
    player.play()
    wait_until(lambda: player.position_s > 0.1)
    starved = -1
    # Where the device of a busy machine runs dry, it waits.
    while starved != (starved := getattr(player, "underflows", 0)):
        began_s, from_s = time.monotonic(), player.position_s
        wait_until(lambda from_s=from_s: player.position_s > from_s + speed)
        took_s = time.monotonic() - began_s
    assert took_s == pytest.approx(1.0, abs=0.1)


def test_the_speed_can_be_changed_while_playing_paused_and_looping(
    player: Player, long_song: Song
) -> None:
    player.load(long_song)
    player.loop = Region(2.0, 3.0)
    player.seek(2.5)
    player.play()
    for speed in (0.75, 2.0, 1.0, 1.5):
        player.speed = speed
        places_s = watch(player, lambda: player.position_s < 2.4)
        assert all(2.0 <= place_s <= 3.0 for place_s in places_s)
        places_s = watch(player, lambda: player.position_s > 2.6)
        assert places_s == sorted(places_s)
    player.pause()
    stood_s = player.position_s
    player.speed = 0.5
    assert player.position_s == stood_s
    player.loop = None
    player.play()
    wait_until(lambda: player.position_s > stood_s + 0.2)
    assert player.speed == 0.5


def test_a_speed_out_of_bounds_is_the_nearest_within(player: Player, short_song: Song) -> None:
    player.speed = 9.0
    assert player.speed == 2.0
    player.speed = 0.0
    assert player.speed == 0.5
    player.load(short_song)
    player.play()
    wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s


def test_closing_twice_is_harmless_and_leaves_no_thread(
    long_song: Song, pulse_sink: PulseSink
) -> None:
    threads = threading.active_count()
    player = SoundDevicePlayer()
    player.load(long_song)
    player.play()
    player.close()
    player.close()
    assert not player.is_playing
    assert threading.active_count() == threads


def test_the_silent_clock_keeps_time_exactly(short_song: Song) -> None:
    now_s = 100.0
    player = SilentPlayer(clock=lambda: now_s)
    player.load(short_song)
    player.play()
    now_s += 0.25
    assert player.position_s == pytest.approx(0.25)
    player.pause()
    now_s += 50.0
    assert player.position_s == pytest.approx(0.25)
    player.seek(0.1)
    player.play()
    now_s += 0.05
    assert player.position_s == pytest.approx(0.15)
    now_s += 50.0
    assert not player.is_playing
    assert player.position_s == player.duration_s


def test_a_song_that_vanished_stops_the_playing_with_a_sentence(
    pulse_sink: PulseSink, tmp_path: Path
) -> None:
    path = tmp_path / "on a stick.wav"
    write_music(path, 10.0, 44100)
    player = SoundDevicePlayer()
    player.load(Song.open(path))
    player.play()
    wait_until(lambda: player.position_s > 0.1)
    path.unlink()
    player.seek(8.0)
    wait_until(lambda: player.problem)
    assert isinstance(player.problem, errors.SongVanishedError)
    assert str(path) in str(player.problem)
    assert not player.is_playing
    write_music(path, 10.0, 44100)
    player.play()
    wait_until(lambda: player.position_s > 8.1)
    assert player.problem is None
    player.close()


def test_a_song_cut_short_while_it_plays_ends_there(pulse_sink: PulseSink, tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    write_music(path, 20.0, 44100)
    player = SoundDevicePlayer()
    player.load(Song.open(path))
    os.truncate(path, 44 + 4 * 44100 * 5)
    player.seek(4.7)
    player.play()
    wait_until(lambda: not player.is_playing)
    assert player.position_s == pytest.approx(5.0, abs=0.05)
    player.close()


def test_a_device_that_goes_away_stops_the_playing_with_a_sentence(
    pulse_sink: PulseSink,
    long_song: Song,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = PulseSink(tmp_path)
    other.start()
    monkeypatch.setenv("PULSE_SERVER", other.environment["PULSE_SERVER"])
    player = SoundDevicePlayer()
    player.load(long_song)
    player.play()
    wait_until(lambda: player.position_s > 0.1)
    other.stop()
    wait_until(lambda: player.problem, 8.0)
    assert isinstance(player.problem, errors.SoundDeviceLostError)
    assert not player.is_playing
    player.close()


def test_devices_are_listed(pulse_sink: PulseSink) -> None:
    found = devices()
    assert [device.name for device in found if device.is_default] == ["default"]
    assert all(device.channels > 0 and device.rate_hz > 0 for device in found)
    player, reason = open_player()
    assert isinstance(player, SoundDevicePlayer)
    assert reason is None
    player.close()


def test_without_the_library_there_is_the_silent_clock_and_why(tmp_path: Path) -> None:
    # What the real module does where PortAudio is not installed.
    (tmp_path / "sounddevice.py").write_text('raise OSError("PortAudio library not found")\n')
    answer = _open_player_elsewhere({"PYTHONPATH": str(tmp_path)})
    assert answer.startswith("SilentPlayer [] No sound device can be used (the PortAudio library")


def test_without_a_device_there_is_the_silent_clock_and_why(
    pulse_sink: PulseSink, tmp_path: Path
) -> None:
    # Pulse is what the default leads to here, and no server answers.
    answer = _open_player_elsewhere({"PULSE_SERVER": f"unix:{tmp_path}/none"})
    assert answer.startswith("SilentPlayer [] No sound device can be used (there is none);")


def _open_player_elsewhere(environment: dict[str, str]) -> str:
    code = (
        "from emoviz.playing.player import open_player\n"
        "from emoviz.devices.sound_devices import devices\n"
        "player, reason = open_player()\n"
        "print(type(player).__name__, devices(), reason)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=30.0,
    ).stdout


def test_a_device_that_is_not_there_is_refused(pulse_sink: PulseSink) -> None:
    with pytest.raises(errors.SoundDeviceError, match="not there"):
        SoundDevicePlayer("no such thing")


def test_memory_does_not_grow_with_the_song(pulse_sink: PulseSink, tmp_path: Path) -> None:
    path = tmp_path / "hours.wav"
    write_long_wav(path, 3600.0)
    player = SoundDevicePlayer()
    player.load(Song.open(path))
    player.play()
    wait_until(lambda: player.position_s > 0.2)
    process = psutil.Process()
    before = process.memory_info().rss
    for minute in range(0, 60, 10):
        player.seek(60.0 * minute)
        wait_until(lambda at_s=60.0 * minute: player.position_s > at_s)
    assert process.memory_info().rss - before < 20e6
    player.close()
