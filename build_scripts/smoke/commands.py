"""What a program that was built does without its window."""

import subprocess

from build_scripts.smoke.program import Place
from build_scripts.smoke.world import Row, Shown, World, digits, no_process

_HEARD_VALUES = 4


def no_display(world: World) -> Shown:
    """Without a screen, and with one that does not answer: files, and a sentence that says so."""
    for name, variables in (
        ("no screen", {}),
        ("a dead screen", {"DISPLAY": ":4711", "WAYLAND_DISPLAY": "wayland-4711"}),
    ):
        place = Place.made(world.folder / name, world.user)
        place.variables |= variables
        done = place.run(world.program, world.short.path)
        first = (done.stdout.splitlines() or [""])[0]
        yield f"{name}: it says", first, "no display" in first
        yield f"{name}: exit status", str(done.returncode), done.returncode == 0
        yield f"{name}: complaints", done.stderr.strip() or "none", not done.stderr
        yield digits(place.work / f"{world.short.path.stem}.csv", world.short.track)
        poster = place.work / f"{world.short.path.stem}.png"
        drawn = poster.is_file() and poster.read_bytes().startswith(b"\x89PNG")
        yield f"{name}: poster", "drawn" if drawn else "missing", drawn
        if drawn:
            (world.pictures / f"{name.replace(' ', '_')}.png").write_bytes(poster.read_bytes())
        yield from no_process(place)


def command_line(world: World) -> Shown:
    """Songs of every kind in worker processes, pictures, a film, what is installed, a mistake."""
    place = Place.made(world.folder / "command line", world.user)
    place.variables |= world.sink.environment
    album = world.album[0].path.parent

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return place.run(world.program, *arguments)

    def row(what: str, done: subprocess.CompletedProcess[str], *wanted: str) -> Row:
        said = (done.stdout + done.stderr).strip()
        good = done.returncode == 0 and not done.stderr and all(x in said for x in wanted)
        return what, said.splitlines()[0] if said else "nothing said", good

    yield row("--version", run("--version"), "emoviz")
    yield row("models", run("models"), "* cae", "musicnn")
    yield row("devices", run("devices"), "* default")
    done = run("analyze", album, "-o", "tracks", "--jobs", 2)
    yield "analyze --jobs 2", f"exit status {done.returncode}", done.returncode == 0
    for song in world.album:
        name = f"{song.path.stem}.csv"
        what, shown, good = digits(place.work / "tracks" / name, song.track)
        yield what, shown, good
    first = world.album[0].path
    for name, head, *options in (
        ("poster.pdf", b"%PDF", "export", first, "--picture", "poster"),
        ("poster.svg", b"<?xml", "export", first, "--picture", "poster"),
        ("film.mp4", b"", "film", first, "--to", 2),
    ):
        done = run(*options, "-o", name)
        file = place.work / name
        written = file.read_bytes() if file.is_file() else b""
        shown = f"{len(written)} bytes" if written else done.stderr.strip()
        yield name, shown, bool(written) and written.startswith(head) and not done.returncode
    done = run("export", first, "--format", "parquet")
    good = done.returncode == 1 and len(done.stderr.splitlines()) == 1
    yield "what is not installed", done.stderr.strip(), good and "emoviz[parquet]" in done.stderr
    done = run("listen", "--seconds", 2, "-o", "heard.csv", "--record", "heard.flac")
    rows = len(done.stdout.splitlines())
    yield "listen", f"{rows} values", rows == _HEARD_VALUES and not done.stderr
    done = run("analyze", "missing.mp3")
    good = done.returncode == 1 and len(done.stderr.splitlines()) == 1
    yield "a missing song", done.stderr.strip(), good and "no such file" in done.stderr
    yield from no_process(place)
