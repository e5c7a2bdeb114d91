"""A new window fits its screen with the frame that a window manager puts around it."""

import pytest
from PySide6.QtCore import QMargins, QRect

from emoviz.gui.look.first_fit import fitted

FRAME = QMargins(2, 37, 2, 5)


@pytest.mark.parametrize("screen", [(1280, 800), (900, 600), (1920, 1080)])
@pytest.mark.parametrize("place", [(0, 0), (40, 60), (-30, 500)])
def test_the_frame_is_on_the_screen_and_nothing_is_smaller_than_need_be(
    screen: tuple[int, int], place: tuple[int, int]
) -> None:
    # Below a panel of the desktop's.
    room = QRect(0, 27, screen[0], screen[1] - 27)
    inner = QRect(*place, min(1280, room.width()), min(800, room.height()))
    found = fitted(inner, inner.marginsAdded(FRAME), room)
    frame = found.marginsAdded(FRAME)
    assert room.contains(frame)
    assert frame.width() == min(inner.marginsAdded(FRAME).width(), room.width())
    assert frame.height() == min(inner.marginsAdded(FRAME).height(), room.height())
    assert fitted(found, frame, room) == found


def test_a_window_that_fits_stays_where_it_is() -> None:
    inner = QRect(100, 100, 800, 500)
    assert fitted(inner, inner.marginsAdded(FRAME), QRect(0, 0, 1280, 800)) == inner
