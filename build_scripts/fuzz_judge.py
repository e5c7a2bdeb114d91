"""Whether what came of a case is a result or a sentence, and everything else a finding."""

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from fuzz_cases import Prepared, check_file

RESULT, SENTENCE, FINDING = "result", "sentence", "FINDING"

_UNEXPECTED = ("Traceback", "something went wrong", "the analysis failed", "cannot be read (")


@dataclass(frozen=True)
class Verdict:
    """What became of a case, and of a finding what is wrong."""

    outcome: str
    form: str = ""
    what: str = ""
    detail: str = ""


def contents(folder: Path) -> dict[Path, str]:
    """Give the SHA-256 of every file below a folder."""
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def judge(
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
    if case.must_fail and not status:
        faults.append("nothing is said to be wrong")
    lines = said.splitlines()
    for sign in _UNEXPECTED:
        # A table that no CSV reader takes is said to be so in these words.
        if sign in said and not (sign == _UNEXPECTED[-1] and _is_expected(said)):
            faults.append(f"unexpected: {said.strip()[:500]}")
            break
    if any(not line.startswith("emoviz: ") for line in lines):
        faults.append(f"not one line: {said.strip()[:500]!r}")
    if status == 1:
        if not lines and not case.may_be_silent:
            faults.append("exit status 1 without a word")
        elif lines and not any(name in said for name in case.blamed):
            faults.append(f"the file is not named: {said.strip()[:500]}")
    return faults


def _is_expected(said: str) -> bool:
    """Tell the tables' and models' own sentences from that of the labels' reader."""
    return "the labels cannot be read" not in said


def _of_files(case: Prepared, status: int, place: Path, before: dict[Path, str]) -> list[str]:
    faults = []
    after = contents(place)
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
