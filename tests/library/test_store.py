"""What the library remembers of songs, and when it knows them again."""

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.library import upkeep
from emoviz.library.records import FileState, LibrarySong, SongRecord
from emoviz.library.search import find_alike
from emoviz.library.store import Library
from emoviz.models import estimator
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.reasons import Reasons
from emoviz.tracks.section_edits import SectionEditor
from tests.library.making import MODEL, make_track, put
from tests.support.audio import music, write_music
from tests.support.events import events


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "data" / "library.db") as opened:
        yield opened


def test_a_track_comes_back_digit_by_digit(
    library: Library, tmp_path: Path, shipped_model: Estimator
) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 6.0, 22050)
    state, song = FileState.of(path), Song.open(path)
    trajectory = File2Track(shipped_model)(song, report=lambda _: None)
    song_id = library.put(SongRecord.of(song, state, trajectory), trajectory)
    assert library.track(path, "cae") == trajectory
    assert library.track(path, "musicnn") is None
    assert library.song(song_id) == LibrarySong(path, "song", "", "", 6.0, song_id)


def test_a_song_is_as_long_as_its_track_where_its_header_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    write_music(path, 6.0, 22050)
    track = make_track(path, (0.0, 0.0), (0.5, 0.5), count=12)
    with Song.open(path) as song:
        for claimed_s, noted_s in ((5.8, 5.8), (3606.0, 6.0), (1.0, 6.0)):
            claiming = replace(song, duration_s=claimed_s)
            assert SongRecord.of(claiming, FileState.of(path), track).duration_s == noted_s


def test_a_song_is_known_again_by_its_bytes(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    put(library, path)
    known = library.track(path, "cae")
    assert known is not None
    os.utime(path, (1, 1))
    assert library.track(path, "cae") == known
    moved = path.rename(tmp_path / "moved.wav")
    found = library.track(moved, "cae")
    assert found is not None
    assert (found.provenance.song_file, found.provenance.song_title) == ("moved.wav", "moved")
    assert np.array_equal(found.valence, known.valence)
    # It is noted as it is now: looking at it is enough the next time.
    moved.chmod(0o000)
    assert library.track(moved, "cae") == found


def test_a_song_that_has_changed_is_not_known(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    song_id = put(library, path)
    path.write_bytes(b"SONG.wav")  # as long as before
    os.utime(path, (1, 1))
    assert library.track(path, "cae") is None
    assert put(library, path, (0.5, 0.5)) == song_id
    again = library.track(path, "cae")
    assert again is not None
    assert again.valence[0] == 0.5
    assert len(library) == 1


def test_a_track_of_another_version_of_the_model_does_not_count(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "song.wav"
    put(library, path)
    with library.writing() as connection:
        connection.execute("UPDATE tracks SET model_version = '0.1'")
    assert library.track(path, "cae") is None


def test_what_a_model_is_is_read_once_for_all_songs_and_again_where_it_is_new(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(paths.models() / "cae", tmp_path / "model" / "cae")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    songs = [tmp_path / f"{number}.wav" for number in range(5)]
    for song in songs:
        put(library, song)
    table = tmp_path / "model" / "cae" / "model.toml"
    with events("open") as opened:
        assert all(library.track(song, "cae") for song in songs)
    assert [name for name, *_ in opened if name == str(table)] == [str(table)]
    version = estimator.describe("cae").version
    table.write_text(table.read_text().replace(f'version = "{version}"', 'version = "99.0.0"'))
    assert library.track(songs[0], "cae") is None
    table.unlink()
    with pytest.raises(errors.ModelBrokenError, match=r"it has no model\.toml"):
        library.track(songs[0], "cae")


def test_putting_in_again_replaces(library: Library, tmp_path: Path) -> None:
    for place in ((0.1, 0.1), (0.2, 0.2)):
        put(library, tmp_path / "song.wav", place)
    with library.asking() as connection:
        for table in ("songs", "tracks", "track_values", "track_shapes"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
    library.forget([1])
    with library.asking() as connection:
        for table in ("songs", "tracks", "track_values", "track_shapes"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_points_of_the_map(library: Library, tmp_path: Path) -> None:
    ids = [
        put(library, tmp_path / "c.wav", (0.3, -0.4), artist="Nico", album="Chelsea Girl"),
        put(library, tmp_path / "a.wav", (-0.5, 0.6), artist="Can", album="Tago Mago"),
        put(library, tmp_path / "b.wav", (0.1, 0.2), artist="Nico", album="Desertshore"),
    ]
    points = library.points()
    assert points.song_ids.tolist() == ids
    assert (points.song_ids.dtype, points.valence.dtype) == (np.int64, np.float32)
    assert points.valence == pytest.approx([0.3, -0.5, 0.1])
    assert points.arousal == pytest.approx([-0.4, 0.6, 0.2])
    assert [points.artists[place] for place in points.artist_ids] == ["Nico", "Can", "Nico"]
    assert [points.albums[place] for place in points.album_ids] == [
        "Chelsea Girl",
        "Tago Mago",
        "Desertshore",
    ]
    assert len(library.points("musicnn")) == 0


def test_text_is_searched_without_capitals_and_accents(library: Library, tmp_path: Path) -> None:
    first = put(library, tmp_path / "Jóga.wav", artist="Björk", album="Homogenic")
    second = put(library, tmp_path / "Army of Me.wav", artist="BJÖRK", album="Post")
    assert library.search_text("bjork").tolist() == [first, second]
    assert library.search_text("joga HOMO").tolist() == [first]
    assert library.search_text("100%").tolist() == []
    assert library.search_text("").tolist() == [first, second]


def test_songs_come_in_the_order_asked_for(library: Library, tmp_path: Path) -> None:
    ids = [put(library, tmp_path / f"{number:04}.wav") for number in range(600)]
    assert [song.id for song in library.songs(ids[::-1])] == ids[::-1]
    assert [song.path.stem for song in library.all_songs()] == sorted(f"{n:04}" for n in range(600))
    with pytest.raises(KeyError):
        library.song(4711)


def put_five(file: Path, name: str) -> None:
    with Library.open(file) as library:
        for number in range(5):
            put(library, file.parent / f"{name}{number}.wav")


def test_processes_begin_one_library_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(6, context) as pool:
        for place in "abcd":
            file = tmp_path / place / "library.db"
            for begun in [pool.submit(put_five, file, name) for name in "uvwxyz"]:
                begun.result()
            with Library.open(file) as opened:
                assert len(opened) == 30


def test_two_instances_put_in_side_by_side(library: Library, tmp_path: Path) -> None:
    with Library.open(library.path) as other:
        put(library, tmp_path / "one.wav")
        put(other, tmp_path / "two.wav")
        put(library, tmp_path / "three.wav")
        assert len(library) == len(other) == 3


def test_a_recorded_track_without_deviations(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(music(1.0, 8000).tobytes())
    full = make_track(path, (0.0, 0.0), (0.4, 0.4))
    bare = type(full).from_values(full.values[:, :2], full.provenance)
    library.put(SongRecord(path, FileState.of(path), "song", "", "", 20.0), bare)
    assert library.track(path, "cae") == bare


_QUESTIONS: dict[str, Callable[[Library, Path], object]] = {
    "all songs": lambda library, _: list(library.all_songs()),
    "find": lambda library, path: library.find(path, "cae"),
    "know again": lambda library, path: library.track(path, "cae"),
    "models": lambda library, _: library.models(),
    "moments": lambda library, _: library.moments([1], "cae"),
    "points": lambda library, _: library.points("cae"),
    "changes": lambda library, _: list(upkeep.changes(library)),
    "alike": lambda library, path: find_alike(
        library, make_track(path, (0.0, 0.0), (0.1, 0.1)), "cae"
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("column", "value", "question"),
    [
        ("songs.path", b"\xff", "all songs"),
        ("songs.path", "\0", "changes"),
        ("songs.title", b"title", "all songs"),
        ("songs.duration_s", "long", "all songs"),
        ("songs.duration_s", float("inf"), "all songs"),
        ("songs.sha256", 7, "changes"),
        ("songs.sha256", 7, "find"),
        ("artists.name", b"\0", "all songs"),
        ("models.name", b"\0", "models"),
        ("tracks.valence", "high", "moments"),
        ("tracks.valence", "high", "points"),
        ("tracks.emoviz_version", b"\0", "find"),
        ("track_values.valence", b"\0", "know again"),
        ("track_values.valence", b"", "know again"),
        ("track_values.valence", np.full(40, np.nan, "<f4").tobytes(), "know again"),
        ("track_values.valence", b"\1\0\xa0\x7f" * 40, "know again"),  # no number, and a trap
        ("track_values.arousal", np.full(40, 9.0, "<f4").tobytes(), "know again"),
        ("track_values.valence_sd", np.full(40, -5.0, "<f4").tobytes(), "know again"),
        ("track_values.arousal_sd", np.full(40, np.inf, "<f4").tobytes(), "find"),
        ("tracks.valence", 7.5, "moments"),
        ("tracks.arousal", float("-inf"), "points"),
        ("track_shapes.shape", b"\0", "alike"),
    ],
)
def test_a_row_of_which_no_answer_can_be_made_is_damage(
    library: Library, tmp_path: Path, column: str, value: object, question: str
) -> None:
    path = tmp_path / "song.wav"
    put(library, path)
    table, name = column.split(".")
    with library.writing() as connection:
        connection.execute(f"UPDATE {table} SET {name} = ?", (value,))
    with pytest.raises(errors.LibraryCorruptError, match="what stands in it makes no sense"):
        _QUESTIONS[question](library, path)


def test_sections_and_reasons_come_back_with_the_track(tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    with Library.open(tmp_path / "library.db") as library:
        put(library, song, (-0.5, -0.5), (0.5, 0.5))
        found = library.track(song, MODEL)
        assert found is not None
        assert found.edited_sections is None
        editor = SectionEditor(found.values, Circumplex.music())
        edited = editor.renamed(found.sections(), 0, "Strophe")
        count = len(found)
        parts, measures = np.full((count, 2, 2), 0.25), np.ones((count, 1))
        told = Reasons(("loudness", "harmony"), ("loudness",), parts, measures)
        library.keep_sections(song, replace(found, edited_sections=edited))
        record = SongRecord(song, FileState.of(song), "song", "", "", 20.0)
        # Tracked anew, as by a later version of the model: sections are the song's.
        library.put(record, replace(found, reasons=told))
        again = library.track(song, MODEL)
        assert again is not None
        assert again.edited_sections == edited
        assert again.reasons is not None
        assert again.reasons.names == told.names
        assert np.array_equal(again.reasons.parts, told.parts)
        library.keep_sections(song, found)
        plain = library.track(song, MODEL)
        assert plain is not None
        assert plain.edited_sections is None


def test_sections_go_with_what_a_song_was(tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    with Library.open(tmp_path / "library.db") as library:
        put(library, song, (-0.5, -0.5), (0.5, 0.5))
        found = library.track(song, MODEL)
        assert found is not None
        library.keep_sections(song, replace(found, edited_sections=tuple(found.sections())))
        song.write_bytes(b"another song")
        put(library, song, (-0.5, -0.5), (0.5, 0.5))
        anew = library.track(song, MODEL)
        assert anew is not None
        assert anew.edited_sections is None
