"""The data sets that can be read, each as it was published, and the project's own edition of DEAM.

A data folder is known by what it holds:

- `clips.csv`: the project's edition of DEAM, clips of 10 s with `songs.csv`, `valence.csv`,
  `arousal.csv` and, if known, `valence_std.csv` and `arousal_std.csv`.
- `clips_45seconds/`: emoMusic (Soleymani, Caro, Schmidt, Sha, Yang 2013, "1000 songs for emotional
  analysis of music"), with `valence_cont_average.csv`, `arousal_cont_average.csv` and
  `songs_info.csv`, which names the development and the evaluation set.
- `MEMD_audio/`: DEAM (Aljanaki, Yang, Soleymani 2017, PLoS ONE 12(3)), with `valence.csv` and
  `arousal.csv` of the dynamic annotations averaged per song; songs above 2000 are the evaluation
  set of MediaEval 2015. Artists are read from `metadata_2013.csv` and the like where they are.
- `chorus/`: PMEmo (Zhang, Zhang, Sun, Li, Yang 2018), with `dynamic_annotations.csv` on [0, 1],
  which is stretched to [-1, 1], and `metadata.csv` for the artists where it is.

Tables may lie in subfolders, as the archives have them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emoviz import errors
from emoviz.tracks.label_tables import (
    DEVIATIONS,
    TimedLabels,
    integer,
    number,
    read_csv,
    read_deviations,
    read_labels,
)
from emoviz.training.data.dataset import DIMENSIONS, ClipRow
from emoviz.units import SCALE

_FIRST_EVALUATION_SONG = 2001
_UNIT = (0.0, 1.0)


@dataclass(frozen=True)
class _Labels:
    """Song -> time -> label, for each of `DIMENSIONS`, with the tables they were read from."""

    tables: tuple[Path, Path]
    values: tuple[TimedLabels, TimedLabels]
    deviations: tuple[TimedLabels, TimedLabels]


def read_rows(folder: Path) -> list[ClipRow]:
    """Read the tables of a data folder, without decoding any audio.

    Raises `errors.TableError` naming the table with a missing column, a value that is not a number
    or a label outside its scale, and `errors.DataError` for a song or table that is not there, or
    the folder if it is of no known kind.
    """
    for sign, reader in _READERS.items():
        if (folder / sign).exists():
            return reader(folder)
    known = ", ".join(f"{sign!r}" for sign in _READERS)
    raise errors.DataError(folder, f"it is no data set that can be read: it holds none of {known}")


def is_known(folder: Path) -> bool:
    """Tell whether a folder looks like one that `read_rows` reads."""
    return any((folder / sign).exists() for sign in _READERS)


def _read_own(folder: Path) -> list[ClipRow]:
    table = folder / "clips.csv"
    rows = read_csv(table, ("file", "song_id", "start_s", "set"))
    if not rows:
        raise errors.DataError(table, "it lists no clips")
    artists = _artists(folder / "songs.csv", "song_id", "artist")
    labels = _Labels(
        tables=(folder / "valence.csv", folder / "arousal.csv"),
        values=_both(lambda name: read_labels(folder / f"{name}.csv", SCALE)),
        deviations=_both(lambda name: read_deviations(folder / f"{name}_std.csv")),
    )
    found = []
    for row in rows:
        song_id = integer(table, row["song_id"])
        audio = folder / row["file"]
        if not audio.is_file():
            raise errors.DataError(audio, f"{table.name} names this clip and it is not there")
        start_s = number(table, row["start_s"])
        found.append(_row(audio, song_id, artists, row["set"], labels, start_s, whole=False))
    return found


def _read_emomusic(folder: Path) -> list[ClipRow]:
    info = _only(folder, "songs_info.csv")
    column = "Mediaeval 2013 set"
    sets = {
        integer(info, row["song_id"]): row[column].strip().casefold()
        for row in read_csv(info, ("song_id", "Artist", column))
    }
    labels = _averaged(folder, "{0}_cont_average.csv", "{0}_cont_std.csv")
    artists = _artists(info, "song_id", "Artist")
    return _songs(
        folder / "clips_45seconds",
        labels,
        artists,
        lambda song_id: f"emomusic-{sets.get(song_id, 'development')}",
    )


def _read_deam(folder: Path) -> list[ClipRow]:
    artists: dict[int, str] = {}
    for table in sorted(folder.rglob("metadata_20*.csv")):
        names = read_csv(table, ())[:1]
        keys = list(names[0]) if names else []
        song_key = next((key for key in keys if key.casefold() in ("song_id", "id")), None)
        artist_key = next((key for key in keys if key.casefold() == "artist"), None)
        if song_key is None or artist_key is None:
            raise errors.DataError(table, "it has no columns 'song_id' and 'Artist'")
        artists |= _artists(table, song_key, artist_key)
    return _songs(
        folder / "MEMD_audio",
        _averaged(folder, "{0}.csv", "{0}_std.csv"),
        artists,
        lambda song_id: (
            "deam-evaluation" if song_id >= _FIRST_EVALUATION_SONG else "deam-development"
        ),
    )


def _read_pmemo(folder: Path) -> list[ClipRow]:
    table = _only(folder, "dynamic_annotations.csv")
    values: tuple[TimedLabels, TimedLabels] = ({}, {})
    columns = ("Valence(mean)", "Arousal(mean)")
    for row in read_csv(table, ("musicId", "frameTime", *columns)):
        song_id = integer(table, row["musicId"])
        time_ms = round(1000.0 * number(table, row["frameTime"]))
        for songs, column in zip(values, columns, strict=True):
            value = number(table, row[column])
            if not _UNIT[0] <= value <= _UNIT[1]:
                reason = f"the label {row[column]} of song {song_id} is outside [0, 1]"
                raise errors.DataError(table, reason)
            songs.setdefault(song_id, {})[time_ms] = 2.0 * value - 1.0
    metadata = sorted(folder.rglob("metadata.csv"))
    artists = _artists(metadata[0], "musicId", "artist") if metadata else {}
    labels = _Labels((table, table), values, ({}, {}))
    return _songs(folder / "chorus", labels, artists, lambda song_id: "pmemo")


_READERS: Mapping[str, Callable[[Path], list[ClipRow]]] = {
    "clips.csv": _read_own,
    "clips_45seconds": _read_emomusic,
    "MEMD_audio": _read_deam,
    "chorus": _read_pmemo,
}


def _songs(
    audio: Path,
    labels: _Labels,
    artists: Mapping[int, str],
    collection: Callable[[int], str],
) -> list[ClipRow]:
    """Give a row for every labelled song; its audio is `<song id>.mp3`."""
    rows = []
    for song_id in sorted(labels.values[0]):
        path = audio / f"{song_id}.mp3"
        if not path.is_file():
            reason = f"{labels.tables[0].name} labels song {song_id} and its audio is not there"
            raise errors.DataError(path, reason)
        rows.append(_row(path, song_id, artists, collection(song_id), labels, 0.0, whole=True))
    if not rows:
        raise errors.DataError(labels.tables[0], "it labels no song")
    return rows


def _row(
    audio: Path,
    song_id: int,
    artists: Mapping[int, str],
    collection: str,
    labels: _Labels,
    start_s: float,
    *,
    whole: bool,
) -> ClipRow:
    for table, songs in zip(labels.tables, labels.values, strict=True):
        if not songs.get(song_id):
            raise errors.DataError(table, f"it has no labels for song {song_id}")
    valence, arousal = (songs[song_id] for songs in labels.values)
    times = tuple(sorted(set(valence) & set(arousal)))
    spreads = [songs.get(song_id, {}) for songs in labels.deviations]
    return ClipRow(
        audio=audio,
        song_id=song_id,
        group=artists.get(song_id) or f"song {song_id}",
        collection=collection,
        start_s=start_s,
        whole=whole,
        label_times_ms=times,
        labels=np.array([(valence[time], arousal[time]) for time in times], np.float32),
        label_sd=np.array(
            [[spread.get(time, np.nan) for spread in spreads] for time in times], np.float32
        ),
    )


def _averaged(folder: Path, mean_name: str, deviation_name: str) -> _Labels:
    """Read the tables of means, and those of deviations where they are."""
    tables = tuple(_only(folder, mean_name.format(name)) for name in DIMENSIONS)

    def deviations(name: str) -> TimedLabels:
        found = sorted(folder.rglob(deviation_name.format(name)))
        return read_labels(found[0], DEVIATIONS) if len(found) == 1 else {}

    return _Labels(
        tables=(tables[0], tables[1]),
        values=(read_labels(tables[0], SCALE), read_labels(tables[1], SCALE)),
        deviations=_both(deviations),
    )


def _both(read: Callable[[str], TimedLabels]) -> tuple[TimedLabels, TimedLabels]:
    valence, arousal = DIMENSIONS
    return read(valence), read(arousal)


def _artists(table: Path, song_key: str, artist_key: str) -> dict[int, str]:
    return {
        integer(table, row[song_key]): row[artist_key].strip().casefold()
        for row in read_csv(table, (song_key, artist_key))
    }


def _only(folder: Path, name: str) -> Path:
    """Find the one table of that name in the folder or below it."""
    found: Sequence[Path] = sorted(folder.rglob(name))
    if not found:
        raise errors.DataError(folder / name, "this file of the data folder is missing")
    if len(found) > 1:
        reason = f"there is another of that name: {found[1]}; keep one"
        raise errors.DataError(found[0], reason)
    return found[0]
