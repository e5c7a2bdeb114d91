"""What songs say of themselves: title, artist, album, cover."""

import io
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import category

from emoviz.songs.old_encodings import text_of

_MOST_LETTERS = 1000
"""Of a title: what is longer is no title."""
_MOST_READS = 20_000
"""Whoever has looked into a file so often is lost in what is no tag: in zeros, eight at a time."""
_FIELDS = ("title", "artist", "album")
_LATIN, _OTHER = "latin-1", "cp437"


class Tags(NamedTuple):
    """Empty texts, and None, where a song does not say it."""

    title: str = ""
    artist: str = ""
    album: str = ""
    cover: bytes | None = None


class _PatientFile(io.BufferedReader):
    """A file that gives no more after it was read very often."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > _MOST_READS:
            return b""
        return super().read(size)


def read_tags(path: Path) -> Tags:
    """Read the tags of a song; a song plays without them, and a broken one is as none."""
    found = _read(path, _LATIN)
    if found is None:
        return Tags()
    texts = [getattr(found, field) or "" for field in _FIELDS]
    if any("\x80" <= letter <= "\xff" for text in texts for letter in text):
        texts = _in_own_alphabet(path, texts)
    image = found.images.any
    title, artist, album = map(_one_line, texts)
    return Tags(title, artist, album, image.data if image else None)


def _in_own_alphabet(path: Path, texts: list[str]) -> list[str]:
    """Read anew those texts that do not say in which encoding they are."""
    other = _read(path, _OTHER)
    if other is None:
        return texts
    # Told by what another default makes of them.
    others = [getattr(other, field) or "" for field in _FIELDS]
    open_to_doubt = [text != another for text, another in zip(texts, others, strict=True)]
    return [
        text_of(text.encode(_LATIN, "ignore")) if is_open else text
        for text, is_open in zip(texts, open_to_doubt, strict=True)
    ]


def _read(path: Path, encoding: str) -> Any:  # noqa: ANN401  (tinytag is imported below)
    import tinytag

    try:
        with path.open("rb", buffering=0) as raw, _PatientFile(raw) as file:
            return tinytag.TinyTag.get(
                str(path), file, duration=False, image=True, encoding=encoding
            )
    except (tinytag.TinyTagException, OSError, ValueError, KeyError, IndexError):
        return None


def _one_line(text: str) -> str:
    """Give a tag as it can be shown and written: no halves of letters, nothing that commands."""
    shown = (" " if category(letter) in ("Cc", "Cs") else letter for letter in text)
    return " ".join("".join(shown).split())[:_MOST_LETTERS]
