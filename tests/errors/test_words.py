"""What is said to a user: never another library's own words, nor Python's."""

import ast
import errno
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.library.store import Library
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracks import labels
from emoviz.tracks.track import Provenance, Track, load_csv, metadata_path
from tests.support.program import ROOT

RAW = re.compile(
    r"Errno|format requires|codec can't|NoneType|out of range|psf_|object has no|not subscriptable"
    r"|could not convert|Expecting|unsupported operand|indices must be|takes no|<class|Traceback"
    r"|has no attribute|unexpected keyword|\bint\(\)|\bstr\b|object is not|KeyError|ValueError"
)
"""What only a programmer's message says"""
NOT_SAID_TO_USERS = {
    # Whoever trains models reads a traceback as well.
    "training",
}


def own_words(handler: ast.ExceptHandler) -> bool:
    """Tell whether what is caught are errors whose texts are sentences of this program."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return all(ast.unparse(kind).startswith("errors.") for kind in kinds if kind is not None)


def raw_words(tree: ast.AST) -> Iterator[int]:
    """Yield the lines in which an exception of others is written into a text as it is."""
    for handler in ast.walk(tree):
        if not isinstance(handler, ast.ExceptHandler) or not handler.name or own_words(handler):
            continue
        for node in ast.walk(handler):
            written: list[ast.expr] = []
            if isinstance(node, ast.FormattedValue):
                written = [node.value]
            elif isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in ("str", "repr") or name.endswith(".format"):
                    written = node.args
            if any(isinstance(each, ast.Name) and each.id == handler.name for each in written):
                yield node.lineno


KNOWN = {
    # Texts that this program has put into what it catches.
    "cli/export.py": 1,
    "songs/processes/process.py": 1,
    "library/cluster.py": 3,
    "library/database.py": 2,
}
"""How often a module writes out what it has caught, and may: argparse's errors and the program's
own, the reasons of a cluster that only its keeper can mend, and SQLite's of a damaged file"""


def test_no_sentence_has_the_words_of_a_library_or_of_python() -> None:
    found = {}
    for path in sorted((ROOT / "emoviz").rglob("*.py")):
        place = path.relative_to(ROOT / "emoviz")
        if place.parts[0] not in NOT_SAID_TO_USERS:
            lines = sorted(set(raw_words(ast.parse(path.read_text(encoding="utf-8")))))
            if len(lines) > KNOWN.get(place.as_posix(), 0):
                found[place.as_posix()] = lines
    assert found == {}


SYSTEM = (
    *(errno.EACCES, errno.EIO, errno.EISDIR, errno.EMFILE, errno.ENAMETOOLONG, errno.ENOENT),
    *(errno.ENOSPC, errno.EROFS, errno.ESTALE),
)


@pytest.mark.parametrize("number", SYSTEM)
def test_what_the_system_says_has_no_number(number: int) -> None:
    said = errors.words_of(OSError(number, os.strerror(number), "song.wav"))
    assert said
    assert not RAW.search(said)


def _track_file(folder: Path, change: Callable[[str], str], beside: bool) -> Path:
    path = folder / "song.csv"
    provenance = Provenance("song.wav", "0" * 64, "Song", "none", "1", "1")
    Track.from_values(np.full((4, 4), 0.25), provenance).save_csv(path)
    target = metadata_path(path) if beside else path
    target.write_text(change(target.read_text(encoding="utf-8")), encoding="utf-8")
    return path


TABLES: dict[str, Callable[[str], str]] = {
    "no number": lambda text: text.replace("0.25", "a quarter", 1),
    "infinite": lambda text: text.replace("0.25", "inf", 1),
    "too few": lambda text: text.replace("0.25,", "", 1),
    "quotes": lambda text: text.replace("0.25", '"0.25', 1),
    "empty": lambda _: "",
    "NUL": lambda text: text.replace("0.25", "\0", 1),
}
DESCRIPTIONS: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "number": lambda _: "1",
    "list": lambda _: "[]",
    "null": lambda _: '{"notes": [null]}',
    "no notes": lambda _: "{}",
    "other notes": lambda _: '{"notes": [{"time_reference": 1}]}',
    "unknown": lambda text: json.dumps(
        {"notes": [json.loads(text)["notes"][0] | {"something": "else"}]}
    ),
    "no model": lambda text: text.replace('"model":', '"modell":'),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_damaged_table_is_named_in_words(tmp_path: Path, kind: str) -> None:
    path = _track_file(tmp_path, TABLES[kind], beside=False)
    for read in (load_csv, labels.read):
        with pytest.raises(errors.EmovizError) as raised:
            read(path)
        _check(str(raised.value), path)


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_a_damaged_description_is_named_in_words(tmp_path: Path, kind: str) -> None:
    path = _track_file(tmp_path, DESCRIPTIONS[kind], beside=True)
    with pytest.raises(errors.TrackFileError) as raised:
        load_csv(path)
    _check(str(raised.value), metadata_path(path))


MODELS: dict[str, Callable[[str], str]] = {
    "no toml": lambda text: text + "\n[[[",
    "empty": lambda _: "",
    "no name": lambda text: re.sub(r"(?m)^name = .*$", "", text),
    "range": lambda text: re.sub(r"(?m)^range = .*$", "range = 7", text),
    "columns": lambda text: re.sub(r"(?m)^window_columns = .*$", 'window_columns = "x"', text),
    "rate": lambda text: re.sub(r"(?m)^sample_rate_hz = .*$", 'sample_rate_hz = "x"', text),
    "listener": lambda text: re.sub(r"(?m)^features = .*$", "", text),
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_damaged_model_is_named_in_words(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "cae"
    folder.mkdir()
    for file in (paths.models() / "cae").iterdir():
        (folder / file.name).symlink_to(file)
    table = folder / "model.toml"
    text = table.read_text(encoding="utf-8")
    table.unlink()
    table.write_text(MODELS[kind](text), encoding="utf-8")
    assert table.read_text(encoding="utf-8") != text
    with pytest.raises(errors.ModelBrokenError) as raised:
        Estimator(folder)
    _check(str(raised.value), folder)


SONGS = {
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "riff.wav": b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff",
    "cut.flac": b"fLaC\0\0\0\x22" + bytes(34),
    "cut.ogg": b"OggS" + bytes(60),
    "cut.m4a": b"\0\0\0\x20ftypM4A " + bytes(60),
    "cut.mka": b"\x1a\x45\xdf\xa3" + bytes(60),
    "cut.caf": b"caff\0\1\0\0desc" + bytes(8),
    "cut.aiff": b"FORM\0\0\0\x40AIFFCOMM\0\0\0\x12" + bytes(18),
    "cut.au": b".snd\0\0\0\x18" + bytes(16),
    "cut.mp3": b"ID3\x04\0\0\0\0\0\x7f",
    "text.raw": b"headerless",
}


@pytest.mark.parametrize("name", SONGS)
def test_what_is_no_song_is_named_in_words(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SONGS[name])
    with pytest.raises(errors.SongError) as raised:
        Song.open(path)
    _check(str(raised.value), path)


def test_a_file_that_is_no_library_is_named_in_words(tmp_path: Path) -> None:
    path = tmp_path / "songs.db"
    for data in (b"no library" * 100, b"SQLite format 3\0" + bytes(100)):
        path.write_bytes(data)
        with pytest.raises(errors.LibraryError) as raised:
            Library.open(path)
        _check(str(raised.value), path)


def _check(said: str, path: Path) -> None:
    """See that it is one sentence with the file's name, and a remedy behind what is wrong."""
    assert said.startswith(f"{path}: ")
    assert said.endswith(".")
    assert ";" in said
    assert "\n" not in said
    assert not RAW.search(said.removeprefix(str(path))), said
