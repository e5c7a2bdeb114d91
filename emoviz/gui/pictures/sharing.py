"""Sharing: what is given away of what is seen, as a picture in a file, by clipboard or by hand."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMimeData, QObject, Qt, QTemporaryDir, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from emoviz import errors
from emoviz.export.pictures import suffix_of
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import Theme
from emoviz.gui.pictures.caption import captioned
from emoviz.gui.pictures.handle import PictureHandle
from emoviz.gui.plane.view import Now, PlaneView
from emoviz.gui.session.session import Session
from emoviz.gui.settings import Settings
from emoviz.hearing.mel_store import MelStore
from emoviz.system import files
from emoviz.tracks.circumplex import Circumplex
from emoviz.units import COLUMN_S

if TYPE_CHECKING:
    # What draws pictures is imported when one is asked for, not before the window.
    from emoviz.gui.pictures.dialog import Choice
    from emoviz.gui.pictures.panels import Subject


_OF_PROGRAM = " - emoviz"
"""What a window's title ends with."""


class Sharing(QObject):
    """Copies values and pictures, saves pictures, and lets the plane's picture be dragged out.

    Its public methods without arguments are actions; each is named after its row of the table.
    """

    said = Signal(str)
    """A sentence about what went wrong"""
    written = Signal(str)
    """A sentence about what was copied or written"""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        store: MelStore,
        settings: Settings,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._store = store
        self._settings = settings
        self._theme = theme

    @cached_property
    def _dragged(self) -> QTemporaryDir:
        # What takes a dragged picture may read its file later: they stay until the window goes.
        return QTemporaryDir()

    def take(self, plane: PlaneView) -> None:
        """Take the plane whose picture and values are shared, and put a handle on it."""
        self._plane = plane
        handle = PictureHandle(self._theme, self.dragged_data)
        handle.clicked.connect(self.copy_picture)
        plane.add_handle(handle)

    def copy_values(self) -> None:
        """Copy valence, arousal, time and what is said of now as a line of text."""
        now = self._plane.now
        if now is None:
            self.written.emit(self.tr("There are no values here to copy."))
            return
        text = values_text(now)
        QGuiApplication.clipboard().setText(text)
        self.written.emit(self.tr("Copied: {0}").format(text))

    def copy_picture(self) -> None:
        """Copy the picture of the plane as it is seen, with title, time and what is said above."""
        QGuiApplication.clipboard().setImage(self._picture())
        self.written.emit(self.tr("The picture of the plane was copied."))

    def save_picture(self) -> None:
        """Let the user choose a picture of the song and where it is written."""
        from emoviz.gui.pictures.dialog import PictureDialog

        song, subject = self._session.song, self._subject()
        if song is None or subject is None:
            return
        if subject.store.duration_s < subject.duration_s - COLUMN_S:
            # A song that was known already is here before its sound is.
            self.written.emit(self.tr("The spectrogram is still growing; try again in a moment."))
            return
        dialog = PictureDialog(self._window, subject, light=self._theme.is_light)
        dialog.chosen.connect(lambda choice: self._offer(subject, choice, song.path))
        dialogs.open_calmly(dialog)

    def dragged_data(self) -> QMimeData:
        """Give the plane's picture as what a drag carries."""
        song = self._session.song
        name = song.path.stem if song is not None else "emoviz"
        return drag_data(self._picture(), Path(self._dragged.path()) / f"{name}.png")

    def write_picture(
        self, subject: "Subject", choice: "Choice", path: Path, original: Path
    ) -> None:
        """Draw a picture and write it; the song, which is the `original`, is not written over."""
        from emoviz.gui.pictures.files import save_picture

        # The largest pictures take seconds.
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            suffix_of(path)
            if files.is_same(path, original):
                raise errors.OutputIsSongError(path)
            save_picture(choice.kind, subject, path, choice.size, choice.colours)
        except errors.EmovizError as error:
            self.said.emit(str(error))
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        self.written.emit(self.tr("The picture was written to {0}.").format(path))

    def _picture(self) -> QImage:
        # A song's, or that of what is listened to.
        title = self._window.windowTitle().removesuffix(_OF_PROGRAM)
        time, now = format_time(self._plane.time_s, decimals=1), self._plane.now
        text = time if now is None else f"{time}  {now.said}"
        return captioned(self._plane.picture(), title, text, self._theme.colours)

    def _offer(self, subject: "Subject", choice: "Choice", song: Path) -> None:
        dialogs.choose_picture(
            self._window,
            self._settings.place_for(f"{song.stem}.png"),
            lambda path: self.write_picture(subject, choice, path, song),
        )

    def _subject(self) -> "Subject | None":
        """Give what pictures show of the song, if all of it is known."""
        from emoviz.gui.pictures.panels import Subject

        session = self._session
        song, trajectory, front_end = session.song, session.trajectory, session.front_end
        if song is None or trajectory is None or front_end is None or session.model is None:
            return None
        return Subject(
            title=song.title,
            artist=song.artist,
            cover=song.cover,
            values=trajectory.values,
            duration_s=len(trajectory) * COLUMN_S,
            # The queue may go on to another song while the dialog is open.
            store=self._store.snapshot(),
            front_end=front_end,
            model=f"{session.model.title} {session.model.version}",
            words=Circumplex.of(self._settings.get(remembered.WORDS)),
            colour_map=self._settings.get(remembered.COLOUR_MAP),
        )


def values_text(now: Now) -> str:
    """Write values as a line: valence 0.31, arousal -0.12 at 1:23.5, calm.

    With the minus that other programs take for one.
    """
    text = QCoreApplication.translate("Sharing", "valence {0}, arousal {1} at {2}, {3}")
    time = format_time(now.time_s, decimals=1)
    return text.format(f"{now.valence:z.2f}", f"{now.arousal:z.2f}", time, now.said)


def drag_data(image: QImage, place: Path) -> QMimeData:
    """Give an image as what a drag carries: the image, and a file of it for who takes files.

    The file is written to `place`; where it cannot be, the image goes alone.
    """
    from emoviz.gui.pictures.files import png_bytes

    data = QMimeData()
    data.setImageData(image)
    try:
        files.write_whole({place: png_bytes(image)})
    except errors.OutputError:
        return data
    data.setUrls([QUrl.fromLocalFile(str(place))])
    return data
