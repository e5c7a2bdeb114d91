"""The film as a file: what it shows, when, and how it sounds."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from emoviz import errors
from emoviz.export.film_file import FilmFormat
from emoviz.gui.films.layout import layout_of
from emoviz.gui.films.making import FilmCancelledError, FilmOrder, make_film
from emoviz.gui.films.picture import FilmLook, FilmPicture, FilmSubject
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS
from emoviz.gui.settings import FOLLOW, VIEWS, WHOLE
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.sections import section_between
from tests.support.audio import encode, find, music, spoil, write_music
from tests.support.films import Film, run_to_and_fro, running_times_s, write_clicks

RATE_HZ = 22050


def make(
    song: Path,
    target: Path,
    values: np.ndarray,
    film_format: FilmFormat | None = None,
    *,
    dark: bool = True,
    start_s: float = 0.0,
    end_s: float = np.inf,
) -> Film:
    look = FilmLook(dark=dark, trail_s=5.0, view=WHOLE)
    order = FilmOrder(
        song, target, "cae", film_format or FilmFormat(), look, values, start_s, end_s
    )
    make_film(order, pytest.fail, lambda *_: None, lambda: False)
    return Film(target)


@pytest.mark.parametrize(
    ("size", "rate", "length_s"),
    [("720p", 30, 6.3), pytest.param("vertical", 60, 6.3, marks=pytest.mark.more)],
)
def test_the_trail_is_where_the_sound_is(
    qtbot: QtBot, tmp_path: Path, size: str, rate: int, length_s: float
) -> None:
    clicks_s, film_format = running_times_s(length_s), FilmFormat(size, rate)
    write_clicks(tmp_path / "clicks.wav", length_s, clicks_s)
    values = run_to_and_fro(length_s)
    film = make(tmp_path / "clicks.wav", tmp_path / "film.mp4", values, film_format)
    heard_s = film.clicks_s()
    assert heard_s == pytest.approx(clicks_s, abs=0.002)
    late = film.late_pictures(values, film_format, heard_s)
    # A picture is shown until the next one: it may be behind by one, and never ahead.
    assert (late > -0.1).all()
    assert (late < 1.1).all()


@pytest.mark.parametrize(
    ("size", "rate", "pixels", "dark"),
    [
        ("720p", 60, (1280, 720), True),
        ("1080p", 30, (1920, 1080), False),
        ("square", 30, (1080, 1080), True),
        ("vertical", 30, (1080, 1920), False),
    ],
)
def test_it_is_of_the_form_that_players_want(
    qtbot: QtBot, tmp_path: Path, size: str, rate: int, pixels: tuple[int, int], dark: bool
) -> None:
    song = tmp_path / "song.m4a"
    encode(song, music(1.2, 44100), 44100, title="A title", artist="Somebody")
    film = make(song, tmp_path / "film.mp4", run_to_and_fro(1.5), FilmFormat(size, rate), dark=dark)
    content = film.path.read_bytes()
    assert 0 < content.find(b"moov") < content.find(b"mdat")
    with av.open(str(film.path)) as container:
        (picture,), (sound,) = container.streams.video, container.streams.audio
        assert (picture.width, picture.height) == pixels
        assert picture.average_rate == rate
        context = picture.codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        # ITU-R BT.709, in the range of films.
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.color_range == 1
        assert (sound.codec_context.name, sound.rate, sound.channels) == ("aac", 48000, 2)
        assert container.metadata["title"] == "A title"
        assert container.metadata["artist"] == "Somebody"
        length_s = sound.duration * sound.time_base
        assert 0 <= picture.frames / rate - length_s < 1 / rate
    (first,) = film.pictures(np.zeros(1))
    ground = QColor((DARK_COLOURS if dark else LIGHT_COLOURS).panel)
    assert np.abs(first[5, 5].astype(int) - [ground.red(), ground.green(), ground.blue()]).max() < 4


@pytest.mark.parametrize(
    ("suffix", "rate_hz", "channels", "duration_s"),
    [
        (".wav", 8000, 1, 2.0),
        (".flac", 96000, 2, 2.0),
        (".flac", 48000, 6, 2.0),
        (".mp3", 44100, 2, 2.0),
        (".wav", 44100, 2, 0.7),
    ],
)
def test_every_song_sounds_as_it_is(
    qtbot: QtBot, tmp_path: Path, suffix: str, rate_hz: int, channels: int, duration_s: float
) -> None:
    song = tmp_path / f"song{suffix}"
    mono = music(duration_s, rate_hz)[:, :1]
    encode(song, np.repeat(mono, channels, axis=1), rate_hz)
    sound = make(song, tmp_path / "film.mp4", run_to_and_fro(2.0)).sound()
    assert len(sound) / 48000 == pytest.approx(duration_s, abs=0.03)
    heard = np.interp(
        np.arange(round(duration_s * rate_hz)) / rate_hz * 48000, np.arange(len(sound)), sound[:, 0]
    )
    place, correlation = find(heard[rate_hz // 10 : rate_hz // 2], mono[:, 0])
    assert place == pytest.approx(rate_hz // 10, abs=rate_hz * 0.003)
    assert correlation > 0.98


def test_a_part_of_a_song(qtbot: QtBot, tmp_path: Path) -> None:
    clicks_s = running_times_s(12.3)
    write_clicks(tmp_path / "clicks.wav", 12.3, clicks_s)
    song, values = tmp_path / "clicks.wav", run_to_and_fro(12.3)
    film = make(song, tmp_path / "film.mp4", values, start_s=4.0, end_s=8.0)
    inside_s = clicks_s[(clicks_s > 4.0) & (clicks_s < 8.0)]
    assert film.clicks_s() + 4.0 == pytest.approx(inside_s, abs=0.002)
    assert len(film.sound()) / 48000 == pytest.approx(4.0, abs=0.03)
    with pytest.raises(errors.FilmSpanError, match=r"clicks\.wav: it is 12\.3 s long"):
        make(song, tmp_path / "none.mp4", values, start_s=13.0)


def test_the_sections_are_the_chapters_of_a_film_as_far_as_they_are_in_it(
    qtbot: QtBot, tmp_path: Path
) -> None:
    song = tmp_path / "song.wav"
    write_music(song, 6.0, RATE_HZ)
    values = np.repeat([[-0.5, -0.4], [0.6, 0.5]], 40, axis=0)
    words = Circumplex.music()
    sections = (
        section_between(values, words, 0, 8, name="the first"),
        section_between(values, words, 8, 80, name="the second"),
    )
    order = FilmOrder(song, tmp_path / "film.mp4", "cae", FilmFormat(), FilmLook(), values)
    order = replace(order, start_s=1.0, end_s=6.0, sections=sections)
    make_film(order, pytest.fail, lambda *_: None, lambda: False)
    with av.open(str(order.target)) as container:
        chapters = [
            (float(each["start"] * each["time_base"]), each["metadata"]["title"])
            for each in container.chapters()
        ]
    assert chapters == [(0.0, "the first"), (3.0, "the second")]


@pytest.mark.parametrize("view", VIEWS)
def test_the_plane_of_a_film_shows_what_is_wished_for(qtbot: QtBot, view: str) -> None:
    layout = layout_of("720p", 1280, 720)
    values = np.linspace([0.1, 0.0], [0.3, 0.2], 80)
    subject = FilmSubject("Song", "", values, np.zeros((40, 96), np.uint8), 0.0, 40.0)
    picture = FilmPicture(layout, subject, FilmLook(view=view))
    seen = []
    for time_s in np.arange(5.0, 38.0, 0.25).tolist():
        picture.draw(time_s)
        seen.append(picture.camera)
    reaches = {round(camera.reach, 6) for camera in seen}
    places = {(camera.valence, camera.arousal) for camera in seen}
    assert (max(reaches) < 0.5) == (view != WHOLE)
    # What does not follow stays as it is from the first picture on.
    assert (len(places) > 1) == (view == FOLLOW)


def test_a_damaged_song_has_a_film_of_its_length(qtbot: QtBot, tmp_path: Path) -> None:
    song = tmp_path / "song.flac"
    write_music(song, 6.0, RATE_HZ)
    spoil(song, at=0.5)
    film = make(song, tmp_path / "film.mp4", run_to_and_fro(6.0))
    assert len(film.sound()) / 48000 == pytest.approx(6.0, abs=0.03)


def test_a_song_that_breaks_off_has_a_film_until_there(qtbot: QtBot, tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    write_music(song, 6.0, 44100)
    content = song.read_bytes()
    song.write_bytes(content[: len(content) // 2])
    film = make(song, tmp_path / "film.mp4", run_to_and_fro(3.0))
    assert 2.5 < len(film.sound()) / 48000 < 3.5


def test_a_film_that_is_cancelled_leaves_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    song, target = tmp_path / "song.wav", tmp_path / "film.mp4"
    write_music(song, 6.0, RATE_HZ)
    target.write_text("the old one")
    done: list[int] = []
    order = FilmOrder(song, target, "cae", FilmFormat(), FilmLook(), run_to_and_fro(6.0))
    with pytest.raises(FilmCancelledError):
        make_film(order, pytest.fail, lambda *_: done.append(1), lambda: len(done) > 20)
    assert target.read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "song.wav"]


def test_a_silent_moment_is_said_to_be_silent(qtbot: QtBot) -> None:
    layout = layout_of("720p", 1280, 720)
    values = np.tile([0.3, 0.2, 0.1, 0.1], (40, 1))
    values[10:20] = np.nan
    words = []
    for track in (values, np.full_like(values, np.nan)):
        subject = FilmSubject("Song", "", track, np.zeros((40, 96), np.uint8), 0.0, 20.0)
        picture = FilmPicture(layout, subject, FilmLook())
        for time_s in (3.0, 7.0):
            picture.draw(time_s)
            box, scale = layout.word, layout.scale
            rows = slice(int(box.top() * scale), int(box.bottom() * scale))
            columns = slice(int(box.left() * scale), int(box.right() * scale))
            words.append(picture.pixels[rows, columns, :3].copy())
    known, silent, *always = words
    assert (silent != known).any()
    # Something is written there, and the same wherever it is silent.
    assert len(np.unique(silent)) > 2
    assert all((word == silent).all() for word in always)
