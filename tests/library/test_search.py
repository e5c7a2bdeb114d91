"""Songs found by their feeling."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.library import playlist, search
from emoviz.library.search import Area, find, find_alike, meant_by
from emoviz.library.store import Ids, Library
from tests.library.making import make_track, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        put(opened, tmp_path / "glad.wav", (0.5, 0.1))
        put(opened, tmp_path / "sad.wav", (-0.5, -0.3))
        put(opened, tmp_path / "tense.wav", (-0.1, 0.5))
        put(opened, tmp_path / "middle.wav", (0.02, -0.03))
        put(opened, tmp_path / "brightens.wav", (-0.4, -0.2), (0.5, 0.15))
        put(opened, tmp_path / "darkens.wav", (0.5, 0.15), (-0.4, -0.2))
        yield opened


def names(library: Library, ids: Ids) -> list[str]:
    return [song.title for song in library.songs(ids)]


def test_a_region_with_its_borders_and_its_middle_first(library: Library) -> None:
    region = Area(valence=(-1.0, 0.05), arousal=(-1.0, 0.5))
    found = names(library, find(library, [region], "cae"))
    # The middle of the region is (-0.475, -0.25).
    assert found[0] == "sad"
    assert set(found) == {"sad", "brightens", "darkens", "middle", "tense"}
    assert names(library, find(library, [Area(valence=(0.5, 0.5))], "cae")) == ["glad"]
    assert len(find(library, [Area()], "musicnn")) == 0


def test_words(library: Library) -> None:
    assert names(library, find(library, [meant_by("Sad")], "cae")) == ["sad"]
    assert names(library, find(library, [meant_by("happy")], "cae")) == ["glad"]
    # What the quadrant is called, and what it was called before.
    for quadrant in ("sad, gloomy", "sad, bored"):
        assert names(library, find(library, [meant_by(quadrant)], "cae")) == ["sad"]
    assert names(library, find(library, [meant_by("joyful")], "cae")) == ["glad"]
    neutral = find(library, [meant_by("neutral")], "cae")
    assert set(names(library, neutral)) == {"middle", "brightens", "darkens"}
    with pytest.raises(errors.WordError, match="'groovy' is no word of the plane; choose one of"):
        meant_by("groovy")


def test_changes(library: Library) -> None:
    starts = meant_by("sad", search.START, search.CHANGE_REACH_DEG)
    ends = meant_by("happy", search.END, search.CHANGE_REACH_DEG)
    assert names(library, find(library, [starts, ends], "cae")) == ["brightens"]
    assert names(library, find(library, [starts], "cae")) == ["brightens", "sad"]


def test_songs_alike_by_their_path_whatever_their_length(library: Library, tmp_path: Path) -> None:
    like = make_track(tmp_path / "glad.wav", (-0.4, -0.2), (0.5, 0.15), count=517)
    ids, distances = find_alike(library, like, "cae")
    assert names(library, ids)[0] == "brightens"
    # One has 40 values and the other 517.
    assert distances[0] < 0.01
    assert np.all(np.diff(distances) >= 0)
    assert len(ids) == 6
    still = make_track(tmp_path / "glad.wav", (0.0, 0.0), (0.0, 0.0), count=3)
    _, distances = find_alike(library, still, "cae")
    glad = names(library, find_alike(library, still, "cae")[0]).index("glad")
    assert distances[glad] == pytest.approx(np.hypot(0.5, 0.1), abs=0.001)


def test_a_playlist_names_what_is_below_it_from_where_it_is(
    library: Library, tmp_path: Path
) -> None:
    odd = put(library, tmp_path / "disc" / "#1 Präludium.wav", artist="Bach\nJ. S.")
    file = tmp_path / "disc" / "list.m3u8"
    playlist.write_m3u8(library.songs([odd, 1]), file)
    assert file.read_text(encoding="utf-8").splitlines() == [
        "#EXTM3U",
        "#EXTINF:20,Bach J. S. - #1 Präludium",
        "./#1 Präludium.wav",
        "#EXTINF:20,glad",
        str(tmp_path / "glad.wav"),
    ]


def test_a_line_break_in_a_name_does_not_divide_a_playlist(
    library: Library, tmp_path: Path
) -> None:
    odd = put(library, tmp_path / "two\nlines.wav")
    file = tmp_path / "list.m3u8"
    playlist.write_m3u8(library.songs([odd]), file)
    place = file.read_text(encoding="utf-8").splitlines()[-1]
    assert place == (tmp_path / "two\nlines.wav").as_uri()
    assert place.endswith("/two%0Alines.wav")
