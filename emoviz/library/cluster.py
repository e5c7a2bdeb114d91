"""Songs tracked past one machine: on the workers of a Dask scheduler.

The workers have the same emoviz as this program, and see the songs under the same paths. Dask is
imported only here, and this module only where a scheduler is asked for.
"""

import asyncio
import logging
import platform
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

try:
    import distributed
    from distributed.comm import connect, get_address_host_port
except ImportError as error:
    from emoviz import errors

    raise errors.ExtraMissingError("The workers of a Dask scheduler", "cluster") from error

from emoviz import __version__, errors
from emoviz.library.records import absolute
from emoviz.library.tracking import Outcome, track_with
from emoviz.models import estimator

_ANSWERS_WITHIN_S = 10.0
_PATIENCE_S = 60.0
_LOOKS_EVERY_S = 2.0

_RETRIES = 2
"""How often a task is tried anew that fails because of its worker. Songs' own errors are results.

Tasks that are lost with their worker are not counted: Dask gives them to another.
"""

_AT_ONCE = 128
"""Songs that are handed over for workers that are still to come."""

_Track = Callable[[Path, str], Outcome]
_Refusal = tuple[str, str]
"""A worker, and why it cannot track songs"""


def analyze_on(
    scheduler: str, paths: Iterable[Path], model: str, patience_s: float = _PATIENCE_S
) -> Iterator[Outcome]:
    """Track songs on the workers of `scheduler`, tcp://host:port, and yield outcomes as they come.

    A song whose worker dies is given to another; each comes once. Raises `errors.ModelError`, and
    `errors.ClusterError` where the scheduler is not there, goes away or has had no worker for
    `patience_s`, or where a worker has another emoviz; what was yielded by then is whole.
    """
    estimator.describe(model)
    with _connected(scheduler) as client:
        _check_workers(client, scheduler, patience_s)
        jobs = max(_AT_ONCE, sum(client.nthreads().values()))

        def workers(_: int) -> Executor:
            return _Workers(client, scheduler, patience_s)

        yield from track_with(workers, paths, model, jobs)


@contextmanager
def _connected(scheduler: str) -> Iterator[distributed.Client]:
    for name in ("distributed", "distributed.client"):
        # Whatever it has to say, the user is told in a sentence.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # Before Dask's client tries: it waits for ever for a greeting, and takes long to be rid of
        # when it has never been connected.
        socket.create_connection(get_address_host_port(scheduler), _ANSWERS_WITHIN_S).close()
        asyncio.run(asyncio.wait_for(_greet(scheduler), _ANSWERS_WITHIN_S))
        client = distributed.Client(scheduler, timeout=_ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error) or f"no greeting within {_ANSWERS_WITHIN_S:.0f} s"
        raise errors.SchedulerMissingError(scheduler, reason) from error
    try:
        yield client
    finally:
        with suppress(OSError, TimeoutError):
            client.close(timeout=_ANSWERS_WITHIN_S)


async def _greet(scheduler: str) -> None:
    """See that it is a scheduler, or something of Dask's, that answers."""
    arguments = distributed.Security().get_connection_args("client")
    (await connect(scheduler, **arguments)).abort()


def _check_workers(client: distributed.Client, scheduler: str, patience_s: float) -> None:
    """See that there is a worker, and that all that are there can read what they are sent."""
    try:
        client.wait_for_workers(1, timeout=patience_s)
    except TimeoutError as error:
        raise errors.NoWorkersError(scheduler, patience_s) from error
    here = platform.python_version_tuple()[:2]
    for name, versions in client.get_versions()["workers"].items():
        python = versions["host"]["python"]
        if tuple(python.split(".")[:2]) != here:
            needed = f"Python {'.'.join(here)} and emoviz {__version__}"
            raise errors.WorkerError(name, f"it runs Python {python}", needed)


def _task() -> Callable[[str, str], object]:
    """Give what a worker runs: it gives an `Outcome`, or its name and why it cannot track songs."""
    version = __version__

    # As a closure it is sent with its code and without a word of this module: a worker that cannot
    # import what it is to run does not say so, it ends.
    def track(path, model):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        import socket
        from dataclasses import replace
        from pathlib import Path

        here = socket.gethostname()
        try:
            import emoviz

            if emoviz.__version__ != version:
                return here, f"it has emoviz {emoviz.__version__}"
            from emoviz import errors
            from emoviz.library.tracking import outcome_by_other_process
        except ImportError as error:
            return here, str(error)
        song = Path(path)
        try:
            outcome = outcome_by_other_process(song, model)
        except errors.ModelError as error:
            return here, str(error)
        if outcome.track is None and not song.exists():
            return replace(outcome, error=str(errors.SongUnseenError(song, here)))
        return outcome

    return track


class _Workers(Executor):
    """Dask's executor, whose outcomes are in the terms of this program."""

    def __init__(self, client: distributed.Client, scheduler: str, patience_s: float) -> None:
        self._client, self._scheduler, self._patience_s = client, scheduler, patience_s
        # Not pure: no song is taken for another because it has its name.
        self._executor = client.get_executor(pure=False, retries=_RETRIES)
        self._task = _task()
        self._under_way: set[Future[Outcome]] = set()
        self._is_over = threading.Event()
        threading.Thread(target=self._watch, name="workers", daemon=True).start()

    # Narrower than the interface: no other functions are handed over.
    def submit(  # type: ignore[override]
        self, _: _Track, path: Path, model: str, /
    ) -> Future[Outcome]:
        """Have a song tracked, as `outcome_of` does it."""
        outcome: Future[Outcome] = Future()
        self._under_way.add(outcome)
        outcome.add_done_callback(self._under_way.discard)
        try:
            answer = self._executor.submit(self._task, absolute(path), model)
        except errors.SongNameError as error:
            outcome.set_result(Outcome(path, error=str(error)))
            return outcome
        except Exception as error:  # Dask raises nothing more exact on a closed client
            raise errors.SchedulerLostError(self._scheduler) from error
        answer.add_done_callback(lambda answer: self._pass_on(answer, outcome, path))
        return outcome

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take back the songs that are not done; the workers are left to others."""
        self._is_over.set()
        self._executor.shutdown(wait=wait and not cancel_futures)

    def _pass_on(
        self, answer: Future[Outcome | _Refusal], outcome: Future[Outcome], path: Path
    ) -> None:
        # Where the watch has given up before, this comes too late.
        with suppress(InvalidStateError):
            try:
                given = self._given(answer, path)
            except errors.ClusterError as error:
                outcome.set_exception(error)
            else:
                outcome.set_result(given)

    def _given(self, answer: Future[Outcome | _Refusal], path: Path) -> Outcome:
        try:
            given = answer.result()
        except CancelledError as error:
            raise errors.SchedulerLostError(self._scheduler) from error
        except distributed.KilledWorker:
            return Outcome(path, error=str(errors.SongEndsWorkersError(path)))
        except Exception as error:
            # A song's error is a result: this one is the worker's, such as a package it lacks.
            raise errors.WorkerError(
                self._scheduler, str(error), f"emoviz {__version__}"
            ) from error
        if not isinstance(given, Outcome):
            raise errors.WorkerError(*given, f"emoviz {__version__}")
        record = given.record and replace(given.record, path=path)
        return replace(given, path=path, record=record)

    def _watch(self) -> None:
        """Give up when there has been no worker for too long."""
        without_s = 0.0
        while not self._is_over.wait(_LOOKS_EVERY_S):
            try:
                has_workers = bool(self._client.nthreads())
            except (OSError, ValueError, RuntimeError, AttributeError):
                # It has gone, which its answers tell.
                return
            without_s = 0.0 if has_workers else without_s + _LOOKS_EVERY_S
            if without_s >= self._patience_s:
                for outcome in list(self._under_way):
                    with suppress(InvalidStateError):
                        outcome.set_exception(
                            errors.NoWorkersError(self._scheduler, self._patience_s)
                        )
