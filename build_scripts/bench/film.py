"""Makes films and looks into one; `measuring` starts it.

    python -m build_scripts.bench.film RESULT SONG FOLDER

What is measured is how long a film of SONG takes, its track counted apart, and how far the trail
is from the sound at the end of a song of ten minutes: in the film, as a player decodes it.
"""

import json
import os
import sys
import time
from pathlib import Path

import soundfile

_LONG_S = 600.0
_LOOKED_AT = 20
"""So many of the last clicks are looked at."""


def main() -> int:
    """Do it all and write what was found."""
    result, song, folder = map(Path, sys.argv[1:])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    measured = {"film": measure_speed(song, folder), "late_pictures": measure_lateness(folder)}
    result.write_text(json.dumps(measured), encoding="utf-8")
    del application
    return 0


def measure_speed(song: Path, folder: Path) -> dict[str, float]:
    """Make a film; give seconds of film, of work and of tracking, and its size."""
    from emoviz.export.film_file import FilmFormat
    from emoviz.gui.films.making import TRACKING, FilmOrder, make_film
    from emoviz.gui.films.picture import FilmLook
    from emoviz.models.estimator import DEFAULT_MODEL

    tracked_s = began_s = time.perf_counter()

    def on_progress(doing: str, _done: int, _total: int) -> None:
        nonlocal tracked_s
        if doing == TRACKING:
            tracked_s = time.perf_counter()

    target = folder / "film.mp4"
    order = FilmOrder(song, target, DEFAULT_MODEL, FilmFormat(), FilmLook())
    make_film(order, print, on_progress, lambda: False)
    return {
        "film_s": soundfile.info(song).duration,
        "made_s": time.perf_counter() - tracked_s,
        "tracked_s": tracked_s - began_s,
        "bytes": target.stat().st_size,
    }


def measure_lateness(folder: Path) -> list[float]:
    """Give by how many pictures the trail is behind each of the last clicks of a long song."""
    from emoviz.export.film_file import FilmFormat
    from emoviz.gui.films.making import FilmOrder, make_film
    from emoviz.gui.films.picture import FilmLook
    from tests.support.films import Film, run_to_and_fro, running_times_s, write_clicks

    song, target, film_format = folder / "clicks.flac", folder / "clicks.mp4", FilmFormat()
    clicks_s = running_times_s(_LONG_S)
    write_clicks(song, _LONG_S, clicks_s)
    values = run_to_and_fro(_LONG_S)
    look = FilmLook(trail_s=5.0, view="whole")
    order = FilmOrder(song, target, "cae", film_format, look, values)
    make_film(order, print, lambda *_: None, lambda: False)
    film = Film(target)
    heard_s = film.clicks_s()
    if len(heard_s) != len(clicks_s):
        raise SystemExit(f"{len(clicks_s)} clicks went in and {len(heard_s)} came out.")
    late: list[float] = film.late_pictures(values, film_format, heard_s[-_LOOKED_AT:]).tolist()
    return late


if __name__ == "__main__":
    sys.exit(main())
