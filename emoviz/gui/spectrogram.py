"""The mel spectrogram."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QTimer

from emoviz.gui.mel_store import MelStore
from emoviz.gui.theme import Theme
from emoviz.gui.time_axis import TimeAxis
from emoviz.gui.time_view import TimeView
from emoviz.melspectrogram import FrontEnd

# pyqtgraph draws a table of 256 colours on a fast path, its default of 512 on a slow one.
_COLOURS = 256
_COLOUR_MAP = "magma"
_REDRAW_MS = 40
_TICKS_HZ = (125, 250, 500, 1000, 2000, 4000, 8000)


class SpectrogramView(TimeView):
    """The song's mel frames in decibels against time, at the resolution that the view can show."""

    def __init__(self, theme: Theme, axis: TimeAxis, store: MelStore) -> None:
        self._store = store
        self._image = pg.ImageItem(axisOrder="col-major")
        super().__init__(theme, axis)
        self.setAccessibleName(self.tr("Mel spectrogram"))
        self.setMinimumHeight(80)
        self._image.setLookupTable(pg.colormap.get(_COLOUR_MAP).getLookupTable(nPts=_COLOURS))
        self.addItem(self._image, ignoreBounds=True)
        self._redraw_later = QTimer(self, singleShot=True, interval=_REDRAW_MS)
        self._redraw_later.timeout.connect(self._redraw)

    def set_front_end(self, front_end: FrontEnd) -> None:
        """Label the bands with their frequencies."""
        self.setYRange(0, front_end.bands, padding=0)
        centres_hz = band_centres_hz(front_end)
        bands = np.interp(_TICKS_HZ, centres_hz, np.arange(front_end.bands) + 0.5)
        ticks = [
            (float(band), f"{hz} Hz" if hz < 1000 else f"{hz // 1000} kHz")
            for band, hz in zip(bands, _TICKS_HZ, strict=True)
            if hz < centres_hz[-1]
        ]
        self.getAxis("left").setTicks([ticks[1::2], []])

    def show_range(self) -> None:
        """Show the part of the song that the axis has in view."""
        super().show_range()
        self.refresh()

    def refresh(self) -> None:
        """Draw what has come since, a moment later: many changes make one picture."""
        if not self._redraw_later.isActive():
            self._redraw_later.start()

    def _redraw(self) -> None:
        levels, start_s, end_s = self._store.image(
            self.axis.start_s, self.axis.end_s, max(256, self.width())
        )
        self._image.setVisible(bool(len(levels)))
        if len(levels):
            self._image.setImage(levels, levels=(0, 255), autoLevels=False)
            self._image.setRect(QRectF(start_s, 0, end_s - start_s, levels.shape[1]))


def band_centres_hz(front_end: FrontEnd) -> npt.NDArray[np.float64]:
    """Give the frequency at which each mel band is most sensitive."""
    bin_hz = front_end.sample_rate_hz / front_end.frame_length
    centres_hz: npt.NDArray[np.float64] = front_end.filters.argmax(axis=1) * bin_hz
    return centres_hz
