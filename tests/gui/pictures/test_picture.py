"""Pictures of a song as files: made without a display, of what they should show, in every form."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from emoviz import errors
from emoviz.export.pictures import CURVES, KINDS, PLANE, POSTER, SPECTROGRAM
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS
from emoviz.gui.pictures import files
from emoviz.gui.pictures.panels import Subject
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.models.estimator import Estimator
from emoviz.tracks.circumplex import Circumplex
from tests.support.program import Program

SVG = "{http://www.w3.org/2000/svg}"
ARTIST = "Franziska Müller"

WITHOUT_DISPLAY = """
import sys
from pathlib import Path
from emoviz.models import estimator
from emoviz.system import paths
from emoviz.gui.pictures.files import save_picture, track_subject
from emoviz.gui.look.theme import DARK_COLOURS
from emoviz.songs.song import Song
song = Song.open(paths.demo_song())
track, subject = track_subject(song, estimator.load("cae"), print)
save_picture("poster", subject, Path(sys.argv[1]), (800, 1000), DARK_COLOURS)
"""


@pytest.fixture
def circle(shipped_model: Estimator) -> Subject:
    """A song of a minute that goes once around a circle, with noise as its sound."""
    store = MelStore()
    bands = shipped_model.front_end.bands
    store.add(
        MelLevels.of(np.random.default_rng(0).uniform(-60, 0, (120, 17, bands)).astype(np.float32))
    )
    return Subject(
        title="Once around",
        artist=ARTIST,
        cover=None,
        values=around(120, 0.5),
        duration_s=60.0,
        store=store,
        front_end=shipped_model.front_end,
        model="Small 1.0",
        words=Circumplex.russell(),
    )


def around(points: int, radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, points)
    values = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.column_stack([values, np.full((points, 2), 0.1)])


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull()
    return np.array(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3]


def drawn(subject: Subject, kind: str = POSTER, size: tuple[int, int] = (800, 1000)) -> np.ndarray:
    return pixels(files.image(kind, subject, QSize(*size), DARK_COLOURS))


def colours(found: np.ndarray) -> int:
    """Count the colours of a picture."""
    return len(np.unique(found.astype(np.uint32) @ [1, 1 << 8, 1 << 16]))


def looks_like(found: np.ndarray, colour: str) -> int:
    wanted = QColor(colour)
    difference = found.astype(int) - [wanted.blue(), wanted.green(), wanted.red()]
    return int((np.abs(difference).max(axis=2) < 12).sum())


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Give how far two pictures lie apart on average where they are looked at from afar."""
    rows, columns = (length // 10 * 10 for length in expected.shape[:2])
    blurred = [
        part[:rows, :columns].reshape(rows // 10, 10, columns // 10, 10, 3).mean(axis=(1, 3))
        for part in (found, expected)
    ]
    return float(np.abs(blurred[0] - blurred[1]).mean())


def texts(svg: bytes) -> list[str]:
    return [
        "".join(text.itertext()).strip() for text in ElementTree.fromstring(svg).iter(f"{SVG}text")
    ]


def test_it_is_made_without_a_display(tmp_path: Path) -> None:
    place = tmp_path / "poster.png"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DISPLAY, str(place)],
        env=Program(tmp_path, tmp_path).environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert place.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    found = pixels(QImage(str(place)))
    assert found.shape == (1000, 800, 3)
    assert looks_like(found, DARK_COLOURS.trail) > 100
    assert looks_like(found, DARK_COLOURS.valence) > 100


@pytest.mark.parametrize("size", [(640, 480), (1080, 1350), (200, 200), (1600, 200)])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_exactly_the_size_that_is_asked_for(
    qtbot: QtBot, circle: Subject, kind: str, size: tuple[int, int]
) -> None:
    found = pixels(files.image(kind, circle, QSize(*size), LIGHT_COLOURS))
    assert found.shape == (size[1], size[0], 3)
    assert colours(found) > 20
    # Nothing is cut off by the edges.
    edge = min(size) // 50
    for strip in (found[:edge], found[-edge:], found[:, :edge], found[:, -edge:]):
        assert looks_like(strip, LIGHT_COLOURS.panel) == strip.size / 3


def test_the_plane_shows_the_path(qtbot: QtBot, circle: Subject) -> None:
    small = drawn(dataclasses.replace(circle, values=around(120, 0.3)), PLANE, (1000, 1000))
    large = drawn(dataclasses.replace(circle, values=around(120, 0.6)), PLANE, (1000, 1000))
    rows, columns = np.nonzero((small != large).any(axis=2))
    # A circle twice as wide lies around the smaller one, and both around the plane's middle.
    assert 350 < np.ptp(columns) < 600
    assert abs(np.ptp(columns) - np.ptp(rows)) < 60
    assert abs((columns.min() + columns.max()) / 2 - 500) < 40


def test_a_path_that_its_end_would_cover_is_shown_larger_as_well(
    qtbot: QtBot, circle: Subject
) -> None:
    moves_little = dataclasses.replace(circle, values=around(120, 0.03))
    for kind in (POSTER, PLANE):
        written = texts(files.svg(kind, moves_little, QSize(1000, 1000), DARK_COLOURS))
        assert any(text.startswith("× ") for text in written)
        written = texts(files.svg(kind, circle, QSize(1000, 1000), DARK_COLOURS))
        assert not any(text.startswith("× ") for text in written)
    # Each word is there all the same.
    assert {word.text for word in circle.words.words} < set(
        texts(files.svg(PLANE, moves_little, QSize(1000, 1000), DARK_COLOURS))
    )


def test_bands_end_where_the_scale_does(qtbot: QtBot, circle: Subject) -> None:
    values = np.column_stack([np.full((120, 2), 0.95), np.full((120, 2), 0.3)])
    banded = drawn(dataclasses.replace(circle, values=values), CURVES, (900, 400))
    bare = drawn(dataclasses.replace(circle, values=values[:, :2]), CURVES, (900, 400))
    different = (banded != bare).any(axis=2)
    # Without what explains the bands, at the right of the legend.
    highest = np.nonzero(different[:, :500].any(axis=1))[0][0]
    explained = np.nonzero(different[:, 600:].any(axis=1))[0][0]
    assert highest > explained + 8


def test_a_title_too_long_for_its_line_is_cut_inside_the_page(
    qtbot: QtBot, circle: Subject
) -> None:
    title = "A title that goes on and on " * 20
    long = dataclasses.replace(circle, title=title, artist=title)
    svg = files.svg(POSTER, long, QSize(800, 1000), DARK_COLOURS)
    cut = [text for text in texts(svg) if text.startswith("A title")]
    assert len(cut) == 2
    assert all(text.endswith("…") for text in cut)
    edge = drawn(long)[:, -20:]
    assert looks_like(edge, DARK_COLOURS.panel) == edge.shape[0] * edge.shape[1]


def test_without_a_cover_the_names_take_its_place(qtbot: QtBot, circle: Subject) -> None:
    cover = QImage(300, 200, QImage.Format.Format_RGB32)
    cover.fill(QColor("#ff00ff"))
    covered = drawn(dataclasses.replace(circle, cover=files.png_bytes(cover)))
    assert looks_like(covered, "#ff00ff") > 5000
    without = drawn(circle)
    assert looks_like(without, "#ff00ff") == 0
    # The title begins at the page's margin.
    assert looks_like(without[:90, 30:90], DARK_COLOURS.text) > 50
    broken = drawn(dataclasses.replace(circle, cover=b"this is no image"))
    assert (broken == without).all()


@pytest.mark.parametrize("kind", KINDS)
def test_svg_has_text_as_text_and_looks_the_same(qtbot: QtBot, circle: Subject, kind: str) -> None:
    size = QSize(900, 900)
    svg = files.svg(kind, circle, size, DARK_COLOURS)
    root = ElementTree.fromstring(svg)
    assert (root.get("width"), root.get("height")) == ("900", "900")
    written = texts(svg)
    assert "happy" in written if kind in (POSTER, PLANE) else "0:30" in written
    assert ("valence" in written) == (kind in (POSTER, CURVES))
    assert any(ARTIST in text for text in written)
    # Only what is an image by nature is one: the spectrogram, and the bar of its colours.
    images = len(list(root.iter(f"{SVG}image")))
    assert images == (2 if kind in (POSTER, SPECTROGRAM) else 0)
    assert "polyline" in svg.decode() or "<path" in svg.decode()
    renderer = QSvgRenderer(svg)
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    assert difference(pixels(image), drawn(circle, kind, (900, 900))) < 3.0


@pytest.mark.parametrize("kind", KINDS)
def test_pdf_has_text_as_text_and_looks_the_same(qtbot: QtBot, circle: Subject, kind: str) -> None:
    data = files.pdf(kind, circle, QSize(900, 900), LIGHT_COLOURS)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 1
    page = document[0]
    assert page.get_size() == (675, 675)
    text = page.get_textpage().get_text_range()
    assert ARTIST in text
    assert "−1 to +1" in text
    assert "Small 1.0" in text
    shown = page.render(scale=96 / 72).to_numpy()[:, :, :3]
    expected = pixels(files.image(kind, circle, QSize(900, 900), LIGHT_COLOURS))
    assert difference(shown, expected) < 3.0


@pytest.mark.parametrize("points", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_song_of_a_moment_has_pictures(
    qtbot: QtBot, circle: Subject, kind: str, points: int
) -> None:
    short = dataclasses.replace(circle, values=around(points, 0.5), duration_s=points * 0.5)
    assert colours(drawn(short, kind)) > 20
    assert files.svg(kind, short, QSize(400, 400), DARK_COLOURS)
    assert files.pdf(kind, short, QSize(400, 400), DARK_COLOURS)


def test_a_track_without_deviations_has_a_poster(qtbot: QtBot, circle: Subject) -> None:
    bare = dataclasses.replace(circle, values=circle.values[:, :2])
    svg = files.svg(POSTER, bare, QSize(800, 1000), DARK_COLOURS)
    assert not any("90 %" in text for text in texts(svg))
    assert any(
        "90 %" in text for text in texts(files.svg(POSTER, circle, QSize(800, 1000), DARK_COLOURS))
    )


def test_a_place_that_cannot_be_written_is_named(
    qtbot: QtBot, circle: Subject, tmp_path: Path
) -> None:
    place = tmp_path / "nowhere" / "picture.png"
    with pytest.raises(errors.OutputError, match=r"nowhere/picture\.png: cannot be written"):
        files.save_picture(PLANE, circle, place, (400, 400), DARK_COLOURS)
    with pytest.raises(errors.OutputError, match=r"ends in \.png, \.svg or \.pdf"):
        files.save_picture(PLANE, circle, tmp_path / "a.jpg", (400, 400), DARK_COLOURS)
    assert list(tmp_path.iterdir()) == []


def test_path_and_curves_break_where_the_song_is_silent(circle: Subject) -> None:
    values = circle.values.copy()
    values[30:60] = np.nan
    gappy = dataclasses.replace(circle, values=values)
    nothing = dataclasses.replace(circle, values=np.full_like(values, np.nan))
    for kind, at in ((PLANE, (0.0, 0.0, 0.5, 0.5)), (CURVES, (0.3, 0.0, 0.5, 1.0))):
        left, top, right, bottom = at
        parts = []
        for subject in (circle, gappy, nothing):
            found = drawn(subject, kind, (800, 800))
            parts.append(
                found[int(top * 800) : int(bottom * 800), int(left * 800) :][
                    :, : int((right - left) * 800)
                ]
            )
        whole, broken, empty = parts
        # The path leaves this quarter empty, but for a round end that comes in from beside it.
        seen, left_over = (np.abs(part.astype(int) - empty).sum() for part in (whole, broken))
        assert left_over < 0.1 * seen, kind
