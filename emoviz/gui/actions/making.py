"""Menus, keys and buttons from the tables of actions."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from emoviz.gui.actions.spec import ActionSpec
from emoviz.gui.actions.window_rows import ACTIONS


def make_actions(window: QWidget, specs: Sequence[ActionSpec] = ACTIONS) -> dict[str, QAction]:
    """Make an action of every row of a table, bound to the window's method of that name."""
    actions = {}
    for spec in specs:
        action = QAction(window.tr(spec.text), window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
        tip = window.tr(spec.tip)
        action.setToolTip(f"{tip} ({keys_of(spec)})" if spec.shortcuts else tip)
        action.setEnabled(not spec.needs_track)
        action.setCheckable(spec.checkable)
        method = _method(window, spec)
        action.triggered.connect(lambda _checked=False, method=method: method())
        actions[spec.name] = action
        window.addAction(action)
    return actions


def keys_of(spec: ActionSpec) -> str:
    """Name the keys of a row as they are called on this system."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(shortcut).toString(native) for shortcut in spec.shortcuts)


def _method(window: QWidget, spec: ActionSpec) -> Callable[[], Any]:
    owner = getattr(window, spec.part) if spec.part else window
    method: Callable[..., Any] = getattr(owner, spec.method or spec.name)
    return method if spec.choice is None else partial(method, spec.choice)


def fill_menus(window: QMainWindow, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Make the menus of the table's rows, in their order."""
    menus: dict[str, QMenu] = {}
    groups: dict[str, QActionGroup] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = window.menuBar().addMenu(window.tr(spec.menu))
        menu = menus[spec.menu]
        if spec.begins_group:
            menu.addSeparator()
        if spec.submenu:
            if spec.submenu not in menus:
                menus[spec.submenu] = menu.addMenu(window.tr(spec.submenu))
                groups[spec.submenu] = QActionGroup(window)
            menu = menus[spec.submenu]
            if spec.checkable:
                groups[spec.submenu].addAction(actions[spec.name])
        menu.addAction(actions[spec.name])
    return menus
