"""Starts the window."""

import logging
import logging.handlers
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from emoviz import __version__, paths
from emoviz.gui import settings as remembered
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.gui.theme import Theme, interface_font

_LOG = logging.getLogger(__name__)
_LOG_BYTES = 1_000_000


def run(song: Path | None) -> int:
    """Open the window on `song`, or on the demo song; give the exit status when it is closed."""
    _start_log(paths.log_file())
    application = make_application()
    window = make_window(Settings(paths.settings_file()))
    sys.excepthook = _report_to(window)
    # Python sees the interrupt between two ticks of the window's clock.
    signal.signal(signal.SIGINT, lambda _number, _frame: window.close())
    window.show()
    window.open_song(song or paths.demo_song())
    # The sound system may take its time to answer; the window is there before it is asked.
    QTimer.singleShot(0, lambda: _connect_player(window))
    return application.exec()


def make_application() -> QApplication:
    """Make Qt's application object, with emoviz's name, style and font."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("emoviz")
    application.setApplicationDisplayName("emoviz")
    application.setApplicationVersion(__version__)
    application.setStyle("Fusion")
    application.setFont(interface_font(10))
    return application


def make_window(settings: Settings) -> MainWindow:
    """Make the window, in the theme that the settings name, without a player or a song yet."""
    return MainWindow(Theme(settings.get(remembered.THEME)), settings)


def _connect_player(window: MainWindow) -> None:
    from emoviz.player import open_player

    window.set_player(*open_player())


def _start_log(file: Path) -> None:
    handler: logging.Handler
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError:
        # A home that cannot be written to is no reason not to play: the log goes to the terminal.
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    _LOG.info("emoviz %s", __version__)


def _report_to(
    window: MainWindow,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        _LOG.error("unexpected", exc_info=(kind, error, trace))
        window.say(f"Something went wrong ({error}); {paths.log_file()} says where.")

    return report
