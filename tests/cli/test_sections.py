"""`emoviz sections` says where songs turn, of each that opens."""

import re
from pathlib import Path

import pytest

from emoviz.cli import main
from tests.support.audio import write_music


def test_a_line_a_section_and_a_sentence_for_what_does_not_open(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    song, broken = tmp_path / "song.wav", tmp_path / "broken.wav"
    write_music(song, 8.0, 22050)
    broken.write_bytes(b"RIFF")
    assert main(["sections", str(song), str(broken)]) == 1
    said = capfd.readouterr()
    heading, *lines = said.out.splitlines()
    assert heading == str(song)
    assert lines
    pattern = (
        r"[* ]  *\d+:\d\d\.\d - +\d+:\d\d\.\d  .+  valence [+-]\d\.\d\d ± \d\.\d\d  arousal .+"
    )
    assert all(re.fullmatch(pattern, line) for line in lines)
    assert lines[-1].split(" - ")[1].split()[0] == "0:08.0"
    assert "broken.wav" in said.err
