"""The fuzzer's kinds of lie, a few of each: what is heard is as long as it has to be."""

from pathlib import Path
from random import Random

import pytest

from build_scripts.fuzz.kinds import KINDS, RATE_HZ
from emoviz import errors
from emoviz.songs.song import Song

CASES = 12


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_heard_of_a_song_with_a_lie_is_as_long_as_its_sound(
    tmp_path: Path, kind: str
) -> None:
    for number in range(CASES):
        built = KINDS[kind](tmp_path, Random(f"{kind}/{number}"))
        said: list[str] = []
        try:
            with Song.open(built.path) as song:
                heard_s = sum(map(len, song.sound_blocks(RATE_HZ, said.append))) / RATE_HZ
        except errors.SongTooShortError:
            heard_s = 0.0
        assert built.least_s <= heard_s <= built.most_s, (number, built, heard_s)
        if built.is_said is not None:
            told = any("header says" in sentence for sentence in said)
            assert told == built.is_said, (number, built, said)
