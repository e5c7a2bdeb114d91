"""What people do with a program that was built, and what it must show meanwhile."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
from smoke_program import Place, Started, User, wait_for
from smoke_screen import Screen

from tests.audio import PulseSink, find

_HEARD_S = 3.0
_PIECES = 12
_LEAST_LOUDNESS = 0.003
_LEAST_LIKENESS = 0.9
_LEAST_COLOURS = 100
_DIALOG = "Export the prediction"
_NO_SOUND = "No sound device can be used"
_NO_LIBRARY = "the library cannot be written"
_NO_EXPORT = "song.csv: cannot be written"
_NOT_A_COMPLAINT = re.compile(r"^\S+ \S+ INFO ")


@dataclass(frozen=True)
class Song:
    """A real mp3, and what the checkout makes of it."""

    path: Path
    track: str
    """The CSV that the checkout's command line writes"""
    sound: npt.NDArray[np.float32]
    """What it sounds like, mono at the sink's rate"""


@dataclass(frozen=True)
class World:
    """What is around the program."""

    program: Path
    user: User
    screen: Screen
    sink: PulseSink
    long: Song
    short: Song
    folder: Path
    pictures: Path

    def place(self, name: str, home: str = "home", *, sound: bool = True) -> Place:
        """Make a place with the screen, and with the sink or without one."""
        place = Place.made(self.folder / name, self.user, home)
        place.variables["DISPLAY"] = self.screen.display
        if sound:
            place.variables |= self.sink.environment
        return place

    def picture(self, name: str) -> None:
        """Keep what is on the screen for a person to look at."""
        self.screen.save(self.pictures / f"{name}.png")


Shown = Iterator[tuple[str, str, bool]]
"""What was looked at, what was seen, and whether that is as it must be; one after the other."""


def everything(world: World) -> Shown:
    """Open a song, hear it, wait for its trail, export it by keys, quit by the menu."""
    place, song = world.place("everything"), world.long
    with _running(world, place, song) as started:
        with world.sink.recorder() as recorder:
            started.wait_for_track(song.path)
            # What is recorded from here on was played after everything had been got ready.
            begin = len(recorder.sound())
            recorder.wait_for(_HEARD_S)
            heard = recorder.sound()[begin:].mean(axis=1)
        yield "the trail", "whole", True
        yield from _sound(heard, song)
        decoders = started.decoders
        yield "processes that decode", str(len(decoders)), bool(decoders)
        world.picture("everything")
        window = _window(world, started)
        table = place.work / "track.csv"
        yield from _export(world, started, window, song, table)
        yield from _quit(world, started, window)
    yield from _no_complaint(started)
    yield from _no_process(place, decoders)


def no_display(world: World) -> Shown:
    """Without a screen, and with one that does not answer: files, and a sentence that says so."""
    for name, variables in (("no screen", {}), ("a dead screen", {"DISPLAY": ":4711"})):
        place = Place.made(world.folder / name, world.user)
        place.variables |= variables
        done = place.run(world.program, world.short.path)
        first = (done.stdout.splitlines() or [""])[0]
        yield f"{name}: it says", first, "no display" in first
        yield f"{name}: exit status", str(done.returncode), done.returncode == 0
        yield f"{name}: complaints", done.stderr.strip() or "none", not done.stderr
        yield _digits(place.work / f"{world.short.path.stem}.csv", world.short)
        poster = place.work / f"{world.short.path.stem}.png"
        drawn = poster.is_file() and poster.read_bytes().startswith(b"\x89PNG")
        yield f"{name}: poster", "drawn" if drawn else "missing", drawn
        if drawn:
            (world.pictures / f"{name.replace(' ', '_')}.png").write_bytes(poster.read_bytes())
        yield from _no_process(place)


def no_sound(world: World) -> Shown:
    """Without a sound device the trail is there, and a silent clock runs."""
    place, song = world.place("no_sound", sound=False), world.short
    with _running(world, place, song) as started:
        started.wait_for_track(song.path)
        yield "the trail", "whole", True
        yield "it says", _NO_SOUND, _NO_SOUND in started.notes
        window = _window(world, started)
        yield from _moves(world)
        world.picture("no_sound")
        yield from _export(world, started, window, song, place.work / "track.csv")
        yield from _quit(world, started, window)
    yield from _no_complaint(started, _NO_SOUND)
    yield from _no_process(place)


def read_only_home(world: World) -> Shown:
    """Nothing can be written to the home: all of it works, and the home stays as it was."""
    place, song = world.place("read_only"), world.short
    own = place.home / "song.mp3"
    own.write_bytes(song.path.read_bytes())
    place.home.chmod(0o500)
    try:
        with _running(world, place, Song(own, song.track, song.sound)) as started:
            started.wait_for_track(own)
            yield "the trail", "whole", True
            started.wait_for_note(_NO_LIBRARY)
            yield "it says", _NO_LIBRARY, True
            window = _window(world, started)
            # The place that is proposed is beside the song, where nothing can be written.
            world.screen.focus(window)
            world.screen.press("ctrl+e")
            _answer(world, started)
            started.wait_for_note(_NO_EXPORT)
            yield "it says of an export to there", _NO_EXPORT, True
            world.picture("read_only_home")
            yield from _export(world, started, window, song, place.work / "track.csv")
            yield from _quit(world, started, window)
        left = sorted(path.name for path in place.home.rglob("*"))
        yield "the home holds", ", ".join(left), left == ["song.mp3"]
        yield _log_row(started.complaint, _NO_LIBRARY, _NO_EXPORT)
    finally:
        place.home.chmod(0o700)
    yield from _no_process(place)


def foreign_home(world: World) -> Shown:
    """A home with spaces and letters of several alphabets; the export is put beside the song."""
    place, song = world.place("foreign", "Zoë Ångström, Музыка 音楽"), world.short
    place.variables["LANG"] = "C"
    own = place.home / "Träume – 夢 №1.mp3"
    own.write_bytes(song.path.read_bytes())
    place.user.own(own)
    with _running(world, place, Song(own, song.track, song.sound)) as started:
        started.wait_for_track(own)
        yield "the trail", "whole", True
        window = _window(world, started)
        yield from _export(world, started, window, song, own.with_suffix(".csv"), proposed=True)
        world.picture("foreign_home")
        yield from _quit(world, started, window)
    yield from _no_complaint(started)
    kept = place.run(world.program, "library", "list", "--paths")
    yield "the library holds it", own.name, own.stem in kept.stdout
    yield from _no_process(place)


def second_instance(world: World) -> Shown:
    """Two at once, begun in the same moment in one home; each ends by itself, the other goes on."""
    place = world.place("second")
    songs = (world.long, world.short)
    first = place.start(world.program, songs[0].path)
    second = place.start(world.program, songs[1].path)
    try:
        for started, song in ((first, songs[0]), (second, songs[1])):
            started.wait_for_track(song.path)
        yield "both trails", "whole", True
        windows = [_window(world, started) for started in (first, second)]
        yield from _export(world, second, windows[1], songs[1], place.work / "second.csv")
        yield from _quit(world, second, windows[1])
        alive = first.process.poll() is None
        yield "the first", "goes on" if alive else "has ended", alive
        yield from _export(world, first, windows[0], songs[0], place.work / "first.csv")
        world.picture("second_instance")
        yield from _quit(world, first, windows[0])
    finally:
        first.end()
        second.end()
    for started in (first, second):
        yield from _no_complaint(started)
    kept = place.run(world.program, "library", "list", "--paths").stdout
    both = all(song.path.stem in kept for song in songs)
    yield "the library holds", "both songs" if both else kept.strip(), both
    yield from _no_process(place)


SCENARIOS: dict[str, Callable[[World], Shown]] = {
    "everything": everything,
    "no display": no_display,
    "no sound device": no_sound,
    "read-only home": read_only_home,
    "foreign home": foreign_home,
    "second instance": second_instance,
}


@contextmanager
def _running(world: World, place: Place, song: Song) -> Iterator[Started]:
    started = place.start(world.program, song.path)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            # Something went wrong: what is on the screen may say what.
            world.picture(f"failed_{place.home.parent.name}")
        started.end()


def _sound(heard: npt.NDArray[np.float32], song: Song) -> Shown:
    loudness = float(np.sqrt(np.mean(np.square(heard))))
    yield "the sink hears", f"{loudness:.3f} of full scale", loudness > _LEAST_LOUDNESS
    # In short pieces: a sink's clock is not quite the song's.
    likeness = np.median([find(piece, song.sound)[1] for piece in np.array_split(heard, _PIECES)])
    yield "likeness to the song", f"r = {likeness:.3f}", bool(likeness > _LEAST_LIKENESS)


def _moves(world: World) -> Shown:
    """The clock of the song runs: the picture changes again and again."""
    for _ in range(2):
        _next_picture(world)
    colours = len(np.unique(world.screen.pixels()))
    yield "the picture", f"{colours} colours, and moves", colours > _LEAST_COLOURS


def _next_picture(world: World) -> None:
    """Wait until the screen shows something else."""
    before = world.screen.pixels()
    wait_for("another picture", lambda: not np.array_equal(world.screen.pixels(), before))


def _export(
    world: World,
    started: Started,
    window: str,
    song: Song,
    table: Path,
    *,
    proposed: bool = False,
) -> Shown:
    """Press Ctrl+E and Return in the dialog, on another name first unless `proposed` will do."""
    world.screen.focus(window)
    world.screen.press("ctrl+e")
    _answer(world, started, None if proposed else table)
    # It is written whole or not at all.
    wait_for(f"{table.name} to be written", table.exists)
    yield _digits(table, song)


def _answer(world: World, started: Started, path: Path | None = None) -> None:
    world.screen.focus(_window(world, started, _DIALOG))
    if path is not None:
        world.screen.press("ctrl+a")
        world.screen.type(str(path))
    world.screen.press("Return")
    wait_for("the dialog to close", lambda: not world.screen.windows(started.process.pid, _DIALOG))
    _next_picture(world)


def _window(world: World, started: Started, title: str = " - emoviz") -> str:
    """Wait for a window of the program; give its id."""
    found: list[str] = []

    def find_it() -> bool:
        found[:] = world.screen.windows(started.process.pid, title)
        return bool(found)

    wait_for(f"a window with {title!r} in its title", find_it)
    return found[-1]


def _quit(world: World, started: Started, window: str) -> Shown:
    """Choose Quit in the menu File."""
    world.screen.focus(window)
    world.screen.press("alt+f", "q")
    status = started.wait_for_end()
    yield "exit status after File, Quit", str(status), status == 0
    printed = (started.told + started.complaint).strip()
    if started.place.log():
        yield "printed", printed or "nothing", not printed


def _digits(table: Path, song: Song) -> tuple[str, str, bool]:
    """Compare a CSV with what the checkout writes of the song."""
    what = f"{table.name}, compared with the checkout's"
    if not table.is_file():
        return what, "missing", False
    text = table.read_text(encoding="utf-8")
    if text == song.track:
        return what, f"{len(text.splitlines()) - 1} rows, every digit", True
    mine, theirs = (_numbers(each) for each in (text, song.track))
    if mine.shape != theirs.shape:
        return what, f"{len(mine)} rows instead of {len(theirs)}", False
    return what, f"differs by up to {np.nanmax(np.abs(mine - theirs)):.2g}", False


def _numbers(text: str) -> npt.NDArray[np.float64]:
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return np.array([[float(cell or "nan") for cell in row[:5]] for row in rows])


def _no_complaint(started: Started, *expected: str) -> Shown:
    log = started.place.log()
    yield "the log was written", f"{len(log.splitlines())} lines", bool(log)
    yield _log_row(log, *expected)
    accounts = started.place.home.rglob("crash*.log")
    crashes = [path.name for path in accounts if path.stat().st_size]
    yield "accounts of crashes", ", ".join(crashes) or "none", not crashes


def _log_row(log: str, *expected: str) -> tuple[str, str, bool]:
    wrong = [
        line
        for line in log.splitlines()
        if not (_NOT_A_COMPLAINT.match(line) or any(sentence in line for sentence in expected))
    ]
    return "errors and warnings in the log", "\n".join(wrong[:5]) or "none", not wrong


def _no_process(place: Place, started: Sequence[psutil.Process] = ()) -> Shown:
    left = {process.pid for process in place.processes()}
    left |= {process.pid for process in started if _lives(process)}
    yield "processes left behind", str(len(left)), not left


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
