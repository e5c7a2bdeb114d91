"""What every player does, on the real device and on the silent clock."""

import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from emoviz import errors
from emoviz.devices import portaudio
from emoviz.devices.sound_devices import devices
from emoviz.playing.player import Player, SilentPlayer, SoundDevicePlayer, open_player
from emoviz.playing.route import Region
from emoviz.songs.song import Song
from tests.support.audio import PulseSink, wait_until, write_long_wav, write_music
from tests.support.clocks import Clock
from tests.support.patience import DEADLINE_S
from tests.support.takes import DeviceStage, SilentStage, Stage, Staged, in_takes

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
def stage(request: pytest.FixtureRequest) -> Stage:
    """Give where a player is made: on the real device, or on a clock that is told the time."""
    if request.param == "silent":
        return SilentStage()
    return DeviceStage(request.getfixturevalue("pulse_sink"))


@pytest.fixture
def staged(stage: Stage) -> Iterator[Staged]:
    with stage.take() as staged:
        yield staged


@pytest.fixture
def player(staged: Staged) -> Player:
    return staged.player


@pytest.fixture
def clock(staged: Staged) -> Clock:
    return staged.clock


class Watch:
    """Looks at where a player is while its clock goes on."""

    def __init__(self, player: Player, clock: Clock) -> None:
        self._player = player
        self._clock = clock
        self.looks: list[tuple[float, float]] = []
        """When it looked, and what it saw."""

    @property
    def places_s(self) -> list[float]:
        """The places that were met."""
        return [place_s for _, place_s in self.looks]

    @property
    def turns(self) -> list[tuple[float, float]]:
        """From where to where the song was turned back."""
        return [(before, after) for before, after in pairwise(self.places_s) if after < before]

    def until(self, wanted: Callable[[float], bool]) -> "Watch":
        """Look until a place is one that is wanted."""
        self._clock.wait_until(lambda: wanted(self.look()))
        return self

    def until_turned(self, count: int) -> "Watch":
        """Look until the song was turned back so often."""
        self._clock.wait_until(lambda: self.look() and len(self.turns) >= count)
        return self

    def look(self) -> float:
        """Look once."""
        before_s = self._clock()
        place_s = self._player.position_s
        # Held up in between, it would not know when it looked.
        if self._clock() < before_s + 0.005:
            self.looks.append((before_s, place_s))
        return place_s


def has_run_from(player: Player, clock: Clock, place_s: float, since_s: float) -> bool:
    """Tell whether the song has run from `place_s` for no longer than the time since then."""
    here_s = player.position_s
    return place_s <= here_s <= place_s + clock() - since_s + 0.2


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


@in_takes
def test_playing_moves_the_position_and_never_back(
    player: Player, clock: Clock, long_song: Song
) -> None:
    player.load(long_song)
    player.play()
    assert player.is_playing
    watch = Watch(player, clock).until(lambda place_s: place_s > 0.5)
    assert watch.places_s == sorted(watch.places_s)
    # Smooth: moving from look to look as the clock does, and not from callback to callback.
    moving = [look for look in watch.looks if look[1] > 0.0]
    for (before_s, here_s), (after_s, there_s) in pairwise(moving):
        assert there_s - here_s < after_s - before_s + 0.05
    assert len({place_s for _, place_s in moving}) > 0.9 * len(moving)


def test_pause_freezes_the_position_and_play_goes_on_from_it(
    player: Player, clock: Clock, long_song: Song
) -> None:
    player.load(long_song)
    player.play()
    clock.wait_until(lambda: player.position_s > 0.3)
    player.pause()
    frozen_s = player.position_s
    assert not player.is_playing
    for _ in range(3):
        assert player.position_s == frozen_s
    began_s = clock()
    player.play()
    assert has_run_from(player, clock, frozen_s, began_s)
    clock.wait_until(lambda: player.position_s > frozen_s + 0.2)


@pytest.mark.parametrize("asked_s", [0.0, 12.345])
def test_a_seek_is_answered_at_once(
    player: Player, clock: Clock, long_song: Song, asked_s: float
) -> None:
    player.load(long_song)
    player.seek(asked_s)
    assert player.position_s == asked_s
    began_s = clock()
    player.play()
    assert has_run_from(player, clock, asked_s, began_s)
    clock.wait_until(lambda: player.position_s > asked_s + 0.1)
    began_s = clock()
    player.seek(asked_s)
    assert has_run_from(player, clock, asked_s, began_s)
    assert player.is_playing


def test_a_seek_beyond_an_end_goes_to_that_end(player: Player, long_song: Song) -> None:
    player.load(long_song)
    player.seek(-5.0)
    assert player.position_s == 0.0
    player.seek(99.0)
    assert player.position_s == player.duration_s


def test_at_the_end_it_stops_and_plays_again_from_the_beginning(
    player: Player, clock: Clock, short_song: Song
) -> None:
    player.load(short_song)
    player.play()
    clock.wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s == pytest.approx(SHORT_S, abs=0.01)
    assert player.problem is None
    began_s = clock()
    player.play()
    assert has_run_from(player, clock, 0.0, began_s)
    clock.wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s


def test_a_seek_to_the_end_while_playing_stops(
    player: Player, clock: Clock, long_song: Song
) -> None:
    player.load(long_song)
    player.play()
    player.seek(LONG_S)
    clock.wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s
    assert player.problem is None


def test_another_song_takes_the_place_of_the_first(
    player: Player, clock: Clock, long_song: Song, short_song: Song
) -> None:
    player.load(long_song)
    player.seek(5.0)
    player.play()
    clock.wait_until(lambda: player.position_s > 5.1)
    player.load(short_song)
    assert not player.is_playing
    assert player.position_s == 0.0
    assert player.duration_s == pytest.approx(SHORT_S, abs=0.01)
    player.play()
    clock.wait_until(lambda: not player.is_playing)
    assert player.position_s == pytest.approx(SHORT_S, abs=0.01)


def test_volume_stays_between_silence_and_full(player: Player) -> None:
    assert player.volume == 1.0
    for asked, given in [(0.3, 0.3), (-1.0, 0.0), (7.0, 1.0)]:
        player.volume = asked
        assert player.volume == given


def test_scrubbing_ends_where_the_last_seek_went(
    player: Player, clock: Clock, long_song: Song
) -> None:
    player.load(long_song)
    player.play()
    for step in range(200):
        player.seek((step * 7.3) % 25.0)
    began_s = clock()
    player.seek(20.0)
    assert has_run_from(player, clock, 20.0, began_s)
    clock.wait_until(lambda: player.position_s > 20.1)
    assert has_run_from(player, clock, 20.1, began_s)


@in_takes
def test_a_region_is_played_again_and_again(player: Player, clock: Clock, long_song: Song) -> None:
    region = Region(5.0, 5.3)
    player.load(long_song)
    player.loop = region
    player.seek(4.8)
    player.play()
    clock.wait_until(lambda: player.position_s > 4.82)
    watch = Watch(player, clock)
    began_s, from_s = clock(), watch.look()
    watch.until_turned(4)
    assert max(watch.places_s) < region.end_s
    looped = [look for look in watch.looks if look[0] > began_s + region.start_s - from_s + 0.1]
    assert min(place_s for _, place_s in looped) >= region.start_s
    # No time is lost at the turns.
    length_s = region.end_s - region.start_s
    for moment_s, place_s in looped:
        off_s = (moment_s - began_s) - (place_s - from_s)
        assert abs(off_s - round(off_s / length_s) * length_s) < 0.1


def test_behind_its_region_the_song_plays_on(player: Player, clock: Clock, long_song: Song) -> None:
    player.load(long_song)
    player.loop = Region(5.0, 5.4)
    player.play()
    for begin_s in (5.2, 7.0, 5.1):
        player.seek(begin_s)
        watch = Watch(player, clock)
        watch.until(lambda place_s, b=begin_s: not b <= place_s < b + 0.3)
        assert bool(watch.turns) == (begin_s < 5.4)
    player.seek(5.4)
    clock.wait_until(lambda: player.position_s > 5.6)


def test_a_loop_can_be_set_and_changed_and_ended_while_it_plays(
    player: Player, clock: Clock, long_song: Song
) -> None:
    player.load(long_song)
    player.seek(3.0)
    player.play()
    clock.wait_until(lambda: player.position_s > 3.2)
    for region in (Region(2.5, 4.0), Region(3.0, 3.4), Region(2.0, 2.5), Region(3.0, 4.2)):
        player.loop = region
        if player.position_s not in region:
            player.seek(region.start_s)
        watch = Watch(player, clock).until(lambda place_s, r=region: place_s < r.start_s + 0.1)
        assert max(watch.places_s) < region.end_s
    player.loop = None
    clock.wait_until(lambda: player.position_s > 4.5)
    # What was decoded for the loop is not used where it no longer turns, nor the other way round.
    player.seek(4.0)
    clock.wait_until(lambda: player.position_s > 4.3)
    player.loop = Region(3.9, 4.2)
    player.seek(4.0)
    watch = Watch(player, clock).until(lambda place_s: place_s < 4.0)
    assert max(watch.places_s) < 4.2


def test_the_whole_song_loops_without_an_end(
    player: Player, clock: Clock, short_song: Song
) -> None:
    player.load(short_song)
    player.play()
    player.loop = Region(0.0, math.inf)
    Watch(player, clock).until_turned(2)
    assert player.is_playing
    player.loop = None
    clock.wait_until(lambda: not player.is_playing)
    assert player.position_s == player.duration_s == pytest.approx(SHORT_S, abs=0.01)


def test_a_loop_goes_on_after_a_pause_and_ends_with_another_song(
    player: Player, clock: Clock, long_song: Song, short_song: Song
) -> None:
    player.load(long_song)
    player.play()
    player.loop = Region(1.0, 1.5)
    player.seek(1.4)
    clock.wait_until(lambda: player.position_s < 1.3)
    player.pause()
    region = Region(1.0, player.position_s + 0.2)
    player.loop = region
    player.play()
    watch = Watch(player, clock).until(lambda place_s: place_s < 1.1).until_turned(1)
    assert max(watch.places_s) < region.end_s + 0.01
    player.load(short_song)
    assert player.loop is None
    player.play()
    clock.wait_until(lambda: not player.is_playing)


@pytest.mark.parametrize("speed", [0.5, 1.25, 2.0])
@in_takes
def test_at_another_speed_the_position_runs_so_much_faster(
    player: Player, clock: Clock, long_song: Song, speed: float
) -> None:
    player.load(long_song)
    player.speed = speed
    player.play()
    clock.wait_until(lambda: player.position_s > 0.1)
    watch = Watch(player, clock)
    from_s = watch.look()
    watch.until(lambda place_s: place_s > from_s + speed)
    (began_s, first_s), (ended_s, last_s) = watch.looks[0], watch.looks[-1]
    assert ended_s - began_s == pytest.approx((last_s - first_s) / speed, abs=0.1)


def test_the_speed_can_be_changed_while_playing_paused_and_looping(
    player: Player, clock: Clock, long_song: Song
) -> None:
    player.load(long_song)
    player.loop = Region(2.0, 3.0)
    player.seek(2.5)
    player.play()
    for speed in (0.75, 2.0, 1.0, 1.5):
        player.speed = speed
        watch = Watch(player, clock).until(lambda place_s: place_s < 2.4)
        assert all(2.0 <= place_s <= 3.0 for place_s in watch.places_s)
        watch = Watch(player, clock).until(lambda place_s: place_s > 2.6)
        assert len(watch.turns) == 0
    player.pause()
    stood_s = player.position_s
    player.speed = 0.5
    assert player.position_s == stood_s
    player.loop = None
    player.play()
    clock.wait_until(lambda: player.position_s > stood_s + 0.2)
    assert player.speed == 0.5


def test_a_speed_out_of_bounds_is_the_nearest_within(
    player: Player, clock: Clock, short_song: Song
) -> None:
    player.speed = 9.0
    assert player.speed == 2.0
    player.speed = 0.0
    assert player.speed == 0.5
    player.load(short_song)
    player.play()
    clock.wait_until(lambda: not player.is_playing)
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
    wait_until(lambda: player.problem)
    assert isinstance(player.problem, errors.SoundDeviceLostError)
    assert not player.is_playing
    player.close()


def test_a_device_that_does_not_end_is_given_up_and_none_is_opened_meanwhile(
    mortal_sink: PulseSink, long_song: Song
) -> None:
    player = SoundDevicePlayer()
    player.load(long_song)
    player.play()
    wait_until(lambda: player.position_s > 0.1)
    closing = threading.Thread(target=player.close, daemon=True)
    with mortal_sink.frozen():
        closing.start()
        # The server hangs for longer than whoever closes the player does.
        closing.join(DEADLINE_S)
        is_closed = not closing.is_alive()
        instead = open_player() if is_closed else None
    closing.join()
    assert instead is not None
    assert isinstance(instead[0], SilentPlayer)
    assert "the sound system does not answer" in str(instead[1])
    wait_until(portaudio.answers)
    again, problem = open_player()
    assert isinstance(again, SoundDevicePlayer)
    assert problem is None
    again.close()


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
        timeout=DEADLINE_S,
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
