"""Runs the fuzzer's cases for the command line inside a worker, and judges what came of each."""

import hashlib
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from random import Random

from build_scripts.fuzz.cases import BY_WEIGHT, Prepared, World, check_file, of_kind
from build_scripts.fuzz.kinds import KINDS
from build_scripts.fuzz.originals import Original
from build_scripts.fuzz.workers import FINDING, RESULT, SENTENCE, RunCase, Verdict, note
from emoviz import errors

_OUTPUTS = (1, 2)
_UNEXPECTED = ("Traceback", "something went wrong", "as nobody expected")


class Records(logging.Handler):
    """Keeps the errors that are logged: nobody is to meet one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.texts.append(self.format(record))


@contextmanager
def prepare(
    seed: int, folder: Path, originals: list[Original], kind: str = ""
) -> Iterator[RunCase]:
    """Give what runs a case of the command line, or one of a kind of `kinds`."""
    records = Records()
    logging.basicConfig(level=logging.INFO, handlers=[records])
    world = World(folder, originals)

    def run(number: int, place: Path) -> Verdict:
        verdict = _run(world, records, f"{seed}/{kind or 'cli'}/{number}", kind, place)
        if verdict.outcome != FINDING:
            shutil.rmtree(place)
        return verdict

    yield run


def _run(world: World, records: Records, seed: str, kind: str, place: Path) -> Verdict:
    chance = Random(seed)
    if kind:
        case = of_kind(KINDS[kind], place, chance)
    else:
        (make,) = chance.choices(list(BY_WEIGHT), list(BY_WEIGHT.values()))
        case = make(world, place, chance)
    note(world.folder, case.form, case.what)
    before = _contents(place)
    for output in _OUTPUTS:
        os.ftruncate(output, 0)
    records.texts.clear()
    os.chdir(place)
    try:
        status = case.run()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 2
    except BaseException:  # noqa: BLE001  (what nobody caught is what is looked for)
        return Verdict(FINDING, case.form, case.what, traceback.format_exc())
    finally:
        os.chdir(world.folder)
        sys.stdout.flush()
        sys.stderr.flush()
    said = (world.folder / "stderr").read_text(encoding="utf-8", errors="replace")
    verdict = _judge(case, status, said, place, before)
    if not records.texts:
        return verdict
    detail = "; ".join(filter(None, (verdict.detail, *records.texts)))
    return Verdict(FINDING, case.form, case.what, detail)


def _contents(folder: Path) -> dict[Path, str]:
    """Give the SHA-256 of every file below a folder."""
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _judge(
    case: Prepared,
    status: int,
    said: str,
    place: Path,
    before: dict[Path, str],
) -> Verdict:
    """Judge a case by its exit status, by what it said on standard error, and by its files."""
    faults = [
        *_of_words(case, status, said),
        *_of_files(case, status, place, before),
    ]
    if faults:
        return Verdict(FINDING, case.form, case.what, "; ".join(faults))
    return Verdict(SENTENCE if status else RESULT, case.form, case.what)


def _of_words(case: Prepared, status: int, said: str) -> list[str]:
    faults = []
    if status not in (0, 1):
        faults.append(f"exit status {status}")
    lines = said.splitlines()
    if any(sign in said for sign in _UNEXPECTED):
        faults.append(f"unexpected: {said.strip()[:500]}")
    if any(not line.startswith("emoviz: ") for line in lines):
        faults.append(f"not one line: {said.strip()[:500]!r}")
    if status == 1:
        if not lines and not case.may_be_silent:
            faults.append("exit status 1 without a word")
        elif lines and not any(_shown(name) in said for name in case.blamed):
            faults.append(f"the file is not named: {said.strip()[:500]}")
    return faults


def _shown(name: str) -> str:
    """Give a name as sentences have it."""
    return str(errors.EmovizError(name))


def _of_files(case: Prepared, status: int, place: Path, before: dict[Path, str]) -> list[str]:
    faults = []
    after = _contents(place)
    for path, digest in before.items():
        if after.get(path) != digest and path not in case.may_change:
            faults.append(f"{path.name} was changed")
    allowed = [str(path.relative_to(place)) for path in case.promised if path.is_relative_to(place)]
    allowed += case.others
    for path in after.keys() - before.keys():
        name = str(path.relative_to(place))
        if path.name.endswith(".part") or not any(fnmatch(name, each) for each in allowed):
            faults.append(f"{name} was left behind")
    for path in case.promised:
        is_library = path.suffix == ".db"
        if status == 0:
            try:
                check_file(path)
            except Exception as error:  # noqa: BLE001  (whatever is wrong with it is a finding)
                faults.append(f"{path.name} is not as promised: {error}")
        elif path in after and path not in before and not is_library:
            faults.append(f"{path.name} is there though it failed")
    return faults
