"""Measures two songs against each other in a thread: how loud both are, and where they match."""

import logging
import threading
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal

from emoviz import errors
from emoviz.hearing import alignment
from emoviz.hearing.measures import loudness
from emoviz.songs.song import Song
from emoviz.system import priority
from emoviz.units import Samples

_LOG = logging.getLogger(__name__)


class _CancelledError(Exception):
    """Nobody wants to know any more."""


class VersionMatching(QObject):
    """Answers what was asked last; what is asked of other songs before is forgotten.

    All signals are emitted from a thread of their own and arrive, queued, in the receiver's.
    """

    levelled = Signal(object, object)
    """The event that `begin` was given, and the integrated loudness of both in LUFS, None of what
    is silent"""
    aligned = Signal(object, object)
    """The event, and an `Alignment`, or None where the two are not alike"""
    failed = Signal(object, str)
    """The event, and a sentence"""

    def __init__(self) -> None:
        super().__init__()
        self._cancelled = threading.Event()
        self._threads: list[threading.Thread] = []

    def is_of_now(self, event: threading.Event) -> bool:
        """Tell whether an answer is one to what counts now."""
        return event is self._cancelled

    def measure_levels(self, one: Song, other: Song) -> None:
        """Find how loud two songs are."""
        self._begin(self._levels, one, other)

    def align(self, one: Song, other: Song) -> None:
        """Find where the moments of one song are in another."""
        self._begin(self._alignment, one, other)

    def cancel(self) -> None:
        """Forget what was asked for, without waiting."""
        self._cancelled.set()
        self._cancelled = threading.Event()

    def close(self) -> None:
        """Cancel what is being done and wait for its end."""
        self.cancel()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _begin(
        self, what: Callable[[threading.Event, Song, Song], None], one: Song, other: Song
    ) -> None:
        event = self._cancelled
        thread = threading.Thread(target=self._run, args=(what, event, one, other), name="matching")
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()

    def _run(
        self,
        what: Callable[[threading.Event, Song, Song], None],
        event: threading.Event,
        one: Song,
        other: Song,
    ) -> None:
        # What is heard meanwhile comes first.
        priority.step_back()
        try:
            what(event, one, other)
        except _CancelledError:
            return
        except errors.EmovizError as error:
            self.failed.emit(event, str(error))
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("matching %s and %s", one.path, other.path)
            self.failed.emit(event, str(errors.SongFailedError(other.path, "measuring it")))

    def _levels(self, event: threading.Event, one: Song, other: Song) -> None:
        measured = tuple(
            loudness.song_lufs(_blocks(song, loudness.RATE_HZ, event)) for song in (one, other)
        )
        self.levelled.emit(event, measured)

    def _alignment(self, event: threading.Event, one: Song, other: Song) -> None:
        prints = [
            alignment.sound_print(_blocks(song, alignment.RATE_HZ, event)) for song in (one, other)
        ]
        self.aligned.emit(event, alignment.align(*prints))


def _blocks(song: Song, rate_hz: int, event: threading.Event) -> Iterator[Samples]:
    # What is wrong with the song was said when it was tracked.
    for block in song.sound_blocks(rate_hz, lambda _: None):
        if event.is_set():
            raise _CancelledError
        yield block
