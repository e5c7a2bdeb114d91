"""Many songs tracked side by side, one song a task, one bad file never stopping the rest."""

import multiprocessing.connection
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    ALL_COMPLETED,
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain, islice
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from emoviz import errors
from emoviz.library.records import FileState, SongRecord
from emoviz.library.watch import Watch
from emoviz.models import estimator
from emoviz.models.inference import LISTENER_THREADS
from emoviz.songs.decoder import PATIENCE_S
from emoviz.songs.patience import patient_decoders
from emoviz.songs.song import DecodersOf, Song, local_decoders
from emoviz.system import priority
from emoviz.tracking.tracker import File2Track, Update, ignore_update
from emoviz.tracks.track import Track

if TYPE_CHECKING:
    from emoviz.songs.processes.pool import DecoderPool

_WAITING_PER_JOB = 2
"""Songs handed over for each that is being tracked: none waits for the next to be found."""


@dataclass(frozen=True)
class Outcome:
    """What became of one song: a track or an error, and what was wrong on the way.

    `track` is None where there is an `error`, a sentence, which is "" otherwise; `warnings` are
    sentences about damage that did not stop the work.
    """

    path: Path
    track: Track | None = None
    record: SongRecord | None = None
    """What else is known of the song; there is one where there is a track."""
    error: str = ""
    trace: str = ""
    """For the log: the traceback of an error that is not the song's."""
    warnings: list[str] = field(default_factory=list)


def analyze(
    paths: Iterable[Path],
    model: str,
    jobs: int,
    on_update: Callable[[Update], None] = ignore_update,
    patience_s: float = PATIENCE_S,
    sound_track: int | None = None,
    on_hang: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Track every song, `jobs` at a time, and yield each one's outcome as it is done.

    `paths` is drawn from as there is need, and nothing is kept of a song that has been yielded.
    `on_update` is called window by window where there is only one song, of which `sound_track` is
    heard if it has several. A decoder that gives nothing for `patience_s` is ended and its song has
    failed. A lone song is tracked in this process. If there is `on_hang`, that gets a sentence then
    in a thread of its own, and has to end the process.
    Raises `errors.ModelError` before anything is tracked if the model cannot be used.
    """
    rest = iter(paths)
    first = list(islice(rest, 2))
    if len(first) > 1:
        # Whoever tracks loads it anew; here it is only seen that it can be used.
        estimator.load(model, threads=1)
        # However few work: a decoder library that crashes ends a worker, and costs one song.
        processes = partial(local_processes, patience_s=patience_s)
        yield from track_with(processes, chain(first, rest), model, jobs)
    elif first:
        watch, decoders_of = Watch(), patient_decoders
        if on_hang is not None:
            decoders_of = local_decoders
            watch.begin(lambda _, sentence: on_hang(sentence), patience_s)

        def take(update: Update) -> None:
            watch.take(update)
            on_update(update)

        # Networks are made outside Python: the song is opened meanwhile, by libraries that have to
        # be imported.
        with ThreadPoolExecutor(1, "model") as pool, watch.over(first[0]):
            loading = pool.submit(estimator.load, model, LISTENER_THREADS)
            outcome = _outcome(
                first[0], lambda: File2Track(loading.result()), take, decoders_of, sound_track
            )
        watch.end()
        # What is wrong with the model is no fault of the song's.
        loading.result()
        yield outcome


def track_with(
    make_executor: Callable[[int], Executor], paths: Iterable[Path], model: str, jobs: int
) -> Iterator[Outcome]:
    """Track songs with whatever runs functions elsewhere, `jobs` at a time, as they are done.

    `make_executor` gives an executor of so many workers. When a worker dies and takes the executor
    with it, a new one is made, and each song that was under way is tried once more, by itself: the
    one that ends a worker again is given up.
    """
    songs = iter(paths)
    is_over = False
    while not is_over:
        crew = _Crew(make_executor(jobs), model)
        try:
            while not crew.is_broken:
                crew.hand_over(islice(songs, _WAITING_PER_JOB * jobs - len(crew)))
                # Only now: all that were under way may be done at once, and others still come.
                if not len(crew):
                    is_over = not crew.is_broken
                    break
                yield from crew.done()
            yield from crew.done()
        finally:
            crew.dismiss()
        hung = crew.hung
        for path in crew.lost:
            yield (
                Outcome(path, error=hung[path])
                if path in hung
                else _alone(make_executor, path, model)
            )


class _Crew:
    """An executor, and the songs that it has been given."""

    def __init__(self, executor: Executor, model: str) -> None:
        self._executor = executor
        self._model = model
        self._under_way: dict[Future[Outcome], Path] = {}
        self.lost: list[Path] = []
        """Songs that were under way when the executor broke"""

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def is_broken(self) -> bool:
        return bool(self.lost)

    @property
    def hung(self) -> dict[Path, str]:
        """The songs whose decoders hung and ended the executor, and what is to be said of each."""
        return _hung_in(self._executor)

    def hand_over(self, paths: Iterable[Path]) -> None:
        """Have songs tracked; those that are handed to a broken executor are lost."""
        for path in paths:
            try:
                self._under_way[self._executor.submit(outcome_of, path, self._model)] = path
            except BrokenExecutor:
                self.lost.append(path)

    def done(self) -> Iterator[Outcome]:
        """Wait for some to be done, or for all if the executor is broken, and yield these."""
        finished, _ = wait(
            self._under_way, return_when=ALL_COMPLETED if self.is_broken else FIRST_COMPLETED
        )
        for future in finished:
            path = self._under_way.pop(future)
            try:
                outcome = future.result()
            except BrokenExecutor:
                self.lost.append(path)
                continue
            yield outcome

    def dismiss(self) -> None:
        """Begin none of the songs that wait, and leave no process of this machine behind."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def local_processes(jobs: int, patience_s: float = PATIENCE_S) -> Executor:
    """Give an executor of processes on this machine.

    One in which nothing has come of a song for `patience_s` ends.
    """
    return _LocalProcesses(jobs, patience_s)


class _LocalProcesses(ProcessPoolExecutor):
    """Processes that end at once when what they do is not wanted any more, or when it hangs."""

    def __init__(self, jobs: int, patience_s: float) -> None:
        context = _SpawnContext()
        leash, self._leash = context.Pipe(duplex=False)
        self._told, tell = context.Pipe(duplex=False)
        self._hung: dict[Path, str] = {}
        super().__init__(jobs, context, _begin_work, (leash, tell, patience_s))

    @property
    def hung(self) -> dict[Path, str]:
        """The songs whose decoders hung, and what is to be said of each."""
        while self._told.poll():
            path, sentence = self._told.recv()
            self._hung[path] = sentence
        return self._hung

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; if the futures are cancelled, in the midst of a song."""
        if cancel_futures:
            self._leash.close()
        super().shutdown(wait or cancel_futures, cancel_futures=cancel_futures)


class _Process(SpawnProcess):
    """A process that does not run the program's main module anew.

    None of its tasks is in there, and a script that tracks songs need not guard against it.
    """

    def start(self) -> None:
        """Start it; it is told what the main module is, and there is none."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class _SpawnContext(SpawnContext):
    """Spawned, not forked: a fork would copy the locks of threads that do not live on in it."""

    Process = _Process


def outcome_of(path: Path, model: str) -> Outcome:
    """Track one song: the task that is run elsewhere. Never raises because of the song."""
    track = _tracker(model)
    with _watch().over(path) as watch:
        return _outcome(path, lambda: track, watch.take, local_decoders)


def outcome_by_other_process(path: Path, model: str) -> Outcome:
    """Do as `outcome_of`, where this process does more than that and must not end if it hangs."""
    track = _tracker(model)
    return _outcome(path, lambda: track, ignore_update, _decoders().of)


def _alone(make_executor: Callable[[int], Executor], path: Path, model: str) -> Outcome:
    executor = make_executor(1)
    try:
        return executor.submit(outcome_of, path, model).result()
    except BrokenExecutor:
        return Outcome(path, error=_hung_in(executor).get(path) or _lost(path))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _outcome(
    path: Path,
    tracker: Callable[[], File2Track],
    on_update: Callable[[Update], None],
    decoders_of: DecodersOf,
    sound_track: int | None = None,
) -> Outcome:
    warnings: list[str] = []
    try:
        state = FileState.of(path)
        with Song.open(path, decoders_of, sound_track) as song:
            trajectory = tracker()(song, report=warnings.append, on_update=on_update)
    except errors.EmovizError as error:
        return Outcome(path, error=str(error), warnings=warnings)
    except Exception:  # noqa: BLE001  (one song never stops the rest)
        sentence = str(errors.SongFailedError(path, "the analysis"))
        return Outcome(path, error=sentence, trace=traceback.format_exc(), warnings=warnings)
    return Outcome(path, trajectory, SongRecord.of(song, state, trajectory), warnings=warnings)


def _lost(path: Path) -> str:
    return (
        f"{path}: a process was ended twice before this song was done; it may need more memory "
        "than there is, or be damaged."
    )


def _hung_in(executor: Executor) -> dict[Path, str]:
    return executor.hung if isinstance(executor, _LocalProcesses) else {}


@lru_cache(1)
def _watch() -> Watch:
    return Watch()


@lru_cache(1)
def _decoders() -> "DecoderPool":
    # Imported here: most do not need it.
    from emoviz.songs.processes.pool import DecoderPool

    return DecoderPool()


def _begin_work(leash: Connection, tell: Connection, patience_s: float) -> None:
    # Ctrl+C reaches the whole group; the parent decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever plays a song meanwhile hears it without gaps.
    priority.step_back()
    watch = threading.Thread(target=_end_with, args=(leash,), name="parent watch", daemon=True)
    watch.start()

    def end(path: Path, sentence: str) -> None:
        tell.send((path, sentence))
        os._exit(1)

    _watch().begin(end, patience_s)


def _end_with(leash: Connection) -> None:
    """End this process when the one that gives it work lets go, or is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    # Nothing is ever sent: what comes is the end.
    multiprocessing.connection.wait([leash, parent.sentinel])
    os._exit(1)


@lru_cache(1)
def _tracker(model: str) -> File2Track:
    # Loading takes as long as a tenth of a song, and a process tracks many. Beside others each
    # has one core, and more threads than cores are in each other's way.
    return File2Track(estimator.load(model, threads=1))
