"""Every example of the reference and of the pages runs, and every function has one."""

import doctest
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import matplotlib
import pandas
import pytest

import emoviz
from emoviz import api
from emoviz.system import paths
from emoviz.tracks import track as track_module
from tests.support.audio import write_music

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/api.md", "docs/study.md")
KNOWN = {"emoviz": emoviz}

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def example_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the files that the examples name."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "songs").mkdir()
    for place in (folder / "song.ogg", folder / "songs" / "song.ogg"):
        shutil.copy(paths.demo_song(), place)
    emoviz.track(folder / "song.ogg", model="cae").save_csv(folder / "song.csv")
    return folder


@pytest.fixture(autouse=True)
def among_them(example_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example_files)
    matplotlib.use("agg")


def run(test: doctest.DocTest) -> int:
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    failed, tried = runner.run(test, out=said.append, clear_globs=False)
    assert not failed, "".join(said)
    return tried


@pytest.mark.parametrize("module", [api, track_module])
def test_the_examples_of_the_reference_are_right(module: ModuleType) -> None:
    tests = doctest.DocTestFinder().find(module, extraglobs=KNOWN)
    assert sum(run(test) for test in tests)


@pytest.mark.parametrize("page", PAGES[:2])
def test_the_examples_of_a_page_are_right(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    code = "\n".join(block for block in _BLOCK.findall(text) if ">>>" in block)
    assert run(doctest.DocTestParser().get_doctest(code, {}, page, page, 0))


def test_every_function_and_method_has_an_example() -> None:
    owners = (emoviz, emoviz.__all__), (emoviz.Track, dir(emoviz.Track))
    asked = {
        name: getattr(owner, name).__doc__ or ""
        for owner, names in owners
        for name in names
        if not name.startswith("_") and inspect.isfunction(getattr(owner, name))
    }
    assert len(asked) > 12
    # What the program uses of a track besides is told in a line.
    without = {name for name, doc in asked.items() if ">>>" not in doc}
    assert without == {"csv_files", "rows", "to_json"}


def test_the_study_is_fifteen_lines_and_comes_to_a_table_and_a_plot(tmp_path: Path) -> None:
    (code,) = _BLOCK.findall((ROOT / "docs" / "study.md").read_text(encoding="utf-8"))
    assert sum(bool(line.strip()) for line in code.splitlines()) == 15
    (tmp_path / "songs" / "album").mkdir(parents=True)
    write_music(tmp_path / "songs" / "one.wav", 3.0, 22050)
    write_music(tmp_path / "songs" / "album" / "two.flac", 4.0, 22050)
    (tmp_path / "songs" / "bad.mp3").write_text("no sound")
    (tmp_path / "study.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "study.py"],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "bad.mp3: this is not audio" in done.stdout
    table = pandas.read_csv(tmp_path / "songs.csv")
    assert sorted(table["file"]) == ["one.wav", "two.flac"]
    assert set(table["duration_s"]) == {3.0, 4.0}
    assert (tmp_path / "songs.png").read_bytes().startswith(b"\x89PNG")
