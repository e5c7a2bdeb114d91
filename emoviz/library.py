"""Many songs: each tracked on its own, one bad file never stopping the rest."""

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from emoviz import errors, estimator
from emoviz.song import Song
from emoviz.tracker import File2Track, Update, ignore_update
from emoviz.trajectory import Trajectory

SONG_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "caf", "w64"),
        *("m4a", "m4b", "aac", "wma", "ac3", "mka", "mp4", "m4v", "mkv", "webm", "mov", "avi"),
    )
)
"""What is taken for a song inside a folder; a file that is named outright is always tried."""


@dataclass(frozen=True)
class Outcome:
    """What became of one song: a trajectory or an error, and what was wrong on the way."""

    path: Path
    trajectory: Trajectory | None = None
    error: str = ""
    trace: str = ""
    """For the log: the traceback of an error that is not the song's."""
    warnings: list[str] = field(default_factory=list)


def find_songs(paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each song under `paths` with its place relative to the path it was found under.

    A folder stands for the songs in it and in its subfolders, in the order of their names.
    """
    for path in paths:
        if not is_folder(path):
            yield path, Path(path.name)
            continue
        for found in sorted(path.rglob("*")):
            if found.suffix.lower() in SONG_SUFFIXES and found.is_file():
                yield found, found.relative_to(path)


def is_folder(path: Path) -> bool:
    """Tell whether `path` is a folder; what cannot be looked at is none."""
    try:
        return path.is_dir()
    except PermissionError:
        return False


def analyze(
    paths: list[Path],
    model: str,
    jobs: int,
    on_update: Callable[[Update], None] = ignore_update,
) -> Iterator[Outcome]:
    """Track every song, `jobs` at a time, and yield each one's outcome as it is done.

    `on_update` is called window by window where a single process does the work.
    Raises `errors.ModelError` before anything is tracked if the model cannot be used.
    """
    if jobs == 1 or len(paths) == 1:
        track = File2Track(estimator.load(model))
        for path in paths:
            yield _outcome(path, track, on_update)
        return
    estimator.load(model)
    # Spawned, not forked: a fork would copy the locks of threads that do not live on in it.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _leave_interrupts_to_the_parent) as pool:
        try:
            futures = {pool.submit(_outcome_in_process, path, model): path for path in paths}
            for future in as_completed(futures):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield Outcome(futures[future], error=_lost(futures[future]))
        finally:
            # After an interrupt the songs that wait are not begun.
            pool.shutdown(wait=False, cancel_futures=True)


def _outcome(path: Path, track: File2Track, on_update: Callable[[Update], None]) -> Outcome:
    warnings: list[str] = []
    try:
        trajectory = track(Song.open(path), report=warnings.append, on_update=on_update)
    except errors.EmovizError as error:
        return Outcome(path, error=str(error), warnings=warnings)
    except Exception as error:  # noqa: BLE001  (one song never stops the rest)
        sentence = f"{path}: the analysis failed ({error}); the log says where."
        return Outcome(path, error=sentence, trace=traceback.format_exc(), warnings=warnings)
    return Outcome(path, trajectory, warnings=warnings)


def _lost(path: Path) -> str:
    return f"{path}: a process was ended before this song was done; try again with fewer --jobs."


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _outcome_in_process(path: Path, model: str) -> Outcome:
    return _outcome(path, File2Track(estimator.load(model)), ignore_update)
