"""The library's file, and what can be wrong with it."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.library import database, upkeep
from emoviz.library.records import Summary
from emoviz.library.search import find, find_alike, meant_by
from emoviz.library.store import Library
from emoviz.tracks.saying import moments_of
from tests.library.making import make_track, put
from tests.support.places import read_only


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.db"


def fill(file: Path, songs: int = 3) -> None:
    with Library.open(file) as library:
        for number in range(songs):
            put(library, file.parent / f"{number}.wav")


def test_a_new_file_has_every_table_and_its_version(file: Path) -> None:
    connection = database.connect(file)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(database.MIGRATIONS),)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO tags VALUES (1, 'mood', 'calm')")
    connection.close()


def test_a_later_version_is_made_of_an_earlier_one(file: Path) -> None:
    fill(file)
    later = (*database.MIGRATIONS, ("ALTER TABLE songs ADD COLUMN year INTEGER",))
    connection = database.connect(file, later)
    assert connection.execute("SELECT count(*), max(year) FROM songs").fetchone() == (3, None)
    connection.close()
    with pytest.raises(errors.LibraryNewerError, match="a newer emoviz made this library"):
        Library.open(file)


def test_a_migration_that_fails_changes_nothing(file: Path) -> None:
    fill(file)
    broken = (*database.MIGRATIONS, ("ALTER TABLE songs ADD COLUMN year INTEGER", "NONSENSE"))
    with pytest.raises(errors.LibraryError):
        database.connect(file, broken)
    with Library.open(file) as library:
        assert len(library) == 3


def _as_before_silence_was_missing(file: Path, silences: dict[str, tuple[int, int]]) -> None:
    """Give the file the tables of version 1, with silence drawn to neutral from where to where.

    The half-seconds beside it are drawn half of the way.
    """
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        rows = connection.execute("SELECT * FROM tracks").fetchall()
        connection.execute("DROP TABLE tracks")
        connection.execute("DROP TABLE sections")
        connection.execute("DROP TABLE track_reasons")
        for statement in database.MIGRATIONS[0]:
            assert isinstance(statement, str)
            if "ON tracks" in statement or "TABLE tracks" in statement:
                connection.execute(statement)
        connection.executemany(f"INSERT INTO tracks VALUES ({','.join('?' * 13)})", rows)
        for title, (first, stop) in silences.items():
            (track_id,) = connection.execute(
                "SELECT tracks.id FROM tracks JOIN songs ON songs.id = song_id WHERE title = ?",
                (title,),
            ).fetchone()
            for name, drawn_to in (("valence", 0.0), ("arousal", 0.0), ("valence_sd", 0.258)):
                (blob,) = connection.execute(
                    f"SELECT {name} FROM track_values WHERE track_id = ?", (track_id,)
                ).fetchone()
                values = np.frombuffer(blob, "<f4").copy()
                for beside in (first - 1, stop):
                    if 0 <= beside < len(values):
                        values[beside] = (values[beside] + drawn_to) / 2.0
                # A negative value that was weighed by 0 had become -0.
                values[first:stop] = np.copysign(drawn_to, values[first:stop])
                connection.execute(
                    f"UPDATE track_values SET {name} = ? WHERE track_id = ?",
                    (np.abs(values).tobytes() if "sd" in name else values.tobytes(), track_id),
                )
        connection.execute("PRAGMA user_version = 1")
    connection.close()


def test_silence_of_an_old_library_becomes_missing(file: Path) -> None:
    places = {"gap": (0.5, -0.3), "silent": (0.4, 0.4), "plain": (-0.5, -0.3)}
    with Library.open(file) as library:
        for title, place in places.items():
            put(library, file.parent / f"{title}.wav", place)
    # As the program of then wrote it of five seconds: the rest of these it had only faded.
    _as_before_silence_was_missing(file, {"gap": (10, 20), "silent": (0, 40)})
    with Library.open(file) as library:
        upkeep.check(library)
        ids = {song.title: song.id for song in library.all_songs()}
        found = {title: library.find(file.parent / f"{title}.wav", "cae") for title in places}
        tracks = {title: both[1] for title, both in found.items() if both is not None}
        assert np.flatnonzero(np.isnan(tracks["gap"].valence)).tolist() == list(range(4, 26))
        assert np.isnan(tracks["silent"].values).all()
        plain = file.parent / "plain.wav"
        assert tracks["plain"] == make_track(plain, places["plain"], places["plain"])
        # What is summed up is what sounds.
        summary = Summary.of(tracks["gap"])
        assert summary is not None
        assert summary.mean == pytest.approx(places["gap"])
        assert summary.variance == pytest.approx((0.0, 0.0))
        moments = library.moments(list(ids.values()), "cae")
        assert moments.pop(ids["silent"]) is None
        assert set(moments) == {ids["gap"], ids["plain"]}
        for title in ("gap", "plain"):
            expected = moments_of(tracks[title].values)
            assert expected is not None
            np.testing.assert_allclose(moments[ids[title]], expected, atol=1e-5)
        assert set(library.points().song_ids.tolist()) == {ids["gap"], ids["plain"]}
        assert ids["silent"] not in find(library, [meant_by("neutral")], "cae")
        alike, distances = find_alike(library, tracks["gap"], "cae")
        assert alike.tolist() == [ids["gap"], ids["plain"]]
        assert distances == pytest.approx([0.0, 1.0], abs=1e-3)
        assert len(find_alike(library, tracks["silent"], "cae")[0]) == 0
        # A song that is forgotten takes its tracks along, as ever.
        library.forget([ids["gap"]])
        with library.asking() as connection:
            for table in ("tracks", "track_values", "track_shapes"):
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (2,)


@pytest.mark.parametrize("name", ["library.db", "song.mp3"])
def test_what_is_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE recipes (title)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(errors.LibraryForeignError, match="this is no library of emoviz"):
        Library.open(file)
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_kept_aside_on_request(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"garbage" * 1000)
    with pytest.raises(errors.LibraryCorruptError, match="--new keeps it aside"):
        Library.open(file)
    kept = database.set_aside(file)
    assert kept is not None
    assert re.fullmatch(r"library-\d{4}-\d\d-\d\d-\d{6}\.db", kept.name)
    assert kept.read_bytes() == b"garbage" * 1000
    fill(file)
    assert database.set_aside(file) not in (None, kept)
    assert database.set_aside(file) is None


def test_damage_in_the_middle_is_found(file: Path) -> None:
    fill(file, songs=200)
    with file.open("r+b") as opened:
        opened.seek(5 * 4096)
        opened.write(b"\xff" * (file.stat().st_size // 2))
    with Library.open(file) as library, pytest.raises(errors.LibraryCorruptError):
        upkeep.check(library)


def test_garbled_names_of_tables_are_damage(file: Path) -> None:
    fill(file)
    content = file.read_bytes()
    assert b"ON songs (size)" in content
    # SQLite says them as they are, which then is no text.
    file.write_bytes(content.replace(b"ON songs (size)", b"ON s\xff\xffgs (size)"))
    with pytest.raises(errors.LibraryCorruptError), Library.open(file) as library:
        list(library.all_songs())


def test_a_library_on_a_read_only_disk_can_be_read(file: Path) -> None:
    fill(file)
    file.chmod(0o444)
    with read_only(file.parent), Library.open(file) as library:
        assert len(library) == 3
        assert library.track(file.parent / "1.wav", "cae") is not None
        with pytest.raises(errors.LibraryUnwritableError, match="read-only"):
            library.forget([1])
    with Library.open(file) as library:
        assert len(library) == 3


def test_a_library_cannot_begin_where_nothing_can_be_written(tmp_path: Path) -> None:
    with read_only(tmp_path), pytest.raises(errors.LibraryUnwritableError):
        Library.open(tmp_path / "library.db")
    (tmp_path / "file").touch()
    with pytest.raises(errors.LibraryUnwritableError):
        Library.open(tmp_path / "file" / "library.db")
    with pytest.raises(errors.LibraryUnwritableError):
        Library.open(tmp_path)


def test_another_program_that_writes_for_long_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(file)
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    hog = sqlite3.connect(file, isolation_level=None)
    hog.execute("BEGIN IMMEDIATE")
    with Library.open(file) as library:
        assert len(library) == 3
        with pytest.raises(errors.LibraryBusyError, match="another program is writing"):
            library.forget([1])
        hog.execute("ROLLBACK")
        library.forget([1])
        assert len(library) == 2
    hog.close()


def test_a_full_disk_loses_nothing_that_was_in(file: Path) -> None:
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from emoviz import errors\n"
        "from emoviz.library.store import Library\n"
        "from tests.library.making import put\n"
        "file = Path(sys.argv[1])\n"
        "library = Library.open(file)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "try:\n"
        "    for number in range(10_000):\n"
        "        put(library, file.parent / f'{number}.wav')\n"
        "        print(number, flush=True)\n"
        "except errors.LibraryError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
    )
    *numbers, sentence = done.stdout.splitlines()
    assert sentence.startswith(f"{file}: the library cannot be written (the disk is full")
    assert len(numbers) > 10
    with Library.open(file) as library:
        upkeep.check(library)
        assert len(library) >= len(numbers)
        put(library, file.parent / "more.wav")


def test_verify_and_vacuum(file: Path) -> None:
    fill(file, songs=300)
    (file.parent / "1.wav").unlink()
    (file.parent / "2.wav").write_text("longer than before")
    (file.parent / "3.wav").touch()
    with Library.open(file) as library:
        upkeep.check(library)
        found = [(finding.path.name, finding.change) for finding in upkeep.changes(library)]
        assert found == [("1.wav", upkeep.Change.GONE), ("2.wav", upkeep.Change.CHANGED)]
        library.forget(range(1, 290))
        before, after = upkeep.vacuum(library)
        assert after < before / 2
        assert len(library) == 11
