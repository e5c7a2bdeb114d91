"""The handle of the plane's picture: dragged, it takes the picture to another program."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPointF, QSize, Qt
from PySide6.QtGui import QDrag, QIcon, QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton

from emoviz.gui.look import icons
from emoviz.gui.look.theme import Theme

_PREVIEW_PX = 160
_ICON_PX = 18


class PictureHandle(QToolButton):
    """A small button that can be dragged. On the plane itself a drag moves the view."""

    def __init__(self, theme: Theme, data: Callable[[], QMimeData]) -> None:
        """Make a handle that carries what `data` gives when a drag begins."""
        super().__init__()
        self._theme = theme
        self._data = data
        self._pressed: QPointF | None = None
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setAccessibleName(self.tr("Picture of the plane"))
        self.setToolTip(
            self.tr("Drag the picture of the plane into another program, or click to copy it")
        )
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin what may become a drag or a click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take the picture along once the hand has really moved."""
        super().mouseMoveEvent(event)
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        way = event.position() - self._pressed
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            # A drag is no click.
            self.setDown(False)
            self.drag().exec(Qt.DropAction.CopyAction)

    def drag(self) -> QDrag:
        """Make the drag of the picture, with a small copy of it under the pointer."""
        drag = QDrag(self)
        data = self._data()
        drag.setMimeData(data)
        image = data.imageData()
        if isinstance(image, QImage):
            small = image.scaled(
                QSize(_PREVIEW_PX, _PREVIEW_PX),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            small.setDevicePixelRatio(1.0)
            drag.setPixmap(QPixmap.fromImage(small))
        return drag

    def _take_colours(self) -> None:
        ratio = self.devicePixelRatioF()
        self.setIcon(QIcon(icons.pixmap(icons.picture(), self._theme.colours.dim, ratio)))
