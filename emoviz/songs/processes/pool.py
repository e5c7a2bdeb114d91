"""DecoderPool: decoding processes, each lent to the file that it decodes."""

import logging
import threading
from contextlib import suppress
from pathlib import Path

from emoviz import errors
from emoviz.songs.decoder import PATIENCE_S, Decoder
from emoviz.songs.processes.fork_server import ForkServer
from emoviz.songs.processes.process import DecoderProcess, ProcessDecoder, Spawner
from emoviz.songs.spare_decoder import SpareDecoder

_LOG = logging.getLogger(__name__)

_LOOK_S = 0.5
_SONG_TAKES = 2
"""A song is played from one process and tracked from another; where more are lent, one song takes
another's place, and one of the first is about to be given back."""


class DecoderPool:
    """Lends a process to each file that is being decoded; threads may share it.

    Where processes are forked, one is there when it is asked for, and ended when it is given back.
    Elsewhere one more waits for the next file, since to start Python takes as long as to open a
    song; a process that is given back is that one, or it is ended.
    """

    def __init__(
        self, patience_s: float = PATIENCE_S, starter: ForkServer | Spawner | None = None
    ) -> None:
        """Start nothing yet; a process that owes an answer for `patience_s` will be ended.

        `starter` starts the processes: the best way this system has, if none is given.
        """
        self._patience_s = patience_s
        self._starter = starter or (ForkServer() if ForkServer.is_possible() else Spawner())
        # Reentrant: blocks may be forgotten, and their process given back, at any moment.
        self._lending = threading.Condition(threading.RLock())
        self._ready: list[DecoderProcess] = []
        self._lent: set[DecoderProcess] = set()
        self._leaving: list[DecoderProcess] = []
        self._keeper: threading.Thread | None = None
        self._closed = False

    def of(self, path: Path, sound_track: int | None = None) -> "ProcessDecoders":
        """Give the decoders of the song at `path`, as `Song.open` takes them."""
        return ProcessDecoders(path, sound_track, self)

    def open(self, path: Path, sound_track: int | None = None) -> ProcessDecoder:
        """Open `path` in a process that does nothing else. Raises `errors.SongError`."""
        process = self._lend(path)
        try:
            return ProcessDecoder(path, sound_track, process, self._take_back)
        except BaseException:
            self._take_back(process)
            raise

    def close(self) -> None:
        """End every process; whoever waits for one gets `errors.DecoderLostError`."""
        with self._lending:
            self._closed = True
            processes = [*self._ready, *self._lent, *self._leaving]
            self._lending.notify_all()
        for process in processes:
            process.end()
        if self._keeper is not None:
            self._keeper.join()
        self._starter.close()

    def _lend(self, path: Path) -> DecoderProcess:
        with self._lending:
            process = next((process for process in self._ready if process.is_alive), None)
            if process is not None:
                self._ready.remove(process)
        if process is None:
            process = self._start(path)
        with self._lending:
            if not self._closed:
                self._lent.add(process)
                self._begin_to_keep()
                return process
        process.end()
        raise _closing(path)

    def _start(self, path: Path) -> DecoderProcess:
        # Nobody waits meanwhile for what else is lent and given back.
        if self._closed:
            raise _closing(path)
        try:
            return self._starter.start()
        except OSError as error:
            reason = f"no process for it: {errors.words_of(error)}"
            raise errors.DecoderLostError(path, reason) from error

    def _begin_to_keep(self) -> None:
        if self._keeper is None:
            self._keeper = threading.Thread(
                target=self._keep, name="keeper of decoders", daemon=True
            )
            self._keeper.start()

    def _take_back(self, process: DecoderProcess) -> None:
        with self._lending:
            self._lent.discard(process)
            has_room = len(self._ready) < self._starter.spares
            if process.is_as_new and has_room and not self._closed:
                self._ready.append(process)
            else:
                process.kill()
                # The window's thread may be here, and does not wait for that.
                self._leaving.append(process)

    def _keep(self) -> None:
        """Have ready what should be, and see those off that hang or have been killed."""
        while not self._closed:
            try:
                leaving = self._look_after()
                if self._wants_spare:
                    self._make_ready()
                for process in leaving:
                    process.end()
            except Exception:  # noqa: BLE001  (without a keeper, who hangs would do so for ever)
                _LOG.exception("keeping decoding processes")

    @property
    def _wants_spare(self) -> bool:
        with self._lending:
            has_room = len(self._ready) < self._starter.spares
            return has_room and len(self._lent) <= _SONG_TAKES and not self._closed

    def _make_ready(self) -> None:
        # Nobody waits meanwhile for what else is lent and given back.
        with suppress(OSError):
            process = self._starter.start()
            with self._lending:
                if not self._closed:
                    self._ready.append(process)
                    return
            process.end()

    def _look_after(self) -> list[DecoderProcess]:
        """Give the processes that leave."""
        with self._lending:
            # Not at once: what was asked for a moment ago comes first.
            self._lending.wait(_LOOK_S)
            if self._closed:
                return []
            for process in self._lent:
                process.end_if_hung(self._patience_s)
            leaving, self._leaving = self._leaving, []
            leaving += [process for process in self._ready if not process.is_alive]
            self._ready = [process for process in self._ready if process.is_alive]
            return leaving


def _closing(path: Path) -> errors.DecoderLostError:
    return errors.DecoderLostError(path, "emoviz is being closed")


class ProcessDecoders:
    """The decoders of one song, each in a process of its own; see `decoder.SongDecoders`.

    What is put back stays open, and its process lent, until the song is closed.
    """

    def __init__(self, path: Path, sound_track: int | None, pool: DecoderPool) -> None:
        self._path, self._sound_track, self._pool = path, sound_track, pool
        self._spare: SpareDecoder[ProcessDecoder] = SpareDecoder(path)

    def open(self) -> ProcessDecoder:
        """Open one."""
        return self._pool.open(self._path, self._sound_track)

    def take(self) -> ProcessDecoder:
        """Give one that was put back, or open one."""
        decoder = self._spare.take()
        if decoder is not None and decoder.is_there:
            return decoder
        if decoder is not None:
            decoder.close()
        return self.open()

    def put(self, decoder: Decoder) -> None:
        """Take one that nobody uses any more."""
        assert isinstance(decoder, ProcessDecoder)
        self._spare.put(decoder)

    def close(self) -> None:
        """Keep none any longer, without waiting."""
        self._spare.close()
