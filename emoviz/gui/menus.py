"""Menus whose entries are looked up each time they open: recent songs, sound devices, models."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from emoviz import errors
from emoviz.devices import microphone, sound_devices
from emoviz.gui import settings as remembered
from emoviz.gui.session.listening_session import ListeningSession
from emoviz.gui.session.playback import Playback
from emoviz.gui.session.session import Session
from emoviz.gui.settings import Settings
from emoviz.models import estimator


@dataclass(frozen=True)
class Entry:
    """An entry of a menu, what it does, and whether it is the one in force, if one is."""

    text: str
    choose: Callable[[], None]
    in_force: bool | None = None


def insert_opening_menu(
    around: QMenu, before: QAction, title: str, entries: Callable[[], Iterable[Entry]]
) -> QMenu:
    """Put a menu into another, before an action; it asks for its entries whenever it opens."""
    menu = QMenu(title, around)
    around.insertMenu(before, menu)
    group = QActionGroup(menu)

    def fill() -> None:
        menu.clear()
        for entry in entries():
            # One ampersand would underline the letter that follows it.
            action = menu.addAction(entry.text.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, choose=entry.choose: choose())
            if entry.in_force is not None:
                group.addAction(action)
                action.setCheckable(True)
                action.setChecked(entry.in_force)

    menu.aboutToShow.connect(fill)
    return menu


def recent_entries(settings: Settings, open_song: Callable[[Path], None]) -> Iterator[Entry]:
    """List the songs that were opened lately."""
    for recent in settings.get(remembered.RECENT):
        yield Entry(recent, partial(open_song, Path(recent)))


def device_entries(parent: QWidget, playback: Playback) -> Iterator[Entry]:
    """List the sound devices that are there now by name; "" is the system's default."""
    playback.refresh_devices()
    names = [device.name for device in sound_devices.devices()]
    return _named_entries(parent, names, playback.chosen_device, playback.choose_device)


def input_entries(parent: QWidget, listening: ListeningSession) -> Iterator[Entry]:
    """List by name what can be listened to; "" is the system's default."""
    names = microphone.input_names()
    return _named_entries(parent, names, listening.input_name, listening.choose_input)


def _named_entries(
    parent: QWidget, names: Iterable[str], chosen: str, choose: Callable[[str], None]
) -> Iterator[Entry]:
    yield Entry(parent.tr("The system's default"), partial(choose, ""), not chosen)
    names = dict.fromkeys(names)
    for name in names:
        yield Entry(name, partial(choose, name), name == chosen)
    if chosen and chosen not in names:
        missing = parent.tr("{0} (not connected)").format(chosen)
        yield Entry(missing, partial(choose, chosen), True)


def sound_track_entries(
    session: Session, open_song: Callable[[Path, int | None], None]
) -> Iterator[Entry]:
    """List the sound tracks of the song that is shown, each by its number and what it is called."""
    song = session.song
    if song is None:
        return
    tracks = song.sound_tracks
    for number, name in enumerate(tracks.names, start=1):
        chosen = None if number == tracks.usual else number
        text = f"{number}: {name}" if name else str(number)
        yield Entry(text, partial(open_song, song.path, chosen), number == tracks.heard)


def model_entries(session: Session, say: Callable[[str], None]) -> Iterator[Entry]:
    """List the installed models by title; of one that cannot be used, say why."""
    for name in estimator.installed():
        try:
            title = estimator.describe(name).title
        except errors.ModelError as error:
            yield Entry(name, partial(say, str(error)), False)
        else:
            yield Entry(title, partial(session.choose_model, name), name == session.model_name)
