"""Makes a film of a song: hears it, tracks it if need be, draws picture by picture, writes it."""

import math
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PySide6.QtGui import QGuiApplication

from emoviz import __version__, errors
from emoviz.export.film_file import SOUND_HZ, FilmFile, FilmFormat
from emoviz.gui.films.layout import layout_of
from emoviz.gui.films.picture import FilmLook, FilmPicture, FilmSubject
from emoviz.hearing.front_end import FrontEnd, mel_frames
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.models import estimator
from emoviz.songs.patience import patient_decoders
from emoviz.songs.song import Report, Song
from emoviz.system import files
from emoviz.tracking.tracker import AnalysisCancelledError, File2Track, Update
from emoviz.tracks.sections import Section
from emoviz.units import Samples, Values

if TYPE_CHECKING:
    from av import VideoFrame

_MOST_WAITING = 8
"""Pictures that wait for the encoder: each of 1080p takes 3 MB."""
_SOUND_AHEAD_S = 1.0
TRACKING, DRAWING = "track", "film"
"""What is being done, as `OnProgress` is told."""

OnProgress: TypeAlias = Callable[[str, int, int], None]
"""Takes what is being done, how much of it is done, and how much there is in all."""


class FilmCancelledError(Exception):
    """The film was told to stop before it was whole."""


@dataclass(frozen=True)
class FilmOrder:
    """What film is wanted, of which song, and where."""

    song: Path
    target: Path
    model: str
    film_format: FilmFormat
    look: FilmLook
    values: Values | None = field(default=None, compare=False)
    """The song's track by `model`, if it is known already"""
    start_s: float = 0.0
    end_s: float = math.inf
    sound_track: int | None = None
    """The number of the one that is heard, None for the usual one"""
    sections: tuple[Section, ...] = field(default=(), compare=False)
    """The song's sections, if its track is given: they become the film's chapters"""


def make_film(
    order: FilmOrder, report: Report, progress: OnProgress, cancelled: Callable[[], bool]
) -> None:
    """Make a film, without a display if there is none.

    `report` takes sentences about what is wrong with the song but does not stop the work. Raises
    `errors.EmovizError`, and `FilmCancelledError` soon after `cancelled` has become true; nothing
    is left behind then, and a file that was there before is as it was.
    """
    with Song.open(order.song, patient_decoders, order.sound_track) as song:
        _make(song, order, report, progress, cancelled)


def _make(
    song: Song,
    order: FilmOrder,
    report: Report,
    progress: OnProgress,
    cancelled: Callable[[], bool],
) -> None:
    if files.is_same(order.target, order.song):
        raise errors.OutputIsSongError(order.target)
    tracker = File2Track(estimator.load(order.model)) if order.values is None else None
    info = estimator.describe(order.model)
    tags = {
        "title": song.title,
        "artist": song.artist,
        "comment": f"Perceived emotion as {info.title} {info.version} predicts it; "
        f"emoviz {__version__}",
    }
    # Begun before the song is tracked: that the place cannot be written to is said at once.
    film = FilmFile(order.target, order.film_format, tags)
    try:
        with _application():
            if tracker is not None:
                order = _track(tracker, song, order, report, progress, cancelled)
            subject = _subject(song, order, cancelled)
            film.set_chapters(_chapters(subject))
            layout = layout_of(
                order.film_format.size, order.film_format.width_px, order.film_format.height_px
            )
            picture = FilmPicture(layout, subject, order.look)
            _shoot(film, picture, song, subject, order.film_format.rate, progress, cancelled)
            film.finish()
    finally:
        film.discard()


def _chapters(subject: FilmSubject) -> list[tuple[float, float, str]]:
    """Give the sections as far as they are in the film, in its own time."""
    parts = [
        (max(each.start_s, subject.start_s), min(each.end_s, subject.end_s), each.name)
        for each in subject.sections
    ]
    return [
        (begin_s - subject.start_s, end_s - subject.start_s, name)
        for begin_s, end_s, name in parts
        if begin_s < end_s
    ]


def _subject(song: Song, order: FilmOrder, cancelled: Callable[[], bool]) -> FilmSubject:
    assert order.values is not None
    store = MelStore()
    duration_s = _hear(song, estimator.shown_front_end(order.model), store, cancelled)
    start_s, end_s = order.start_s, min(order.end_s, duration_s)
    if start_s >= end_s:
        raise errors.FilmSpanError(order.song, duration_s)
    levels, _, _ = store.image(start_s, end_s, order.film_format.width_px)
    return FilmSubject(
        song.title, song.artist, order.values, levels, start_s, end_s, order.sections
    )


def _track(
    track: File2Track,
    song: Song,
    order: FilmOrder,
    report: Report,
    progress: OnProgress,
    cancelled: Callable[[], bool],
) -> FilmOrder:
    """Give the order with the song's track and sections."""

    def on_update(update: Update) -> None:
        progress(TRACKING, update.windows_done, update.windows_total)

    try:
        trajectory = track(song, report=report, on_update=on_update, cancelled=cancelled)
    except AnalysisCancelledError as error:
        raise FilmCancelledError from error
    return replace(order, values=trajectory.values, sections=tuple(trajectory.sections()))


def _hear(song: Song, front_end: FrontEnd, store: MelStore, cancelled: Callable[[], bool]) -> float:
    """Put the song's mel frames into a store; give how long the song really is, in seconds."""
    samples = 0

    def counted() -> Iterator[Samples]:
        nonlocal samples
        # What is wrong with the song has been said by whoever tracked it.
        for block in song.sound_blocks(front_end.sample_rate_hz, lambda _: None):
            if cancelled():
                raise FilmCancelledError
            samples += len(block)
            yield block

    for frames_db in mel_frames(counted(), front_end):
        store.add(MelLevels.of(frames_db))
    return samples / front_end.sample_rate_hz


def _shoot(
    film: FilmFile,
    picture: FilmPicture,
    song: Song,
    subject: FilmSubject,
    rate: int,
    progress: OnProgress,
    cancelled: Callable[[], bool],
) -> None:
    """Draw the pictures here, while a thread encodes them and the sound that belongs to them."""
    duration_s = subject.end_s - subject.start_s
    total = math.ceil(duration_s * rate - 1e-6)
    sound = _sound(song, subject.start_s, round(duration_s * SOUND_HZ))
    waiting: deque[Future[None]] = deque()

    def write(converted: "VideoFrame", number: int) -> None:
        while film.sound_s < number / rate + _SOUND_AHEAD_S:
            block = next(sound, None)
            if block is None:
                break
            film.write_sound(block)
        film.write_picture(converted)

    with ThreadPoolExecutor(1, thread_name_prefix="encode") as encoder:
        try:
            for number in range(total):
                if cancelled():
                    raise FilmCancelledError
                picture.draw(subject.start_s + number / rate)
                converted = film.converted(picture.pixels, number)
                waiting.append(encoder.submit(write, converted, number))
                if len(waiting) > _MOST_WAITING:
                    waiting.popleft().result()
                progress(DRAWING, number + 1, total)
            for written in waiting:
                written.result()
        finally:
            encoder.shutdown(cancel_futures=True)
            sound.close()


def _sound(song: Song, start_s: float, count: int) -> Generator[Samples, None, None]:
    """Yield exactly `count` samples of the song in stereo, silence where it ends before."""
    left = count
    try:
        for block in song.stereo_blocks(SOUND_HZ, start_s):
            yield block[:left]
            left -= len(block[:left])
            if not left:
                return
    except errors.SongDamagedError:
        # That the song breaks off has been said, and its picture ends there too.
        pass
    if left:
        yield np.zeros((left, 2), np.float32)


@contextmanager
def _application() -> Iterator[None]:
    """Have Qt's application, without a display, unless there is one."""
    application = QGuiApplication.instance()
    if application is None:
        if sys.platform.startswith("linux"):
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QGuiApplication(["emoviz"])
    yield
    del application
