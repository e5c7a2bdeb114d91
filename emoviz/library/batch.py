"""A run over many songs: what is known is passed over, the rest tracked, kept and written."""

import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import takewhile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from emoviz import errors
from emoviz.library.outputs import Output
from emoviz.library.tracking import Outcome
from emoviz.songs.finding import find_songs, ignore_sentence
from emoviz.system import log, paths
from emoviz.tracks.track import Track

if TYPE_CHECKING:
    from emoviz.library.store import Library

_LOG = logging.getLogger(__name__)

_MOST_ERRORS = 1000
_MOST_HELD_BYTES = 1_000_000

Tracker = Callable[[Iterable[Path]], Iterator[Outcome]]
"""Tracks songs as they come and gives their outcomes, in any order"""


class Fate(Enum):
    """What became of a song."""

    TRACKED = auto()
    KNOWN = auto()
    FAILED = auto()


class View(Protocol):
    """What shows how far the run is."""

    def song(self, fate: Fate) -> None:
        """Take note that another song is done."""

    def say(self, sentence: str) -> None:
        """Say a sentence to the user."""


@dataclass
class Tally:
    """What became of all songs."""

    counts: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    errors: list[tuple[Path, str]] = field(default_factory=list)
    """The first of the songs that failed, and why"""

    def add(self, fate: Fate) -> None:
        """Count one."""
        self.counts[fate] += 1

    @property
    def failed(self) -> int:
        """How many songs failed."""
        return self.counts[Fate.FAILED]


class Run:
    """Takes songs through tracking into the library and to an output.

    Nothing is kept of a song that is done but a count.
    """

    def __init__(self, library: "Library | None", model: str, output: Output, view: View) -> None:
        self._library, self._model = library, model
        self._output, self._view = output, view
        self._targets: dict[Path, Path | None] = {}
        self.tally = Tally()

    def __call__(self, songs: Iterable[tuple[Path, Path]], tracker: Tracker) -> Tally:
        """Do all songs, given with their places; what concerns one is said and the others go on.

        Raises `errors.EmovizError` for what concerns all of them, such as a library that is full.
        """
        for outcome in tracker(self._unknown(songs)):
            self._take(outcome)
        return self.tally

    def _unknown(self, songs: Iterable[tuple[Path, Path]]) -> Iterator[Path]:
        """Yield the songs whose track is not in the library, and have done with the others."""
        for song, place in songs:
            target = self._output.place_for(place)
            known = self._known(song)
            if known is not None:
                self._finish(song, target, known, Fate.KNOWN)
                continue
            self._targets[song] = target
            yield song

    def _known(self, song: Path) -> Track | None:
        if self._library is None:
            return None
        try:
            return self._library.track(song, self._model)
        except errors.SongError:
            # Tracking it will say the same.
            return None

    def _take(self, outcome: Outcome) -> None:
        target = self._targets.pop(outcome.path)
        for warning in outcome.warnings:
            self._view.say(warning)
        if outcome.trace:
            log.start(paths.log_file())
            _LOG.error("%s", outcome.trace)
        if outcome.track is None or outcome.record is None:
            self._fail(outcome.path, outcome.error)
            return
        if self._library is not None:
            self._library.put(outcome.record, outcome.track)
        self._finish(outcome.path, target, outcome.track, Fate.TRACKED)

    def _finish(self, song: Path, target: Path | None, trajectory: Track, fate: Fate) -> None:
        try:
            self._output.take(target, trajectory)
        except errors.OutputError as error:
            self._fail(song, str(error))
            return
        self.tally.add(fate)
        self._view.song(fate)

    def _fail(self, song: Path, sentence: str) -> None:
        self.tally.add(Fate.FAILED)
        if len(self.tally.errors) < _MOST_ERRORS:
            self.tally.errors.append((song, sentence))
        self._view.say(sentence)
        self._view.song(Fate.FAILED)


class FoundSongs:
    """The songs of some sources with their places, looked for once and gone through at will.

    They stand in a temporary file, so that memory does not grow with their number.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._count = file, 0

    def add(self, song: Path, place: Path) -> None:
        """Put another song at the end."""
        self._file.write(json.dumps([str(song), str(place)]).encode() + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Path, Path]]:
        begin = 0
        for _ in range(self._count):
            self._file.seek(begin)
            song, place = json.loads(self._file.readline())
            begin = self._file.tell()
            yield Path(song), Path(place)


@contextmanager
def found_songs(
    sources: list[Path],
    report: Callable[[str], None] = ignore_sentence,
    is_enough: Callable[[], bool] = lambda: False,
) -> Iterator[FoundSongs]:
    """Look for the songs of all sources, each path once, and give them while the context lasts.

    `report` takes sentences about what cannot be looked at; no more are looked for as soon as
    `is_enough` says so. Raises `errors.NoSongsError` if there are none, and `errors.NoRoomError`
    where there is no room to note so many.
    """
    folder = paths.spool_folder()
    with tempfile.SpooledTemporaryFile(_MOST_HELD_BYTES, dir=str(folder)) as file:
        songs = FoundSongs(file)
        try:
            for song, place in takewhile(lambda _: not is_enough(), _each_once(sources, report)):
                songs.add(song, place)
        except OSError as error:
            raise errors.NoRoomError(folder, errors.words_of(error)) from error
        if not songs:
            raise errors.NoSongsError(sources)
        yield songs


def _each_once(sources: list[Path], report: Callable[[str], None]) -> Iterator[tuple[Path, Path]]:
    if len(sources) == 1:
        yield from find_songs(sources, report)
        return
    seen: set[str] = set()
    for song, place in find_songs(sources, report):
        if str(song) not in seen:
            seen.add(str(song))
            yield song, place
