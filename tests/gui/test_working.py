"""Working with the window: sheets, models, devices, settings, hints, the stage, cancelling."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QMenu,
    QMessageBox,
    QPushButton,
    QTextBrowser,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from emoviz import __version__
from emoviz.gui import settings as remembered
from emoviz.gui.actions.map_rows import MAP_ACTIONS
from emoviz.gui.actions.spec import ActionSpec
from emoviz.gui.actions.window_rows import ACTIONS
from emoviz.gui.app import make_window
from emoviz.gui.look.fading_label import FadingLabel
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT, LIGHT_COLOURS
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.banner import Banner
from emoviz.gui.panels.hints import HintsCard
from emoviz.gui.panels.side_panel import SidePanel
from emoviz.gui.panels.transport import TransportBar
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.models import estimator
from emoviz.playing.player import SilentPlayer
from emoviz.system import paths
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    banner_of,
    by_the_default_model,
    label_named,
    labels,
    open_and_track,
    part,
)
from tests.support.models import edit


def is_open(banner: Banner) -> bool:
    """Tell whether the banner has slid open."""
    strip = banner.findChild(QWidget, "strip")
    return strip is not None and strip.y() == 0 and strip.height() == banner.height() > 0


def sheet_text(window: MainWindow) -> str:
    (page,) = window.findChildren(QTextBrowser)
    return page.toPlainText()


def close_sheet(qtbot: QtBot, window: MainWindow) -> None:
    (sheet,) = window.findChildren(QDialog)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))


def menu_named(window: MainWindow, word: str) -> QMenu:
    (menu,) = [menu for menu in window.findChildren(QMenu) if word in menu.title()]
    menu.aboutToShow.emit()
    return menu


def test_the_card_of_the_model_is_one_click_away(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    assert not action(window, "about_model").isEnabled()
    open_and_track(qtbot, window, songs.short)
    (link,) = [b for b in window.findChildren(QPushButton) if b.text() == "How good it is"]
    link.click()
    text = sheet_text(window)
    assert "What it must not be used for" in text
    assert "How good it is" in text
    close_sheet(qtbot, window)


def test_the_sheet_of_keys_holds_every_action_that_has_one(
    qtbot: QtBot, window: MainWindow
) -> None:
    QTest.keyClick(window, Qt.Key.Key_Question)
    text = sheet_text(window)
    for spec in (*ACTIONS, *MAP_ACTIONS):
        if spec.shortcuts:
            assert spec.text.replace("&", "").removesuffix("…") in text
    assert "Ctrl+O" in text
    close_sheet(qtbot, window)


def test_the_sheet_about_emoviz_says_version_citation_and_guide(
    qtbot: QtBot, window: MainWindow
) -> None:
    action(window, "show_about").trigger()
    text = sheet_text(window)
    assert f"emoviz {__version__}" in text
    assert "10.1371/journal.pone.0173392" in text
    assert "index.md" in text
    close_sheet(qtbot, window)


def test_the_sheet_of_licences_turns_to_all_their_texts(qtbot: QtBot, window: MainWindow) -> None:
    action(window, "show_licences").trigger()
    overview = sheet_text(window)
    assert "CC BY-NC 4.0" in overview
    assert "x264" in overview
    (turn,) = [b for b in window.findChildren(QPushButton) if "All texts" in b.text()]
    turn.click()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in sheet_text(window)
    turn.click()
    assert sheet_text(window) == overview
    close_sheet(qtbot, window)


def test_licences_that_are_not_there_are_told_in_a_sentence(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    action(window, "show_licences").trigger()
    assert "LICENSES.md" in banner_of(window)
    assert "install it again" in banner_of(window)


@pytest.mark.parametrize("specs", [ACTIONS, MAP_ACTIONS], ids=["window", "map"])
def test_no_key_does_two_things(specs: Sequence[ActionSpec]) -> None:
    keys = [key for spec in specs for key in spec.shortcuts]
    assert len(keys) == len(set(keys))


def test_no_letter_of_a_menu_opens_two_things(window: MainWindow) -> None:
    for menu in window.findChildren(QMenu):
        texts = [each.text().replace("&&", "") for each in menu.actions()]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), (menu.title(), sorted(letters))


def test_menus_are_short_groups(window: MainWindow) -> None:
    for menu in window.findChildren(QMenu):
        groups = "".join("|" if each.isSeparator() else "." for each in menu.actions()).split("|")
        assert all(len(group) <= 7 for group in groups), menu.title()


def test_a_notice_has_most_of_the_room_until_it_is_over(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    part(window, TransportBar).show_notice("The prediction was written to /music/song.csv.")
    notice, device = part(window, TransportBar).findChildren(WrappedLabel)
    qtbot.waitUntil(lambda: notice.width() > 2 * device.width())
    window.resize(640, 400)
    qtbot.waitUntil(device.isHidden)
    window.resize(1280, 800)
    assert notice.text() == "The prediction was written to /music/song.csv."
    part(window, TransportBar).show_progress(1, 1)
    qtbot.waitUntil(lambda: device.width() > notice.width())


def test_how_good_a_model_is_can_be_asked_once_there_is_one(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    (link,) = [made for made in window.findChildren(QPushButton) if "How good" in made.text()]
    assert not link.isEnabled()
    open_and_track(qtbot, window, songs.short)
    assert link.isEnabled()


@pytest.mark.parametrize("name", ["open_dialog", "reset_settings", "show_shortcuts"])
def test_the_buttons_of_dialogs_are_words(window: MainWindow, name: str) -> None:
    action(window, name).trigger()
    (dialog,) = window.findChildren(QDialog)
    buttons = dialog.findChildren(QPushButton)
    assert buttons
    assert all(button.icon().isNull() for button in buttons)
    dialog.reject()


def test_the_arrows_of_the_file_dialog_are_seen_in_the_dark(window: MainWindow) -> None:
    action(window, "theme_dark").trigger()
    action(window, "open_dialog").trigger()
    (dialog,) = window.findChildren(QDialog)
    arrow = dialog.findChild(QToolButton, "toParentButton").grab().toImage()  # type: ignore[union-attr]
    places = [(x, y) for x in range(arrow.width()) for y in range(arrow.height())]
    assert max(arrow.pixelColor(*place).lightness() for place in places) > 150
    dialog.reject()


def test_a_moment_of_the_song_is_a_click_away(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.other)
    trajectory = window.trajectory
    assert trajectory is not None
    (most,) = [
        button
        for button in window.findChildren(QPushButton)
        if button.accessibleName().startswith("Most excited moment")
    ]
    action(window, "toggle_play").trigger()
    most.click()
    expected_s = float(trajectory.times_s[trajectory.arousal.argmax()]) - 0.5
    assert player.position_s == pytest.approx(expected_s)
    window.seek(expected_s + 0.25)
    shown = label_named(window, "arousal now").split(" ")[0].replace("−", "-")
    assert float(shown) == pytest.approx(trajectory.arousal.max(), abs=0.005)


@by_the_default_model
def test_another_model_judges_the_song_while_it_goes_on(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.other)
    first = window.trajectory
    window.seek(5.0)
    small = estimator.describe("cae").title
    (entry,) = [entry for entry in menu_named(window, "Judge").actions() if entry.text() == small]
    entry.trigger()
    qtbot.waitUntil(
        lambda: window.trajectory is not None and window.trajectory is not first,
    )
    assert window.trajectory is not None
    assert window.trajectory.provenance.model == "cae"
    assert player.is_playing
    assert player.position_s >= 5.0
    assert any(small in text for text in labels(window))


def test_a_model_is_loaded_once_and_again_when_it_is_another(
    qtbot: QtBot,
    window: MainWindow,
    model_name: str,
    songs: Songs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies = tmp_path / "model"
    shutil.copytree(paths.models(), copies)
    monkeypatch.setattr(paths, "models", lambda: copies)
    loaded: list[str] = []
    load = estimator.load

    def load_and_note(name: str) -> estimator.Estimator:
        loaded.append(name)
        return load(name)

    monkeypatch.setattr(estimator, "load", load_and_note)
    for song in (songs.short, songs.other):
        open_and_track(qtbot, window, song)
    assert loaded == [model_name]
    # As after an update of the model while the window is open.
    edit(copies / model_name, "version=", 'version = "9.9"')
    open_and_track(qtbot, window, songs.short)
    assert loaded == [model_name] * 2
    assert window.trajectory is not None
    assert window.trajectory.provenance.model_version == "9.9"


def test_the_model_is_remembered_and_one_that_is_gone_is_not_asked_for(
    qtbot: QtBot, songs: Songs, settings_file: Path
) -> None:
    settings = Settings(settings_file)
    for name, expected in (("cae", "cae"), ("gone", estimator.DEFAULT_MODEL)):
        settings.put(remembered.MODEL, name)
        window = make_window(settings)
        qtbot.addWidget(window)
        window.set_player(SilentPlayer(), None)
        window.show()
        open_and_track(qtbot, window, songs.short)
        assert window.trajectory is not None
        assert window.trajectory.provenance.model == expected
        window.close()


@by_the_default_model
def test_the_analysis_can_be_stopped(qtbot: QtBot, window: MainWindow, songs: Songs) -> None:
    window.open_song(songs.long)
    qtbot.waitUntil(action(window, "stop_analysis").isEnabled)
    (stop,) = [
        button
        for button in window.findChildren(QAbstractButton)
        if button.accessibleName() == "Stop the analysis" and button.isVisible()
    ]
    stop.click()
    assert not action(window, "stop_analysis").isEnabled()
    assert not stop.isVisible()
    assert "The analysis was stopped." in labels(window)
    assert not action(window, "export_track").isEnabled()
    # Another song is tracked as ever.
    open_and_track(qtbot, window, songs.short)


def test_settings_can_be_reset(
    qtbot: QtBot, window: MainWindow, songs: Songs, settings_file: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    action(window, "theme_light").trigger()
    action(window, "toggle_follow").trigger()
    action(window, "softer").trigger()
    action(window, "reset_settings").trigger()
    (box,) = window.findChildren(QMessageBox)
    box.button(QMessageBox.StandardButton.Cancel).click()
    settings = Settings(settings_file)
    assert settings.get(remembered.THEME) == LIGHT
    action(window, "reset_settings").trigger()
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    box.button(QMessageBox.StandardButton.Yes).click()
    assert settings.get(remembered.THEME) == remembered.THEME.default
    assert settings.get(remembered.RECENT) == []
    assert not action(window, "toggle_follow").isChecked()
    assert action(window, "theme_system").isChecked()
    assert settings.get(remembered.VOLUME) == remembered.VOLUME.default


def test_hints_are_shown_once(qtbot: QtBot, window: MainWindow, settings_file: Path) -> None:
    hints = part(window, HintsCard)
    assert hints.isVisible()
    hints.findChild(QPushButton).click()  # type: ignore[union-attr]
    assert not hints.isVisible()
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    again.show()
    assert not part(again, HintsCard).isVisible()
    again.close()


def test_hints_cover_nothing_and_leave_a_low_plane_to_be_seen(
    qtbot: QtBot, window: MainWindow
) -> None:
    hints, plane = part(window, HintsCard), part(window, PlaneView)
    for size, sentences, share in (((1280, 800), 4, 0.2), ((700, 460), 1, 0.5)):
        window.resize(*size)
        qtbot.waitUntil(lambda said=sentences: hints.sentences.count(".") == said)
        qtbot.waitUntil(lambda least=share: hints.height() < least * plane.height())
        assert not plane.findChildren(HintsCard)
        assert hints.geometry().bottom() < plane.geometry().top()


@pytest.fixture
def on_stage(qtbot: QtBot, window: MainWindow, songs: Songs) -> Iterator[QWidget]:
    open_and_track(qtbot, window, songs.short)
    QTest.keyClick(window, Qt.Key.Key_F11)
    (stage,) = [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget is not window and widget.findChildren(PlaneView) and widget.isVisible()
    ]
    yield stage
    if action(window, "toggle_stage").isChecked():
        action(window, "toggle_stage").trigger()


@pytest.mark.parametrize("key", [Qt.Key.Key_F11, Qt.Key.Key_Escape])
def test_the_plane_goes_on_stage_and_comes_back(
    window: MainWindow, on_stage: QWidget, key: Qt.Key
) -> None:
    assert on_stage.isFullScreen()
    assert not window.findChildren(PlaneView)
    assert action(window, "toggle_stage").isChecked()
    QTest.keyClick(on_stage, key)
    plane = part(window, PlaneView)
    assert plane.isVisible()
    assert plane.window() is window
    assert not action(window, "toggle_stage").isChecked()


def test_on_stage_the_title_goes_as_the_controls_do_and_the_word_stays(
    qtbot: QtBot, window: MainWindow, on_stage: QWidget
) -> None:
    title, word = on_stage.findChildren(FadingLabel)
    (controls,) = on_stage.findChildren(TransportBar)
    (plane,) = on_stage.findChildren(PlaneView)
    places = itertools.cycle((QPoint(40, 40), QPoint(60, 60)))

    def is_awake() -> bool:
        at, none = QPointF(next(places)), Qt.MouseButton.NoButton
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            plane.mapToGlobal(at),
            none,
            none,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(plane, move)
        return controls.isVisible() and "short" in title.text() and title.opacity == 1.0

    qtbot.waitUntil(is_awake)
    qtbot.waitUntil(lambda: title.opacity == 0.0)
    assert not controls.isVisible()
    assert not [each for each in plane.findChildren(QToolButton) if each.isVisible()]
    qtbot.waitUntil(lambda: word.opacity == 1.0 and word.text() != "")
    qtbot.waitUntil(is_awake)
    QTest.keyClick(on_stage, Qt.Key.Key_F11)
    assert part(window, PlaneView).isVisible()
    assert [each for each in plane.findChildren(QToolButton) if each.isVisible()]


def test_keys_work_on_stage(window: MainWindow, on_stage: QWidget, player: SilentPlayer) -> None:
    assert player.is_playing
    QTest.keyClick(on_stage, Qt.Key.Key_Space)
    assert not player.is_playing


def test_a_window_that_is_closed_takes_the_stage_with_it(
    qtbot: QtBot, window: MainWindow, on_stage: QWidget
) -> None:
    window.close()
    qtbot.waitUntil(lambda: on_stage not in QApplication.topLevelWidgets())
    assert part(window, PlaneView).window() is window


def test_a_banner_is_as_high_as_what_it_says_now(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(900, 600)
    banner = part(window, Banner)
    (text,) = banner.findChildren(WrappedLabel)

    def shows_all() -> bool:
        return is_open(banner) and text.height() >= text.heightForWidth(text.width())

    long = f"/music/{'a long name ' * 20}.mp3: this file cannot be read as sound."
    window.say("A word.")
    qtbot.waitUntil(shows_all)
    one_line_px = banner.height()
    window.say(long)
    qtbot.waitUntil(lambda: shows_all() and banner.height() > one_line_px)
    window.say("A word.")
    qtbot.waitUntil(lambda: shows_all() and banner.height() == one_line_px)
    (close,) = banner.findChildren(QToolButton)
    close.click()
    qtbot.waitUntil(banner.isHidden)
    window.say(long)
    qtbot.waitUntil(lambda: shows_all() and banner.height() > one_line_px)


@pytest.mark.parametrize("size", [(1280, 800), (600, 400)])
def test_a_banner_covers_nothing_and_only_the_plane_makes_room_for_it(
    qtbot: QtBot, window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    part(window, HintsCard).hide()
    QTest.qWait(0)
    banner, plane = part(window, Banner), part(window, PlaneView)
    others = [part(window, kind) for kind in (SidePanel, RulerView, TimelineView, TransportBar)]
    before, plane_before = [other.geometry() for other in others], plane.geometry()
    window.say("Something worth saying, at some length: " + "word after word " * 12)
    qtbot.waitUntil(lambda: is_open(banner) and plane.y() == banner.geometry().bottom() + 1)
    assert plane.geometry().bottom() == plane_before.bottom()
    assert [other.geometry() for other in others] == before
    (close,) = banner.findChildren(QToolButton)
    close.click()
    assert banner_of(window) == ""
    qtbot.waitUntil(lambda: banner.isHidden() and plane.geometry() == plane_before)


class Hints(QObject):
    """A system whose colours can be changed; the platforms of tests know none."""

    colorSchemeChanged = Signal(Qt.ColorScheme)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Qt.ColorScheme.Dark

    def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802
        return self.scheme

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:  # noqa: N802
        return

    def change(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme
        self.colorSchemeChanged.emit(scheme)


def test_the_theme_of_the_system_is_followed_as_it_changes(
    qtbot: QtBot, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints = Hints()
    monkeypatch.setattr(QGuiApplication, "styleHints", lambda: hints)
    window = make_window(Settings(settings_file))
    qtbot.addWidget(window)
    assert QApplication.palette().window().color() == QColor(DARK_COLOURS.window)
    hints.change(Qt.ColorScheme.Light)
    assert QApplication.palette().window().color() == QColor(LIGHT_COLOURS.window)
    action(window, "theme_dark").trigger()
    hints.change(Qt.ColorScheme.Light)
    assert QApplication.palette().window().color() == QColor(DARK_COLOURS.window)
    window.close()


NEEDS_MORE = {
    "go_previous",
    "go_next",
    "stop_analysis",
    "stop_comparing",
    "undo_region",
    "clear_region",
    "undo_sections",
    "toggle_heard",
    "match_levels",
    "align_songs",
    "toggle_difference",
    "toggle_second_spectrogram",
    "export_comparison",
}
"""Rows that have nothing to do while one song is shown and wholly tracked."""


def test_every_row_of_the_table_is_a_menu_entry_with_a_tip_that_works(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    for spec in sorted(ACTIONS, key=lambda spec: spec.name == "close"):
        made = action(window, spec.name)
        assert made.toolTip().startswith(spec.tip)
        assert all(key.toString() in made.toolTip() for key in made.shortcuts()), spec
        assert sum(made in menu.actions() for menu in window.findChildren(QMenu)) == 1, spec
        assert made.isEnabled() or spec.name in NEEDS_MORE, spec
        made.trigger()
        for dialog in window.findChildren(QDialog):
            dialog.reject()
        # While something is listened to, what is of use for a song only is greyed.
        window.listening.stop()
        # Whoever looks for sound devices is told where there is none.
        assert banner_of(window) == "" or spec.name == "look_for_devices", spec
        window.playback.device_changed.emit("", None)
        assert window.isVisible() == (spec.name != "close"), spec
