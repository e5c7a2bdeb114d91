"""Do the tests notice? Changes one thing in the code at a time, and sees whether a test fails.

    python -m build_scripts.suite.mutants [--count 300] [--seed 0] [--jobs 1] [--also tests/cli ...]

cosmic-ray makes the mutants; which of them are tried is drawn by the seed: first a place in the
code of one of the rooms below, then one of the changes that can be made there. Each runs the tests
of its own room, in a copy of the checkout, until one fails; what survives them runs those of
`--also` too. Whatever was tried stays in build/mutants/results.jsonl, and is not tried again while
its module is as it was: a run that was stopped goes on. The survivors are in survivors.diff there.

Not drawn are changes of type hints, which end at the import, and `is` in place of a comparison,
which is the same for small numbers and words.
"""

import argparse
import ast
import difflib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue

from build_scripts import ROOT

ROOMS = {
    "tracks": ("tests/tracks",),
    "hearing": ("tests/hearing",),
    "tracking": ("tests/tracking",),
    "export": ("tests/export", "tests/gui/films/test_film.py"),
    "songs/mp3_aac": ("tests/songs", "--ignore=tests/songs/processes"),
}
"""What is changed, and the tests that are to notice it"""

KEPT = ROOT / "build" / "mutants"
KILLED, SURVIVED, LATE = "killed", "survived", "no end"
_LEAST_LIMIT_S, _LIMIT_RUNS = 60.0, 4.0
"""A mutant has so long, or so many times what the tests take without one"""


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    room: str
    module: str
    """Its file in the checkout"""
    sha256: str
    """Of the module as it was"""
    operator: str
    occurrence: int
    line: int
    column: int


@dataclass(frozen=True)
class Result:
    """What became of a mutant."""

    mutant: Mutant
    tests: tuple[str, ...]
    outcome: str
    took_s: float


def main() -> int:
    """Draw mutants, try those that have not been, and print the share that was killed."""
    parser = argparse.ArgumentParser(description="See whether the tests notice what is changed.")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--most", type=int, help="try no more than so many now")
    parser.add_argument("--also", nargs="*", default=[], help="tests that survivors run, too")
    parser.add_argument("--keep", type=Path, default=KEPT)
    options = parser.parse_args()
    mutants = draw(all_places(), options.count, options.seed)
    options.keep.mkdir(parents=True, exist_ok=True)
    file = options.keep / "results.jsonl"
    for also in ((), tuple(options.also))[: 1 + bool(options.also)]:
        waiting = [*_waiting(mutants, read(file), also)][: options.most]
        for result in tried(waiting, options.keep, options.jobs):
            with file.open("a", encoding="utf-8") as opened:
                opened.write(json.dumps(asdict(result)) + "\n")
            at = f"{result.mutant.module}:{result.mutant.line}"
            print(f"{result.outcome:<8} {at} {result.mutant.operator}", flush=True)
    best = outcomes(mutants, read(file))
    survivors = [mutant for mutant, outcome in best.items() if outcome == SURVIVED]
    (options.keep / "survivors.diff").write_text(
        "".join(f"{change_of(mutant)}\n" for mutant in survivors), encoding="utf-8"
    )
    print(table(best))
    print(f"{len(mutants) - len(best)} of {len(mutants)} mutants still to be tried")
    return 0


def _waiting(
    mutants: Iterable[Mutant], results: Sequence[Result], also: tuple[str, ...]
) -> Iterator[tuple[Mutant, tuple[str, ...]]]:
    """Yield mutants that have not been tried with the tests of their room, or with others."""
    done = {(result.mutant, result.tests) for result in results}
    best = outcomes(mutants, results)
    for mutant in mutants:
        tests = also or ROOMS[mutant.room]
        if (mutant, tests) not in done and (not also or best.get(mutant) == SURVIVED):
            yield mutant, tests


def all_places() -> list[list[Mutant]]:
    """Give, for each place in the code of the rooms, the mutants that differ there."""
    return [place for room in ROOMS for place in _places(room)]


def draw(places: Sequence[Sequence[Mutant]], count: int, seed: int) -> list[Mutant]:
    """Draw so many places, or all, and one mutant of each."""
    chance = random.Random(seed)
    return [chance.choice(place) for place in chance.sample(places, len(places))][:count]


def _places(room: str) -> Iterator[list[Mutant]]:
    """Yield the places of a room."""
    for path in sorted((ROOT / "emoviz" / room).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        name, sha256 = str(path.relative_to(ROOT)), hashlib.sha256(source.encode()).hexdigest()
        hints = list(_hints(source))
        found: dict[tuple[int, int], list[Mutant]] = {}
        for operator, occurrence, start in _changes(source):
            if not any(begin <= start < end for begin, end in hints):
                mutant = Mutant(room, name, sha256, operator, occurrence, *start)
                found.setdefault(start, []).append(mutant)
        yield from (found[start] for start in sorted(found))


def _changes(source: str) -> Iterator[tuple[str, int, tuple[int, int]]]:
    """Yield every change of a source by its operator and number, and where it is."""
    # Imported here and below: only `make mutants` installs it, and most of this needs none.
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    nodes = list(ast_nodes(get_ast(source)))
    for name in sorted(plugins.operator_names()):
        operator = plugins.get_operator(name)
        if operator.arguments() or name.endswith(("_Is", "_IsNot")):
            continue
        made = operator()
        starts = (start for node in nodes for start, _ in made.mutation_positions(node))
        for occurrence, start in enumerate(starts):
            yield name, occurrence, start


def _hints(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield where the type hints of a source begin and end."""
    for node in ast.walk(ast.parse(source)):
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if hint is not None:
                end = (hint.end_lineno or hint.lineno, hint.end_col_offset or 0)
                yield (hint.lineno, hint.col_offset), end


def mutated(mutant: Mutant) -> str:
    """Give the code of a mutant's module with the change in it."""
    from cosmic_ray import plugins
    from cosmic_ray.mutating import mutate_code

    source = (ROOT / mutant.module).read_text(encoding="utf-8")
    operator = plugins.get_operator(mutant.operator)()
    code: str | None = mutate_code(source, operator, mutant.occurrence)
    assert code is not None, mutant
    return code


def change_of(mutant: Mutant) -> str:
    """Give what is changed as a difference of two files."""
    old = (ROOT / mutant.module).read_text(encoding="utf-8").splitlines()
    new = mutated(mutant).splitlines()
    lines = difflib.unified_diff(old, new, mutant.module, mutant.operator, lineterm="")
    return "\n".join(lines)


def tried(
    waiting: Sequence[tuple[Mutant, tuple[str, ...]]], folder: Path, jobs: int
) -> Iterator[Result]:
    """Try mutants in copies of the checkout, and yield what became of each."""
    if not waiting:
        return
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(jobs):
        copies.put(_copy(folder / f"checkout{number}"))
    limits_s = {tests: _limit_s(copies, tests) for tests in {tests for _, tests in waiting}}

    def attempt(mutant: Mutant, tests: tuple[str, ...]) -> Result:
        copy = copies.get()
        try:
            _write(copy / mutant.module, mutated(mutant))
            began_s = time.monotonic()
            outcome = run_tests(copy, tests, limits_s[tests])
            _write(copy / mutant.module, (ROOT / mutant.module).read_text(encoding="utf-8"))
            return Result(mutant, tests, outcome, round(time.monotonic() - began_s, 1))
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(attempt, *zip(*waiting, strict=True))


def _write(module: Path, code: str) -> None:
    module.write_text(code, encoding="utf-8")
    # Written twice within a second, it would not be compiled anew.
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
        compiled.unlink()


def _limit_s(copies: "SimpleQueue[Path]", tests: tuple[str, ...]) -> float:
    """Give how long a mutant has; the tests must pass without one."""
    copy = copies.get()
    began_s = time.monotonic()
    if run_tests(copy, tests, None) != SURVIVED:
        raise SystemExit(f"{' '.join(tests)} fail without a mutant: see to that first.")
    copies.put(copy)
    return max(_LEAST_LIMIT_S, _LIMIT_RUNS * (time.monotonic() - began_s))


def run_tests(copy: Path, tests: Iterable[str], limit_s: float | None) -> str:
    """Run tests in a copy of the checkout until one fails, or its time is over."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]
    fresh = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(copy), "PYTEST_ADDOPTS": ""}
    process = subprocess.Popen(
        command,
        cwd=copy,
        env=os.environ | fresh,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return SURVIVED if process.wait(limit_s) == 0 else KILLED
    except subprocess.TimeoutExpired:
        return LATE
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _copy(target: Path) -> Path:
    """Copy the checkout as it is, without what git does not know of."""
    shutil.rmtree(target, ignore_errors=True)
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def read(file: Path) -> list[Result]:
    """Read what has been tried."""
    if not file.exists():
        return []
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        mutant = Mutant(**told["mutant"])
        found.append(Result(mutant, tuple(told["tests"]), told["outcome"], told["took_s"]))
    return found


def outcomes(mutants: Iterable[Mutant], results: Iterable[Result]) -> dict[Mutant, str]:
    """Give what became of each mutant that was tried: killed if any of its tests noticed."""
    drawn = dict.fromkeys(mutants)
    found: dict[Mutant, str] = {}
    for result in results:
        if result.mutant in drawn and found.get(result.mutant, SURVIVED) == SURVIVED:
            found[result.mutant] = result.outcome
    return {mutant: found[mutant] for mutant in drawn if mutant in found}


def table(best: dict[Mutant, str]) -> str:
    """Give the share that was noticed, for each room and for all."""
    counts = Counter((mutant.room, outcome) for mutant, outcome in best.items())
    rows = []
    for name, rooms in (*((room, (room,)) for room in ROOMS), ("all", tuple(ROOMS))):
        survived = sum(counts[room, SURVIVED] for room in rooms)
        count = sum(counts[room, each] for room in rooms for each in (KILLED, SURVIVED, LATE))
        if count:
            share = 100 * (count - survived) / count
            rows.append(
                f"{name:<14} {count:>4} tried, {survived:>3} survived, {share:5.1f} % killed"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
