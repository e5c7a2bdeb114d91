"""Measures the library: a million simulated songs, and how fast real ones are tracked.

    python -m build_scripts.bench.library scale [--songs 1000000]
    python -m build_scripts.bench.library throughput [--files 1000] [--vibenet PYTHON]
    python -m build_scripts.bench.library cores [--files 200]

Prints what was measured and adds it to build/bench-library.json, from which docs/figures.py of
build_scripts writes docs/scale.md. `python -m build_scripts.bench --only library` runs all parts.

Songs are cut, without being encoded anew, from the music of Debian's packages of games, which are
installed if they are missing. PYTHON is that of an environment with vibenet.
"""

import argparse
import contextlib
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from build_scripts import ROOT, machine
from emoviz.library import database, search
from emoviz.library.records import (
    SHAPE_POINTS,
    FileState,
    SongRecord,
    folded,
    shape_to_blob,
)
from emoviz.library.store import Library
from emoviz.tracks.track import Provenance, Track

RESULTS = ROOT / "build" / "bench-library.json"
SONGS, FILES, FEW_FILES = 1_000_000, 1_000, 200
FILE_S = 30.0
MODEL, SMALL_MODEL = "musicnn", "cae"

_PACKAGES = ("wesnoth-1.16-music", "singularity-music", "hyperrogue-music", "warzone2100-music")
_SONG_S = 240.0
_AT_ONCE = 10_000
_RUNS = 5
_PUTS = 500
_LOOK_EVERY_S = 0.5
_PATIENCE_S = 7200

Results = dict[str, Any]


def main() -> int:
    """Measure one part and print it."""
    parser = argparse.ArgumentParser(description="Measure the library.")
    parser.add_argument("part", choices=("scale", "throughput", "cores"))
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--files", type=int, help="1000, or 200 for cores")
    parser.add_argument("--vibenet", type=Path, metavar="PYTHON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emoviz-library-") as name:
        if options.part == "scale":
            measured = measure_scale(Path(name), options.songs)
        elif options.part == "cores":
            measured = measure_cores(Path(name), options.files or FEW_FILES)
        else:
            measured = measure_throughput(Path(name), options.files or FILES, options.vibenet)
    print(json.dumps(measured, indent=2))
    save(options.part, measured)
    return 0


def save(part: str, measured: Results) -> None:
    """Add what was measured, and on what, to the file of results."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    known[part] = machine.description() | measured
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(known, indent=2), encoding="utf-8")


# A million songs.


def measure_scale(folder: Path, songs: int = SONGS) -> Results:
    """Simulate a library of so many songs; give how long it takes to find and to show them.

    The half-second values, which no find looks at, are left out: what they take is told apart.
    """
    file = folder / "library.db"
    began_s = time.perf_counter()
    simulate(file, songs)
    simulated_s = time.perf_counter() - began_s
    with Library.open(file) as library:
        like = _track_like_any()
        corner = search.Area((0.2, 0.8), (-1.0, -0.1))
        small = search.Area((0.2, 0.25), (0.1, 0.15))
        sad = search.meant_by("sad", search.START, search.CHANGE_REACH_DEG)
        happy = search.meant_by("happy", search.END, search.CHANGE_REACH_DEG)
        sought: dict[str, Callable[[], Any]] = {
            "region": lambda: search.find(library, [corner], MODEL),
            "small region": lambda: search.find(library, [small], MODEL),
            "word": lambda: search.find(library, [search.meant_by("happy")], MODEL),
            "change": lambda: search.find(library, [sad, happy], MODEL),
            "text": lambda: library.search_text("song 123456"),
            "alike": lambda: search.find_alike(library, like, MODEL)[0],
            "points": lambda: library.points().song_ids,
        }
        found = {name: _timed(find) for name, find in sought.items()}
        size = file.stat().st_size
        puts_per_s = _puts_per_s(library, folder)
    return {
        "songs": songs,
        "simulated_s": simulated_s,
        "file_bytes": size,
        "file_bytes_per_song": size / songs,
        "values_bytes_per_song": 4 * 4 * round(_SONG_S / 0.5),
        "puts_per_s": puts_per_s,
        "found": found,
    }


def simulate(file: Path, songs: int) -> None:
    """Fill a new library with songs that no one has heard, spread over the plane as music is."""
    rng = np.random.default_rng(0)
    artists, albums = max(1, songs // 50), max(1, songs // 10)
    connection = database.connect(file)
    with database.transaction(connection):
        connection.execute("INSERT INTO models VALUES (1, ?)", (MODEL,))
        connection.executemany(
            "INSERT INTO artists VALUES (?, ?)", ((i + 1, f"Artist {i}") for i in range(artists))
        )
        connection.executemany(
            "INSERT INTO albums VALUES (?, ?, ?)",
            ((i + 1, i % artists + 1, f"Album {i}") for i in range(albums)),
        )
    for first in range(0, songs, _AT_ONCE):
        count = min(_AT_ONCE, songs - first)
        album = rng.integers(albums, size=count).tolist()
        mean = np.clip(rng.normal((0.0, 0.05), (0.3, 0.35), (count, 2)), -1, 1).round(6)
        change = rng.normal(0.0, 0.05, (count, 2)).round(6)
        with database.transaction(connection):
            connection.executemany(
                f"INSERT INTO songs VALUES ({','.join('?' * 10)})",
                (_song_row(first + i, album[i], artists, rng) for i in range(count)),
            )
            table = np.hstack([mean, np.full((count, 2), 0.01), mean - change, mean + change])
            connection.executemany(
                "INSERT INTO tracks VALUES (?, ?, 1, '2.0.0', '0.1.0', ?, ?, ?, ?, ?, ?, ?, ?)",
                ((first + i + 1,) * 2 + tuple(row) for i, row in enumerate(table.tolist())),
            )
            shapes = np.repeat(mean, SHAPE_POINTS, axis=1)
            shapes = shapes + rng.normal(0.0, 0.05, shapes.shape)
            connection.executemany(
                "INSERT INTO track_shapes VALUES (?, ?)",
                ((first + i + 1, shape_to_blob(shape)) for i, shape in enumerate(shapes)),
            )
    connection.close()


def _song_row(
    number: int, album: int, artists: int, rng: np.random.Generator
) -> tuple[object, ...]:
    artist = album % artists
    title, of_artist, of_album = f"Song {number}", f"Artist {artist}", f"Album {album}"
    path = f"/home/someone/Music/{of_artist}/{of_album}/{number:07} {title}.flac"
    sha256, words = rng.bytes(32), folded(f"{title}\n{of_artist}\n{of_album}")
    state = (30_000_000 + number, 10**18 + number, sha256)
    return (number + 1, path, *state, _SONG_S, artist + 1, album + 1, title, words)


def _track_like_any() -> Track:
    values = np.linspace((0.1, -0.2), (0.2, 0.3), 480)
    return Track.from_values(values, Provenance("", "", "", MODEL, "", ""))


def _puts_per_s(library: Library, folder: Path) -> float:
    """Put songs with their tracks into a library that is large already, one by one."""
    track = _track_like_any()
    began_s = time.perf_counter()
    for number in range(_PUTS):
        sha256 = f"{number:064x}"
        one = replace(track, provenance=replace(track.provenance, song_sha256=sha256))
        path, state = folder / f"{number}.flac", FileState(number, number)
        library.put(SongRecord(path, state, f"Song {number}", "New", "New", _SONG_S), one)
    return _PUTS / (time.perf_counter() - began_s)


def _timed(find: Callable[[], Any]) -> Results:
    times_s = []
    for _ in range(_RUNS):
        began_s = time.perf_counter()
        found = find()
        times_s.append(time.perf_counter() - began_s)
    return {"songs": len(found), "median_s": statistics.median(times_s), "runs_s": times_s}


# Real songs.


def measure_throughput(folder: Path, files: int = FILES, vibenet: Path | None = None) -> Results:
    """Track so many files by one process and by two, and by two that are killed and begun again."""
    songs = folder / "songs"
    cut_songs(songs, files)
    alone = _add(songs, folder / "one.db", jobs=1)
    together = _add(songs, folder / "two.db", jobs=2)
    small = _add(songs, folder / "small.db", jobs=2, model=SMALL_MODEL)
    parent = together.parent_bytes
    measured: Results = {
        "files": files,
        "file_s": FILE_S,
        "one_process_s": alone.took_s,
        "two_processes_s": together.took_s,
        "ratio": alone.took_s / together.took_s,
        "songs_per_s_one_process": files / alone.took_s,
        "songs_per_s": files / together.took_s,
        "songs_per_s_small_model": files / small.took_s,
        # The first tenth of the time is spent on starting.
        "parent_bytes_early": max(parent[len(parent) // 10 : len(parent) // 3 + 1]),
        "parent_bytes_late": max(parent[-len(parent) // 3 :]),
        "killed": _killed_and_resumed(songs, folder / "killed.db", files),
    }
    if vibenet is not None:
        measured["vibenet"] = _vibenet(vibenet, songs, files)
    return measured


def measure_cores(folder: Path, files: int = FEW_FILES) -> Results:
    """Track so many files by one process held to one core, by one that is not, and by two.

    One process decodes in one thread and listens in another, so it has a part of a second core.
    """
    songs = folder / "songs"
    cut_songs(songs, files)
    held = _add(songs, folder / "held.db", jobs=1, cores=[0])
    alone = _add(songs, folder / "one.db", jobs=1)
    together = _add(songs, folder / "two.db", jobs=2)
    return {
        "files": files,
        "file_s": FILE_S,
        "one_on_one_core_s": held.took_s,
        "one_process_s": alone.took_s,
        "two_processes_s": together.took_s,
        "ratio": alone.took_s / together.took_s,
        "ratio_to_one_core": held.took_s / together.took_s,
        "cores_kept_busy_by_one": alone.processor_s / alone.took_s,
        "cores_kept_busy_by_two": together.processor_s / together.took_s,
    }


def cut_songs(folder: Path, count: int) -> None:
    """Cut so many pieces, no two alike, out of the music of Debian's packages."""
    script = ROOT / "build_scripts" / "system_packages.sh"
    subprocess.run(["sh", str(script), *_PACKAGES], check=True)
    listed = subprocess.run(["dpkg", "-L", *_PACKAGES], check=True, capture_output=True, text=True)
    ending = re.compile(r"\.(ogg|opus|mp3|flac|wav)$")
    sources = [Path(line) for line in listed.stdout.splitlines() if ending.search(line)]
    rooms_s = np.array([max(0.0, _duration_s(source) - FILE_S) for source in sources])
    ends_s = np.cumsum(rooms_s)
    folder.mkdir(parents=True)
    for number, place_s in enumerate(np.linspace(0.0, ends_s[-1], count, endpoint=False)):
        which = int(np.searchsorted(ends_s, place_s, side="right"))
        start_s = float(place_s - ends_s[which] + rooms_s[which])
        _cut(sources[which], start_s, folder / f"{number:05}{sources[which].suffix}")


def _duration_s(path: Path) -> float:
    try:
        with av.open(path) as container:
            return (container.duration or 0) / av.time_base
    except av.FFmpegError:
        # FFmpeg does not know every chained Ogg; there are enough others.
        return 0.0


def _cut(source: Path, start_s: float, target: Path) -> None:
    """Copy `FILE_S` of a file's packets as they are."""
    with av.open(source) as container, av.open(target, "w", format="ogg") as cut:
        stream = container.streams.audio[0]
        copy = cut.add_stream_from_template(stream)
        base = float(stream.time_base or 1)
        container.seek(round(start_s / base), stream=stream)
        first: int | None = None
        for packet in container.demux(stream):
            if packet.pts is None:
                continue
            first = packet.pts if first is None else first
            if (packet.pts - first) * base >= FILE_S:
                break
            packet.pts -= first
            packet.dts = packet.pts
            packet.stream = copy
            cut.mux(packet)


@dataclass(frozen=True)
class _Added:
    """How long a run took, in time and on all processors, and what its parent process held."""

    took_s: float
    processor_s: float
    parent_bytes: list[int]


def _add(
    songs: Path, library: Path, jobs: int, model: str = MODEL, cores: Sequence[int] = ()
) -> _Added:
    """Put all songs into a new library, on those cores or on all."""
    began_s, spent_s = time.perf_counter(), _processor_s()
    process = _start(songs, library, jobs, model)
    if cores:
        # Its workers, which it has not started yet, have the same.
        process.cpu_affinity(list(cores))
    parent_bytes = []
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            parent_bytes.append(process.memory_info().rss)
        time.sleep(_LOOK_EVERY_S)
    if process.returncode:
        raise SystemExit("`emoviz library add` failed; it said why.")
    return _Added(time.perf_counter() - began_s, _processor_s() - spent_s, parent_bytes)


def _processor_s() -> float:
    """Give what the processes that this one has started and seen end have used."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _start(
    songs: Path, library: Path, jobs: int, model: str = MODEL, stdout: int = subprocess.DEVNULL
) -> psutil.Popen:
    command = [sys.executable, "-m", "emoviz", "library", "add", str(songs)]
    command += ["--library", str(library), "--jobs", str(jobs), "--model", model]
    return psutil.Popen(command, cwd=ROOT, stdout=stdout, start_new_session=True, text=True)


def _killed_and_resumed(songs: Path, library: Path, count: int) -> Results:
    """End everything without warning in the middle, begin again, and count what was done when."""
    process = _start(songs, library, jobs=2)
    while process.poll() is None and _songs_in(library) < count // 2:
        time.sleep(_LOOK_EVERY_S)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = _songs_in(library)
    again = _start(songs, library, jobs=2, stdout=subprocess.PIPE)
    told, _ = again.communicate(timeout=_PATIENCE_S)
    numbers = [int(number) for number in re.findall(r"(\d+) (?:tracked|known|failed)", told)]
    tracked, known, failed = numbers
    once = (before, count, 0) == (known, tracked + known, failed) and _songs_in(library) == count
    return {
        "before_the_kill": before,
        "tracked_afterwards": tracked,
        "in_the_library": _songs_in(library),
        "each_exactly_once": once,
    }


def _songs_in(file: Path) -> int:
    if not file.exists():
        return 0
    with Library.open(file) as library:
        return len(library)


def _vibenet(python: Path, songs: Path, count: int) -> Results:
    """Have vibenet judge the same files, as its own documentation has it done."""
    code = (
        "import sys, time\n"
        "from vibenet import load_model\n"
        "net = load_model()\n"
        "began = time.perf_counter()\n"
        "for path in sys.argv[1:]:\n"
        "    net.predict(path)\n"
        "print(time.perf_counter() - began)\n"
    )
    paths = [str(path) for path in sorted(songs.iterdir())]
    done = subprocess.run(
        [str(python), "-c", code, *paths], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1]}
    took_s = float(done.stdout.split()[-1])
    return {"songs_per_s": count / took_s, "took_s": took_s}


if __name__ == "__main__":
    sys.exit(main())
