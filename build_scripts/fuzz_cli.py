"""The fuzzer's cases for the command line, run inside a worker."""

import logging
import os
import sys
import traceback
from pathlib import Path

from fuzz_cases import World
from fuzz_judge import FINDING, Verdict, contents, judge
from fuzz_originals import Original
from fuzz_workers import RunCase, note

_OUTPUTS = (1, 2)


class Records(logging.Handler):
    """Keeps the errors that are logged: nobody is to meet one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.texts.append(self.format(record))


def prepare(seed: int, folder: Path, originals: list[Original]) -> RunCase:
    """Give what runs a case of the command line."""
    records = Records()
    logging.basicConfig(level=logging.INFO, handlers=[records])
    world = World(folder, originals)
    return lambda number, place: _run(world, records, seed, number, place)


def _run(world: World, records: Records, seed: int, number: int, place: Path) -> Verdict:
    case = world.prepare(seed, number, place)
    note(world.folder, case.form, case.what)
    before = contents(place)
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
    verdict = judge(case, status, said, place, before)
    if not records.texts:
        return verdict
    detail = "; ".join(filter(None, (verdict.detail, *records.texts)))
    return Verdict(FINDING, case.form, case.what, detail)
