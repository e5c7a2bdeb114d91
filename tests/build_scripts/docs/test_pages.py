"""The pages lead where they say, and what the program writes of itself is what it is now."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from build_scripts import ROOT
from emoviz.cli import program


def run(module: str, *options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"build_scripts.docs.{module}", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_link_of_the_pages_leads_somewhere() -> None:
    done = run("links")
    assert done.returncode == 0, done.stderr


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# A page\n\n[a](#a-page) [b](#b) [c](c.md) ![](d.png)\n")
    done = run("links", "--root", tmp_path)
    assert done.returncode == 1
    assert "#a-page" not in done.stderr
    for dead in ("#b", "c.md", "d.png"):
        assert dead in done.stderr


def test_a_site_that_loads_from_the_net_is_named(tmp_path: Path) -> None:
    page = '<link rel="stylesheet" href="https://fonts.example.org/inter.css"><p id="here">'
    (tmp_path / "index.html").write_text(page + '<a href="#here">a</a>')
    done = run("links", tmp_path)
    assert done.returncode == 1
    assert "fonts.example.org" in done.stderr


@pytest.mark.parametrize("module", ["reference_pages", "module_picture"])
def test_what_is_written_of_the_program_is_up_to_date(module: str) -> None:
    done = run(module, "--check")
    assert done.returncode == 0, done.stderr


def test_every_argument_of_every_command_is_explained() -> None:
    parsers, explained = [program._parser()], 0
    while parsers:
        for option in parsers.pop()._actions:
            if isinstance(option, argparse._SubParsersAction):
                parsers += option.choices.values()
            else:
                explained += 1
                assert option.help, option
    assert explained > 60
