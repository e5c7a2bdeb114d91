"""The fuzzer: real files of every kind, spoiled, through the command line and the window.

    python -m build_scripts.fuzz [--cases 5000] [--kind-cases 1000] [--window-cases 500]
        [--screen-cases 60] [--seed 0]

Of three kinds of lie (`kinds`: lengths in headers, zeros, times) it is known how long what is heard
has to be. Every other case is to end in a result or in a sentence that names the file, and a
decoder library that crashes on a song must leave the window as it was. Whatever else comes, an
unexpected error, a crash, a hang, memory without bound, a file left behind, is a finding: it is
listed with its seed and number, and what it was made of is kept in build/fuzz/. The exit status is
not zero if there is one. `--only NUMBER` runs one case of a seed again, of the window's with
`--cases 0`.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from build_scripts import ROOT, machine
from build_scripts.fuzz.workers import CONTAINED, FINDING, RESULT, SENTENCE, Answer, Crew, Prepare

if TYPE_CHECKING:
    from build_scripts.fuzz.originals import Original

KEPT = ROOT / "build" / "fuzz"
_OUTCOMES = (RESULT, SENTENCE, CONTAINED, FINDING)
_WORKERS = 2
_SAID_EVERY = 500


class Fuzzer:
    """Runs cases, counts what becomes of them, and keeps the findings."""

    def __init__(
        self, seed: int, folder: Path, originals: "list[Original]", kept: Path, minutes: float
    ) -> None:
        self._seed, self._folder, self._kept = seed, folder, kept
        self._until_s = time.monotonic() + 60.0 * minutes
        self.counts: Counter[tuple[str, str]] = Counter()
        self.done: list[str] = []
        self.findings: list[str] = []
        self._originals = originals

    def run(self, where: str, prepare: Prepare, numbers: list[int], workers: int) -> None:
        """Run cases through the command line or the window."""
        workers = min(workers, len(numbers))
        crew = Crew(prepare, self._seed, self._folder / where, self._originals, workers)
        began_s = time.monotonic()
        done = 0
        for answer in crew.run(self._in_time(iter(numbers))):
            done += 1
            form = f"{where}: {answer.verdict.form}"
            self.counts[form, answer.verdict.outcome] += 1
            if answer.verdict.outcome in (CONTAINED, FINDING):
                self._keep(where, answer)
            if not done % _SAID_EVERY:
                print(f"{where}: {done} cases, {len(self.findings)} findings", flush=True)
        self.done.append(f"{where}: {done} cases in {(time.monotonic() - began_s) / 60:.1f} min")

    def table(self) -> str:
        """Give a row for each format, with how its cases ended."""
        forms = sorted({form for form, _ in self.counts})
        width = max(map(len, forms), default=0)
        head = f"{'':<{width}} " + " ".join(f"{outcome:>9}" for outcome in _OUTCOMES)
        rows = [
            f"{form:<{width}} " + " ".join(f"{self.counts[form, each]:>9}" for each in _OUTCOMES)
            for form in forms
        ]
        sums = [sum(self.counts[form, each] for form in forms) for each in _OUTCOMES]
        rows.append(f"{'all':<{width}} " + " ".join(f"{number:>9}" for number in sums))
        return "\n".join([head, *rows])

    def _in_time(self, numbers: Iterator[int]) -> Iterator[int]:
        for number in numbers:
            if time.monotonic() > self._until_s:
                print("The time is over.", flush=True)
                return
            yield number

    def _keep(self, where: str, answer: Answer) -> None:
        verdict = answer.verdict
        target = self._kept / f"{where}-{self._seed}-{answer.number}"
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        if answer.place.exists():
            shutil.copytree(answer.place, target, symlinks=True)
        else:
            target.mkdir()
        text = f"{verdict.form}: {verdict.what}\n{verdict.detail}\n"
        (target / "finding.txt").write_text(text, encoding="utf-8", errors="replace")
        last = verdict.detail.strip().splitlines()[-1]
        line = f"{where} {self._seed}/{answer.number} {verdict.form} ({verdict.what}): {last[:300]}"
        print(f"{verdict.outcome} {line}", flush=True)
        if verdict.outcome == FINDING:
            self.findings.append(line)


def main(arguments: list[str] | None = None) -> int:
    """Run the fuzzer; give 0 if nothing was found."""
    # Here, because every process that is spawned imports this module anew, and has no use for them.
    from build_scripts.fuzz import cli, window
    from build_scripts.fuzz.kinds import KINDS
    from build_scripts.fuzz.originals import write_originals

    parser = argparse.ArgumentParser(description="Spoil files and see what the program makes of it")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument(
        "--kind-cases", type=int, default=1000, help="of each kind of lie by command line"
    )
    parser.add_argument("--window-cases", type=int, default=500, help="without a screen")
    parser.add_argument("--screen-cases", type=int, default=60, help="of them on Xvfb's screen")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no case after so long")
    parser.add_argument("--workers", type=int, default=_WORKERS)
    parser.add_argument("--only", type=int, help="the number of one case")
    parser.add_argument("--keep", type=Path, default=KEPT, help="where findings go")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="emoviz-fuzz-") as name, ExitStack() as stack:
        folder = Path(name)
        originals = write_originals(folder / "originals")
        fuzzer = Fuzzer(options.seed, folder, originals, options.keep, options.minutes)

        def run(where: str, prepare: Prepare, first: int, count: int) -> None:
            numbers = [*range(first, first + count)]
            if options.only is not None:
                numbers = [options.only][:count]
            if numbers:
                fuzzer.run(where, prepare, numbers, options.workers)

        # No desktop is disturbed, and no one hears anything.
        os.environ.pop("DISPLAY", None)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        run("cli", cli.prepare, 0, options.cases)
        for kind in KINDS:
            run(kind, partial(cli.prepare, kind=kind), 0, options.kind_cases)
        if options.window_cases or options.screen_cases:
            os.environ.update(stack.enter_context(machine.sound(folder / "sound")))
            run("window", window.prepare, 0, options.window_cases)
        if options.screen_cases:
            os.environ.update(stack.enter_context(machine.screen()))
            run("screen", window.prepare, options.window_cases, options.screen_cases)
    print(fuzzer.table())
    print("\n".join(fuzzer.done))
    print("\n".join(fuzzer.findings) or "Every case ended in a result or a sentence.")
    return 1 if fuzzer.findings else 0
