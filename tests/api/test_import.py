"""What `import emoviz` costs and gives."""

import subprocess
import sys

import pytest

import emoviz

HEAVY = ("numpy", "onnxruntime", "PySide6", "soundfile", "av", "soxr", "sqlite3", "multiprocessing")


def loaded_by(statement: str) -> set[str]:
    """Give the packages and emoviz's modules that a statement imports in a fresh Python."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        capture_output=True,
        text=True,
        check=True,
    )
    names = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    return {name for name in names if name.startswith("emoviz")} | {
        name.partition(".")[0] for name in names
    }


def test_the_import_waits_for_nothing() -> None:
    loaded = loaded_by("import emoviz; dir(emoviz); emoviz.__version__")
    assert {name for name in loaded if name.startswith("emoviz")} == {"emoviz"}
    assert not loaded & set(HEAVY)


def test_errors_are_named_without_loading_a_model() -> None:
    loaded = loaded_by("import emoviz; emoviz.errors.SongError")
    assert "emoviz.errors.songs" in loaded
    assert not loaded & set(HEAVY)


def test_what_only_reads_tracks_loads_no_network_and_no_window() -> None:
    assert not loaded_by("import emoviz; emoviz.load") & {"onnxruntime", "PySide6", "av"}


def test_every_name_that_is_promised_is_there() -> None:
    assert dir(emoviz) == sorted(emoviz.__all__)
    for name in emoviz.__all__:
        assert getattr(emoviz, name) is not None


def test_a_name_that_is_not_there_is_said_as_python_does() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'trak'"):
        emoviz.trak  # type: ignore[attr-defined]  # noqa: B018
