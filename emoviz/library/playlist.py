"""Playlists that every player reads: m3u8, which is M3U in UTF-8."""

from collections.abc import Iterable
from pathlib import Path

from emoviz.library.records import LibrarySong
from emoviz.system import files

SUFFIXES = (".m3u8", ".m3u")


def write_m3u8(songs: Iterable[LibrarySong], path: Path) -> None:
    """Write a playlist of songs, in their order, to `path`. Raises `errors.OutputError`.

    Songs below the playlist's folder are named relative to it, so that both can be moved together.
    """
    folder = path.absolute().parent
    with files.whole(path) as file:
        file.write(b"#EXTM3U\n")
        for song in songs:
            name = " - ".join(filter(None, (_one_line(song.artist), _one_line(song.title))))
            # Whoever reads the list takes a line that begins with # for a remark.
            place = song.path
            if song.path.is_relative_to(folder):
                place = song.path.relative_to(folder)
            text = str(place) if not str(place).startswith("#") else f"./{place}"
            if len(text.splitlines()) > 1:
                # A line is all that a name has; players read addresses too.
                text = song.path.as_uri()
            file.write(f"#EXTINF:{round(song.duration_s)},{name}\n{text}\n".encode())


def _one_line(text: str) -> str:
    return " ".join(text.split())
