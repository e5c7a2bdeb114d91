"""How far a run over many songs is: bars and tables on a terminal, sentences in a pipe."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emoviz.library.batch import Fate, Tally
from emoviz.system.terminal import complain, said
from emoviz.tracking.tracker import Update

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

_TITLES = {Fate.TRACKED: "tracked", Fate.KNOWN: "known already", Fate.FAILED: "failed"}


class Throughput:
    """How fast songs are tracked, and how long the rest will take."""

    def __init__(self, songs: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began_s = clock, clock()
        self._left, self._tracked = songs, 0

    def count(self, fate: Fate) -> None:
        """Take note of a song; one that was known took no time."""
        self._left -= 1
        self._tracked += fate is not Fate.KNOWN

    @property
    def songs_per_s(self) -> float:
        """Songs tracked in a second, on the average so far; 0 before the first."""
        return self._tracked / max(self._clock() - self._began_s, 1e-9)

    @property
    def text(self) -> str:
        """Say both, or nothing before there is a song."""
        if not self._tracked:
            return ""
        return f"{self.songs_per_s:.1f} songs/s, {clock_text(self._left / self.songs_per_s)} left"


def clock_text(seconds: float) -> str:
    """Write a duration as minutes and seconds, with hours where there are any: 1:02:03."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def summary(tally: Tally, took_s: float) -> str:
    """Say in one line what became of all songs."""
    parts = [f"{tally.counts[fate]} {title}" for fate, title in _TITLES.items()]
    return f"{', '.join(parts)}; {clock_text(took_s)}"


@contextmanager
def progress(songs: int) -> "Iterator[Progress]":
    """Show how far a run over so many songs is while it lasts."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield Progress()
        return
    # Imported here, as below: in a pipe there is nothing to draw.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    throughput = TextColumn("{task.fields[throughput]}")
    with RichProgress(*columns, throughput, console=Console(stderr=True), transient=True) as bars:
        yield _Bars(bars, songs)


def show_tally(tally: Tally, took_s: float) -> None:
    """Show what became of all songs, and why some failed, in tables on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(stderr=True)
    songs = sum(tally.counts.values())
    counts = Table(title=f"{songs} songs in {clock_text(took_s)}", title_justify="left")
    for title in ("songs", *_TITLES.values(), "songs/s"):
        counts.add_column(title, justify="right")
    rate = tally.counts[Fate.TRACKED] / max(took_s, 1e-9)
    counts.add_row(str(songs), *(str(tally.counts[fate]) for fate in _TITLES), f"{rate:.1f}")
    console.print(counts)
    if not tally.failed:
        return
    failures = Table(title=f"{tally.failed} failed", title_justify="left")
    failures.add_column("song", overflow="fold")
    failures.add_column("why", overflow="fold")
    for song, sentence in tally.errors:
        failures.add_row(Text(str(song)), Text(sentence.removeprefix(f"{song}: ")))
    if tally.failed > len(tally.errors):
        failures.add_row("...", f"and {tally.failed - len(tally.errors)} more")
    console.print(failures)


class Progress:
    """How far a run is, as a pipe or a log gets it: only the sentences."""

    def window(self, update: Update) -> None:
        """Show how far a lone song is."""

    def song(self, fate: Fate) -> None:
        """Take note that another song is done."""

    def say(self, sentence: str) -> None:
        """Say a sentence to the user."""
        complain(sentence)

    def end(self) -> None:
        """Leave the terminal as it was."""


class _Bars(Progress):
    """What a terminal gets: a bar for the songs, and one for the windows of a lone song."""

    def __init__(self, progress: "RichProgress", songs: int) -> None:
        self._progress = progress
        self._throughput = Throughput(songs)
        self._songs = progress.add_task("songs", total=songs, throughput="")
        self._windows = progress.add_task("windows", total=None, visible=False, throughput="")

    def window(self, update: Update) -> None:
        self._progress.update(
            self._windows, completed=update.windows_done, total=update.windows_total, visible=True
        )

    def song(self, fate: Fate) -> None:
        self._throughput.count(fate)
        self._progress.update(self._songs, advance=1, throughput=self._throughput.text)

    def say(self, sentence: str) -> None:
        self._progress.console.print(said(sentence), highlight=False, markup=False, soft_wrap=True)

    def end(self) -> None:
        self._progress.stop()
