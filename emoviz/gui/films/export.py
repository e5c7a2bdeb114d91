"""The window's films: what is asked before one is made, and what is said while and after."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtWidgets import QWidget

from emoviz import errors
from emoviz.export.film_file import SUFFIX, FilmFormat
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.films.card import FilmCard
from emoviz.gui.look.theme import DARK_COLOURS, Theme
from emoviz.gui.session.playback import Playback
from emoviz.gui.session.session import Session
from emoviz.gui.settings import SONG, Settings
from emoviz.gui.time_views.loop import Loop
from emoviz.hearing.mel_store import MelStore
from emoviz.system import files

if TYPE_CHECKING:
    from emoviz.gui.films.dialog import FilmWish
    from emoviz.gui.films.making import FilmOrder
    from emoviz.gui.films.process import FilmProcess


class FilmExport(QObject):
    """Makes films of the song that is shown. Its public method without arguments is an action.

    What draws and writes films is imported when one is asked for, not before the window.
    """

    said = Signal(str)
    """A sentence about what went wrong"""
    written = Signal(str)
    """A sentence about what was written"""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        store: MelStore,
        playback: Playback,
        settings: Settings,
        theme: Theme,
        loop: Loop,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._store = store
        self._playback = playback
        self._settings = settings
        self._theme = theme
        self._loop = loop
        self._process: FilmProcess | None = None
        self._ending: list[FilmProcess] = []
        self.card = FilmCard(theme)
        """What is said of a film; whoever shows it has it in a layout."""
        self.card.cancelled.connect(self.cancel)
        self._action: QAction | None = None
        for changed in (session.opened, session.finished):
            changed.connect(self._show_whether_possible)

    def show_in(self, actions: Mapping[str, QAction]) -> None:
        """Show what can be done in the window's actions."""
        self._action = actions["export_film"]

    @property
    def is_making(self) -> bool:
        """Whether a film is being made."""
        return self._process is not None

    def export_film(self) -> None:
        """Let the user choose what a film shows, its size and its place, and make it."""
        from emoviz.gui.films.dialog import FilmDialog, FilmWish

        if self._session.trajectory is None or self._session.song is None:
            return
        order = self._order()
        dialog = FilmDialog(
            self._window,
            FilmWish(order.film_format, order.look.view, self._loop.region),
            partial(self._preview, order),
            partial(self._choose_place, order),
        )
        dialogs.open_calmly(dialog)

    def cancel(self) -> None:
        """Leave the film that is being made, and nothing of it behind."""
        if self._process is not None:
            self._process.cancel()
            self._end()

    def close(self) -> None:
        """Cancel what is being done and wait for its end."""
        self.cancel()
        for process in self._ending:
            process.wait()
        self._ending.clear()

    def _order(self) -> "FilmOrder":
        """Give what the window shows now, as a film of it would show it."""
        from emoviz.gui.films.making import FilmOrder
        from emoviz.gui.films.picture import FilmLook

        session, get = self._session, self._settings.get
        assert session.song is not None
        assert session.model is not None
        return FilmOrder(
            song=session.song.path,
            target=self._settings.place_for(f"{session.song.path.stem}{SUFFIX}"),
            model=session.model.name,
            film_format=FilmFormat(get(remembered.FILM_SIZE), int(get(remembered.FILM_RATE))),
            look=FilmLook(
                dark=self._theme.colours is DARK_COLOURS,
                colour_map=get(remembered.COLOUR_MAP),
                words=get(remembered.WORDS),
                trail_s=get(remembered.TRAIL_S),
                view=get(remembered.VIEW) or SONG,
            ),
            values=session.values,
            sound_track=session.song.sound_track,
            sections=() if session.trajectory is None else tuple(session.trajectory.sections()),
        )

    def _preview(self, order: "FilmOrder", wish: "FilmWish", size: QSize, ratio: float) -> QPixmap:
        """Draw the film that is wished for at the moment that sounds, if it shows that."""
        from emoviz.gui.films.layout import layout_of
        from emoviz.gui.films.picture import FilmPicture, FilmSubject

        song = self._session.song
        assert song is not None
        assert order.values is not None
        film_format, start_s, end_s = wish.film_format, 0.0, song.duration_s
        if wish.region is not None:
            start_s, end_s = wish.region.start_s, min(wish.region.end_s, end_s)
        width, height = film_format.width_px, film_format.height_px
        levels, _, _ = self._store.image(start_s, end_s, width)
        names = (song.title, song.artist)
        subject = FilmSubject(*names, order.values, levels, start_s, end_s, order.sections)
        look = replace(order.look, view=wish.view)
        picture = FilmPicture(layout_of(film_format.size, width, height), subject, look)
        picture.draw(min(max(self._playback.time_s, start_s), end_s))
        smooth = Qt.TransformationMode.SmoothTransformation
        kept = Qt.AspectRatioMode.IgnoreAspectRatio
        pixmap = QPixmap.fromImage(picture.image.scaled(size * ratio, kept, smooth))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _choose_place(self, order: "FilmOrder", wish: "FilmWish") -> None:
        film_format, look = wish.film_format, replace(order.look, view=wish.view)
        if wish.region is not None:
            order = replace(order, start_s=wish.region.start_s, end_s=wish.region.end_s)
        self._settings.put(remembered.FILM_SIZE, film_format.size)
        self._settings.put(remembered.FILM_RATE, str(film_format.rate))

        def begin(target: Path) -> None:
            self.make(replace(order, film_format=film_format, look=look, target=target))

        dialogs.choose_film(self._window, order.target, begin)

    def make(self, order: "FilmOrder") -> None:
        """Begin to make a film; one at a time."""
        from emoviz.gui.films.process import FilmProcess

        self.cancel()
        try:
            files.check_target(order.target)
            if files.is_same(order.target, order.song):
                raise errors.OutputIsSongError(order.target)
        except errors.OutputError as error:
            self.said.emit(str(error))
            return
        self.card.begin(order.target.name)
        self._process = FilmProcess(self, order)
        self._process.progressed.connect(self.card.show_progress)
        self._process.ended.connect(partial(self._on_ended, order.target))
        self._show_whether_possible()

    def _on_ended(self, target: Path, sentence: str) -> None:
        self._end()
        if sentence:
            self.said.emit(sentence)
        else:
            self.card.show_done(target)
            self.written.emit(self.tr("The film was written to {0}.").format(target))

    def _end(self) -> None:
        assert self._process is not None
        self._ending.append(self._process)
        self._process = None
        self.card.hide()
        self._show_whether_possible()

    def _show_whether_possible(self) -> None:
        if self._action is not None:
            whole = self._session.trajectory is not None
            self._action.setEnabled(whole and self._process is None)
