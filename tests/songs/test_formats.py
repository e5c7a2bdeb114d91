"""The table of what can be opened, against what the decoders say of themselves."""

import av
import pytest
import soundfile

from emoviz.songs.formats import FFMPEG, LIBSNDFILE

# Files are met with these, too: FFmpeg names no suffix of theirs, or others.
CUSTOMARY = {
    *("amr", "awb", "oga", "ogv", "ogx", "opus", "spx", "m4r", "m4v", "3gp", "3g2"),
    *("weba", "qt", "f4a", "mp1"),
    *("wma", "wmv", "asf", "mpg", "mpeg", "vob", "ts", "m2ts", "mts", "wv", "dsf", "dff"),
}


@pytest.mark.parametrize("name", FFMPEG)
def test_ffmpeg_has_what_is_looked_for(name: str) -> None:
    form = av.ContainerFormat(name, "r")
    assert set(FFMPEG[name]) <= form.extensions | CUSTOMARY


def test_libsndfile_has_what_is_looked_for() -> None:
    assert set(LIBSNDFILE) <= soundfile.available_formats().keys()
