"""What the terminal shows that the window was started from."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.patience import DEADLINE_S
from tests.support.program import ROOT

_OPEN_A_BROKEN_SONG = """
import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from emoviz.gui import app
from emoviz.gui.panels.banner import Banner


def begin(window, song, _earlier_crash):
    def look():
        if window.findChild(Banner).sentence:
            timer.stop()
            print("said", flush=True)
            window.close()
    timer = QTimer(window)
    timer.timeout.connect(look)
    timer.start(50)
    window.open_song(song)


app._begin = begin
sys.exit(app.run(Path(sys.argv[1])))
"""


def test_a_broken_song_is_said_in_the_window_only(tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    # The start of an mp3 packet, on which mpg123 comments when no other follows.
    song.write_bytes(b"\xff\xfb\x90\x64" + bytes(range(256)) * 40)
    done = subprocess.run(
        [sys.executable, "-c", _OPEN_A_BROKEN_SONG, song],
        cwd=ROOT,
        env=os.environ
        | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
        | {name: str(tmp_path) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")},
        capture_output=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"said\n", b"")
