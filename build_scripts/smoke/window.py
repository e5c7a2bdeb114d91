"""What people do with the window of a program that was built, and what it must show meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from build_scripts.smoke.program import Place, Started, wait_for
from build_scripts.smoke.world import Shown, Song, World, digits, log_row, no_complaint, no_process
from tests.support.audio import RECORDING_RATE_HZ, find

_HEARD_S = 3.0
_PIECES = 24
_COMPARED_HZ = 8000
_LEAST_LOUDNESS = 0.003
_LEAST_LIKENESS = 0.9
_LEAST_COLOURS = 100
_DBUS, _GDBUS = Path("/usr/bin/dbus-daemon"), Path("/usr/bin/gdbus")
_PLAYER = "org.mpris.MediaPlayer2.Player"
_DEMO = "demo.ogg"
_EXPORT, _FILM = "Export the prediction", "Export film"
_FILM_HZ = 30
_NO_SOUND = "No sound device can be used"
_NO_LIBRARY = "the library cannot be written"
_NO_EXPORT = "song.csv: cannot be written"


def everything(world: World) -> Shown:
    """Open a song, hear it, wait for its trail, export it by keys, quit by the menu."""
    place, song = world.place("everything"), world.long
    with _running(world, place, world.program, song.path) as started:
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
    yield from no_complaint(started)
    yield from no_process(place, decoders)


def early_end(world: World) -> Shown:
    """Quit while the song is still being tracked, and killed then: no process stays behind."""
    place, song = world.place("early_end"), world.long
    with _running(world, place, world.program, song.path) as started:
        window = _window(world, started, song.path.stem)
        yield from _quit(world, started, window)
        yield "the trail, by then", *_unfinished(started)
    yield from no_complaint(started)
    yield from no_process(place)
    killed = place.start(world.program, song.path)
    try:
        _window(world, killed, song.path.stem)
        decoders = killed.decoders
        killed.process.kill()
        killed.wait_for_end()
        yield "killed, with processes that decode", str(len(decoders)), bool(decoders)
        yield from no_process(place, decoders)
    finally:
        killed.end()


def no_sound(world: World) -> Shown:
    """Without a sound device the trail is there, and a silent clock runs."""
    place, song = world.place("no_sound", sound=False), world.short
    with _running(world, place, world.program, song.path) as started:
        started.wait_for_track(song.path)
        yield "the trail", "whole", True
        yield "it says", _NO_SOUND, _NO_SOUND in started.notes
        window = _window(world, started)
        yield from _moves(world)
        world.picture("no_sound")
        yield from _export(world, started, window, song, place.work / "track.csv")
        yield from _quit(world, started, window)
    yield from no_complaint(started, _NO_SOUND)
    yield from no_process(place)


def read_only_home(world: World) -> Shown:
    """Nothing can be written to the home: all of it works, and the home stays as it was."""
    place, song = world.place("read_only"), world.short
    own = place.home / "song.mp3"
    own.write_bytes(song.path.read_bytes())
    place.home.chmod(0o500)
    try:
        with _running(world, place, world.program, own) as started:
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
        yield log_row(started.complaint, _NO_LIBRARY, _NO_EXPORT)
    finally:
        place.home.chmod(0o700)
    yield from no_process(place)


def foreign_home(world: World) -> Shown:
    """A home with spaces and letters of several alphabets; the export is put beside the song."""
    place, song = world.place("foreign", "Zoë Ångström, Музыка 音楽"), world.short
    place.variables["LANG"] = "C"
    own = place.home / "Träume – 夢 №1.mp3"
    own.write_bytes(song.path.read_bytes())
    place.user.own(own)
    with _running(world, place, world.program, own) as started:
        started.wait_for_track(own)
        yield "the trail", "whole", True
        window = _window(world, started)
        yield from _export(world, started, window, song, own.with_suffix(".csv"), proposed=True)
        world.picture("foreign_home")
        yield from _quit(world, started, window)
    yield from no_complaint(started)
    kept = place.run(world.program, "library", "list", "--paths")
    yield "the library holds it", own.name, own.stem in kept.stdout
    yield from no_process(place)


def demo(world: World) -> Shown:
    """Start as a desktop does, without a song: the demo plays until the panel pauses it."""
    place = world.place("demo")
    # An installation has a script of its own for desktops.
    launcher = world.program.with_name("emoviz-gui")
    launcher = launcher if launcher.exists() else world.program
    with _bus(place), _running(world, place, launcher) as started:
        started.wait_for_note(f"{_DEMO}: ")
        yield f"{launcher.name}, the demo's trail", "whole", True
        before = _ask_panel(place, "Get", "PlaybackStatus")
        title = _ask_panel(place, "Get", "Metadata")
        yield "the panel says", before, "Playing" in before and "xesam:title" in title
        _ask_panel(place, "Pause")
        wait_for("the pause", lambda: "Paused" in _ask_panel(place, "Get", "PlaybackStatus"))
        yield "and after Pause", "Paused", True
        yield from _quit(world, started, _window(world, started))
    yield from no_complaint(started)
    yield from no_process(place)


def film(world: World) -> Shown:
    """Export a film by the menu: it is made in a process beside the window's."""
    place, song = world.place("film"), world.short
    target = place.work / "film.mp4"
    with _running(world, place, world.program, song.path) as started:
        started.wait_for_track(song.path)
        window = _window(world, started)
        world.screen.focus(window)
        world.screen.press("alt+f", "m")
        choice = _window(world, started, _FILM)
        world.screen.focus(choice)
        world.screen.press("Return")
        wait_for("the choice to close", lambda: choice not in _windows(world, started, _FILM))
        _answer(world, started, target, _FILM)
        wait_for(f"{target.name} to be written", target.exists)
        with av.open(target) as container:
            pictures = sum(1 for _ in container.decode(video=0))
            sounds = len(container.streams.audio)
        expected = round(_FILM_HZ * len(song.track.splitlines()[1:]) / 2)
        good = sounds == 1 and abs(pictures - expected) <= 1
        yield "the film", f"{pictures} pictures, {'with' if sounds else 'without'} sound", good
        yield from _quit(world, started, window)
    yield from no_complaint(started)
    yield from no_process(place)


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
        yield from no_complaint(started)
    kept = place.run(world.program, "library", "list", "--paths").stdout
    both = all(song.path.stem in kept for song in songs)
    yield "the library holds", "both songs" if both else kept.strip(), both
    yield from no_process(place)


@contextmanager
def _bus(place: Place) -> Iterator[None]:
    """Give a place a message bus, where desktops have it."""
    socket = Path(place.variables["XDG_RUNTIME_DIR"]) / "bus"
    daemon = place.start(_DBUS, "--session", "--nofork", f"--address=unix:path={socket}")
    try:
        wait_for("the message bus", socket.exists)
        yield
    finally:
        daemon.end()


def _ask_panel(place: Place, method: str, *names: str) -> str:
    """Ask the program over the bus, as the desktop's panel does (MPRIS)."""
    if names:
        method, names = f"org.freedesktop.DBus.Properties.{method}", (_PLAYER, *names)
    else:
        method = f"{_PLAYER}.{method}"
    whom = ("-d", "org.mpris.MediaPlayer2.emoviz", "-o", "/org/mpris/MediaPlayer2")
    done = place.run(_GDBUS, "call", "--session", *whom, "--method", method, *names)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


@contextmanager
def _running(world: World, place: Place, program: Path, *arguments: Path) -> Iterator[Started]:
    started = place.start(program, *arguments)
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
    played, rate_hz = soundfile.read(song.path, dtype="float32", always_2d=True)
    whole = soxr.resample(played.mean(axis=1), rate_hz, _COMPARED_HZ)
    heard = soxr.resample(heard, RECORDING_RATE_HZ, _COMPARED_HZ)
    # In short pieces: a sink's clock is not quite the song's, and a busy machine leaves gaps.
    pieces = np.array_split(heard, _PIECES)
    likeness = float(np.quantile([find(piece, whole)[1] for piece in pieces], 0.75))
    yield "likeness to the song", f"r = {likeness:.3f}", likeness > _LEAST_LIKENESS


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


def _unfinished(started: Started) -> tuple[str, bool]:
    whole = "tracked" in started.notes
    return ("whole" if whole else "not whole"), not whole


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
    yield digits(table, song.track)


def _answer(world: World, started: Started, path: Path | None = None, title: str = _EXPORT) -> None:
    """Press Return in a file dialog, on `path` if it is not to be what is proposed."""
    world.screen.focus(_window(world, started, title))
    if path is not None:
        world.screen.press("ctrl+a")
        world.screen.type(str(path))
    world.picture(f"{started.place.home.parent.name}_dialog")
    world.screen.press("Return")
    wait_for("the dialog to close", lambda: not _windows(world, started, title))
    _next_picture(world)


def _windows(world: World, started: Started, title: str) -> list[str]:
    return world.screen.windows(started.process.pid, title)


def _window(world: World, started: Started, title: str = " - emoviz") -> str:
    """Wait for a window of the program; give its id."""
    wait_for(f"a window with {title!r} in its title", lambda: bool(_windows(world, started, title)))
    return _windows(world, started, title)[-1]


def _quit(world: World, started: Started, window: str) -> Shown:
    """Choose Quit in the menu File."""
    world.screen.focus(window)
    world.screen.press("alt+f", "q")
    status = started.wait_for_end()
    yield "exit status after File, Quit", str(status), status == 0
    printed = (started.told + started.complaint).strip()
    if started.place.log():
        yield "printed", printed or "nothing", not printed
