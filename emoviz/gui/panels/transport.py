"""The transport: play and pause, steps, time, volume, and what is playing on which device."""

import html
from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFont, QIcon, QPainterPath
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from emoviz.gui.look import icons
from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import Colours, Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel

_LEFT_BUTTONS = (
    "go_previous",
    "step_back",
    "toggle_play",
    "step_forward",
    "go_next",
    "toggle_loop",
)
_VOLUME_STEPS = 100
_VOLUME_PX, _NARROW_VOLUME_PX = 110, 64
_HOUR_S = 3600.0
_NOTICE_MS = 8000
_STATUS_STRETCH = 3


class TransportBar(QWidget):
    """Buttons for some of the table's actions, the clock, the analysis' progress and the volume."""

    volume_changed = Signal(float)

    def __init__(self, theme: Theme, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._theme = theme
        others = ("stop_analysis", "toggle_mute")
        self._listening = [
            _text_button(actions["toggle_listen"], self.tr("Stop listening")),
            _text_button(actions["toggle_record"], self.tr("Record")),
        ]
        self._buttons = {name: _button(actions[name]) for name in (*_LEFT_BUTTONS, *others)}
        for name in ("toggle_loop", "toggle_mute"):
            actions[name].toggled.connect(self._take_colours)
        self._time = QLabel()
        self._time.setFont(_figures_font())
        self._time.setAccessibleName(self.tr("Time"))
        self._speed = QLabel()
        self._speed.setFont(_figures_font())
        self._speed.setAccessibleName(self.tr("Speed"))
        self._status = WrappedLabel(most_lines=1)
        self._status.setFont(interface_font(9))
        self._notice_over = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._notice_over.timeout.connect(lambda: self._say(""))
        self._device = WrappedLabel(most_lines=1)
        self._device.setFont(interface_font(9))
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setRange(0, _VOLUME_STEPS)
        self._volume.setFixedWidth(_VOLUME_PX)
        self._volume.setAccessibleName(self.tr("Volume"))
        self._volume.setToolTip(self.tr("Volume"))
        self._volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._volume.valueChanged.connect(
            lambda value: self.volume_changed.emit(value / _VOLUME_STEPS)
        )
        self._playing = self._narrow = False
        self._lay_out()
        self._buttons["stop_analysis"].hide()
        self.show_listening(False)
        self.show_time(0.0, 0.0)
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def set_narrow(self, narrow: bool) -> None:
        """Take less room for the volume, and say one thing at a time."""
        self._narrow = narrow
        self._volume.setFixedWidth(_NARROW_VOLUME_PX if narrow else _VOLUME_PX)
        self._speed.setVisible(not narrow or bool(self._speed.text()))
        self._say(self._status.text())

    def show_time(self, time_s: float, duration_s: float) -> None:
        """Show the playhead's time and the song's duration."""
        text = f"{format_time(time_s, decimals=1)} / {format_time(duration_s)}"
        if text != self._time.text():
            self._time.setText(text)
            self._keep_room(duration_s)

    def show_playing(self, playing: bool) -> None:
        """Show whether the song runs."""
        if playing != self._playing:
            self._playing = playing
            self._take_colours()

    def show_progress(self, done: int, total: int) -> None:
        """Show how many windows of the song have been analysed."""
        running = done < total
        self._say(self.tr("analysing {0} %").format(100 * done // total) if running else "")
        self._buttons["stop_analysis"].setVisible(running)

    def show_listening(self, listening: bool) -> None:
        """Offer to stop and to record while something is listened to."""
        for button in self._listening:
            button.setVisible(listening)

    def show_notice(self, sentence: str) -> None:
        """Say for some seconds that something has been done."""
        self._say(sentence)
        self._notice_over.start()

    def show_speed(self, speed: float) -> None:
        """Show how fast the song is played, unless it is as fast as it is."""
        self._speed.setText("" if speed == 1.0 else f"{speed:g}×")
        self._speed.setVisible(not self._narrow or speed != 1.0)

    @property
    def device(self) -> str:
        """What is shown as that on which the song is heard."""
        return self._device.text()

    def show_device(self, name: str) -> None:
        """Show what the song is heard on."""
        self._device.setText(name)
        self._device.setToolTip(html.escape(name))

    def set_volume(self, volume: float) -> None:
        """Put the slider at `volume`, 0 to 1."""
        self._volume.setValue(round(volume * _VOLUME_STEPS))

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 14, 6)
        layout.setSpacing(6)
        for name in _LEFT_BUTTONS:
            layout.addWidget(self._buttons[name])
        layout.addSpacing(10)
        layout.addWidget(self._time)
        # Its room is kept while it says nothing, where there is enough.
        self._speed.setFixedWidth(self._speed.fontMetrics().horizontalAdvance("0.75×"))
        layout.addWidget(self._speed)
        for button in self._listening:
            layout.addWidget(button)
        layout.addWidget(self._buttons["stop_analysis"])
        layout.addWidget(self._status)
        self._device.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._device, 1)
        layout.addSpacing(10)
        layout.addWidget(self._buttons["toggle_mute"])
        layout.addWidget(self._volume)

    def _keep_room(self, duration_s: float) -> None:
        """Be as wide as the song's longest time: nothing beside it moves while the clock runs."""
        longest = "0:00:00.0 / 0:00:00" if duration_s >= _HOUR_S else "00:00.0 / 00:00"
        width_px = self._time.fontMetrics().horizontalAdvance(longest)
        if width_px != self._time.minimumWidth():
            self._time.setFixedWidth(width_px)

    def _say(self, sentence: str) -> None:
        """Say it beside the clock, and leave all the room to the device while there is nothing."""
        self._status.setText(sentence)
        self._status.setToolTip(html.escape(sentence))
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretchFactor(self._status, _STATUS_STRETCH if sentence else 0)
        self._device.setVisible(not (self._narrow and sentence))

    def _take_colours(self) -> None:
        colours = self._theme.colours
        for name, (shape, colour) in self._faces().items():
            self._buttons[name].setIcon(_icon(shape, colour, colours, self.devicePixelRatioF()))
        self._speed.setStyleSheet(f"color: {colours.accent};")
        for label in (self._status, self._device):
            label.setStyleSheet(f"color: {colours.dim};")

    def _faces(self) -> dict[str, tuple[QPainterPath, str]]:
        """Give each button's shape and colour."""
        text, dim, accent = (getattr(self._theme.colours, c) for c in ("text", "dim", "accent"))
        looping = self._buttons["toggle_loop"].isChecked()
        muted = self._buttons["toggle_mute"].isChecked()
        return {
            "go_previous": (icons.previous(), text),
            "step_back": (icons.back(), text),
            "toggle_play": (icons.pause() if self._playing else icons.play(), text),
            "step_forward": (icons.forward(), text),
            "go_next": (icons.next_one(), text),
            "toggle_loop": (icons.loop(), accent if looping else dim),
            "stop_analysis": (icons.stop(), text),
            "toggle_mute": (
                icons.speaker_struck_through() if muted else icons.speaker(),
                accent if muted else dim,
            ),
        }


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setIconSize(QSize(icons.ICON_PX, icons.ICON_PX))
    button.setToolTip(action.toolTip())
    action.changed.connect(lambda: button.setToolTip(action.toolTip()))
    button.setAccessibleName(action.text().replace("&", ""))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.setCheckable(action.isCheckable())
    action.toggled.connect(button.setChecked)
    button.clicked.connect(action.trigger)
    return button


def _text_button(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setFont(interface_font(9.5))
    button.setToolTip(action.toolTip())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCheckable(action.isCheckable())
    action.toggled.connect(button.setChecked)
    button.clicked.connect(action.trigger)
    return button


def _figures_font() -> QFont:
    font = interface_font(11)
    # Figures of one width keep the clock from trembling.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _icon(shape: QPainterPath, colour: str, colours: Colours, ratio: float) -> QIcon:
    icon = QIcon(icons.pixmap(shape, colour, ratio))
    icon.addPixmap(icons.pixmap(shape, colours.line, ratio), QIcon.Mode.Disabled)
    return icon
