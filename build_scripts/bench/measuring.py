"""The benchmark: how fast the program is, each figure beside its budget.

    python -m build_scripts.bench

Prints one table and writes it to build/bench.json. Every figure comes from the program's own
entry points, run as a person runs them: fresh processes, the real window, a real song. Absolute
times differ between machines, so each is also given as a multiple of a reference job of the same
run: decoding the same song and doing nothing with it.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from build_scripts import ROOT, machine
from build_scripts.bench import frozen, library, listen, long

_PARTS = ("start", "frozen", "play", "long", "listen", "cli", "ear", "steady", "film")
_LONG_PARTS = ("library", "map")
"""What takes half an hour, and is measured only where it is asked for"""
_STARTS = 5
_OPENINGS = 3
_CLI_RUNS = 3
_SAMPLE_S = 0.005
_WIDTH = 120
_PATIENCE_S = 600
_EAR_S = _STEADY_S = 600
_FILM_PATIENCE_S = 900
_EAR = "build_scripts.bench.ear"
_FILM = "build_scripts.bench.film"
_WATCHER = "build_scripts.bench.window"
_LONG_WATCHER = "build_scripts.bench.long"
_STEADY_WATCHER = "build_scripts.bench.steady"
_MAP_WATCHER = "build_scripts.bench.map"
_LISTEN_WATCHER = "build_scripts.bench.listen"


@dataclass(frozen=True)
class Figure:
    """One measured thing. `budget` is the most it may be, or the least where `at_least`."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    runs: tuple[float, ...] = ()

    @property
    def verdict(self) -> str:
        """Say whether the budget is kept."""
        if self.budget is None:
            return ""
        kept = self.value >= self.budget if self.at_least else self.value <= self.budget
        return "ok" if kept else "MISSED"


def main() -> int:
    """Run everything; give 0 whether budgets are kept or not: figures are for people to judge."""
    parser = argparse.ArgumentParser(description="Measure the program's speed against its budgets.")
    parser.add_argument(
        "--only", choices=_PARTS + _LONG_PARTS, action="append", help="measure only this"
    )
    only = parser.parse_args().only or list(_PARTS)
    # A pipe has no width of its own, and a table in narrow columns cannot be read.
    console = Console(width=_WIDTH if not sys.stdout.isatty() else None)
    about = machine.description()
    console.print(
        f"{about['machine']}, Python {about['python']}, load {about['load_average']}, "
        f"cores busy {about['cores_busy_percent']} %"
    )
    figures: list[Figure] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="emoviz-bench-") as name:
        folder = Path(name)
        song = folder / "song.mp3"
        machine.write_song(song)
        reference_s = statistics.median(machine.decode_s(song) for _ in range(_CLI_RUNS))
        figures.append(Figure("decoding the 4-minute song alone", reference_s, "s"))
        if "ear" in only:
            figures += measure_ear(folder, notes)
        if "cli" in only:
            figures += measure_cli(song, folder)
        if "film" in only:
            figures += measure_film(song, folder, notes)
        if "frozen" in only:
            figures += measure_frozen(song, folder, notes)
        if "library" in only:
            figures += measure_library(folder, notes)
        if set(only) - {"cli", "ear", "frozen", "library", "film"}:
            with machine.screen() as screen:
                environment = os.environ | machine.home(folder / "home") | screen
                if "start" in only:
                    figures.append(measure_start(song, folder, environment))
                if "play" in only:
                    figures += measure_play(song, folder, environment, notes)
                if "long" in only:
                    figures += measure_long(song, folder, environment, notes)
                if "listen" in only:
                    figures += measure_listen(song, folder, environment, notes)
                if "map" in only:
                    figures += measure_map(folder, environment)
                if "steady" in only:
                    figures += measure_steady(song, folder, environment, notes)
    console.print(_table(figures, reference_s))
    for note in notes:
        console.print(note)
    _save(about, figures, reference_s, notes)
    return 0


def measure_start(song: Path, folder: Path, environment: dict[str, str]) -> Figure:
    """Start the program in fresh processes until its window has been painted."""
    result = folder / "start.json"
    runs = []
    for _ in range(1 + _STARTS):
        began_s = time.monotonic()
        _watch(result, "start", str(began_s), str(song), environment=environment)
        runs.append(json.loads(result.read_text())["start_s"])
    # The first run fills the caches of files and fonts.
    warm = runs[1:]
    return Figure("start to window", statistics.median(warm), "s", 1.0, runs=tuple(warm))


def measure_frozen(song: Path, folder: Path, notes: list[str]) -> list[Figure]:
    """Start the frozen program, if there is one, until its window is on the screen."""
    if not frozen.can_measure():
        notes.append("There is no frozen program to measure: `make frozen` makes it.")
        return []
    environment = os.environ | machine.home(folder / "frozen-home")
    runs = frozen.measure_starts(song, folder, environment)
    median_s = statistics.median(runs)
    return [Figure("start to window, frozen program", median_s, "s", 1.5, runs=runs)]


def measure_play(
    song: Path, folder: Path, environment: dict[str, str], notes: list[str]
) -> list[Figure]:
    """Open songs in a running window, then play for a while, all with sound."""
    result = folder / "play.json"
    # The library knows a song by its bytes, and would not have one tracked again.
    others = [folder / f"other{number}.mp3" for number in range(_OPENINGS)]
    for number, other in enumerate(others):
        other.write_bytes(song.read_bytes() + bytes([number]))
    with machine.sound(folder / "pulse") as sound:
        paths = map(str, [song, *others])
        _watch(result, "play", *paths, environment=environment | sound)
    measured = json.loads(result.read_text())
    openings, playing, callback = measured["openings"], measured["playing"], measured["callback"]
    notes.append(f"window {playing['size']}, {playing['resident_bytes'] / 1e6:.0f} MB resident")
    trails = tuple(opening["first_trail_s"] for opening in openings)
    analysed = tuple(opening["analysed_s"] for opening in openings)
    late = tuple(opening["worst_late_s"] * 1000 for opening in openings)
    frames = tuple(opening["longest_frame_s"] * 1000 for opening in openings)
    figures = [
        Figure("open to first trail", statistics.median(trails), "s", 1.5, runs=trails),
        Figure("open to whole song", statistics.median(analysed), "s", runs=analysed),
        Figure("latest event while analysing", max(late), "ms", 50.0, runs=late),
        Figure("longest frame while analysing", max(frames), "ms", 100.0, runs=frames),
        Figure("frames while playing", playing["frames_per_s"], "/s", 60.0, at_least=True),
        Figure("frame time, 95th percentile", playing["frame_95th_s"] * 1000, "ms", 20.0),
        Figure("longest frame while playing", playing["frame_longest_s"] * 1000, "ms"),
        Figure("share of one core while playing", playing["core_share"] * 100, "%", 60.0),
    ]
    if callback["calls"]:
        figures.append(Figure("audio callback, worst", callback["worst_s"] * 1000, "ms"))
        notes.append(f"{callback['calls']} audio callbacks, {callback['underflows']} underflows")
    else:
        notes.append("No sound device could be had: played on the silent clock.")
    return figures


def measure_long(
    song: Path, folder: Path, environment: dict[str, str], notes: list[str]
) -> list[Figure]:
    """Open songs of three hours in a running window and seek in them, until they are heard."""
    result = folder / "long.json"
    paths = [str(path) for path in long.write_songs(folder)]
    with machine.sound(folder / "pulse-long") as sound:
        environment = environment | sound
        with machine.FamilyMemory(_LONG_WATCHER) as memory:
            _watch(result, str(song), *paths, environment=environment, watcher=_LONG_WATCHER)
    if not (peak := memory.peak):
        # Nothing is not little.
        raise SystemExit(f"The memory of {_LONG_WATCHER} could not be read.")
    notes.append(
        f"3-hour songs: {peak['processes']} processes hold {peak['pss'] / 1e6:.0f} MB at most; "
        f"what they share counted for each, {peak['rss'] / 1e6:.0f} MB"
    )
    figures = [Figure("peak memory, 3-hour songs", peak["pss"] / 1e6, "MB", 400.0)]
    for suffix, measured in json.loads(result.read_text()).items():
        open_ms = 1000 * measured["open_s"]
        seeks_ms = tuple(1000 * seek_s for seek_s in measured["seeks_s"])
        worst_ms = max(seeks_ms)
        figures.append(Figure(f"open to sound, 3-hour {suffix}", open_ms, "ms", 300.0))
        figures.append(
            Figure(f"seek to sound, 3-hour {suffix}", worst_ms, "ms", 150.0, runs=seeks_ms)
        )
    return figures


def measure_ear(folder: Path, notes: list[str]) -> list[Figure]:
    """Play clicks through a null sink and compare the position with its recording."""
    if not machine.has_sound():
        notes.append("No PulseAudio here: how far the trail is from the ear was not measured.")
        return []
    result = folder / "ear.json"
    command = [sys.executable, "-m", _EAR, str(result), str(_EAR_S)]
    subprocess.run(command, timeout=_EAR_S + _PATIENCE_S, check=True)
    ear = json.loads(result.read_text())
    notes.append(
        f"{ear['clicks']:.0f} clicks heard, the position {ear['error_median_s'] * 1000:+.1f} ms "
        f"from them in the median; over {ear['duration_s']:.0f} s that changed by "
        f"{ear['drift_s'] * 1000:+.1f} ms"
    )
    worst_ms = ear["error_95th_s"] * 1000
    return [Figure("trail from the ear, 95th percentile", worst_ms, "ms", 20.0)]


def measure_steady(
    song: Path, folder: Path, environment: dict[str, str], notes: list[str]
) -> list[Figure]:
    """Play for ten minutes beside analyses that take both cores."""
    result = folder / "steady.json"
    with machine.sound(folder / "pulse-steady") as sound:
        if not sound:
            notes.append("There is no PulseAudio: ten minutes of playing were not measured.")
            return []
        rest = (str(song), str(_STEADY_S))
        _watch(result, *rest, environment=environment | sound, watcher=_STEADY_WATCHER)
    measured = json.loads(result.read_text())
    notes.append(
        f"{_STEADY_S / 60:.0f} minutes of playing beside {measured['analyses']} analyses on both "
        f"cores: {measured['calls']} audio callbacks, {measured['frames_per_s']:.1f} frames/s"
    )
    return [
        Figure("underflows in ten minutes under load", measured["underflows"], "", 0.0),
        Figure("audio callback under load, worst", measured["worst_s"] * 1000, "ms"),
        Figure("frame time under load, 95th percentile", measured["frame_95th_s"] * 1000, "ms"),
    ]


def measure_film(song: Path, folder: Path, notes: list[str]) -> list[Figure]:
    """Make a film of the song, and see whether sound and picture of a long one are together."""
    result = folder / "film.json"
    command = [sys.executable, "-m", _FILM, str(result), str(song), str(folder)]
    subprocess.run(command, cwd=ROOT, timeout=_FILM_PATIENCE_S, check=True)
    measured = json.loads(result.read_text())
    film = measured["film"]
    notes.append(
        f"the film took {film['made_s']:.1f} s, and {film['tracked_s']:.1f} s for its track; it "
        f"has {film['bytes'] / 1e6:.1f} MB"
    )
    ratio = film["film_s"] / film["made_s"]
    late = tuple(measured["late_pictures"])
    latest = max(late, key=abs)
    return [
        Figure("film, 720p at 30/s, times real time", ratio, "x", 1.0, at_least=True),
        Figure("trail behind the sound after 10 min of film", latest, "frames", 1.0),
    ]


def measure_listen(
    song: Path, folder: Path, environment: dict[str, str], notes: list[str]
) -> list[Figure]:
    """Listen in a running window to bursts of music, and see when the trail knows of each."""
    result, bursts, pulse = folder / "listen.json", folder / "bursts.wav", folder / "pulse-listen"
    listen.write_bursts(bursts)
    with machine.sound(pulse) as sound:
        if not sound:
            notes.append("There is no PulseAudio: listening was not measured.")
            return []
        rest = (str(song), str(bursts), str(pulse))
        _watch(result, *rest, environment=environment | sound, watcher=_LISTEN_WATCHER)
    latencies_s = tuple(json.loads(result.read_text())["latencies_s"])
    return [Figure("sound to trail, latest", max(latencies_s), "s", 1.5, runs=latencies_s)]


def measure_cli(song: Path, folder: Path) -> list[Figure]:
    """Track the song by the command line in fresh processes, with each model."""
    output = folder / "song.csv"
    figures = []
    for model, budget_s in (("musicnn", 5.0), ("cae", 2.0)):
        command = [sys.executable, "-m", "emoviz", "analyze", str(song), "-o", str(output)]
        command += ["--model", model]
        times_s = []
        for _ in range(_CLI_RUNS):
            began_s = time.perf_counter()
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                raise SystemExit("`emoviz analyze` failed; it said why.")
            times_s.append(time.perf_counter() - began_s)
        name, median_s = f"4-minute song by CLI, {model}", statistics.median(times_s)
        figures.append(Figure(name, median_s, "s", budget_s, runs=tuple(times_s)))
        # In a run of its own: looking every few milliseconds takes time from what is looked at.
        peak = _peak_resident_bytes(psutil.Popen(command, cwd=ROOT))
        figures.append(Figure(f"its peak memory, {model}", peak / 1e6, "MB", 350.0))
    return figures


def measure_map(folder: Path, environment: dict[str, str]) -> list[Figure]:
    """Open the map of simulated libraries, and move the smaller one as fast as it can be."""
    result = folder / "map.json"
    _watch(result, str(folder), environment=environment, watcher=_MAP_WATCHER)
    measured = json.loads(result.read_text())
    figures = []
    for songs, runs_s in measured["opens_s"].items():
        name, budget_s = f"map opens, {int(songs):,} songs", 3.0
        median_s = statistics.median(runs_s)
        figures.append(Figure(name, median_s, "s", budget_s, runs=tuple(runs_s)))
    for key, what in (
        ("pan_s", "moved"),
        ("near_pan_s", "moved, from near"),
        ("zoom_s", "zoomed"),
    ):
        rate = 1.0 / statistics.mean(measured[key])
        name = f"map of 50,000 songs, {what}"
        figures.append(Figure(name, rate, "/s", 60.0, at_least=True))
    return figures


def measure_library(folder: Path, notes: list[str]) -> list[Figure]:
    """Find in a simulated library, and track real songs by one process and by two."""
    scale = library.measure_scale(folder)
    library.save("scale", scale)
    found = scale["found"]
    notes.append(
        f"{scale['songs']} simulated songs, {scale['file_bytes'] / 1e6:.0f} MB without their values"
    )
    figures = []
    for name, key, budget_ms in (
        ("find by region in a library of a million songs", "region", 100.0),
        ("the map's points of a million songs", "points", 3000.0),
    ):
        runs_ms = tuple(1000 * run_s for run_s in found[key]["runs_s"])
        figures.append(Figure(name, 1000 * found[key]["median_s"], "ms", budget_ms, runs=runs_ms))
    tracked = library.measure_throughput(folder)
    library.save("throughput", tracked)
    library.save("cores", library.measure_cores(folder / "cores"))
    killed = tracked["killed"]
    notes.append(
        f"{tracked['files']} files of {tracked['file_s']:.0f} s; killed after "
        f"{killed['before_the_kill']} and begun again, each was done exactly once: "
        f"{killed['each_exactly_once']}"
    )
    growth_mb = (tracked["parent_bytes_late"] - tracked["parent_bytes_early"]) / 1e6
    figures += [
        Figure("songs of 30 s, two processes", tracked["songs_per_s"], "/s"),
        Figure("two processes against one", tracked["ratio"], "times", 1.8, at_least=True),
        Figure("what the parent's memory grows by", growth_mb, "MB", 10.0),
    ]
    return figures


def _peak_resident_bytes(process: psutil.Popen) -> int:
    """Wait for a process; give the most that it and its children held at one time."""
    peak = 0
    while True:
        # One of them may just have ended.
        with contextlib.suppress(psutil.Error):
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(_SAMPLE_S)
            return peak


def _watch(result: Path, *rest: str, environment: dict[str, str], watcher: str = _WATCHER) -> None:
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", watcher, str(result), *rest]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, env=environment, timeout=_STEADY_S + _PATIENCE_S, check=False)
    if not result.exists():
        raise SystemExit(
            f"The window did not do its part ({watcher} {result.stem}): run it by hand to see why."
        )


def _table(figures: list[Figure], reference_s: float) -> Table:
    table = Table(title="emoviz, measured")
    for heading in ("", "measured", "budget", "", "x decoding", "runs"):
        table.add_column(heading, justify="left" if heading in ("", "runs") else "right")
    for figure in figures:
        bound = "" if figure.budget is None else f"{'≥' if figure.at_least else '≤'} "
        budget = "" if figure.budget is None else f"{figure.budget:g} {figure.unit}"
        ratio = f"{figure.value / reference_s:.2f}" if figure.unit == "s" else ""
        table.add_row(
            figure.name,
            f"{figure.value:.2f} {figure.unit}",
            bound + budget,
            figure.verdict,
            ratio,
            " ".join(f"{run:.2f}" for run in figure.runs),
        )
    return table


def _save(
    about: dict[str, Any], figures: list[Figure], reference_s: float, notes: list[str]
) -> None:
    file = ROOT / "build" / "bench.json"
    file.parent.mkdir(exist_ok=True)
    table = [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
    if file.exists():
        # What was not measured this time stays as it was.
        earlier = json.loads(file.read_text(encoding="utf-8"))["figures"]
        now = {row["name"]: row for row in table}
        table = [now.pop(row["name"], row) for row in earlier] + list(now.values())
    content = {**about, "reference_s": reference_s, "figures": table, "notes": notes}
    file.write_text(json.dumps(content, indent=2), encoding="utf-8")
