"""What is shipped is named with its licence, in one file, and in the bill of materials."""

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from build_scripts import ROOT
from emoviz.system import paths


def run(module: str, *options: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"build_scripts.packaging.{module}", *map(str, options)]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] != (3, 11),
    reason="wheels of other systems and Pythons hold other licence files",
)
def test_the_licences_are_those_of_what_is_installed() -> None:
    done = run("third_party", "--check")
    assert (done.returncode, done.stderr) == (0, ""), "run make lock"


def test_one_file_holds_the_text_of_every_licence() -> None:
    text = (paths.resources() / "THIRD_PARTY_LICENSES.txt").read_text(encoding="utf-8")
    for name in (
        "PySide6_Essentials",
        "shiboken6",
        "flatbuffers",
        "x264",
        "libsndfile",
        "PortAudio",
    ):
        assert f"\n{name} " in text or f"\n{name}\n" in text, name
    for title in (
        "GNU GENERAL PUBLIC LICENSE",
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "Apache License",
    ):
        assert title in text


def test_the_bill_of_materials_names_what_is_installed(tmp_path: Path) -> None:
    bills = []
    for name in ("one.json", "two.json"):
        done = run("bill_of_materials", "-o", tmp_path / name, SOURCE_DATE_EPOCH="1700000000")
        assert done.returncode == 0, done.stderr
        bills.append((tmp_path / name).read_bytes())
    assert bills[0] == bills[1]
    bill = json.loads(bills[0])
    components = {component["name"]: component for component in bill["components"]}
    for name in ("PySide6_Essentials", "av", "onnxruntime", "pycparser"):
        assert components[name]["version"] == metadata.version(name)
        assert components[name]["properties"]
    assert "x264" in [library["name"] for library in components["av"]["components"]]
    assert components["musicnn"]["hashes"]
    known = {component["bom-ref"] for component in bill["components"]}
    needed = {entry["ref"]: set(entry.get("dependsOn", ())) for entry in bill["dependencies"]}
    own = bill["metadata"]["component"]["bom-ref"]
    assert components["av"]["bom-ref"] in needed[own]
    assert set().union(*needed.values()) <= known


def test_a_library_in_a_program_that_nobody_has_named_is_found(tmp_path: Path) -> None:
    for name in ("libstranger-0123abcd.so.2", "libx264-d6533a8d.so.165", "libxcb-cursor.so.0"):
        (tmp_path / name).touch()
    done = run("third_party", "--frozen", tmp_path)
    assert done.returncode == 1
    assert "libstranger" in done.stderr
    assert "x264" not in done.stderr
    assert "xcb" not in done.stderr
