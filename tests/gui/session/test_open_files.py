"""Files are open only as long as somebody has a use for them: that of the song that is shown."""

from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from tests.gui.conftest import Songs
from tests.gui.driving import action, analysis_threads, labels, open_and_track
from tests.support.decoders import processes_with


def test_of_songs_shown_tracked_anew_and_compared_one_file_stays_open(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    open_and_track(qtbot, window, songs.other)
    qtbot.waitUntil(lambda: not processes_with(songs.short))
    qtbot.waitUntil(lambda: len(processes_with(songs.other)) == 1)
    track = window.trajectory
    window._session.choose_model("cae")
    qtbot.waitUntil(lambda: window.trajectory is not None and window.trajectory is not track)
    qtbot.waitUntil(lambda: len(processes_with(songs.other)) == 1)
    qtbot.waitUntil(action(window, "compare_model").isEnabled)
    action(window, "compare_model").trigger()
    qtbot.waitUntil(lambda: any(text.startswith("24 half-seconds") for text in labels(window)))
    qtbot.waitUntil(lambda: not analysis_threads())
    qtbot.waitUntil(lambda: len(processes_with(songs.other)) == 1)
