"""Mel frames kept as bytes, and pictures of any part of them."""

import numpy as np
import numpy.typing as npt
import pytest

from emoviz.gui.mel_store import CEILING_DB, FLOOR_DB, MelStore


def frames(columns: int, level_db: float = -20.0) -> npt.NDArray[np.float32]:
    return np.full((columns, 17, 96), level_db, np.float32)


def test_nothing_is_an_empty_picture() -> None:
    levels, _, _ = MelStore().image(0.0, 10.0, 100)
    assert len(levels) == 0


def test_levels_go_from_floor_to_ceiling() -> None:
    store = MelStore()
    for level_db in (FLOOR_DB - 50, FLOOR_DB, (FLOOR_DB + CEILING_DB) / 2, CEILING_DB, 90.0):
        store.add(frames(1, level_db))
    levels, start_s, end_s = store.image(0.0, 2.5, 10_000)
    assert (start_s, end_s) == (0.0, 2.5)
    assert levels[::17, 0].tolist() == [0, 0, 127, 255, 255]


@pytest.mark.parametrize("columns", [100, 1000])
@pytest.mark.parametrize("minutes", [1, 60])
def test_a_picture_is_never_much_wider_than_asked(columns: int, minutes: int) -> None:
    store = MelStore()
    for _ in range(minutes):
        store.add(frames(120))
    levels, start_s, end_s = store.image(0.0, 60.0 * minutes, columns)
    assert columns / 2 <= len(levels) <= 2 * columns
    assert start_s == 0.0
    assert end_s == pytest.approx(60.0 * minutes, abs=60.0 * minutes / columns)
    assert store.duration_s == 60.0 * minutes


def test_a_part_covers_what_it_says() -> None:
    store = MelStore()
    for second in range(60):
        store.add(frames(2, FLOOR_DB + second))
    levels, start_s, end_s = store.image(20.0, 30.0, 10_000)
    assert (start_s, end_s) == (20.0, 30.0)
    assert len(levels) == 340
    assert levels[0, 0] == int(20 * 255 / (CEILING_DB - FLOOR_DB))
    assert levels[-1, 0] == int(29 * 255 / (CEILING_DB - FLOOR_DB))
    assert len(store.image(70.0, 80.0, 100)[0]) == 0


def test_a_cleared_store_knows_nothing() -> None:
    store = MelStore()
    store.add(frames(10))
    store.clear()
    assert store.duration_s == 0.0
    assert len(store.image(0.0, 5.0, 100)[0]) == 0
