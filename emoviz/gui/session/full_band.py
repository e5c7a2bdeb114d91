"""The spectrogram up to half the file's own rate, on request: heard anew, for the eye alone."""

import logging
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emoviz import errors
from emoviz.gui.session.session import Session
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.hearing.front_end import FrontEnd, mel_frames
from emoviz.hearing.full_band import full_band_front_end
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
from emoviz.system import priority

_LOG = logging.getLogger(__name__)


class FullBand(QObject):
    """Shows the song's sound as high as it goes, or the bands that the model listens by."""

    said = Signal(str)
    """A sentence about what went wrong"""
    _came = Signal(int, object)
    """id of the request, and `MelLevels`"""
    _failed = Signal(int, str)

    def __init__(
        self,
        session: Session,
        decoders: DecoderPool,
        view: SpectrogramView,
        store: MelStore,
    ) -> None:
        """Take the view, and the store that it shows the model's bands of."""
        super().__init__()
        self._session = session
        self._decoders = decoders
        self._view = view
        self._plain = store
        self._store = MelStore()
        self._is_on = False
        self._request = 0
        self._shown: tuple[Path, int | None] | None = None
        self._stops = threading.Event()
        self._threads: list[threading.Thread] = []
        self._came.connect(self._take)
        self._failed.connect(self._fail)

    def toggle(self, is_on: bool) -> None:
        """Show the sound as high as it goes, or as high as the model listens."""
        self._is_on = is_on
        if is_on:
            self._show()
            return
        self._forget()
        self._view.show_store(self._plain)
        if self._session.front_end is not None:
            self._view.set_front_end(self._session.front_end)

    def show_song(self) -> None:
        """Show the song that the session has opened, if it is to be shown so."""
        if self._is_on:
            self._show()

    def stop(self) -> None:
        """Hear no more."""
        self._stops.set()

    def close(self) -> None:
        """Hear no more, and wait for the threads to end."""
        self.stop()
        for thread in self._threads:
            thread.join()

    def _show(self) -> None:
        """Show what is heard of the song up to half its rate, and hear it if that is not known."""
        song, like = self._session.song, self._session.front_end
        if song is None or like is None:
            return
        front_end = full_band_front_end(song.sample_rate_hz, like)
        if self._shown != (song.path, song.sound_track):
            self._forget()
            self._shown = (song.path, song.sound_track)
            self._stops = threading.Event()
            asked = (self._request, song.path, song.sound_track, front_end, self._stops)
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(target=self._hear, args=asked, name="full band")
            self._threads.append(thread)
            thread.start()
        self._view.set_front_end(front_end)
        self._view.show_store(self._store)

    def _forget(self) -> None:
        self._stops.set()
        self._request += 1
        self._shown = None
        self._store.clear()

    def _hear(
        self,
        request: int,
        path: Path,
        sound_track: int | None,
        front_end: FrontEnd,
        stops: threading.Event,
    ) -> None:
        priority.step_back()
        try:
            with Song.open(path, self._decoders.of, sound_track) as song:
                # What is wrong with the song is said by whoever tracks it.
                blocks = song.sound_blocks(front_end.sample_rate_hz, lambda _: None)
                for frames_db in mel_frames(blocks, front_end):
                    if stops.is_set():
                        return
                    self._came.emit(request, MelLevels.of(frames_db))
        except errors.EmovizError as error:
            self._failed.emit(request, str(error))
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("the full band of %s", path)
            self._failed.emit(request, str(errors.SongFailedError(path, "the spectrogram")))

    def _take(self, request: int, levels: MelLevels) -> None:
        if request == self._request:
            self._store.add(levels)
            self._view.refresh()

    def _fail(self, request: int, sentence: str) -> None:
        if request == self._request:
            self.said.emit(sentence)
