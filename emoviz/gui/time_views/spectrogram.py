"""The mel spectrogram."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from emoviz.gui import settings as remembered
from emoviz.gui.look import colour_maps
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.axis import RIGHT_MARGIN_PX, TimeAxis
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.view import TimeView
from emoviz.hearing.alignment import NONE, Alignment
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import CEILING_DB, FLOOR_DB, MelStore

LEAST_PX = 80
_REDRAW_MS = 40
_TICKS_HZ = (125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000)
_TICK_PX = 15
"""The least distance between two texts."""


class SpectrogramView(TimeView):
    """The song's mel frames in decibels against time, at the resolution that the view can show.

    Its public methods without arguments are actions; each is named after its row of the table.
    """

    colours_chosen = Signal()
    """The settings say another colour map."""
    # Colours are levels here.
    region_tint = 0.06

    def __init__(
        self, theme: Theme, axis: TimeAxis, loop: Loop, store: MelStore, settings: Settings
    ) -> None:
        self._store = store
        self._settings = settings
        self._image = pg.ImageItem(axisOrder="col-major")
        self._places_hz: list[tuple[float, int]] = []
        self._bands = 0
        self._alignment = NONE
        super().__init__(theme, axis, loop)
        self.setAccessibleName(self.tr("Mel spectrogram"))
        self.setMinimumHeight(LEAST_PX)
        self.addItem(self._image, ignoreBounds=True)
        self._redraw_later = QTimer(self, singleShot=True, interval=_REDRAW_MS)
        self._redraw_later.timeout.connect(self._redraw)
        self._scale = _DecibelScale(theme, self)
        self.take_colour_map()

    @property
    def colour_map(self) -> str:
        """The name of the colour map in use."""
        name: str = self._settings.get(remembered.COLOUR_MAP)
        return name

    @property
    def shown_s(self) -> float:
        """How far the sound that is shown is known, in seconds."""
        return self._store.duration_s

    def choose_colour_map(self, name: str) -> None:
        """Colour by one of `colour_maps.CHOICES`, and remember that."""
        self._settings.put(remembered.COLOUR_MAP, name)
        self.take_colour_map()
        self.colours_chosen.emit()

    def take_colour_map(self) -> None:
        """Colour as the settings say."""
        table = colour_maps.table(self.colour_map)
        self._image.setLookupTable(table)
        self._scale.set_table(table)

    def set_front_end(self, front_end: FrontEnd) -> None:
        """Label the bands with their frequencies."""
        self._bands = front_end.bands
        self.setYRange(0, front_end.bands, padding=0)
        self._places_hz = places_hz(front_end)
        self._scale.show()
        self._label_bands()

    def show_store(self, store: MelStore) -> None:
        """Show the frames of another store."""
        self._store = store
        self.refresh()

    def set_alignment(self, alignment: Alignment) -> None:
        """Show the store where the song of the time axis has the same moments."""
        self._alignment = alignment
        self.refresh()

    def show_range(self) -> None:
        """Show the part of the song that the axis has in view."""
        super().show_range()
        self.refresh()

    def refresh(self) -> None:
        """Draw what has come since, a moment later: many changes make one picture."""
        if not self._redraw_later.isActive():
            self._redraw_later.start()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the scales as high as the picture, with the texts that have room."""
        super().resizeEvent(event)
        # pyqtgraph resizes itself while it is being made.
        if hasattr(self, "_scale"):
            self._scale.setGeometry(
                self.width() - RIGHT_MARGIN_PX, 0, RIGHT_MARGIN_PX, self.height()
            )
            self._label_bands()
            self.refresh()

    def _redraw(self) -> None:
        there, here = self._alignment.there, self._alignment.here
        levels, start_s, end_s = self._store.image(
            there(self.axis.start_s), there(self.axis.end_s), max(256, self.width())
        )
        start_s, end_s = here(start_s), here(end_s)
        self._image.setVisible(bool(len(levels)))
        if len(levels):
            self._image.setImage(levels, levels=(0, 255), autoLevels=False)
            self._image.setRect(QRectF(start_s, 0, end_s - start_s, levels.shape[1]))

    def _label_bands(self) -> None:
        """Write as many frequencies as have room."""
        if not self._places_hz:
            return
        band_px = self.getViewBox().height() / self._bands
        ticks = marks(self._places_hz, band_px)
        self.getAxis("left").setTicks([ticks, []])


class _DecibelScale(QWidget):
    """A slim bar of the picture's colours, and the levels that they stand for."""

    _LEFT_PX, _BAR_PX, _TEXT_PX = 9, 6, 21
    _EDGE_PX = 4

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = interface_font(8.5)
        self._colours = QImage()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Level in decibels"))
        self.hide()
        theme.changed.connect(self.update)

    def set_table(self, table: npt.NDArray[np.uint8]) -> None:
        """Show these colours, (256, 3), the lowest level first."""
        column = np.ascontiguousarray(table[::-1])
        image = QImage(column.data, 1, len(column), 3, QImage.Format.Format_RGB888)
        self._colours = image.copy()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bar and its levels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        top, high = float(self._EDGE_PX), self.height() - 2.0 * self._EDGE_PX
        painter.drawImage(QRectF(self._LEFT_PX, top, self._BAR_PX, high), self._colours)
        painter.setFont(self._font)
        painter.setPen(QColor(self._theme.colours.dim))
        text_px = QFontMetricsF(self._font).height()
        reach_db = CEILING_DB - FLOOR_DB
        step_db = next((s for s in (10, 20, 40) if s / reach_db * high >= 1.8 * text_px), 80)
        for level_db in range(int(FLOOR_DB), int(CEILING_DB) + 1, step_db):
            middle = top + (CEILING_DB - level_db) / reach_db * high
            # The outermost stand a little inwards, so that they are whole.
            middle = min(max(middle, text_px / 2), self.height() - text_px / 2)
            text = f"{level_db:+d} dB".replace("-", "−").replace("+0", "0")
            place = QRectF(self._TEXT_PX, middle - text_px / 2, self.width(), text_px)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


def places_hz(front_end: FrontEnd) -> list[tuple[float, int]]:
    """Give round frequencies that the bands hold, each with its place, counted in bands."""
    centres_hz = band_centres_hz(front_end)
    bands = np.interp(_TICKS_HZ, centres_hz, np.arange(front_end.bands) + 0.5)
    return [
        (float(band), hz) for band, hz in zip(bands, _TICKS_HZ, strict=True) if hz < centres_hz[-1]
    ]


def marks(places: list[tuple[float, int]], band_px: float) -> list[tuple[float, str]]:
    """Give texts for as many of `places` as have room: every one, every second or every fourth."""
    for step in (1, 2, 4):
        shown = places[step // 2 :: step]
        nearest_px = np.diff([band for band, _ in shown]).min(initial=np.inf) * band_px
        if nearest_px >= _TICK_PX:
            break
    return [(band, f"{hz} Hz" if hz < 1000 else f"{hz // 1000} kHz") for band, hz in shown]


def band_centres_hz(front_end: FrontEnd) -> npt.NDArray[np.float64]:
    """Give the frequency at which each mel band is most sensitive."""
    bin_hz = front_end.sample_rate_hz / front_end.frame_length
    centres_hz: npt.NDArray[np.float64] = front_end.filters.argmax(axis=1) * bin_hz
    return centres_hz
