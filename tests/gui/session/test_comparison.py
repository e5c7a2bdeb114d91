"""A second track beside the first: other songs, other models, listeners' labels."""

import csv
import gc
import io
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QScrollArea, QToolButton
from pytestqt.qtbot import QtBot

from emoviz.export.comparison_table import comparison_csv
from emoviz.gui.look.texts import signed
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS, Colours
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.comparison_panel import ComparisonPanel
from emoviz.gui.panels.side_panel import SidePanel
from emoviz.gui.panels.song_summary import SongSummary
from emoviz.gui.plane.painter import PlanePainter
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.hearing.alignment import Alignment
from emoviz.models import estimator
from emoviz.playing.player import SilentPlayer
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.agreement import agreements
from emoviz.tracks.circumplex import Circumplex
from emoviz.units import Values
from tests.gui.conftest import RATE_HZ, Songs
from tests.gui.driving import (
    action,
    analysis_threads,
    banner_of,
    by_the_default_model,
    choose_in_dialog,
    is_tracked,
    label_named,
    labels,
    open_and_track,
    part,
)
from tests.support.audio import write_music
from tests.tracks.test_labels import export, write_pair

DASH = "–"


def is_comparing(window: MainWindow) -> bool:
    return part(window, ComparisonPanel).isVisible()


def compared(qtbot: QtBot, window: MainWindow, half_seconds: int) -> None:
    """Wait until the comparison is done, over so many half-seconds."""
    sentence = f"{half_seconds} half-seconds compared"
    qtbot.waitUntil(lambda: any(text.startswith(sentence) for text in labels(window)))


def figures(window: MainWindow, name: str) -> tuple[str, str]:
    """Give what the panel says of this name for valence and arousal."""
    return label_named(window, f"{name}, valence"), label_named(window, f"{name}, arousal")


def compare_with_song(qtbot: QtBot, window: MainWindow, song: Path) -> None:
    action(window, "compare_song").trigger()
    choose_in_dialog(qtbot, window, song)


def compare_with_labels(qtbot: QtBot, window: MainWindow, table: Path) -> None:
    action(window, "compare_labels").trigger()
    choose_in_dialog(qtbot, window, table)


def tracked(song: Path, model: str) -> Values:
    track = File2Track(estimator.load(model))(Song.open(song), report=lambda _: None)
    return np.stack([track.valence, track.arousal], axis=1)


def curves_of_second(window: MainWindow) -> list[np.ndarray]:
    """Give the values of the dashed curves that are shown."""
    curves = part(window, TimelineView).plotItem.curves
    dashed = [c for c in curves if c.opts["pen"].style() == Qt.PenStyle.CustomDashLine]
    return [curve.getData()[1] for curve in dashed if curve.getData()[1] is not None]


def test_a_second_song_is_compared_as_long_as_both_last(
    qtbot: QtBot, window: MainWindow, songs: Songs, player: SilentPlayer, tmp_path: Path
) -> None:
    twin = tmp_path / "twin.wav"
    shutil.copy(songs.short, twin)
    open_and_track(qtbot, window, songs.other)
    player.pause()
    compare_with_song(qtbot, window, twin)
    compared(qtbot, window, 16)
    assert {"other", "twin"} <= set(labels(window))
    expected = agreements(tracked(songs.other, "cae"), tracked(twin, "cae"))
    assert figures(window, "RMSE") == tuple(f"{part.rmse:.3f}" for part in expected)
    assert figures(window, "Pearson r") == tuple(signed(part.pearson_r or 9) for part in expected)
    assert figures(window, "concordance") == tuple(
        signed(part.concordance or 9) for part in expected
    )
    assert all(np.isfinite(curve).sum() == 16 for curve in curves_of_second(window))


def test_values_of_the_second_are_those_of_the_playhead_and_end_with_it(
    qtbot: QtBot, window: MainWindow, songs: Songs, player: SilentPlayer
) -> None:
    open_and_track(qtbot, window, songs.other)
    player.pause()
    compare_with_song(qtbot, window, songs.short)
    compared(qtbot, window, 16)
    values = tracked(songs.short, "cae")
    window.seek(4.2)
    assert figures(window, "second, now") == tuple(map(signed, values[8]))
    window.seek(10.0)
    assert figures(window, "second, now") == (DASH, DASH)


def test_the_other_model_is_compared_and_the_first_is_left_alone(
    qtbot: QtBot, window: MainWindow, songs: Songs, player: SilentPlayer
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.seek(2.0)
    action(window, "compare_model").trigger()
    compared(qtbot, window, 16)
    for name in ("musicnn", "cae"):
        model = estimator.describe(name)
        assert f"{model.title} {model.version}" in labels(window)
    expected = agreements(tracked(songs.short, "cae"), tracked(songs.short, "musicnn"))
    assert figures(window, "RMSE") == tuple(f"{part.rmse:.3f}" for part in expected)
    assert player.position_s >= 2.0
    assert is_tracked(window, "short")


def test_the_other_model_is_let_go_with_its_comparison(
    qtbot: QtBot, window: MainWindow, songs: Songs, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: weakref.WeakSet[estimator.Estimator] = weakref.WeakSet()
    really_load = estimator.load

    def load(name: str) -> estimator.Estimator:
        model = really_load(name)
        loaded.add(model)
        return model

    monkeypatch.setattr(estimator, "load", load)

    def held() -> int:
        gc.collect()
        return len(loaded)

    open_and_track(qtbot, window, songs.short)
    assert held() == 1
    action(window, "compare_model").trigger()
    compared(qtbot, window, 16)
    assert held() == 2
    action(window, "stop_comparing").trigger()
    qtbot.waitUntil(lambda: not analysis_threads())
    qtbot.waitUntil(lambda: held() == 1)


def test_a_comparison_asked_for_while_the_song_is_analysed_comes_after_it(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    window.open_song(songs.other)
    qtbot.waitUntil(action(window, "compare_model").isEnabled)
    action(window, "compare_model").trigger()
    assert is_comparing(window)
    compared(qtbot, window, 24)
    assert is_tracked(window, "other")


def test_another_song_ends_a_comparison_of_songs(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    compare_with_song(qtbot, window, songs.other)
    compared(qtbot, window, 16)
    open_and_track(qtbot, window, songs.other)
    assert not is_comparing(window)
    assert not any(len(curve) for curve in curves_of_second(window))


def test_another_song_is_compared_with_the_same_model(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    action(window, "compare_model").trigger()
    compared(qtbot, window, 16)
    open_and_track(qtbot, window, songs.other)
    compared(qtbot, window, 24)
    assert is_comparing(window)


@pytest.mark.parametrize("how", ["action", "button"])
def test_a_comparison_can_be_cancelled_at_any_time(
    qtbot: QtBot, window: MainWindow, songs: Songs, how: str
) -> None:
    open_and_track(qtbot, window, songs.short)
    stop = action(window, "stop_comparing")
    assert not stop.isEnabled()
    compare_with_song(qtbot, window, songs.long)
    qtbot.waitUntil(lambda: bool(len(curves_of_second(window))))
    if how == "action":
        stop.trigger()
    else:
        button = part(window, ComparisonPanel).findChild(QToolButton)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not is_comparing(window)
    assert not stop.isEnabled()
    qtbot.waitUntil(lambda: not analysis_threads())
    assert not any(len(curve) for curve in curves_of_second(window))
    assert is_tracked(window, "short")


def test_a_second_song_that_cannot_be_opened_is_said_and_nothing_else_changes(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no music here")
    open_and_track(qtbot, window, songs.short)
    compare_with_song(qtbot, window, broken)
    qtbot.waitUntil(lambda: "broken.mp3: this is not audio" in banner_of(window))
    assert not is_comparing(window)
    assert is_tracked(window, "short")


def test_labels_are_found_by_the_number_of_the_song(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    song = tmp_path / "take 10.wav"
    write_music(song, 17.0, RATE_HZ)
    table = write_pair(tmp_path, {2: 0.5, 10: 0.1})
    open_and_track(qtbot, window, song)
    compare_with_labels(qtbot, window, table)
    compared(qtbot, window, 5)
    assert "valence.csv, song 10" in labels(window)
    window.seek(15.7)
    assert figures(window, "second, now") == ("+0.12", "−0.08")
    window.seek(3.0)
    assert figures(window, "second, now") == (DASH, DASH)


def test_labels_of_several_songs_are_chosen_from(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    song = tmp_path / "song.wav"
    write_music(song, 17.0, RATE_HZ)
    table = write_pair(tmp_path, {2: 0.5, 10: 0.1})
    open_and_track(qtbot, window, song)
    for number, says in (("10", "valence.csv, song 10"), ("2", "valence.csv, song 2")):
        compare_with_labels(qtbot, window, table)
        qtbot.waitUntil(lambda: bool(window.findChildren(QInputDialog)))
        dialog = part(window, QInputDialog)
        dialog.setTextValue(number)
        dialog.accept()
        compared(qtbot, window, 5)
        assert says in labels(window)
        qtbot.waitUntil(lambda: not window.findChildren(QInputDialog))
    compare_with_labels(qtbot, window, table)
    qtbot.waitUntil(lambda: bool(window.findChildren(QInputDialog)))
    part(window, QInputDialog).setTextValue("77")
    part(window, QInputDialog).accept()
    assert "valence.csv: it has no labels for song 77" in banner_of(window)
    assert "valence.csv, song 2" in labels(window)


def test_labels_that_stay_on_one_value_have_no_correlation_and_it_is_said(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    table = export(tmp_path / "mine.csv", np.full((16, 2), 0.25))
    open_and_track(qtbot, window, songs.short)
    compare_with_labels(qtbot, window, table)
    compared(qtbot, window, 16)
    assert "mine.csv" in labels(window)
    sentence = "16 half-seconds compared; no correlation where one stays on one value"
    assert sentence in labels(window)
    assert figures(window, "Pearson r") == figures(window, "concordance") == (DASH, DASH)
    assert DASH not in figures(window, "RMSE")


def test_what_a_comparison_says_moves_nothing_else(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    # A long name and two lines of status: the panel is as high as it gets.
    table = export(tmp_path / f"{'a long name ' * 10}.csv", np.full((16, 2), 0.25))
    open_and_track(qtbot, window, songs.short)
    views = (part(window, PlaneView), part(window, TimelineView))
    before = [view.geometry() for view in views]
    compare_with_labels(qtbot, window, table)
    compared(qtbot, window, 16)
    QTest.qWait(0)
    assert [view.geometry() for view in views] == before
    action(window, "stop_comparing").trigger()
    QTest.qWait(0)
    assert [view.geometry() for view in views] == before


def test_beside_a_comparison_nothing_of_the_readout_is_seen_in_part(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    window.resize(1280, 800)
    open_and_track(qtbot, window, songs.short)
    summary = part(window, SongSummary)
    (area,) = part(window, SidePanel).findChildren(QScrollArea)
    assert summary.isVisible()
    action(window, "compare_model").trigger()
    compared(qtbot, window, 16)
    qtbot.waitUntil(summary.isHidden)
    assert area.verticalScrollBar().maximum() == 0
    # Where there is room for both, both are there.
    window.resize(1280, 1300)
    qtbot.waitUntil(summary.isVisible)
    assert area.verticalScrollBar().maximum() == 0
    window.resize(1280, 800)
    qtbot.waitUntil(summary.isHidden)
    action(window, "stop_comparing").trigger()
    qtbot.waitUntil(summary.isVisible)


def test_what_is_wrong_with_labels_is_said(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    table = write_pair(tmp_path, {2: 0.5})
    (tmp_path / "arousal.csv").unlink()
    open_and_track(qtbot, window, songs.short)
    compare_with_labels(qtbot, window, table)
    qtbot.waitUntil(lambda: "arousal.csv is not beside this one" in banner_of(window))
    assert not is_comparing(window)


def test_of_several_models_one_is_chosen(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shipped = paths.models()
    for name in ("musicnn", "cae"):
        shutil.copytree(shipped / name, tmp_path / name)
    third = tmp_path / "third"
    shutil.copytree(shipped / "cae", third)
    text = (third / "model.toml").read_text(encoding="utf-8")
    (third / "model.toml").write_text(text.replace('name = "cae"', 'name = "third"'))
    monkeypatch.setattr(paths, "models", lambda: tmp_path)
    open_and_track(qtbot, window, songs.short)
    menu = action(window, "compare_model").menu()
    assert [entry.text() for entry in menu.actions()] == ["musicnn", "third"]
    menu.actions()[1].trigger()
    compared(qtbot, window, 16)


@by_the_default_model
def test_the_window_closes_in_the_middle_of_a_comparison(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    compare_with_song(qtbot, window, songs.long)
    qtbot.waitUntil(lambda: bool(analysis_threads()))
    window.close()
    assert not analysis_threads()


@pytest.mark.parametrize("colours", [DARK_COLOURS, LIGHT_COLOURS], ids=["dark", "light"])
def test_the_plane_shows_the_second_as_a_ring_and_dashes(colours: Colours) -> None:
    first = np.tile([0.5, 0.5], (40, 1))
    second = np.stack([np.linspace(-0.8, -0.2, 40), np.full(40, -0.5)], axis=1)
    painter = PlanePainter(Circumplex.russell(), colours)
    painter.set_track(first)
    size = QSize(700, 600)

    def drawn(time_s: float) -> QImage:
        image = QImage(size, QImage.Format.Format_RGB32)
        drawing = QPainter(image)
        painter.draw(drawing, size, 1.0, time_s)
        drawing.end()
        return image

    alone = drawn(10.0)
    painter.set_second_track(second)
    both = drawn(10.0)
    geometry = painter.geometry(size)
    head = geometry.point(*second[19])
    middle, ring = head.toPoint(), (head.x() + 5.0, head.y())
    assert both.pixelColor(round(ring[0]), round(ring[1])) != alone.pixelColor(*map(round, ring))
    # Inside the ring the trail ends and the ground shows.
    assert near(both.pixelColor(round(ring[0]), round(ring[1])), colours.second_trail)
    assert not near(both.pixelColor(middle.x(), middle.y() - 2), colours.second_trail)
    start, end = geometry.point(*second[25]), geometry.point(*second[39])
    row = [
        both.pixelColor(x, round(start.y())) != alone.pixelColor(x, round(start.y()))
        for x in range(round(start.x()), round(end.x()))
    ]
    assert 0.3 < np.mean(row) < 0.9
    painter.set_second_track(np.zeros((0, 2)))
    assert drawn(10.0) == alone


def near(colour: QColor, name: str) -> bool:
    """Tell whether a colour is about that of this name."""
    other = QColor(name)
    parts = zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True)
    return all(abs(one - two) < 40 for one, two in parts)


def test_one_key_switches_which_of_two_songs_is_heard_in_the_same_place(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.middling)
    assert not action(window, "toggle_heard").isEnabled()
    window.comparison._begin_song(songs.long)
    qtbot.waitUntil(action(window, "toggle_heard").isEnabled)
    player.pause()
    player.seek(20.0)
    QTest.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: player.duration_s == pytest.approx(240.0))
    assert player.position_s == pytest.approx(20.0)
    assert not player.is_playing
    QTest.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: player.duration_s == pytest.approx(90.0))
    assert player.position_s == pytest.approx(20.0)
    QTest.keyClick(window, Qt.Key.Key_A)
    action(window, "stop_comparing").trigger()
    qtbot.waitUntil(lambda: player.duration_s == pytest.approx(90.0))


def test_a_comparison_is_written_with_its_differences(tmp_path: Path) -> None:
    first = np.array([[0.1, 0.2, 0.1, 0.1], [np.nan] * 4, [0.3, 0.4, 0.1, 0.1]])
    second = np.array([[0.3, 0.1], [0.1, 0.1]])
    rows = list(csv.DictReader(io.StringIO(comparison_csv(first, second).decode())))
    assert [row["time_s"] for row in rows] == ["0.5", "1.0", "1.5"]
    assert (rows[0]["valence_difference"], rows[0]["arousal_difference"]) == ("0.2", "-0.1")
    assert rows[1]["valence"] == rows[1]["valence_difference"] == ""
    assert rows[2]["second_valence"] == ""
    assert [row["second_time_s"] for row in rows] == ["0.5", "1.0", "1.5"]
    # Where the second begins a half-second late, what it begins with stands beside nothing.
    late = comparison_csv(first, second, Alignment(0.5, 1.0)).decode()
    rows = list(csv.DictReader(io.StringIO(late)))
    assert [row["second_time_s"] for row in rows] == ["1.0", "1.5", "2.0"]
    assert rows[0]["second_valence"] == "0.1"
    assert rows[0]["arousal_difference"] == "-0.1"
    assert rows[1]["second_valence"] == ""


def test_any_table_with_times_is_compared_its_scale_asked_for_and_how_it_was_read_said(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    player.pause()
    broken, table = tmp_path / "broken.csv", tmp_path / "ratings.csv"
    broken.write_text("time;valence\n1;loud\n")
    table.write_text("time;valence\n1;0,25\n2;0,75\n")
    action(window, "compare_labels").trigger()
    choose_in_dialog(qtbot, window, broken)
    qtbot.waitUntil(lambda: "'loud' is not a number" in banner_of(window))
    action(window, "compare_labels").trigger()
    choose_in_dialog(qtbot, window, table)
    qtbot.waitUntil(lambda: bool(window.findChildren(QInputDialog)))
    (dialog,) = window.findChildren(QInputDialog)
    assert dialog.comboBoxItems() == ["-1 to 1", "0 to 1"]
    dialog.setTextValue("0 to 1")
    dialog.accept()
    panel = part(window, ComparisonPanel)
    qtbot.waitUntil(panel.isVisible)
    assert any("read: time in seconds from 'time'" in text for text in labels(window))
    # What was wrong with the other table is said no longer, and good news is no warning.
    assert banner_of(window) == ""
    assert any(text.startswith("Read: time in seconds") for text in labels(window))
