"""What the guide and the README say of menus and keys is so in the window."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from emoviz.gui.actions.map_rows import MAP_ACTIONS
from emoviz.gui.actions.window_rows import ACTIONS
from emoviz.gui.main_window import MainWindow

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TROUBLE = ROOT / "docs" / "troubleshooting.md"
OF_OTHER_PROGRAMS = {"File › Import › Labels", "File › Import Annotation Layer"}


def plain(text: str) -> str:
    return text.replace("&", "").removesuffix("…")


def entries(menu: QMenu, path: str) -> Iterator[str]:
    """Name a menu's entries by the way to them."""
    for entry in menu.actions():
        way = f"{path} › {plain(entry.text())}"
        yield way
        for inner in menu.findChildren(QMenu):
            if inner.menuAction() is entry:
                yield from entries(inner, way)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_menus_that_are_named_are_there(window: MainWindow, page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\n", " ")
    bar = window.menuBar()
    menus = [menu for menu in bar.findChildren(QMenu) if menu.menuAction() in bar.actions()]
    there = {way for menu in menus for way in entries(menu, plain(menu.title()))}
    assert len(there) > 60
    names = "|".join(plain(menu.title()) for menu in menus)
    for found in re.findall(rf"\b(?:{names}) › [^*|;:.,()\[]+", text):
        named = found.strip()
        if named in OF_OTHER_PROGRAMS:
            continue
        assert any(named.startswith(way) for way in there), named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_keys_that_are_named_do_something(page: Path) -> None:
    keys = {
        QKeySequence(key).toString() for spec in (*ACTIONS, *MAP_ACTIONS) for key in spec.shortcuts
    }
    text = page.read_text(encoding="utf-8")
    for named in re.findall(r"\b(?:Ctrl\+|Shift\+)[\w+]*\w|\bF\d+\b", text):
        mouse = named.endswith(("drag", "wheel"))
        assert mouse or QKeySequence(named).toString() in keys, named


def test_sentences_that_are_quoted_are_the_programs() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "emoviz").rglob("*.py")]
    # What is one sentence to the user may be several literals in the source.
    said = re.sub(r'"\s*\n\s*f?"', "", "\n".join(sources))
    quoted = re.findall(r'"([^"]+)"', TROUBLE.read_text(encoding="utf-8"))
    assert len(quoted) > 12
    for sentence in quoted:
        for part in sentence.split("…"):
            assert part.strip() in said, sentence
