"""Words on the plane: none covers another or is covered by the head, at any size and zoom."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import DARK_COLOURS, interface_font
from emoviz.gui.plane.camera import WHOLE_PLANE, Camera
from emoviz.gui.plane.geometry import HEAD_RADIUS_PX, Geometry
from emoviz.gui.plane.ground import Label, PlaneGround, near, opacity
from emoviz.gui.plane.words_layout import place_words
from emoviz.tracks.circumplex import WORD_SETS, Circumplex

SIZES = [(320, 200), (400, 250), (640, 457), (967, 457), (500, 1400), (2560, 1300), (3840, 2160)]
CAMERAS = [WHOLE_PLANE, Camera(0.3, 0.2, 0.7), Camera(-0.7, 0.5, 0.3), Camera(0.9, -0.4, 0.1)]
BUTTON = QRectF(9, 9, 106, 26)


def ground(word_set: str, text_scale: float, monkeypatch: pytest.MonkeyPatch) -> PlaneGround:
    def font(size_pt: float) -> QFont:
        return interface_font(size_pt * text_scale)

    monkeypatch.setattr("emoviz.gui.plane.ground.interface_font", font)
    made = PlaneGround(Circumplex.of(word_set), DARK_COLOURS)
    made.taken = QRectF(9, 9, BUTTON.width() * text_scale, BUTTON.height() * text_scale)
    return made


def overlaps(one: QRectF, other: QRectF) -> bool:
    shared = one.intersected(other)
    return shared.width() > 0.5 and shared.height() > 0.5


def covered(label: Label, head: QPointF, geometry: Geometry) -> bool:
    """Tell whether the head's disc lies on any of a text."""
    rect = label.rect
    nearest = QPointF(
        min(max(head.x(), rect.left()), rect.right()),
        min(max(head.y(), rect.top()), rect.bottom()),
    )
    away = nearest - head
    return math.hypot(away.x(), away.y()) < HEAD_RADIUS_PX * geometry.scale


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("word_set", WORD_SETS)
def test_no_text_covers_another_or_leaves_the_picture(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    word_set: str,
    text_scale: float,
    size: tuple[int, int],
) -> None:
    made = ground(word_set, text_scale, monkeypatch)
    for camera in CAMERAS:
        geometry = made.geometry(QSize(*size), camera)
        labels = made.labels(geometry)
        for one, other in combinations(labels, 2):
            assert not overlaps(one.rect, other.rect), (one.text, other.text)
        for label in labels:
            assert geometry.picture.contains(label.rect), label.text
            assert not overlaps(label.rect, made.taken)
            assert not overlaps(label.rect, geometry.inset)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("word_set", WORD_SETS)
def test_the_head_covers_no_word(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    word_set: str,
    text_scale: float,
    size: tuple[int, int],
) -> None:
    made = ground(word_set, text_scale, monkeypatch)
    for camera in CAMERAS:
        geometry = made.geometry(QSize(*size), camera)
        labels = made.labels(geometry)
        # Those at the edge of a near view lie on the plane, and fade below the head.
        words = [label for label in labels if label.is_word and label.leader is not None]
        for valence, arousal in product(np.linspace(-1, 1, 21), repeat=2):
            head = geometry.point(valence, arousal)
            beside = near(labels, head, geometry.scale)
            for label in labels:
                if covered(label, head, geometry):
                    assert label in beside
                    assert opacity(label, head, geometry.scale) == 0.0
            # On the plane itself the head comes near no word, and all of them are read.
            if math.hypot(valence, arousal) <= 1.0:
                assert not [word for word in words if word in beside]


def test_the_window_shows_all_words_and_a_small_one_most(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(width: int, height: int, text_scale: float = 1.0) -> int:
        made = ground("russell1980", text_scale, monkeypatch)
        labels = made.labels(made.geometry(QSize(width, height), WHOLE_PLANE))
        return sum(label.is_word for label in labels)

    assert count(967, 457) == 28
    assert count(3840, 2160) == 28
    assert count(400, 250) >= 20
    assert count(400, 250, 2.0) >= 8


@pytest.mark.parametrize("radius_px", [80.0, 160.0, 250.0, 600.0])
def test_words_stay_on_their_side_and_in_order(qtbot: QtBot, radius_px: float) -> None:
    words = Circumplex.russell().words
    metrics = QFontMetricsF(interface_font(9.5))
    centre, room = QPointF(700, 700), QRectF(0, 0, 1400, 1400)
    placed = place_words(words, centre, radius_px, metrics, room)
    assert {entry.word for entry in placed} == set(words)
    for entry in placed:
        assert entry.right_side == (entry.word.valence >= 0)
        assert (entry.rect.center().x() > 700) == entry.right_side
    for side in (True, False):
        column = [entry for entry in placed if entry.right_side == side]
        column.sort(key=lambda entry: entry.rect.top())
        arousal = [entry.word.arousal for entry in column]
        assert arousal == sorted(arousal, reverse=True)


@pytest.mark.parametrize("word_set", WORD_SETS)
@pytest.mark.parametrize("size", [(640, 457), (967, 430), (2560, 1300)])
def test_words_and_directions_are_there_however_near_the_view_is(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, word_set: str, size: tuple[int, int]
) -> None:
    made = ground(word_set, 1.0, monkeypatch)
    for camera in (Camera(0.1, -0.1, 0.5), Camera(-0.2, 0.2, 0.3), Camera(0.4, 0.4, 0.2)):
        labels = made.labels(made.geometry(QSize(*size), camera))
        words = [label.text for label in labels if label.is_word]
        signs = [label.text for label in labels if not label.is_word]
        assert words, camera
        assert len(words) == len(set(words))
        assert any("valence" in text for text in signs)
        assert any("arousal" in text for text in signs)


def test_a_word_at_the_edge_stands_in_its_own_direction(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ground("music", 1.0, monkeypatch)
    geometry = made.geometry(QSize(967, 430), Camera(0.0, 0.0, 0.4))
    angles = {word.text: word.angle_deg for word in Circumplex.music().words}
    shown = [label for label in made.labels(geometry) if label.is_word]
    assert len(shown) >= 6
    for label in shown:
        valence, arousal = geometry.on_plane(label.rect.center())
        away = (math.degrees(math.atan2(arousal, valence)) - angles[label.text]) % 360.0
        assert min(away, 360.0 - away) < 1.0, label.text


SONG = Camera(-0.04, -0.06, 0.55)
"""As the demo song is fitted"""


def test_a_word_gives_way_to_the_sign_at_its_edge_and_no_end_of_an_axis_is_missing(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ground("music", 1.0, monkeypatch)
    for size, camera in (((1280, 738), Camera(-0.04, -0.08, 0.55)), ((963, 424), SONG)):
        shown = [label.text for label in made.labels(made.geometry(QSize(*size), camera))]
        for end in ("high arousal", "low arousal", "positive valence", "negative valence"):
            assert sum(end in text for text in shown) == 1, (end, shown)
        assert {"exciting", "sad", "tender", "tense"} <= set(shown)
