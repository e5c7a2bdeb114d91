"""What a track answers: a moment, a part, a summary, how it agrees; a table, a plot, a picture."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from emoviz import errors
from emoviz.tracks.agreement import agreements
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.showing import COLOURS
from emoviz.tracks.track import COLUMNS, Provenance, Track, load_csv

PROVENANCE = Provenance("a.wav", "0f" * 32, 'A <b>bold</b> & "loud" song', "cae", "1", "0")
VALUES = np.column_stack(
    [np.linspace(-0.5, 0.7, 40), np.linspace(0.8, -0.6, 40), np.full(40, 0.2), np.full(40, 0.1)]
)


@pytest.fixture
def whole() -> Track:
    return Track.from_values(VALUES.copy(), PROVENANCE)


@pytest.fixture
def gappy() -> Track:
    """Give a track that is unknown at its start, in between, and around one value."""
    values = VALUES.copy()
    values[[*range(4), *range(10, 20), 29, 31]] = np.nan
    return Track.from_values(values, PROVENANCE)


@pytest.fixture
def unknown() -> Track:
    return Track.from_values(np.full((6, 4), np.nan), PROVENANCE)


def test_a_moment_is_the_half_second_that_sounds(whole: Track) -> None:
    for index, time_s in enumerate(whole.times_s):
        assert whole.at(time_s).valence == whole.valence[index]
        assert whole.at(time_s - 0.25).arousal == whole.arousal[index]
    first = whole.at(0)
    assert (first.time_s, first.valence_sd, first.arousal_sd) == (0.5, 0.2, 0.1)
    assert first.word == whole.words[0] == Circumplex.russell().word_at(-0.5, 0.8)
    assert first.said == whole.said[0]


@pytest.mark.parametrize("time_s", [-0.01, 20.01, np.inf, -np.inf, np.nan])
def test_a_moment_outside_is_an_error(whole: Track, time_s: float) -> None:
    with pytest.raises(errors.TimeOutsideError, match="from 0 s to 20 s"):
        whole.at(time_s)


def test_an_unknown_moment_has_no_word(gappy: Track) -> None:
    assert np.isnan(gappy.at(7.0).valence)
    assert gappy.at(7.0).word == ""
    assert [word == "" for word in gappy.words] == np.isnan(gappy.valence).tolist()
    assert gappy.at(7.0).said == ""
    assert [text == "" for text in gappy.said] == np.isnan(gappy.valence).tolist()


def test_a_track_without_deviations_answers_too() -> None:
    bare = Track.from_values(VALUES[:, :2], PROVENANCE)
    assert bare.at(3.0).valence_sd is None
    assert bare.between(1.0, 2.0).valence_sd is None
    assert bare.to_pandas()["valence_sd"].isna().all()
    assert bare._repr_html_().count("<svg") == 2
    assert len(bare.plot().lines) == 3


@pytest.mark.parametrize(
    ("from_s", "to_s", "first_s", "last_s"),
    [
        (3.0, 5.0, 3.5, 5.0),
        (2.9, 5.1, 3.5, 5.0),
        (3.1, 4.9, 4.0, 4.5),
        (-7.0, 1.0, 0.5, 1.0),
        (19.0, np.inf, 19.5, 20.0),
        (-np.inf, np.inf, 0.5, 20.0),
        (0.1 + 0.2 + 0.2, 1.0, 1.0, 1.0),
    ],
)
def test_a_part_has_what_lies_wholly_between(
    whole: Track, from_s: float, to_s: float, first_s: float, last_s: float
) -> None:
    part = whole.between(from_s, to_s)
    np.testing.assert_array_equal(part.times_s, np.arange(first_s, last_s + 0.1, 0.5))
    first = round(first_s / 0.5) - 1
    np.testing.assert_array_equal(part.values, VALUES[first : first + len(part)])
    assert part.provenance == PROVENANCE
    assert part.at(first_s) == whole.at(first_s)
    assert part.between(-1.0, 100.0) == part


@pytest.mark.parametrize(
    ("from_s", "to_s"), [(5.0, 5.0), (6.0, 5.0), (5.1, 5.4), (20.0, 30.0), (np.nan, 5.0)]
)
def test_a_part_without_a_half_second_is_an_error(whole: Track, from_s: float, to_s: float) -> None:
    with pytest.raises(errors.SpanEmptyError, match="goes from 0 s to 20 s"):
        whole.between(from_s, to_s)


def test_a_moment_before_a_part_is_an_error(whole: Track) -> None:
    with pytest.raises(errors.TimeOutsideError, match="from 5 s to 8 s"):
        whole.between(5.0, 8.0).at(4.9)


def test_a_part_reads_back_equal(whole: Track, tmp_path: Path) -> None:
    part = whole.between(5.0, 8.0)
    part.save_csv(tmp_path / "part.csv")
    assert load_csv(tmp_path / "part.csv") == part


def test_a_summary_is_of_what_is_known(whole: Track, gappy: Track, unknown: Track) -> None:
    summary = whole.summary()
    assert summary["duration_s"] == summary["known_s"] == 20.0
    assert summary["valence_mean"] == pytest.approx(VALUES[:, 0].mean())
    assert summary["arousal_spread"] == pytest.approx(VALUES[:, 1].std())
    assert (summary["most_positive_s"], summary["most_excited_s"]) == (20.0, 0.5)
    summary = gappy.summary()
    assert (summary["duration_s"], summary["known_s"]) == (20.0, 12.0)
    assert summary["arousal_mean"] == pytest.approx(np.nanmean(gappy.arousal))
    assert summary["most_excited_s"] == 2.5
    summary = unknown.summary()
    assert (summary["duration_s"], summary["known_s"], summary["word"]) == (3.0, 0.0, "")
    assert summary["said"] == ""
    assert np.isnan([summary["valence_mean"], summary["most_positive_s"]]).all()


def test_tracks_are_compared_at_the_same_times(whole: Track, gappy: Track, unknown: Track) -> None:
    assert whole.agreement(gappy) == agreements(whole.values, gappy.values)
    assert whole.agreement(gappy).valence.half_seconds == 24
    found = whole.between(5.0, 12.0).agreement(whole.between(8.0, 20.0))
    assert (found.arousal.half_seconds, found.arousal.rmse) == (8, 0.0)
    assert whole.between(0.0, 5.0).agreement(whole.between(5.0, 8.0)).valence.rmse is None
    assert whole.agreement(unknown).valence.half_seconds == 0


def test_a_table_has_the_columns_of_the_csv(gappy: Track) -> None:
    table = gappy.to_pandas()
    assert tuple(table.columns) == COLUMNS
    np.testing.assert_array_equal(table["valence"], gappy.valence)
    assert list(table["emotion"]) == gappy.words
    assert list(table["said"]) == gappy.said
    assert table.attrs["song_sha256"] == PROVENANCE.song_sha256


@pytest.fixture(autouse=True)
def no_screen() -> None:
    matplotlib.use("agg")


def test_a_plot_goes_on_the_axes_that_are_given(gappy: Track, unknown: Track) -> None:
    from matplotlib import pyplot

    figure, (first, second) = pyplot.subplots(2)
    assert gappy.plot(first) is first
    unknown.plot(ax=second)
    figure.canvas.draw()
    np.testing.assert_array_equal(first.lines[0].get_ydata(), gappy.valence)
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["valence", "arousal"]
    pyplot.close("all")


@pytest.mark.parametrize("package", ["pandas", "matplotlib"])
def test_what_is_not_installed_is_named_with_its_remedy(
    whole: Track, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    use = {"pandas": whole.to_pandas, "matplotlib": whole.plot}[package]
    with pytest.raises(errors.ExtraMissingError, match=r"pip install 'emoviz\[notebook\]'"):
        use()


def drawings(track: Track) -> list[ET.Element]:
    page = ET.fromstring(track._repr_html_())
    return page.findall(".//{http://www.w3.org/2000/svg}svg")


def test_in_a_notebook_it_shows_two_pictures_that_say_what_they_are(whole: Track) -> None:
    html = whole._repr_html_()
    # Only what the song is called comes from outside.
    assert "<b>" not in html
    assert "script" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    plane, curves = drawings(whole)
    for picture in (plane, curves):
        assert picture.get("role") == "img"
        assert PROVENANCE.song_title in str(picture.get("aria-label"))
        assert picture[0].text == picture.get("aria-label")
    assert "from 0.5 to 20 seconds" in str(curves.get("aria-label"))


def test_a_notebooks_picture_is_broken_where_nothing_is_known(gappy: Track, unknown: Track) -> None:
    assert "nan" not in gappy._repr_html_()
    plane, _ = drawings(gappy)
    # Known are 4 to 9, 20 to 28, 30 alone, and 32 to the end.
    drawn = [str(path.get("d")) for path in plane if path.get("stroke") == COLOURS["valence"]]
    assert [path.count("M") for path in drawn] == [4]
    assert len(drawings(unknown)) == 2
    assert "nan" not in unknown._repr_html_()


def test_a_notebooks_picture_of_a_day_is_small() -> None:
    day = np.random.default_rng(1).uniform(-0.5, 0.5, (2 * 24 * 3600, 4))
    assert len(Track.from_values(abs(day), PROVENANCE)._repr_html_()) < 40_000


def test_a_notebooks_picture_is_seen_on_black_and_on_white(whole: Track) -> None:
    colours = set(re.findall(r'(?:stroke|fill)="([^"]+)"', whole._repr_html_()))
    assert colours == {"none", "currentColor", *COLOURS.values()}
    for colour in COLOURS.values():
        light = _luminance(colour)
        # What WCAG 2.2 asks of graphics.
        assert min((light + 0.05) / (0.006 + 0.05), 1.05 / (light + 0.05)) >= 3.0


def _luminance(colour: str) -> float:
    levels = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
