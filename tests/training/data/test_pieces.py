from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.training.data.midi import moved, notes_end_s, pitch_classes, transposed
from emoviz.training.data.pieces import piece_sound, read_pieces, series_folds
from tests.training.folders import replace_in
from tests.training.moving import RATE_HZ, plucked, write_midi, write_pieces


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of three pieces of 24 s."""
    return write_pieces(tmp_path / "vgmidi")


def test_pieces_come_with_the_label_of_each_half_second(folder: Path) -> None:
    pieces = read_pieces(folder)
    assert [piece.series for piece in pieces] == ["Series 1", "Series 1", "Series 2"]
    assert pieces[0].split_half_r == (0.8, 0.8)
    sound = piece_sound(pieces[0])
    assert sound.labels.shape == (48, 2)
    np.testing.assert_allclose(sound.labels[:, 0], -sound.labels[:, 1])
    # The label of a half-second belongs to the note that sounds in it.
    power = (sound.samples[: 48 * 11025].reshape(48, -1) ** 2).mean(axis=1)
    assert np.corrcoef(np.sqrt(power), sound.labels[:, 1])[0, 1] > 0.99


def test_labels_go_with_the_midi_where_it_is_longer_than_what_was_annotated(folder: Path) -> None:
    write_midi(folder / "midi" / "piece1.mid", 26.0)
    soundfile.write(folder / "audio" / "piece1.ogg", plucked([0.5] * 52), RATE_HZ)
    sound = piece_sound(read_pieces(folder)[0])
    assert len(sound.labels) == 52
    # Bars are as much longer as the whole is.
    changes = np.flatnonzero(np.diff(sound.labels[:, 1])) + 1
    np.testing.assert_allclose(changes / 2, np.arange(1, 12) * 2.0 * 26 / 24, atol=0.5)


def test_pieces_may_be_rendered_elsewhere(folder: Path, tmp_path: Path) -> None:
    (folder / "audio").rename(tmp_path / "another piano")
    pieces = read_pieces(folder, tmp_path / "another piano")
    assert len(piece_sound(pieces[2]).labels) == 48
    with pytest.raises(errors.DataError, match=r"piece1.ogg: this piece is not rendered; run rend"):
        read_pieces(folder)


def test_series_are_not_split_between_folds(folder: Path) -> None:
    folds = series_folds(read_pieces(folder), 2)
    assert folds.tolist() == [0, 0, 1]


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_piece_at_another_tempo_is_refused(folder: Path, factor: float) -> None:
    notes = round(48 * factor) if factor > 1 else 38
    soundfile.write(folder / "audio" / "piece1.ogg", plucked([0.5] * notes), RATE_HZ)
    piece = read_pieces(folder)[0]
    with pytest.raises(errors.DataError, match=r"piece1.ogg: .*(another tempo|the sound ends)"):
        piece_sound(piece)


def test_a_long_quiet_end_is_no_other_tempo(folder: Path) -> None:
    quiet = np.full(40 * RATE_HZ, 1e-4, np.float32)
    samples = np.concatenate([plucked([0.5] * 48), quiet])
    soundfile.write(folder / "audio" / "piece1.ogg", samples, RATE_HZ)
    assert len(piece_sound(read_pieces(folder)[0]).labels) == 48


def test_labels_that_are_longer_than_the_sound_are_refused(folder: Path) -> None:
    soundfile.write(folder / "audio" / "piece2.ogg", plucked([0.5] * 40), RATE_HZ)
    with pytest.raises(
        errors.DataError, match=r"piece2.ogg: its labels go on to 24.0 s and the so"
    ):
        piece_sound(read_pieces(folder)[1])


@pytest.mark.parametrize(
    ("bars", "said"),
    [
        ("13", "13 bars do not fit the labels of piece1"),
        ("0", "0 bars do not fit the 24 s of piece1"),
        ("900", "900 bars do not fit the 24 s of piece1"),
    ],
)
def test_a_count_of_bars_that_does_not_fit_is_refused(folder: Path, bars: str, said: str) -> None:
    replace_in(folder / "pieces.csv", "Series 1,24.0,12,", f"Series 1,24.0,{bars},")
    with pytest.raises(errors.DataError, match=said):
        read_pieces(folder)


def test_tables_that_do_not_fit_each_other_are_refused(folder: Path) -> None:
    labels = (folder / "labels_2hz.csv").read_text()
    replace_in(folder / "labels_2hz.csv", "piece1,0.5,", "piece1,0.75,")
    with pytest.raises(errors.DataError, match=r"piece1 at 0.75 s does not follow"):
        read_pieces(folder)
    (folder / "labels_2hz.csv").write_text(labels.replace("piece3,", "piece4,"))
    with pytest.raises(errors.DataError, match="it has no labels of piece3"):
        read_pieces(folder)
    (folder / "labels_2hz.csv").unlink()
    with pytest.raises(errors.TableError, match=r"labels_2hz.csv: this file is missing"):
        read_pieces(folder)


def test_midi_that_is_missing_or_of_another_piece_is_refused(folder: Path) -> None:
    write_midi(folder / "midi" / "piece1.mid", 40.0)
    with pytest.raises(errors.DataError, match=r"piece1.mid: its notes end at 40.0 s, and 24.0 s"):
        read_pieces(folder)
    (folder / "midi" / "piece1.mid").write_bytes(b"RIFF of another kind")
    with pytest.raises(errors.DataError, match=r"piece1.mid: it is no MIDI file"):
        read_pieces(folder)
    (folder / "midi" / "piece1.mid").unlink()
    with pytest.raises(errors.DataError, match=r"piece1.mid: this MIDI file is missing"):
        read_pieces(folder)


def test_the_end_of_the_notes_goes_by_every_change_of_tempo(tmp_path: Path) -> None:
    path = tmp_path / "notes.mid"
    # 480 ticks are half a second at 500,000 us a quarter, then a whole one, then a quarter of one.
    write_midi(path, 3.0, tempos=[(2, 1_000_000), (4, 250_000)])
    assert notes_end_s(path) == pytest.approx(2 * 0.5 + 2 * 1.0 + 2 * 0.25)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(errors.DataError, match="it is no MIDI file"):
        notes_end_s(path)
    write_midi(path, 0.0)
    with pytest.raises(errors.DataError, match="there are no notes"):
        notes_end_s(path)


def test_a_transposed_file_differs_in_its_notes_alone(tmp_path: Path) -> None:
    path, higher = tmp_path / "notes.mid", tmp_path / "higher.mid"
    write_midi(path, 3.0, tempos=[(2, 1_000_000)])
    higher.write_bytes(transposed(path, 3))
    assert notes_end_s(higher) == notes_end_s(path)
    pairs = zip(path.read_bytes(), higher.read_bytes(), strict=True)
    moved = {after - before for before, after in pairs if after != before}
    assert moved == {3}
    assert transposed(higher, -3) == path.read_bytes()
    with pytest.raises(errors.DataError, match="leave MIDI's range"):
        transposed(path, 100)


def test_notes_are_moved_each_by_its_class(tmp_path: Path) -> None:
    path, higher = tmp_path / "notes.mid", tmp_path / "higher.mid"
    write_midi(path, 3.0)
    counts = pitch_classes(path)
    sounding = [place for place, count in enumerate(counts) if count]
    assert sounding
    by = [0] * 12
    by[sounding[0]] = 1
    higher.write_bytes(moved(path, by))
    expected = counts.copy()
    expected[(sounding[0] + 1) % 12] += expected[sounding[0]]
    expected[sounding[0]] = 0
    assert pitch_classes(higher) == expected
