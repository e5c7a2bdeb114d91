"""A track for programs that show sound: Audacity's label tracks, Sonic Visualiser's layers."""

import math
from itertools import groupby
from pathlib import Path

from emoviz.tracks.track import Track
from emoviz.units import COLUMN_S


def audacity_files(trajectory: Track, path: Path) -> dict[Path, bytes]:
    """Give a label track: where what is said begins and ends, in seconds, and what is said.

    The form is that of the Audacity manual's "Importing and Exporting Labels": a line a label, its
    parts divided by tabs. Half-seconds of which the same is said are one label, of two seconds at
    least; silence has none.
    """
    lines = []
    begin = 0
    for said, half_seconds in groupby(trajectory.said):
        end = begin + len(list(half_seconds))
        if said:
            lines.append(f"{begin * COLUMN_S:.6f}\t{end * COLUMN_S:.6f}\t{said}\n")
        begin = end
    return {path: "".join(lines).encode()}


def sonic_visualiser_files(trajectory: Track, path: Path) -> dict[Path, bytes]:
    """Give two layers of time and value, in seconds, without a header: song.csv names them
    song.valence.csv and song.arousal.csv.

    Sonic Visualiser imports each as a layer of time values (File, Import Annotation Layer). What
    is silent has no line.
    """
    layers = {"valence": trajectory.valence, "arousal": trajectory.arousal}
    return {
        path.with_name(f"{path.stem}.{name}{path.suffix}"): _layer(trajectory, values.tolist())
        for name, values in layers.items()
    }


def _layer(trajectory: Track, values: list[float]) -> bytes:
    pairs = zip(trajectory.times_s.tolist(), values, strict=True)
    known = (pair for pair in pairs if not math.isnan(pair[1]))
    return "".join(f"{time_s!r},{value!r}\n" for time_s, value in known).encode()
