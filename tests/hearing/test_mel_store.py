"""Mel frames kept as bytes, and pictures of any part of them."""

import tracemalloc
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from emoviz.hearing.mel_store import CEILING_DB, FLOOR_DB, MelLevels, MelStore
from emoviz.system import paths


def frames(columns: int, level_db: float = -20.0) -> npt.NDArray[np.float32]:
    return np.full((columns, 17, 96), level_db, np.float32)


def test_nothing_is_an_empty_picture() -> None:
    levels, _, _ = MelStore().image(0.0, 10.0, 100)
    assert len(levels) == 0


def test_levels_go_from_floor_to_ceiling() -> None:
    store = MelStore()
    for level_db in (FLOOR_DB - 50, FLOOR_DB, (FLOOR_DB + CEILING_DB) / 2, CEILING_DB, 90.0):
        store.add(MelLevels.of(frames(1, level_db)))
    levels, start_s, end_s = store.image(0.0, 2.5, 10_000)
    assert (start_s, end_s) == (0.0, 2.5)
    assert levels[::17, 0].tolist() == [0, 0, 127, 255, 255]


@pytest.mark.parametrize("columns", [100, 1000])
@pytest.mark.parametrize("minutes", [1, 60])
def test_a_picture_is_never_much_wider_than_asked(columns: int, minutes: int) -> None:
    store = MelStore()
    for _ in range(minutes):
        store.add(MelLevels.of(frames(120)))
    levels, start_s, end_s = store.image(0.0, 60.0 * minutes, columns)
    assert columns / 2 <= len(levels) <= 2 * columns
    assert start_s == 0.0
    assert end_s == pytest.approx(60.0 * minutes, abs=60.0 * minutes / columns)
    assert store.duration_s == 60.0 * minutes


def test_a_part_covers_what_it_says() -> None:
    store = MelStore()
    for second in range(60):
        store.add(MelLevels.of(frames(2, FLOOR_DB + second)))
    levels, start_s, end_s = store.image(20.0, 30.0, 10_000)
    assert (start_s, end_s) == (20.0, 30.0)
    assert len(levels) == 340
    assert levels[0, 0] == int(20 * 255 / (CEILING_DB - FLOOR_DB))
    assert levels[-1, 0] == int(29 * 255 / (CEILING_DB - FLOOR_DB))
    assert len(store.image(70.0, 80.0, 100)[0]) == 0


def test_a_cleared_store_knows_nothing() -> None:
    store = MelStore()
    store.add(MelLevels.of(frames(10)))
    store.clear()
    assert store.duration_s == 0.0
    assert len(store.image(0.0, 5.0, 100)[0]) == 0


def write_hours(store: MelStore, hours: int) -> npt.NDArray[np.uint8]:
    """Put frames that all differ into a store; give the levels (frames, bands) it should hold."""
    chance = np.random.default_rng(7)
    levels = chance.integers(0, 256, (hours * 7200, 17, 8), np.uint8)
    step_db = (CEILING_DB - FLOOR_DB) / 255.0
    for hour in np.split(levels, hours):
        # Half a step up: what is cut off makes the level itself.
        store.add(MelLevels.of((FLOOR_DB + (hour + 0.5) * step_db).astype(np.float32)))
    return levels.reshape(-1, 8)


def test_the_frames_of_a_long_song_are_all_there_and_few_of_them_in_memory() -> None:
    store = MelStore()
    levels = write_hours(store, 3)
    kept = store.snapshot()
    for shown in (store, kept):
        assert shown.duration_s == 3 * 3600.0
        for start_s in (0.0, 1234.5, 2500.0, 3600.0, 10_790.0):
            first = round(start_s * 34)
            picture, _, _ = shown.image(start_s, start_s + 9.5, 10_000)
            assert np.array_equal(picture, levels[first : first + 323])
    tracemalloc.start()
    hour = MelStore()
    write_hours(hour, 1)
    one = tracemalloc.get_traced_memory()[0]
    hours = MelStore()
    write_hours(hours, 5)
    assert tracemalloc.get_traced_memory()[0] - one < 2 * one
    tracemalloc.stop()
    store.clear()
    assert np.array_equal(kept.image(9000.0, 9009.5, 10_000)[0], levels[306_000 : 306_000 + 323])


@pytest.mark.parametrize("columns", [100, 1000])
def test_a_picture_of_a_long_song_shows_each_part_where_it_is(columns: int) -> None:
    store = MelStore()
    for part in range(12):
        store.add(MelLevels.of(frames(1800, FLOOR_DB + 5.0 * part)))
    levels, start_s, end_s = store.image(0.0, 10_800.0, columns)
    assert (start_s, end_s) == (0.0, pytest.approx(10_800.0, abs=10_800.0 / columns))
    middles = [round((part + 0.5) / 12 * len(levels)) for part in range(12)]
    assert levels[middles, 0].tolist() == [int(5 * part * 255 / 80) for part in range(12)]


def test_without_room_on_the_disk_a_long_song_stays_in_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "spool_folder", lambda: tmp_path / "gone")
    store = MelStore()
    levels = write_hours(store, 3)
    picture, _, _ = store.image(9000.0, 9009.5, 10_000)
    assert np.array_equal(picture, levels[306_000 : 306_000 + 323])
