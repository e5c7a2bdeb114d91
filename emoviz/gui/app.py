"""Starts the window."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, qInstallMessageHandler
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from emoviz import __version__
from emoviz.gui import settings as remembered
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.songs.processes.pool import DecoderPool
from emoviz.system import log, memory, paths
from emoviz.system.terminal import quiet_libraries, write_utf8

_LOG = logging.getLogger(__name__)

_SWITCH_S = 0.001
_ICON_SIZES_PX = (16, 24, 32, 48, 64, 128)


def run(song: Path | None) -> int:
    """Open the window on `song`, or on the demo song; give the exit status when it is closed."""
    memory.keep_together()
    write_utf8()
    application = make_application()
    # The sound device's thread asks for the interpreter sixty times a second, and must not wait.
    sys.setswitchinterval(_SWITCH_S)
    # From here on: if Qt cannot start it says why on the terminal.
    with quiet_libraries():
        log.start(paths.log_file())
        _LOG.info("emoviz %s", __version__)
        qInstallMessageHandler(lambda _kind, _where, text: _LOG.warning("Qt: %s", text))
        try:
            with log.crashes_noted(paths.crash_file()) as earlier_crash:
                return _run(application, song, earlier_crash)
        finally:
            qInstallMessageHandler(None)


class Application(QApplication):
    """Qt's application object, and what macOS hands over to a program that runs already."""

    song_handed_over = Signal(Path)

    def __init__(self) -> None:
        super().__init__(sys.argv[:1])
        self.handed_over: Path | None = None
        """The last such song."""

    def event(self, event: QEvent) -> bool:
        """Take a song that is handed over; everything else is Qt's."""
        if isinstance(event, QFileOpenEvent):
            self.handed_over = Path(event.file())
            self.song_handed_over.emit(self.handed_over)
            return True
        return super().event(event)


def _run(application: Application, song: Path | None, earlier_crash: Path | None) -> int:
    window = make_window(Settings(paths.settings_file()))
    # Python sees the interrupt between two ticks of the clock, perhaps in a paint event; and a
    # window that closes before the event loop runs would not end it.
    signal.signal(signal.SIGINT, lambda _number, _frame: QTimer.singleShot(0, window.leave))

    def begin() -> None:
        _begin(window, application.handed_over or song or paths.demo_song(), earlier_crash)
        application.song_handed_over.connect(lambda path: window.open_songs([path]))

    # What takes its time (the model, the sound system) begins when the window is there.
    first_paint = _FirstPaint(window, begin)
    with unexpected_said(window):
        window.show()
        status = application.exec()
    del first_paint
    return status


def make_application() -> Application:
    """Make Qt's application object, with emoviz's name, style and font."""
    application = Application()
    application.setApplicationName("emoviz")
    application.setApplicationDisplayName("emoviz")
    application.setApplicationVersion(__version__)
    # What task bars and docks find the program's entry, and so its icon, by.
    application.setDesktopFileName("emoviz")
    application.setWindowIcon(_icon())
    application.setStyle("Fusion")
    application.setFont(interface_font(10))
    return application


def _icon() -> QIcon:
    """Give the program's icon in the sizes that windows and task bars show."""
    icon = QIcon()
    for size_px in _ICON_SIZES_PX:
        icon.addFile(str(paths.icon(size_px)))
    return icon


def make_window(settings: Settings, decoders: DecoderPool | None = None) -> MainWindow:
    """Make the window, in the theme that the settings name, without a player or a song yet.

    Its songs are decoded by `decoders`, which it closes, or by processes of its own.
    """
    return MainWindow(Theme(settings.get(remembered.THEME)), settings, decoders or DecoderPool())


class _FirstPaint(QObject):
    """Calls `then` once, when a window has been painted for the first time."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__()
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look out for the paint event; it is followed by those of the window's children."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False


def _begin(window: MainWindow, song: Path, earlier_crash: Path | None) -> None:
    if not window.isVisible():
        return  # closed before it began
    window.library.use(paths.library_file())
    window.open_songs([song])
    window.playback.open_player()
    window.playback.begin()
    _announce(window)
    if earlier_crash is not None:
        window.say(f"emoviz ended unexpectedly the last time; {earlier_crash} says where.")


def _announce(window: MainWindow) -> None:
    """Have the desktop show what plays, where it has a bus for that."""
    if sys.platform.startswith("linux"):
        # Imported here: Qt has D-Bus on Linux only, and the window is opened before it is needed.
        from emoviz.gui.session import now_playing

        if (address := now_playing.session_bus()) is not None:
            now_playing.NowPlaying(window, window.playback, window.queue, address)


@contextmanager
def unexpected_said(window: MainWindow) -> Iterator[None]:
    """Meanwhile, log what nobody expected, in whatever thread, and have the window say so."""
    unexpected = _Unexpected(window)
    before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = unexpected.take, unexpected.end_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before


class _Unexpected(QObject):
    """Takes exceptions that reached the end of their thread."""

    _said = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        # In the window's thread, whichever the exception is from.
        self._said.connect(window.say)

    def take(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take an exception that reached the event loop."""
        _LOG.error("unexpected", exc_info=(kind, error or kind(), trace))
        file = paths.log_file()
        self._said.emit(f"Something went wrong that nobody thought of; {file} says where.")

    def end_thread(self, end: threading.ExceptHookArgs) -> None:
        """Take the exception that a thread ended by."""
        if not issubclass(end.exc_type, SystemExit):
            self.take(end.exc_type, end.exc_value, end.exc_traceback)
