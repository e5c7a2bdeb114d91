"""Songs decoded in another process: the same samples, the same errors, and nothing else dies."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from io import FileIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from emoviz import errors
from emoviz.songs.processes.fork_server import ForkServer
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.processes.process import DecoderProcess, Spawner
from emoviz.songs.song import DecodersOf, Song, local_decoders
from emoviz.system import priority
from tests.support.audio import encode, music, spoil, wait_until, write_long_wav, write_music
from tests.support.decoders import crash, decoding_processes, halt, processes_with, wait_for_end
from tests.support.patience import DEADLINE_S
from tests.support.program import ROOT

DURATION_S = 6.0
RATE_HZ = 44100
MODEL_RATE_HZ = 22050
PLACES_S = (0.0, 1.234, 4.5, 0.0, 99.0)


# One that is spawned imports all for itself; where processes are forked none is.
@pytest.fixture(params=[ForkServer, pytest.param(Spawner, marks=pytest.mark.more)])
def pool(request: pytest.FixtureRequest) -> Iterator[DecoderPool]:
    """Give a pool, of each of both ways to start processes."""
    if request.param is ForkServer and not ForkServer.is_possible():
        pytest.skip("processes cannot be forked here")
    made = DecoderPool(starter=request.param())
    yield made
    made.close()
    assert not decoding_processes()


@pytest.fixture
def spawning_pool() -> Iterator[DecoderPool]:
    """Give a pool that has a process waiting, which can be halted before it is asked."""
    made = DecoderPool(starter=Spawner())
    yield made
    made.close()
    assert not decoding_processes()


@pytest.fixture
def fork_server() -> Iterator[ForkServer]:
    if not ForkServer.is_possible():
        pytest.skip("processes cannot be forked here")
    server = ForkServer()
    yield server
    server.close()


def everything(path: Path, decoders_of: DecodersOf) -> list[Any]:
    """Give all that a song can be asked for, or the error that ends it."""
    found: list[Any] = []
    try:
        with Song.open(path, decoders_of) as song:
            found += [song.duration_s, song.sample_rate_hz, song.channels, song.title]
            heard = song.sound_blocks(MODEL_RATE_HZ, found.append, lambda *at: found.append(at))
            found += [block.tobytes() for block in heard]
            for place_s in PLACES_S:
                found += [block.tobytes() for block in song.stereo_blocks(48000, place_s)]
            # Left in the midst, as by a seek while it plays.
            found.append(next(song.stereo_blocks(48000, 2.0)).tobytes())
            found.append(next(song.stereo_blocks(48000, 1.0)).tobytes())
    except errors.EmovizError as error:
        found += [type(error), str(error)]
    return found


def open_in_a_thread(path: Path, pool: DecoderPool) -> tuple[threading.Thread, list[Exception]]:
    """Open a song elsewhere; give the thread, and where the error will be that it raises."""
    raised: list[Exception] = []

    def open_it() -> None:
        try:
            Song.open(path, pool.of)
        except errors.DecoderLostError as error:
            raised.append(error)

    thread = threading.Thread(target=open_it)
    thread.start()
    return thread, raised


@pytest.mark.parametrize(
    "name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.opus", "a.m4a", "a.aac", "a.wma", "a.mkv"]
)
def test_samples_are_those_that_this_process_would_decode(
    tmp_path: Path, pool: DecoderPool, name: str
) -> None:
    rate_hz = 48000 if name == "a.opus" else RATE_HZ
    encode(tmp_path / name, music(DURATION_S, rate_hz), rate_hz)
    here = everything(tmp_path / name, local_decoders)
    assert len(here) > 10
    assert everything(tmp_path / name, pool.of) == here


def _bad_files(folder: Path) -> list[Path]:
    """Write files that are wrong in many ways, and name one that is not there."""
    sound = music(DURATION_S, RATE_HZ)
    for suffix in ("wav", "flac", "mp3", "ogg", "m4a", "aac", "wma", "mkv"):
        encode(folder / f"spoilt.{suffix}", sound, RATE_HZ)
        spoil(folder / f"spoilt.{suffix}", at=0.5)
        encode(folder / f"cut.{suffix}", sound, RATE_HZ)
        whole = (folder / f"cut.{suffix}").read_bytes()
        (folder / f"cut.{suffix}").write_bytes(whole[: len(whole) // 2])
    with_holes = sound.copy()
    with_holes[30000:30100] = np.nan
    encode(folder / "holes.wav", with_holes, RATE_HZ, subtype="FLOAT")
    encode(folder / "blip.ogg", sound[:4000], RATE_HZ)
    encode(folder / "none.wav", sound[:0], RATE_HZ)
    (folder / "text.mp3").write_text("not audio\n" * 1000)
    (folder / "empty.flac").touch()
    (folder / "folder.wav").mkdir()
    return [*sorted(folder.iterdir()), folder / "missing.mp3"]


def test_what_is_wrong_with_a_file_is_said_in_the_same_words(
    tmp_path: Path, pool: DecoderPool
) -> None:
    for path in _bad_files(tmp_path):
        assert everything(path, pool.of) == everything(path, local_decoders), path.name


def test_a_process_that_crashes_while_it_opens_a_file_is_an_error_with_its_name(
    tmp_path: Path, spawning_pool: DecoderPool
) -> None:
    good, bad = tmp_path / "good.wav", tmp_path / "bad.wav"
    for path in (good, bad):
        write_music(path, 3.0, RATE_HZ)
    song = Song.open(good, spawning_pool.of)
    playing = song.stereo_blocks(48000)
    first = next(playing)
    wait_until(lambda: len(decoding_processes()) == 2)
    ready = [x for x in decoding_processes() if x not in processes_with(good)]
    halt(*ready)
    thread, raised = open_in_a_thread(bad, spawning_pool)
    # The keeper has missed it, and made another: the one that is halted has been asked.
    wait_until(lambda: len(decoding_processes()) == 3)
    crash(*ready)
    thread.join(DEADLINE_S)
    (error,) = raised
    assert str(error).startswith(f"{bad}: decoding broke off (the decoder crashed)")
    # Nothing else has been disturbed.
    rest = [first, *playing]
    assert sum(map(len, rest)) == sum(map(len, Song.open(good).stereo_blocks(48000)))
    assert Song.open(bad, spawning_pool.of).duration_s == pytest.approx(3.0)


def test_a_process_that_crashes_while_it_decodes_ends_only_that(
    tmp_path: Path, pool: DecoderPool
) -> None:
    path = tmp_path / "song.flac"
    write_music(path, 12.0, RATE_HZ)
    song = Song.open(path, pool.of)
    # A song that was opened is ready to be played: that is another process than this one's.
    analysed = song.sound_blocks(MODEL_RATE_HZ, pytest.fail)
    next(analysed)
    assert len(processes_with(path)) == 2
    played = song.stereo_blocks(48000)
    next(played)
    crash(*processes_with(path))
    for blocks in (analysed, played):
        with pytest.raises(errors.DecoderLostError, match=r"song\.flac: .*the decoder crashed"):
            list(blocks)
    again = np.concatenate(list(song.stereo_blocks(48000)))
    assert np.array_equal(again, np.concatenate(list(Song.open(path).stereo_blocks(48000))))


def test_a_song_that_is_not_being_decoded_has_not_lost_anything(
    tmp_path: Path, pool: DecoderPool
) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(DURATION_S, RATE_HZ), RATE_HZ)
    song = Song.open(path, pool.of)
    waiting = processes_with(path)
    crash(*waiting)
    wait_for_end(*waiting)
    assert len(np.concatenate(list(song.stereo_blocks(RATE_HZ)))) > 5 * RATE_HZ


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 12.0, RATE_HZ)
    pool = DecoderPool(patience_s=0.5)
    blocks = Song.open(path, pool.of).stereo_blocks(48000)
    next(blocks)
    hanging = processes_with(path)
    halt(*hanging)
    with pytest.raises(errors.DecoderLostError, match=r"song\.wav: .*there was no answer"):
        list(blocks)
    wait_for_end(*hanging)
    assert Song.open(path, pool.of).channels == 2
    pool.close()
    assert not decoding_processes()


def test_processes_are_used_again_and_their_number_stays(tmp_path: Path, pool: DecoderPool) -> None:
    paths = [tmp_path / f"{number}.ogg" for number in range(3)]
    for path in paths:
        write_music(path, 2.0, RATE_HZ)
    for path in paths * 5:
        with Song.open(path, pool.of) as song:
            list(song.sound_blocks(MODEL_RATE_HZ, pytest.fail))
            next(song.stereo_blocks(48000))
            assert len(decoding_processes()) <= 3
    # What waits for the next song, or what will fork a process for it.
    wait_until(lambda: len(decoding_processes()) == 1)


def test_a_song_that_is_closed_keeps_no_process_and_can_still_be_decoded(
    tmp_path: Path, pool: DecoderPool
) -> None:
    path = tmp_path / "song.flac"
    write_music(path, 12.0, RATE_HZ)
    song = Song.open(path, pool.of)
    whole = np.concatenate(list(song.stereo_blocks(48000)))
    assert len(processes_with(path)) == 1
    under_way = song.stereo_blocks(48000)
    first = next(under_way)
    song.close()
    song.close()
    np.testing.assert_array_equal(np.concatenate([first, *under_way]), whole)
    wait_until(lambda: not processes_with(path), DEADLINE_S)
    np.testing.assert_array_equal(np.concatenate(list(song.stereo_blocks(48000))), whole)
    wait_until(lambda: not processes_with(path), DEADLINE_S)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a niceness for each thread")
def test_what_is_tracked_is_decoded_more_patiently_than_what_is_played(
    tmp_path: Path, pool: DecoderPool
) -> None:
    path = tmp_path / "song.ogg"
    write_music(path, 2.0, RATE_HZ)
    niceness: list[list[int]] = []

    def note_niceness(song: Song) -> None:
        niceness.append(sorted(process.nice() for process in processes_with(song.path)))

    def track(song: Song) -> None:
        priority.step_back()
        blocks = song.sound_blocks(MODEL_RATE_HZ, pytest.fail)
        next(blocks)
        note_niceness(song)
        list(blocks)

    for _ in range(2):
        song = Song.open(path, pool.of)
        note_niceness(song)
        thread = threading.Thread(target=track, args=(song,))
        thread.start()
        thread.join(DEADLINE_S)
        song.close()
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    # The first's process played nothing that the second's would have had to wait for.
    assert niceness == [[ours], [ours, max(ours, 5)]] * 2


def test_closing_ends_what_waits_for_a_process_that_hangs(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 12.0, RATE_HZ)
    pool = DecoderPool()
    blocks = Song.open(path, pool.of).stereo_blocks(48000)
    next(blocks)
    halt(*processes_with(path))
    raised: list[Exception] = []

    def go_on() -> None:
        try:
            list(blocks)
        except errors.DecoderLostError as error:
            raised.append(error)

    thread = threading.Thread(target=go_on)
    thread.start()
    pool.close()
    thread.join(DEADLINE_S)
    assert len(raised) == 1
    assert not decoding_processes()
    with pytest.raises(errors.DecoderLostError):
        Song.open(path, pool.of)


_LIVES_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
pool = DecoderPool()
blocks = Song.open(Path(sys.argv[1]), pool.of).sound_blocks(22050, print)
next(blocks)
print(*sorted(x for x in ("av", "soundfile") if x in sys.modules), flush=True)
while True:
    next(blocks, None)
"""


def test_they_end_when_the_one_that_asks_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    write_long_wav(path, 3600.0)
    command = [sys.executable, "-c", _LIVES_UNTIL_KILLED, str(path)]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert program.stdout is not None
    # And it has not needed any decoder library itself.
    assert program.stdout.readline() == b"\n"
    orphans = decoding_processes(program.pid)
    assert orphans
    program.kill()
    program.wait(DEADLINE_S)
    wait_for_end(*orphans)
    program.stdout.close()


def test_forked_ones_share_what_they_have_imported(tmp_path: Path, fork_server: ForkServer) -> None:
    path = tmp_path / "song.flac"
    write_music(path, 3.0, RATE_HZ)
    own_bytes = []
    for starter in (fork_server, Spawner()):
        pool = DecoderPool(starter=starter)
        song = Song.open(path, pool.of)
        list(song.sound_blocks(MODEL_RATE_HZ, pytest.fail))
        wait_until(lambda: len(processes_with(path)) == 1)
        (process,) = processes_with(path)
        own_bytes.append(process.memory_full_info().uss)
        pool.close()
    assert own_bytes[0] < own_bytes[1] / 2


def test_a_fork_server_that_has_died_is_started_again(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    path = tmp_path / "song.flac"
    write_music(path, 12.0, RATE_HZ)
    pool = DecoderPool(starter=fork_server)
    playing = Song.open(path, pool.of).stereo_blocks(48000)
    first = next(playing)
    (server,) = [x for x in decoding_processes() if x not in processes_with(path)]
    crash(server)
    wait_for_end(server)
    assert Song.open(path, pool.of).channels == 2
    # What the first one has forked goes on.
    played = np.concatenate([first, *playing])
    assert np.array_equal(played, np.concatenate(list(Song.open(path).stereo_blocks(48000))))
    pool.close()
    assert not decoding_processes()


def test_closing_does_not_wait_for_a_fork_server_that_hangs(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    path = tmp_path / "song.flac"
    write_music(path, 3.0, RATE_HZ)
    pool = DecoderPool(starter=fork_server)
    song = Song.open(path, pool.of)
    halt(*(x for x in decoding_processes() if x not in processes_with(path)))
    thread, raised = open_in_a_thread(path, pool)
    pool.close()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    assert len(raised) == 1
    assert song.channels == 2
    assert not decoding_processes()


def test_they_hold_neither_a_window_nor_a_model() -> None:
    modules = "from emoviz.songs.processes import fork_server, host"
    code = f"import sys; {modules}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in ("PySide6", "onnxruntime", "pyqtgraph", "rich", "sounddevice"):
        assert name not in loaded.split()


class BreakingSpawner(Spawner):
    """Starts processes in which something nobody expects happens to every song that is opened."""

    _BREAK = (
        "from emoviz.songs.processes import host\n"
        "def broken(path, sound_track=None): raise ZeroDivisionError('no such number')\n"
        "host.open_song_decoder = broken\n"
        "host.main()"
    )

    def start(self) -> DecoderProcess:
        """Start one."""
        process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{self._BREAK}"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return DecoderProcess(process, cast(FileIO, process.stdin), cast(FileIO, process.stdout))


def test_what_goes_wrong_unexpectedly_in_a_process_is_an_error_with_the_song_s_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 3.0, RATE_HZ)
    pool = DecoderPool(starter=BreakingSpawner())
    with closing(pool), pytest.raises(errors.SongFailedError) as raised:
        Song.open(path, pool.of)
    said = f"{path}: decoding it failed as nobody expected; the log says where it did."
    assert str(raised.value).startswith(said)
    assert "in broken" in caplog.text
    assert "ZeroDivisionError: no such number" in caplog.text


class HeldSpawner(Spawner):
    """Starts the first process at once, and others only when it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.let = threading.Event()

    def start(self) -> DecoderProcess:
        """Start one, perhaps later."""
        self.begun += 1
        if self.begun > 1:
            self.let.wait(DEADLINE_S)
        return super().start()


def test_while_a_process_is_started_for_later_songs_nobody_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 12.0, RATE_HZ)
    starter = HeldSpawner()
    pool = DecoderPool(starter=starter)
    decoder = pool.open(path)
    wait_until(lambda: starter.begun == 2)
    giving_back = threading.Thread(target=decoder.close)
    giving_back.start()
    giving_back.join(DEADLINE_S / 4)
    was_waiting = giving_back.is_alive()
    starter.let.set()
    giving_back.join(DEADLINE_S)
    pool.close()
    assert not was_waiting
    assert not decoding_processes()


class FailingOnce(Spawner):
    """Starts processes, but for one time at which nobody expects that it fails."""

    def __init__(self) -> None:
        self.begun = 0

    def start(self) -> DecoderProcess:
        """Start one, or fail."""
        self.begun += 1
        if self.begun == 2:
            raise RuntimeError("the well is dry")
        return super().start()


def test_processes_are_kept_ready_whatever_goes_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 3.0, RATE_HZ)
    starter = FailingOnce()
    pool = DecoderPool(starter=starter)
    decoder = pool.open(path)
    wait_until(lambda: starter.begun > 2)
    decoder.close()
    pool.close()
    assert "the well is dry" in caplog.text
    assert not decoding_processes()
