"""Menus whose entries are looked up each time they open: recent songs, sound devices, models."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from emoviz import errors, estimator, sound_devices


@dataclass(frozen=True)
class Entry:
    """An entry of a menu, what it does, and whether it is the one in force, if one is."""

    text: str
    choose: Callable[[], None]
    in_force: bool | None = None


def opening_menu(parent: QWidget, title: str, entries: Callable[[], Iterable[Entry]]) -> QMenu:
    """Make a menu that asks for its entries whenever it opens."""
    menu = QMenu(title, parent)

    def fill() -> None:
        menu.clear()
        for entry in entries():
            # One ampersand would underline the letter that follows it.
            action = menu.addAction(entry.text.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, choose=entry.choose: choose())
            if entry.in_force is not None:
                action.setCheckable(True)
                action.setChecked(entry.in_force)

    menu.aboutToShow.connect(fill)
    return menu


def device_entries(parent: QWidget, chosen: str, choose: Callable[[str], None]) -> Iterator[Entry]:
    """List the sound devices by name; "" is the system's default."""
    yield Entry(parent.tr("The system's default"), partial(choose, ""), not chosen)
    names = dict.fromkeys(device.name for device in sound_devices.devices())
    for name in names:
        yield Entry(name, partial(choose, name), name == chosen)
    if chosen and chosen not in names:
        missing = parent.tr("{0} (not connected)").format(chosen)
        yield Entry(missing, partial(choose, chosen), True)


def model_entries(
    in_force: str, choose: Callable[[str], None], say: Callable[[str], None]
) -> Iterator[Entry]:
    """List the installed models by title; of one that cannot be used, say why."""
    for name in estimator.installed():
        try:
            title = estimator.describe(name).title
        except errors.ModelError as error:
            yield Entry(name, partial(say, str(error)), False)
        else:
            yield Entry(title, partial(choose, name), name == in_force)
