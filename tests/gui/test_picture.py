"""The picture of a path: made without a display, and of what it should show."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from emoviz import errors
from emoviz.gui.picture import save_picture
from emoviz.gui.theme import DARK_COLOURS
from emoviz.trajectory import Provenance, Trajectory
from tests.program import Program

PROVENANCE = Provenance("song.wav", "0" * 64, "song", "cae", "1", "0")

WITHOUT_DISPLAY = """
import sys
from pathlib import Path
import numpy as np
from emoviz.gui.picture import save_picture
from emoviz.trajectory import Provenance, Trajectory
values = np.random.default_rng(0).uniform(-0.5, 0.5, (60, 2))
save_picture(Trajectory.from_values(values, Provenance(*"abcdef")), Path(sys.argv[1]))
"""


def circle(points: int, radius: float) -> Trajectory:
    angle = np.linspace(0, 2 * np.pi, points)
    values = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return Trajectory.from_values(values, PROVENANCE)


def pixels(path: Path) -> np.ndarray:
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull()
    return np.array(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3]


def looks_like(path: Path, colour: str) -> int:
    wanted = QColor(colour)
    difference = pixels(path).astype(int) - [wanted.blue(), wanted.green(), wanted.red()]
    return int((np.abs(difference).max(axis=2) < 12).sum())


def test_it_is_made_without_a_display(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DISPLAY, str(picture)],
        env=Program(tmp_path, tmp_path).environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert pixels(picture).shape == (1600, 1920, 3)
    assert len(np.unique(pixels(picture).reshape(-1, 3), axis=0)) > 100
    assert looks_like(picture, DARK_COLOURS.trail) > 100


def test_it_shows_the_path(qtbot: QtBot, tmp_path: Path) -> None:
    save_picture(circle(40, 0.3), tmp_path / "small.png")
    save_picture(circle(40, 0.6), tmp_path / "large.png")
    small, large = pixels(tmp_path / "small.png"), pixels(tmp_path / "large.png")
    assert small.shape == large.shape
    assert (small != large).any(axis=2).sum() > 1000
    # A circle twice as wide lies around the smaller one.
    rows, columns = np.nonzero((small != large).any(axis=2))
    assert np.ptp(columns) > 1.5 * 0.3 * small.shape[0] / 2
    assert abs((rows.min() + rows.max()) / 2 - small.shape[0] / 2) < 60


@pytest.mark.parametrize("points", [1, 2])
def test_a_song_of_a_moment_has_a_picture(qtbot: QtBot, tmp_path: Path, points: int) -> None:
    save_picture(circle(points, 0.5), tmp_path / "short.png")
    assert looks_like(tmp_path / "short.png", DARK_COLOURS.trail) > 100


def test_a_place_that_cannot_be_written_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match=r"nowhere/picture\.png: cannot be written"):
        save_picture(circle(10, 0.5), tmp_path / "nowhere" / "picture.png")
    assert list(tmp_path.iterdir()) == []
