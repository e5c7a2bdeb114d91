"""What a decoding process runs: it opens and decodes one file at a time, as it is asked to.

It is started by `process`, asked on its standard input, and answers on its standard
output. It imports no Qt and no model: a crash of a decoder library ends this process and nothing
else.
"""

import os
import queue
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from emoviz import errors
from emoviz.songs.decoder import Decoder
from emoviz.songs.mp3_aac.decoder import PacketDecoder
from emoviz.songs.opening import open_song_decoder
from emoviz.songs.processes import wire
from emoviz.songs.processes.wire import Message
from emoviz.system import memory, priority
from emoviz.units import Samples

_Requests = queue.SimpleQueue[Message]


def main() -> None:
    """Answer until nobody asks any more."""
    memory.keep_together()
    # Ctrl+C in a terminal reaches this process too: the window decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answers = _own_streams()
    requests: _Requests = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asked, requests), daemon=True).start()
    # Imported now, while nobody waits for it.
    import av  # noqa: F401
    import soundfile  # noqa: F401

    with suppress(OSError):
        _Host(answers).run(requests)


def _own_streams() -> tuple[FileIO, FileIO]:
    """Give streams for requests and answers which no library prints to or reads from."""
    asked, answers = FileIO(os.dup(0), "rb"), FileIO(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return asked, answers


def _listen(asked: FileIO, requests: _Requests) -> None:
    try:
        with suppress(OSError, EOFError, ValueError):
            while True:
                message, _ = wire.receive(asked)
                requests.put(message)
    except Exception:  # noqa: BLE001  (a thread's end must not go unnoticed)
        traceback.print_exc()
    finally:
        # The window has closed or died, and a decoder that hangs must not outlive it; nor may one
        # that nobody can ask any more wait for ever.
        os._exit(0)


class _Host:
    def __init__(self, answers: FileIO) -> None:
        self._answers = answers
        self._decoder: Decoder | None = None
        self._blocks: Iterator[Samples] = iter(())
        self._damaged: list[tuple[int, int]] = []

    def run(self, requests: _Requests) -> None:
        while True:
            request = self._next(requests)
            if request["do"] == "close":
                self._close()
                continue
            if request["do"] == "step back":
                priority.step_back()
                continue
            samples: Samples | None = None
            try:
                answer, samples = self._answer(request)
            except errors.SongError as error:
                answer = {"error": type(error).__name__, "text": str(error)}
            except Exception:  # noqa: BLE001  (whoever has asked must hear of it)
                answer = {"error": "", "text": traceback.format_exc()}
            answer["damaged"], self._damaged = self._damaged, []
            wire.send(self._answers, answer, samples)

    def _next(self, requests: _Requests) -> Message:
        """Wait for what is asked next, and find out meanwhile what a seek needs to know."""
        with suppress(errors.SongError):
            # Whoever decodes what cannot be read will say so.
            while requests.empty() and self._find_more():
                pass
        return requests.get()

    def _find_more(self) -> bool:
        return isinstance(self._decoder, PacketDecoder) and self._decoder.find_more_packets()

    def _answer(self, request: Message) -> tuple[Message, Samples | None]:
        if request["do"] == "open":
            self._close()
            path, sound_track = Path(request["path"]), request["sound_track"]
            self._decoder = decoder = open_song_decoder(path, sound_track=sound_track)
            told = {"rate_hz": decoder.sample_rate_hz, "channels": decoder.channels}
            return told | {"remark": decoder.remark, "tracks": decoder.sound_tracks}, None
        assert self._decoder is not None
        if request["do"] == "duration":
            decoder = self._decoder
            return {"duration_s": decoder.duration_s, "claimed_s": decoder.claimed_s}, None
        if request["do"] == "blocks":
            self._blocks = self._decoder.blocks(request["start"], self._note_damage)
        return {}, next(self._blocks, None)

    def _note_damage(self, first: int, stop: int) -> None:
        self._damaged.append((first, stop))

    def _close(self) -> None:
        if self._decoder is not None:
            self._blocks = iter(())
            self._decoder.close()
            self._decoder = None
            memory.give_back()
