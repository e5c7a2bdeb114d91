"""What a script or a notebook calls: songs and samples to tracks."""

import os
import warnings
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TypeAlias

import numpy.typing as npt

from emoviz import errors
from emoviz.hearing import alignment
from emoviz.hearing.alignment import Alignment
from emoviz.library.tracking import Outcome, analyze
from emoviz.models import estimator
from emoviz.models.estimator import DEFAULT_MODEL, ModelInfo
from emoviz.songs.arrays import SampledSong
from emoviz.songs.finding import find_songs
from emoviz.songs.patience import patient_decoders
from emoviz.songs.song import Song
from emoviz.tracking.tracker import AnalysisCancelledError, File2Track, Update
from emoviz.tracks import labels
from emoviz.tracks.agreement import Agreement, Agreements
from emoviz.tracks.labels import Labels
from emoviz.tracks.reasons import Part, Why
from emoviz.tracks.sections import Section
from emoviz.tracks.summary import Summary
from emoviz.tracks.track import Moment, Provenance, Track, load_csv

__all__ = [
    "Agreement",
    "Agreements",
    "Alignment",
    "AnalysisCancelledError",
    "Labels",
    "ModelInfo",
    "Moment",
    "Outcome",
    "Part",
    "Progress",
    "Provenance",
    "Section",
    "Summary",
    "Track",
    "Why",
    "align",
    "installed_models",
    "load",
    "load_labels",
    "track",
    "track_many",
    "track_samples",
]

PathLike: TypeAlias = str | os.PathLike[str]

Progress: TypeAlias = Callable[[float], object]
"""Takes how much is done, from 0 to 1, and never less than before; False from it cancels."""


def track(
    path: PathLike,
    *,
    model: str = DEFAULT_MODEL,
    progress: Progress | None = None,
    sound_track: int | None = None,
) -> Track:
    """Track one song and give its track, a value per half-second.

    `path` is a file of any format that emoviz plays, `model` one of `installed_models`. Of a file
    with several sound tracks, as a film has, the default one is heard, or `sound_track`, its number
    from 1 on; a warning says which.
    `progress` is called in this thread with how much is done, from 0 to 1; if it returns False
    the work ends with `AnalysisCancelledError`, and an error that it raises comes out as it is.
    Damage that does not stop the work is said as a warning (`UserWarning`); a decoder that gives
    nothing for a minute is waited for no longer, which is an `errors.DecoderLostError`. What the
    values mean and how good they are stands in the model's card. Many songs are faster by
    `track_many`, which loads the model once.

    Raises `errors.SongError` if the song cannot be opened, is shorter than half a second, or has no
    such sound track, and `errors.ModelError` if there is no such model.

    >>> track = emoviz.track("song.ogg", model="cae")
    >>> track.valence.shape, track.times_s[-1].item()
    ((205,), 102.5)
    >>> emoviz.track("song.ogg", model="cae", progress=lambda done: done < 0.5)
    Traceback (most recent call last):
    ...
    emoviz.tracking.tracker.AnalysisCancelledError
    """
    tracker = File2Track(estimator.load(model), explains=True)
    with Song.open(Path(path), patient_decoders, sound_track) as song:
        return _tracked(song, tracker, progress)


def track_samples(
    samples: npt.ArrayLike,
    sample_rate_hz: float,
    *,
    model: str = DEFAULT_MODEL,
    title: str = "samples",
    progress: Progress | None = None,
) -> Track:
    """Track sound that is in memory.

    `samples` has shape (n,) or (n, channels), at most 64 of these, whose powers are added with the
    weights of ITU-R BS.1770-4 in the order of a WAV file; more than eight are averaged. Floats have
    their full scale at -1 and 1; integers of any width are divided by the full scale of their kind,
    unsigned ones from about its middle. They are resampled from `sample_rate_hz`, a whole number
    from 1,000 to 3,000,000, to what the model hears. `title` is what the track is called; `model`
    and `progress` are those of `track`.

    Raises `errors.SamplesError`, a `ValueError`, for what is no such array: another shape (librosa
    puts channels first), NaN, floats beyond 100, less than half a second; and `errors.ModelError`.

    >>> import numpy as np
    >>> seconds = np.arange(10 * 22050) / 22050
    >>> chord = sum(np.sin(2 * np.pi * hz * seconds) for hz in (262, 330, 392)) / 3
    >>> track = emoviz.track_samples(chord, 22050, model="cae", title="C major")
    >>> track
    <Track of 'C major': 20 half-seconds by cae>
    >>> shorts = np.round(32767 * chord).astype(np.int16)
    >>> again = emoviz.track_samples(shorts, 22050, model="cae")
    >>> len(again) == len(track)
    True
    """
    song = SampledSong.of(samples, sample_rate_hz, title)
    return _tracked(song, File2Track(estimator.load(model), explains=True), progress)


def track_many(
    paths: PathLike | Iterable[PathLike], *, model: str = DEFAULT_MODEL, jobs: int | None = None
) -> Generator[Outcome, None, None]:
    """Track many songs, `jobs` at a time, and yield what became of each as it is done.

    `paths` are files and folders, each of which stands for the songs in it and below, or a single
    one. They are drawn as there is need, a few songs ahead, and nothing is kept of a song whose
    outcome was taken: there may be any number. `jobs` is one for each core if not given; each is a
    process of its own, and a song that ends its process, or cannot be read, does not stop the rest:
    its `Outcome` has an `error` and no `track`. A lone song is tracked in this process.

    The processes end when the last outcome was taken, when the generator is closed, and when an
    error or Ctrl+C leaves it. What is left of a loop that was broken off is closed when Python
    forgets it; `contextlib.closing` makes sure. A script needs no `if __name__ == "__main__"`.

    Raises `errors.ModelError` if there is no such model, and `ValueError` for jobs below 1, both
    before the first song.

    >>> for outcome in emoviz.track_many("songs", model="cae", jobs=1):
    ...     print(outcome.path.name, outcome.track or outcome.error)
    song.ogg <Track of 'A walk through the plane': 205 half-seconds by cae>
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"{jobs} jobs do nothing; give 1 or more, or None")
    if model not in estimator.installed():
        raise errors.ModelNotFoundError(model, estimator.installed())
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    songs = (song for song, _ in find_songs(map(Path, given), _warn))
    return _outcomes(songs, model, jobs or os.cpu_count() or 1)


def load(path: PathLike) -> Track:
    """Read a track from a CSV that emoviz wrote, with `<path>-metadata.json` beside it.

    Raises `errors.TrackFileError` if either is missing or not as it should be.

    >>> emoviz.load("song.csv")
    <Track of 'A walk through the plane': 205 half-seconds by cae>
    """
    return load_csv(Path(path))


def load_labels(path: PathLike, *, scale: str | None = None) -> Labels:
    """Read what listeners said of songs from a CSV, as the window does to compare with it.

    It is one that emoviz wrote, one of a pair of tables as DEAM and emoMusic have them, valence.csv
    and arousal.csv, or any table with columns of times, and valence or arousal or both. These are
    on the `scale` "-1 to 1", "0 to 1" or "1 to 9", which needs to be said where it is not evident.
    How a table is written, with commas, semicolons or tabs, points or commas in its numbers, in
    UTF-8 or not, is seen from it; where it is unusual that is said as a warning (`UserWarning`).

    Raises `errors.LabelsScaleError` where the scale has to be said, `errors.TableError` or
    `errors.TrackFileError` if the file is not as it should be.

    >>> found = emoviz.load_labels("song.csv")
    >>> found.of("").shape
    (205, 2)
    """
    found = labels.read(Path(path), scale)
    if found.remark:
        warnings.warn(found.remark, stacklevel=2)
    return found


def align(one: PathLike, other: PathLike) -> Alignment | None:
    """Find where the moments of one song are in another version of it, None if it is no version.

    The offset is found within 0.05 s and a stretch of up to 8 % with it, by chroma and onsets:
    loudness, mastering and pitch make no difference, cuts inside the piece do. What is found is
    what `Track.agreement` takes. Damage that does not stop the work is said as a warning
    (`UserWarning`). Raises `errors.SongError` if a song cannot be opened.

    >>> found = emoviz.align("song.ogg", "song.ogg")
    >>> found.offset_s, found.stretch, found.there(10.0)
    (0.0, 1.0, 10.0)
    """
    prints = []
    for path in (one, other):
        sentences: list[str] = []
        with Song.open(Path(path)) as song:
            prints.append(
                alignment.sound_print(song.sound_blocks(alignment.RATE_HZ, sentences.append))
            )
        for sentence in sentences:
            warnings.warn(sentence, stacklevel=2)
    return alignment.align(*prints)


def installed_models() -> list[ModelInfo]:
    """Give what each installed model says of itself, the default first.

    A model that cannot be used is left out, with a warning (`UserWarning`).

    >>> [model.name for model in emoviz.installed_models()]
    ['cae', 'musicnn']
    """
    found = []
    for name in estimator.installed():
        try:
            found.append(estimator.describe(name))
        except errors.ModelBrokenError as error:
            _warn(str(error))
    return found


def _outcomes(songs: Iterable[Path], model: str, jobs: int) -> Generator[Outcome, None, None]:
    yield from analyze(songs, model, jobs)


def _tracked(song: Song, tracker: File2Track, progress: Progress | None) -> Track:
    sentences: list[str] = []
    done = 0.0

    def on_update(update: Update) -> None:
        nonlocal done
        # The total is an estimate until the song is decoded, and may grow.
        done = max(done, min(update.windows_done / max(update.windows_total, 1), 1.0))
        if progress is not None and progress(done) is False:
            raise AnalysisCancelledError

    try:
        return tracker(song, report=sentences.append, on_update=on_update)
    finally:
        for sentence in sentences:
            _warn(sentence)


def _warn(sentence: str) -> None:
    # Said of the line of the caller's that called one of the functions above.
    warnings.warn(sentence, stacklevel=4)
