from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.tracks import labels
from emoviz.tracks.track import Provenance, Track

TIMES_MS = range(15000, 17500, 500)


def write_table(
    path: Path, songs: dict[int, float], *, times_ms: Sequence[int] = TIMES_MS, blank: int = 0
) -> Path:
    """Write a table in DEAM's form: each song begins at its value and rises by 0.01."""
    lines = [",".join(["song_id", *(f"sample_{time_ms}ms" for time_ms in times_ms)])]
    for song_id, value in songs.items():
        cells = [f"{value + 0.01 * step:.4f}" for step in range(len(times_ms))]
        if blank:
            cells[-blank:] = [""] * blank
        lines.append(",".join([str(song_id), *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_pair(folder: Path, songs: dict[int, float]) -> Path:
    """Write valence.csv and arousal.csv, and give the first."""
    write_table(folder / "arousal.csv", {song: -value for song, value in songs.items()})
    return write_table(folder / "valence.csv", songs)


def export(path: Path, values: np.ndarray) -> Path:
    """Write a CSV of emoviz's own form."""
    provenance = Provenance("song.wav", "0" * 64, "Song", "none", "1", "1")
    Track.from_values(values, provenance).save_csv(path)
    return path


def test_a_csv_of_our_own_is_one_songs_track(tmp_path: Path) -> None:
    values = np.random.default_rng(1).uniform(-1, 1, (20, 4)).round(4)
    values[:, 2:] = np.abs(values[:, 2:])
    found = labels.read(export(tmp_path / "mine.csv", values))
    name = found.name_for(Path("anything 12.mp3"))
    assert name == ""
    assert np.array_equal(found.of(name), values[:, :2])


def test_a_csv_of_our_own_is_not_taken_without_its_description(tmp_path: Path) -> None:
    mine = export(tmp_path / "mine.csv", np.linspace(0.0, 0.9, 40).reshape(20, 2))
    (tmp_path / "mine.csv-metadata.json").unlink()
    with pytest.raises(errors.TrackFileError, match=r"the description of mine\.csv"):
        labels.read(mine)


def test_a_pair_of_tables_gives_each_song_a_track(tmp_path: Path) -> None:
    valence = write_pair(tmp_path, {2: 0.1, 10: 0.3})
    for chosen in (valence, tmp_path / "arousal.csv"):
        found = labels.read(chosen)
        assert list(found.songs) == ["2", "10"]
        values = found.of("10")
        # The label at 15 s stands for the half-second that ends there.
        assert np.isnan(values[:29]).all()
        assert values[29] == pytest.approx([0.3, -0.3])
        assert values[33] == pytest.approx([0.34, -0.26])
        assert len(values) == 34


def test_a_partner_is_found_by_name_and_only_shared_times_count(tmp_path: Path) -> None:
    chosen = write_table(tmp_path / "Valence_cont_average.CSV", {7: 0.2})
    write_table(tmp_path / "arousal_cont_average.csv", {7: 0.4, 8: 0.1}, blank=2)
    found = labels.read(chosen)
    assert list(found.songs) == ["7"]
    assert len(found.of("7")) == 32


@pytest.mark.parametrize(
    ("song", "name"),
    [
        ("10.mp3", "10"),
        ("0010.wav", "10"),
        ("song-10_take.ogg", "10"),
        ("2 or 10.mp3", None),
        ("Yesterday.mp3", None),
        ("Symphony 9.mp3", None),
        ("77.mp3", "77"),
    ],
)
def test_a_songs_row_is_known_by_a_number_in_its_name(
    tmp_path: Path, song: str, name: str | None
) -> None:
    found = labels.read(write_pair(tmp_path, {2: 0.1, 10: 0.3}))
    assert found.name_for(tmp_path / "10" / song) == name


def test_a_song_that_is_not_in_the_table_is_named(tmp_path: Path) -> None:
    found = labels.read(write_pair(tmp_path, {2: 0.1, 10: 0.3}))
    with pytest.raises(errors.LabelsSongError, match=r"valence\.csv: .* no labels for song 77;"):
        found.of("77")


def _without_partner(folder: Path) -> Path:
    return write_table(folder / "valence.csv", {2: 0.1})


def _unnamed(folder: Path) -> Path:
    return write_table(folder / "labels.csv", {2: 0.1})


def _outside(folder: Path) -> Path:
    return write_pair(folder, {2: 0.99})


def _own_outside(folder: Path) -> Path:
    return export(folder / "mine.csv", np.array([[0.0, 0.0], [0.0, 1.5]]))


def _disordered(folder: Path) -> Path:
    write_pair(folder, {2: 0.1})
    return write_table(folder / "valence.csv", {2: 0.1}, times_ms=[15500, 15000, 16000])


def _between(folder: Path) -> Path:
    write_pair(folder, {2: 0.1})
    return write_table(folder / "valence.csv", {2: 0.1}, times_ms=[15000, 15250])


def _of_other_songs(folder: Path) -> Path:
    write_table(folder / "arousal.csv", {3: 0.1})
    return write_table(folder / "valence.csv", {2: 0.1})


def _picture(folder: Path) -> Path:
    path = folder / "valence.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    return path


def _prose(folder: Path) -> Path:
    path = folder / "valence.csv"
    path.write_text("It was the best of times.\n")
    return path


def _named_column(column: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = write_pair(folder, {2: 0.1})
        path.write_text(path.read_text().replace("sample_17000ms", column))
        return path

    return write


def _digits(folder: Path) -> Path:
    path = write_pair(folder, {2: 0.1})
    path.write_text(path.read_text().replace("0.1000", "9" * 5000))
    return path


def _far_song(folder: Path) -> Path:
    path = write_pair(folder, {2: 0.1})
    path.write_text(path.read_text().replace("\n2,", f"\n{'9' * 300},"))
    return path


def _empty(folder: Path) -> Path:
    path = folder / "valence.csv"
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (_without_partner, r"valence\.csv: .* arousal\.csv is not beside this one; put both"),
        (_unnamed, r"labels\.csv: its name does not say whether it holds valence or arousal; give"),
        (_outside, r"valence\.csv: the label 1\.0100 of song 2 at sample_16000ms is outside \[-1,"),
        (_own_outside, r"mine\.csv: .* \(a value at 1 s is outside \[-1, 1\]\); export"),
        (_disordered, r"valence\.csv: its times are not in order; mend"),
        (_between, r"valence\.csv: its time 15250 ms is not the end of a half-second; mend"),
        (_of_other_songs, r"valence\.csv: it and arousal\.csv label no song in common; mend"),
        (_named_column("sample_999999999999500ms"), r"'sample_999999999999500ms' is not of the"),
        (_named_column(f"sample_{'9' * 5000}ms"), r"'sample_9{33}…' is not of the form"),
        (_far_song, r"'9{40}…' is not a whole number, or far too large; mend"),
        (_digits, r"'9{40}…' is not a finite number; mend"),
        (_picture, r"valence\.csv: it cannot be read \(.*\); mend"),
        (_prose, r"valence\.csv: this is no table of labels that emoviz knows; choose a CSV"),
        (_empty, r"valence\.csv: this is no table of labels that emoviz knows; choose a CSV"),
        (lambda folder: folder / "gone.csv", r"gone\.csv: it cannot be read \(.*\); mend"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(
    tmp_path: Path, write: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises((errors.TableError, errors.TrackFileError), match=sentence):
        labels.read(write(tmp_path))


def test_a_part_of_a_track_is_no_set_of_labels(tmp_path: Path) -> None:
    whole = Track.from_values(np.zeros((20, 2)), Provenance("", "", "", "", "", ""))
    whole.between(2.0, 5.0).save_csv(tmp_path / "part.csv")
    with pytest.raises(errors.TableError, match="part of a track, from 2 s on"):
        labels.read(tmp_path / "part.csv")
