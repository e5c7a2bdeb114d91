"""ListeningSession: an input followed in a thread, recorded and exported where the user says."""

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QWidget

from emoviz import errors
from emoviz.devices.microphone import Microphone
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.settings import Settings
from emoviz.models import estimator
from emoviz.tracks.track import Track
from emoviz.units import Values

if TYPE_CHECKING:
    # What listens and records is imported when it is asked for, not before the window.
    from emoviz.live.listening import Listening, News

_LOG = logging.getLogger(__name__)


class ListeningSession(QObject):
    """Listens to one input at a time.

    Its public methods without arguments are actions; each is named after its row of the table.
    """

    changed = Signal()
    """`is_on` or `is_recording` is another than before."""
    began = Signal(object, object, str, float)
    """`FrontEnd`, `ModelInfo`, the input's name, and how many seconds make a full window"""
    updated = Signal(object)
    """`LiveUpdate`"""
    recorded = Signal(object)
    """`Recorded`"""
    said = Signal(str)
    """A sentence for the user"""
    _began = Signal(object, object, str)
    _heard = Signal(object, object)
    _failed = Signal(object, str)
    _broke_off = Signal(object, str)

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._listening: Listening | None = None
        self._record_to: Path | None = None
        self._values: Values = np.zeros((0, 2))
        self._began.connect(self._on_began)
        self._heard.connect(self._on_heard)
        self._failed.connect(self._on_failed)
        self._broke_off.connect(self._on_broken_off)

    @property
    def is_on(self) -> bool:
        """Whether something is listened to, or about to be."""
        return self._stop is not None

    @property
    def is_recording(self) -> bool:
        """Whether what is heard is recorded."""
        return self._record_to is not None

    @property
    def trajectory(self) -> Track | None:
        """The track of what has been heard so far."""
        if self._listening is None or not len(self._values):
            return None
        return self._listening.trajectory(self._values)

    @property
    def input_name(self) -> str:
        """The input that is remembered; "" is the system's default."""
        name: str = self._settings.get(remembered.INPUT)
        return name

    def toggle_listen(self) -> None:
        """Begin to listen, or end that."""
        if self.is_on:
            self.stop()
        else:
            self._start()

    def toggle_record(self) -> None:
        """Let the user choose where to record, or end the recording."""
        if self.is_recording:
            self._record(None)
            return
        if not self.is_on:
            self._start()
        # A dialog that checks the action has not begun a recording yet.
        self.changed.emit()
        from emoviz.live.recording import SUFFIX

        dialogs.choose_recording(self._window, proposed_place(SUFFIX), self._record)

    def choose_input(self, name: str) -> None:
        """Listen to the input of this name, now or the next time; "" is the system's default."""
        self._settings.put(remembered.INPUT, name)
        if self.is_on:
            self.stop()
            self._start()

    def stop(self) -> None:
        """End listening; what has been recorded is kept, and told of when it is whole."""
        if self._stop is not None:
            self._stop.set()
            self._stop = self._record_to = None
            self.changed.emit()

    def close(self) -> None:
        """Stop, and wait for the thread to end."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        self._stop = threading.Event()
        self._listening = None
        self._values = np.zeros((0, 2))
        self._thread = threading.Thread(
            target=self._run,
            args=(self._thread, self._stop, self.input_name, self._model_name()),
            name="listening",
        )
        self._thread.start()
        self.changed.emit()

    def _model_name(self) -> str:
        name: str = self._settings.get(remembered.MODEL)
        return name if name in estimator.installed() else estimator.DEFAULT_MODEL

    def _record(self, path: Path | None) -> None:
        if not self.is_on:
            return
        self._record_to = path
        if self._listening is not None:
            self._listening.record_to = path
        self.changed.emit()

    def _run(
        self,
        before: threading.Thread | None,
        stop: threading.Event,
        input_name: str,
        model: str,
    ) -> None:
        # Two inputs at a time may be one too many for the device.
        if before is not None:
            before.join()
        try:
            self._follow(stop, input_name, model)
        except errors.EmovizError as error:
            self._failed.emit(stop, str(error))
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("listening")
            self._broke_off.emit(stop, "Listening failed as nobody expected; the log says where.")

    def _follow(self, stop: threading.Event, input_name: str, model: str) -> None:
        """Listen until told to stop. Raises `errors.EmovizError`."""
        from emoviz.live.listening import POLL_S, Listening

        loaded = estimator.load(model)
        microphone = Microphone(input_name)
        listening = Listening(microphone, loaded)
        self._began.emit(stop, listening, microphone.name)
        try:
            while not stop.wait(POLL_S):
                self._tell(listening, listening.step())
        except errors.InputDeviceLostError as error:
            # At once: giving back an input that has gone may take its time.
            self._failed.emit(stop, str(error))
        finally:
            self._tell(listening, listening.end())

    def _tell(self, listening: "Listening", news: "News") -> None:
        if news.is_any:
            self._heard.emit(listening, news)

    def _on_began(self, stop: threading.Event, listening: "Listening", name: str) -> None:
        if stop is not self._stop:
            return
        self._listening = listening
        # The user may have chosen where to record before there was anything to hear.
        listening.record_to = self._record_to
        model = listening.estimator
        self.began.emit(model.front_end, model.info, name, listening.full_s)

    def _on_heard(self, listening: "Listening", news: "News") -> None:
        is_latest = listening is self._listening
        if news.recorded is not None:
            self.recorded.emit(news.recorded)
        if news.problem is not None:
            if is_latest:
                self._record_to = None
                self.changed.emit()
            self.said.emit(str(news.problem))
        if news.update is not None and is_latest:
            self._values = news.update.values
            if self.is_on:
                self.updated.emit(news.update)

    def _on_failed(self, stop: threading.Event, sentence: str) -> None:
        if stop is self._stop:
            self.stop()
            self.said.emit(sentence)

    def _on_broken_off(self, stop: threading.Event, sentence: str) -> None:
        if stop is self._stop:
            self.stop()
        # Of what was ended before, too: a recording may be lost.
        self.said.emit(sentence)


def proposed_place(suffix: str) -> Path:
    """Propose a name, that of now, for what was listened to."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
    name = time.strftime("listened %Y-%m-%d %H.%M") + suffix
    return Path(folder if Path(folder).is_dir() else Path.home()) / name
