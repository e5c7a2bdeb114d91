"""The transport: play and pause, steps, time, volume, and what is playing on which device."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFont, QIcon, QPainter, QPainterPath, QPixmap, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from emoviz.gui.texts import format_time
from emoviz.gui.theme import Colours, Theme, interface_font
from emoviz.gui.wrapped_label import WrappedLabel

_ICON_PX = 22
_VOLUME_STEPS = 100
_NOTICE_MS = 8000
_BUTTONS = ("go_previous", "step_back", "toggle_play", "step_forward", "go_next")


class TransportBar(QWidget):
    """Buttons for the transport's actions, the clock, the analysis' progress and the volume."""

    volume_changed = Signal(float)

    def __init__(self, theme: Theme, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._theme = theme
        self._buttons = [_button(actions[name]) for name in _BUTTONS]
        self._stop = _button(actions["stop_analysis"])
        self._time = QLabel()
        self._time.setFont(_figures_font())
        self._time.setAccessibleName(self.tr("Time"))
        self._status = WrappedLabel(most_lines=1)
        self._status.setFont(interface_font(9))
        self._notice_over = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._notice_over.timeout.connect(lambda: self._status.setText(""))
        self._device = WrappedLabel(most_lines=1)
        self._device.setFont(interface_font(9))
        self._volume_icon = QLabel()
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setRange(0, _VOLUME_STEPS)
        self._volume.setFixedWidth(110)
        self._volume.setAccessibleName(self.tr("Volume"))
        self._volume.setToolTip(self.tr("Volume"))
        self._volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._volume.valueChanged.connect(
            lambda value: self.volume_changed.emit(value / _VOLUME_STEPS)
        )
        self._lay_out()
        self._playing = False
        self._stop.hide()
        self.show_time(0.0, 0.0)
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def show_time(self, time_s: float, duration_s: float) -> None:
        """Show the playhead's time and the song's duration."""
        text = f"{format_time(time_s, tenths=True)} / {format_time(duration_s)}"
        if text != self._time.text():
            self._time.setText(text)

    def show_playing(self, playing: bool) -> None:
        """Show whether the song runs."""
        if playing != self._playing:
            self._playing = playing
            self._take_colours()

    def show_progress(self, done: int, total: int) -> None:
        """Show how many windows of the song have been analysed."""
        running = done < total
        self._status.setText(
            self.tr("analysing {0} %").format(100 * done // total) if running else ""
        )
        self._stop.setVisible(running)

    def show_notice(self, sentence: str) -> None:
        """Say for some seconds that something has been done."""
        self._status.setText(sentence)
        self._status.setToolTip(sentence)
        self._notice_over.start()

    def show_device(self, name: str) -> None:
        """Show what the song is heard on."""
        self._device.setText(name)

    def set_volume(self, volume: float) -> None:
        """Put the slider at `volume`, 0 to 1."""
        self._volume.setValue(round(volume * _VOLUME_STEPS))

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 14, 6)
        layout.setSpacing(6)
        for button in self._buttons:
            layout.addWidget(button)
        layout.addSpacing(10)
        # As wide as the longest time, so that nothing beside it moves while the clock runs.
        width = self._time.fontMetrics().horizontalAdvance("0:00:00.0 / 0:00:00")
        self._time.setFixedWidth(width)
        layout.addWidget(self._time)
        layout.addWidget(self._stop)
        layout.addWidget(self._status, 3)
        self._device.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._device, 2)
        layout.addSpacing(10)
        layout.addWidget(self._volume_icon)
        layout.addWidget(self._volume)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        play = _pause_path() if self._playing else _play_path()
        shapes = (_previous_path(), _back_path(), play, _forward_path(), _next_path())
        for button, shape in zip(self._buttons, shapes, strict=True):
            button.setIcon(_icon(shape, colours, self.devicePixelRatioF()))
        self._stop.setIcon(_icon(_stop_path(), colours, self.devicePixelRatioF()))
        self._volume_icon.setPixmap(_pixmap(_speaker_path(), colours.dim, self.devicePixelRatioF()))
        for label in (self._status, self._device):
            label.setStyleSheet(f"color: {colours.dim};")


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setIconSize(QSize(_ICON_PX, _ICON_PX))
    button.setToolTip(action.toolTip())
    button.setAccessibleName(action.text().replace("&", ""))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    return button


def _figures_font() -> QFont:
    font = interface_font(11)
    # Figures of one width keep the clock from trembling.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _icon(path: QPainterPath, colours: Colours, ratio: float) -> QIcon:
    icon = QIcon(_pixmap(path, colours.text, ratio))
    icon.addPixmap(_pixmap(path, colours.line, ratio), QIcon.Mode.Disabled)
    return icon


def _pixmap(path: QPainterPath, colour: str, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(_ICON_PX, _ICON_PX) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, QColor(colour))
    painter.end()
    return pixmap


def _polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _play_path() -> QPainterPath:
    return _polygon((6, 3), (19, 11), (6, 19))


def _pause_path() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(5, 3.5, 4, 15, 1, 1)
    path.addRoundedRect(13, 3.5, 4, 15, 1, 1)
    return path


def _forward_path() -> QPainterPath:
    path = _polygon((3, 5), (10.5, 11), (3, 17))
    path.addPath(_polygon((10.5, 5), (18, 11), (10.5, 17)))
    return path


def _back_path() -> QPainterPath:
    path = _polygon((19, 5), (11.5, 11), (19, 17))
    path.addPath(_polygon((11.5, 5), (4, 11), (11.5, 17)))
    return path


def _next_path() -> QPainterPath:
    path = _polygon((4, 4), (14, 11), (4, 18))
    path.addRect(15.5, 4, 2.5, 14)
    return path


def _previous_path() -> QPainterPath:
    path = _polygon((18, 4), (8, 11), (18, 18))
    path.addRect(4, 4, 2.5, 14)
    return path


def _stop_path() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(6, 6, 10, 10, 1.5, 1.5)
    return path


def _speaker_path() -> QPainterPath:
    return _polygon((3, 8), (7, 8), (12, 4), (12, 18), (7, 14), (3, 14))
