"""PatientDecoders: decoders of one song that do not keep anybody waiting when they hang.

A decoder library that hangs cannot be ended without its process; but whoever waits for it can go.
"""

import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from emoviz import errors
from emoviz.songs.decoder import PATIENCE_S, Damage, Decoder, SongDecoders, ignore_damage
from emoviz.songs.song import local_decoders
from emoviz.units import Samples

_T = TypeVar("_T")
_Calls: TypeAlias = "SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]"


def patient_decoders(path: Path, sound_track: int | None = None) -> SongDecoders:
    """Have a song decoded in threads of this process; see `song.DecodersOf`.

    One that gives nothing for `decoder.PATIENCE_S` is left alone, and its thread ends with the
    process: whoever waits gets `errors.DecoderLostError`.
    """
    return PatientDecoders(path, local_decoders(path, sound_track), PATIENCE_S)


class PatientDecoders:
    """The decoders of one song, each in a thread that may be left behind; see `SongDecoders`."""

    def __init__(self, path: Path, decoders: SongDecoders, patience_s: float) -> None:
        """Wait for `decoders` of the song at `path` for `patience_s` whenever they are asked."""
        self._path, self._decoders, self._patience_s = path, decoders, patience_s

    def open(self) -> Decoder:
        """Open one."""
        return self._had_from(self._decoders.open)

    def take(self) -> Decoder:
        """Give one that was put back, or open one."""
        return self._had_from(self._decoders.take)

    def put(self, decoder: Decoder) -> None:
        """Take one that nobody uses any more."""
        assert isinstance(decoder, _PatientDecoder)
        decoder.put_into(self._decoders)

    def close(self) -> None:
        """Keep none any longer."""
        self._decoders.close()

    def _had_from(self, give: Callable[[], Decoder]) -> Decoder:
        thread = _Thread(self._path, self._patience_s)
        return _PatientDecoder(thread.wait_for(give), thread)


class _PatientDecoder:
    """A decoder that is asked in a thread of its own; `decoder.Decoder` says what it does."""

    def __init__(self, decoder: Decoder, thread: "_Thread") -> None:
        self._decoder, self._thread = decoder, thread
        self.sample_rate_hz, self.channels = decoder.sample_rate_hz, decoder.channels
        self.remark, self.sound_tracks = decoder.remark, decoder.sound_tracks

    @property
    def duration_s(self) -> float:
        """How long the sound is, as far as the bytes tell."""
        return self._thread.wait_for(lambda: self._decoder.duration_s)

    @property
    def claimed_s(self) -> float | None:
        """How long the header says that it is; None where it says nothing."""
        return self._thread.wait_for(lambda: self._decoder.claimed_s)

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (samples, channels); see `decoder.Decoder.blocks`.

        Raises `errors.DecoderLostError` besides.
        """
        blocks = self._decoder.blocks(start_sample, on_damage)
        following = partial(next, blocks, None)
        while (block := self._thread.wait_for(following)) is not None:
            yield block

    def close(self) -> None:
        """Give the file back, if the decoder does not hang."""
        if not self._thread.hangs:
            self._decoder.close()

    def put_into(self, decoders: SongDecoders) -> None:
        """Have the decoder kept, if it does not hang."""
        if not self._thread.hangs:
            decoders.put(self._decoder)


class _Thread:
    """Does one thing after the other, in a thread that ends when nobody can ask it any more."""

    def __init__(self, path: Path, patience_s: float) -> None:
        self._path, self._patience_s = path, patience_s
        self._calls: _Calls = SimpleQueue()
        self.hangs = False
        threading.Thread(target=_serve, args=(self._calls,), name="patience", daemon=True).start()
        weakref.finalize(self, self._calls.put, None)

    def wait_for(self, do: Callable[[], _T]) -> _T:
        """Have something done; give or raise what came of it.

        Raises `errors.DecoderLostError` if nothing comes, and from then on.
        """
        answer: Future[_T] = Future()
        if not self.hangs:
            self._calls.put((do, answer))
            try:
                return answer.result(self._patience_s)
            except TimeoutError:
                if answer.done():
                    raise
                self.hangs = True
        raise errors.DecoderLostError(self._path, f"nothing came of it for {self._patience_s:g} s")


def _serve(calls: _Calls) -> None:
    while (call := calls.get()) is not None:
        do, answer = call
        try:
            answer.set_result(do())
        except BaseException as error:  # noqa: BLE001  (whoever has asked must hear of it)
            answer.set_exception(error)
        # What a call holds on to, and its error's traceback, is not to wait for the next one.
        del call, do, answer
