"""Whole pieces whose labels move, as VGMIDI has them: rendered MIDI with the mean of some raters.

Ferreira and Whitehead 2019, "Learning to generate music with sentiment", ISMIR. The folder holds
`pieces.csv` (`piece`, `series`, `duration_s`, `bars`, and how far halves of the raters agree),
`labels_2hz.csv` (`piece`, `t_s` the end of a half-second, `valence`, `arousal`),
`midi/<piece>.mid`, and `audio/<piece>.ogg`, which the folder's own script renders there or
elsewhere.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.tracks.label_tables import integer, number, read_csv
from emoviz.training.data.dataset import DIMENSIONS, Floats
from emoviz.training.data.midi import notes_end_s
from emoviz.training.data.sounds import (
    COLUMN_SAMPLES,
    RATE_HZ,
    LabelledSound,
    count_columns,
    decoded,
)
from emoviz.units import COLUMN_S, SCALE, Samples

COLLECTION = "vgmidi"
"""What its pieces are called among the songs of other collections."""

SETTLED_S = 10.0
"""Listeners' sliders start at 0; what they do until here is no judgement and is left out."""

TABLE, LABELS = "pieces.csv", "labels_2hz.csv"

_BAR_S = (0.2, 20.0)
_QUIETER_DB = 40.0
# Last chords are held or die away before they end: 8 s and a fourteenth of the piece at most in the
# 136 pieces by one sound font, so a piece that was rendered faster or slower by a sixth shows.
_MOST_APART = 0.1
_LEAST_APART_S = 4.0
# Durations are annotated up to 14 s from where the notes end, by four hundredths mostly.
_MOST_UNLIKE = 0.15


@dataclass(frozen=True)
class Piece:
    """A piece before it is heard; its audio is there.

    `labels`, (columns, 2) on [-1, 1] in the order of `DIMENSIONS`, belong to the half-seconds of
    the `duration_s` that were annotated, and `notes_end_s` is where that moment lies in the MIDI.
    `split_half_r` is how well halves of the raters agree on its motion in valence and in arousal,
    NaN where it is not known. Pieces of one `series` are never split between folds.
    """

    name: str
    audio: Path
    series: str
    duration_s: float
    notes_end_s: float
    split_half_r: tuple[float, float]
    labels: Floats


def read_pieces(folder: Path, rendered: Path | None = None) -> list[Piece]:
    """Read the tables of a folder, without decoding any audio, which lies in `rendered`.

    That is `audio/` of the folder unless it is given. Raises `errors.TableError` for a table that
    is none, and `errors.DataError` for a piece that is not rendered or not labelled, and for bars
    that fit neither its duration nor its labels.
    """
    table, labels = folder / TABLE, _read_labels(folder / LABELS)
    found = []
    for row in read_csv(table, ("piece", "series", "duration_s", "bars")):
        name, duration_s = row["piece"], number(table, row["duration_s"])
        bars = integer(table, row["bars"])
        if name not in labels:
            raise errors.DataError(folder / LABELS, f"it has no labels of {name}")
        _refuse_bars(table, name, duration_s, bars, labels[name])
        audio = (rendered or folder / "audio") / f"{name}.ogg"
        if not audio.is_file():
            reason = f"this piece is not rendered; run render.sh of {folder.name} into its folder"
            raise errors.DataError(audio, reason)
        midi = folder / "midi" / f"{name}.mid"
        end_s = notes_end_s(midi)
        if abs(end_s - duration_s) > max(_LEAST_APART_S, _MOST_UNLIKE * duration_s):
            reason = f"its notes end at {end_s:.1f} s, and {duration_s:.1f} s were annotated"
            raise errors.DataError(midi, reason)
        agreed = (_agreement(table, row, "valence"), _agreement(table, row, "arousal"))
        found.append(Piece(name, audio, row["series"], duration_s, end_s, agreed, labels[name]))
    if not found:
        raise errors.DataError(table, "it lists no pieces")
    return found


def piece_sound(piece: Piece) -> LabelledSound:
    """Decode a piece and lay its labels beside, stretched as its MIDI is from what was annotated.

    Raises `errors.SongError` for audio that does not decode, and `errors.DataError` for labels
    that are longer than the sound and for a sound that was rendered at another tempo.
    """
    samples = decoded(piece.audio)
    sound_s, labels_s = len(samples) / RATE_HZ, len(piece.labels) * COLUMN_S
    if labels_s > sound_s + 2 * COLUMN_S:
        reason = (
            f"its labels go on to {labels_s:.1f} s and the sound ends at {sound_s:.1f} s; "
            "delete it and render the piece anew"
        )
        raise errors.DataError(piece.audio, reason)
    heard_s, end_s = _heard_end_s(samples), piece.notes_end_s
    if abs(heard_s - end_s) > max(_LEAST_APART_S, _MOST_APART * end_s):
        reason = (
            f"it is heard until {heard_s:.1f} s and the notes of its MIDI end at {end_s:.1f} s: "
            "it was rendered at another tempo; delete it and render the piece anew"
        )
        raise errors.DataError(piece.audio, reason)
    return LabelledSound(samples, stretched(piece, count_columns(samples)))


def series_folds(pieces: list[Piece], count: int) -> npt.NDArray[np.int64]:
    """Give the fold of every piece, 0 to `count` - 1; series are never split.

    The largest series first, each to the fold that has the fewest pieces.
    """
    sizes: dict[str, int] = {}
    for piece in pieces:
        sizes[piece.series] = sizes.get(piece.series, 0) + 1
    filled = [0] * count
    fold_of = {}
    for series in sorted(sizes, key=lambda name: (-sizes[name], name)):
        fold_of[series] = filled.index(min(filled))
        filled[fold_of[series]] += sizes[series]
    return np.array([fold_of[piece.series] for piece in pieces])


def _read_labels(table: Path) -> dict[str, Floats]:
    rows: dict[str, list[tuple[float, ...]]] = {}
    for row in read_csv(table, ("piece", "t_s", *DIMENSIONS)):
        values = tuple(number(table, row[name]) for name in DIMENSIONS)
        if not all(SCALE[0] <= value <= SCALE[1] for value in values):
            reason = f"a label of {row['piece']} at {row['t_s']} s is outside [-1, 1]"
            raise errors.DataError(table, reason)
        known = rows.setdefault(row["piece"], [])
        if abs(number(table, row["t_s"]) - (len(known) + 1) * COLUMN_S) > COLUMN_S / 10:
            reason = f"the label of {row['piece']} at {row['t_s']} s does not follow its last one"
            raise errors.DataError(table, reason)
        known.append(values)
    return {piece: np.array(values, np.float32) for piece, values in rows.items()}


def _refuse_bars(table: Path, name: str, duration_s: float, bars: int, labels: Floats) -> None:
    """Refuse a count of bars by which labels would change inside a bar: there is one a bar."""
    wrong = f"{bars} bars do not fit"
    if bars < 1 or not _BAR_S[0] <= duration_s / bars <= _BAR_S[1]:
        raise errors.DataError(table, f"{wrong} the {duration_s:g} s of {name}")
    if len(labels) * COLUMN_S > duration_s + 2 * COLUMN_S:
        reason = f"the labels of {name} go on to {len(labels) * COLUMN_S:g} s"
        raise errors.DataError(table, f"{reason} and it lasts {duration_s:g} s")
    middles_s = (np.arange(len(labels)) + 0.5) * COLUMN_S
    bar = np.floor(middles_s / duration_s * bars)
    changed = (np.diff(labels, axis=0) != 0).any(axis=1) & (np.diff(bar) == 0)
    if changed.any():
        at_s = (int(np.flatnonzero(changed)[0]) + 1) * COLUMN_S
        raise errors.DataError(table, f"{wrong} the labels of {name}, which change at {at_s:g} s")


def _agreement(table: Path, row: dict[str, str], dimension: str) -> float:
    cell = row.get(f"split_half_r_{dimension}", "")
    return number(table, cell) if cell.strip() else float("nan")


def _heard_end_s(samples: Samples) -> float:
    """Give when the last half-second ends that is less than `_QUIETER_DB` below the loudest."""
    whole = samples[: len(samples) // COLUMN_SAMPLES * COLUMN_SAMPLES].reshape(-1, COLUMN_SAMPLES)
    power = (whole.astype(np.float64) ** 2).mean(axis=1)
    heard = np.flatnonzero(power > power.max() * 10 ** (-_QUIETER_DB / 10))
    return 0.0 if not len(heard) else (int(heard[-1]) + 1) * COLUMN_S


def stretched(piece: Piece, columns: int) -> Floats:
    """Give the label of each half-second of the sound, for as long as there are labels."""
    middles_s = (np.arange(columns) + 0.5) * COLUMN_S * piece.duration_s / piece.notes_end_s
    index = np.floor(middles_s / COLUMN_S).astype(np.int64)
    labels: Floats = piece.labels[index[index < len(piece.labels)]]
    return labels
