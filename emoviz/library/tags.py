"""What emoviz writes into songs' own tags: valence and arousal, and what is said of the song.

| | ID3 (mp3, wav, aiff) | Vorbis comments (flac, ogg, opus) | mp4 | wma |
| --- | --- | --- | --- | --- |
| valence | TXXX:EMOVIZ_VALENCE | EMOVIZ_VALENCE | ----:com.apple.iTunes:EMOVIZ_VALENCE | the same |
| arousal | TXXX:EMOVIZ_AROUSAL | EMOVIZ_AROUSAL | ----:com.apple.iTunes:EMOVIZ_AROUSAL | the same |
| said | TXXX:EMOVIZ_MOOD | EMOVIZ_MOOD | ----:com.apple.iTunes:EMOVIZ_MOOD | the same |
| said | TMOO; ID3v2.3: TXXX:MOOD | MOOD | ----:com.apple.iTunes:MOOD | WM/Mood |

MOOD is where players and other taggers look, MusicBrainz Picard and Mp3tag among them; EMOVIZ_MOOD
beside it tells whether it is emoviz's. Older versions wrote no EMOVIZ_MOOD, and Russell's word as
MOOD. Other programs write numbers as VALENCE and AROUSAL, but from 0 to 1 as Spotify had them, or
from 1 to 9: on emoviz's scale, from -1 to 1, they would be misread, so the names are emoviz's own.

mutagen is imported only here, and this module only where tags are asked for: it is GPL.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

try:
    import mutagen
except ImportError as error:
    from emoviz import errors

    raise errors.ExtraMissingError("Tags", "tags") from error

from mutagen.aiff import AIFF
from mutagen.asf import ASF
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TMOO, TXXX
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4FreeForm
from mutagen.ogg import OggFileType
from mutagen.wave import WAVE

from emoviz import errors
from emoviz.library.records import Summary
from emoviz.library.rewriting import rewrite
from emoviz.system import files
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import said_of_song
from emoviz.tracks.track import Track

VALENCE, AROUSAL, SAID, MOOD = "EMOVIZ_VALENCE", "EMOVIZ_AROUSAL", "EMOVIZ_MOOD", "MOOD"
_NAMES = (VALENCE, AROUSAL, SAID, MOOD)

Fields = dict[str, str]
"""Those of the four that a song has"""

Changes = dict[str, str | None]
"""What fields become; None is none"""

_KINDS = (MP3, WAVE, AIFF, FLAC, OggFileType, MP4, ASF)

_ID3V1_BYTES = 128


@dataclass(frozen=True)
class Feeling:
    """A song as a whole, as it is written: two decimals, and what is said of it."""

    valence: str
    arousal: str
    said: str

    @classmethod
    def of(cls, trajectory: Track) -> "Feeling | None":
        """Sum a trajectory up by its means; None where all of it is silent."""
        summary = Summary.of(trajectory)
        if summary is None:
            return None
        # Adding zero: there is no -0.00.
        valence, arousal = (round(value, 2) + 0.0 for value in summary.mean)
        said = said_of_song(trajectory.values, Circumplex.music())
        return cls(f"{valence:.2f}", f"{arousal:.2f}", said)


def read(path: Path) -> Fields:
    """Give the fields that a song has. Raises `errors.OutputError` where it can have none."""
    with _as_output_error(path):
        return _access(_opened(path, _kind(path))).fields()


def write(path: Path, changes: Changes) -> None:
    """Change fields of a song; what sounds, its time and its permissions stay as they are.

    Raises `errors.OutputError`, and then the file is as it was.
    """
    with _as_output_error(path):
        kind = _kind(path)
    rewrite(path, partial(_change, path, kind, changes))


def to_write(fields: Fields, feeling: Feeling, *, replace: bool) -> Changes:
    """Give what is to change; a mood that is someone else's stays, unless it is to be replaced."""
    wanted: Changes = {VALENCE: feeling.valence, AROUSAL: feeling.arousal, SAID: feeling.said}
    if replace or MOOD not in fields or _is_own_mood(fields):
        wanted[MOOD] = feeling.said
    return {name: text for name, text in wanted.items() if fields.get(name) != text}


def to_remove(fields: Fields) -> Changes:
    """Give what is to change so that nothing is left of what emoviz wrote."""
    own = [VALENCE, AROUSAL, SAID, *([MOOD] if _is_own_mood(fields) else [])]
    return {name: None for name in own if name in fields}


def _is_own_mood(fields: Fields) -> bool:
    """Tell whether the mood is emoviz's: it is what emoviz said.

    Of an older version it is the word for the numbers beside it: nobody else writes these.
    """
    if SAID in fields:
        return fields.get(MOOD) == fields[SAID]
    try:
        valence, arousal = float(fields[VALENCE]), float(fields[AROUSAL])
    except (KeyError, ValueError):
        return False
    return fields.get(MOOD) == Circumplex.russell().word_at(valence, arousal)


class _Access(Protocol):
    """The four fields in one kind of tags."""

    def fields(self) -> Fields: ...

    def set(self, name: str, text: str | None) -> None: ...


class _Id3:
    def __init__(self, tags: ID3) -> None:
        self._tags = tags
        self._old = _is_old(tags)

    def fields(self) -> Fields:
        found = {}
        for name in _NAMES:
            for frame in self._frames(name):
                found[name] = "; ".join(map(str, frame.text))
        return found

    def set(self, name: str, text: str | None) -> None:
        for frame in self._frames(name):
            self._tags.delall(frame.HashKey)
        if text is None:
            return
        if name == MOOD and not self._old:
            self._tags.add(TMOO(encoding=3, text=[text]))
        else:
            # Latin-1 serves for all that is written; ID3v2.3 knows no UTF-8.
            self._tags.add(TXXX(encoding=0, desc=name, text=[text]))

    def _frames(self, name: str) -> list[Any]:
        described = [frame for frame in self._tags.getall("TXXX") if frame.desc.upper() == name]
        return described + (self._tags.getall("TMOO") if name == MOOD else [])


class _Named:
    """Tags that are lists of values by name, whatever the name's capitals."""

    def __init__(
        self,
        tags: Any,  # noqa: ANN401  (mutagen has no types)
        key: Callable[[str], str] = str,
        value: Callable[[str], Any] = str,
        text: Callable[[Any], str] = str,
    ) -> None:
        self._tags, self._key, self._value, self._text = tags, key, value, text

    def fields(self) -> Fields:
        found = {}
        for name in _NAMES:
            for key in self._keys(name):
                found[name] = "; ".join(map(self._text, self._tags[key]))
        return found

    def set(self, name: str, text: str | None) -> None:
        for key in self._keys(name):
            del self._tags[key]
        if text is not None:
            self._tags[self._key(name)] = [self._value(text)]

    def _keys(self, name: str) -> list[str]:
        wanted = self._key(name).lower()
        return [key for key in dict.fromkeys(self._tags.keys()) if key.lower() == wanted]


def _kind(path: Path) -> type[mutagen.FileType]:
    found = mutagen.File(path)
    if not isinstance(found, _KINDS):
        raise _no_tags(path)
    return type(found)


def _opened(file: Path, kind: type[mutagen.FileType]) -> mutagen.FileType:
    if not issubclass(kind, MP3 | WAVE | AIFF):
        opened = kind(file)
    else:
        # Frames stay as they are, not as the newest version of ID3 would have them.
        opened = kind(file, translate=False, load_v1=False)
        if opened.tags is None:
            # What stands in an ID3v1 tag is taken along: it is not looked at beside a newer one.
            opened = kind(file)
    if opened.tags is None:
        opened.add_tags()
    return opened


def _access(opened: mutagen.FileType) -> _Access:
    tags = opened.tags
    if isinstance(tags, ID3):
        return _Id3(tags)
    if isinstance(opened, FLAC | OggFileType):
        return _Named(tags)
    if isinstance(opened, MP4):
        return _Named(
            tags,
            "----:com.apple.iTunes:{}".format,
            lambda text: MP4FreeForm(text.encode()),
            lambda value: bytes(value).decode("utf-8", "replace"),
        )
    return _Named(tags, lambda name: "WM/Mood" if name == MOOD else name)


def _change(path: Path, kind: type[mutagen.FileType], changes: Changes, copy: Path) -> None:
    with _as_output_error(path):
        opened = _opened(copy, kind)
        access = _access(opened)
        for name, text in changes.items():
            access.set(name, text)
        if isinstance(opened.tags, ID3):
            _save_id3(opened, copy)
        else:
            opened.save()


def _save_id3(opened: mutagen.FileType, file: Path) -> None:
    tags, id3v1 = opened.tags, _id3v1(file)
    if not tags and not tags.unknown_frames:
        opened.delete()
    elif _is_old(tags):
        opened.save(v2_version=3, v23_sep=None)
    else:
        opened.save()
    if id3v1:
        # mutagen writes it anew from the other tags, and not all that it held need be in these.
        with file.open("r+b") as written:
            written.seek(0 if not _id3v1(file) else -_ID3V1_BYTES, os.SEEK_END)
            written.write(id3v1)


def _id3v1(file: Path) -> bytes:
    with file.open("rb") as opened:
        opened.seek(-min(_ID3V1_BYTES, file.stat().st_size), os.SEEK_END)
        last = opened.read()
    return last if last.startswith(b"TAG") and len(last) == _ID3V1_BYTES else b""


def _is_old(tags: ID3) -> bool:
    return tags.version[:2] in ((2, 2), (2, 3))


def _no_tags(path: Path) -> errors.OutputError:
    return errors.OutputError(
        path,
        "emoviz knows no tags for this kind of file",
        "leave it out, or convert it to flac, ogg, mp3 or m4a",
    )


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    """Turn what mutagen says of a file into `errors.OutputError`."""
    try:
        with files.as_output_error(path):
            yield
    except mutagen.MutagenError as error:
        reason = error.args[0] if error.args else error
        if isinstance(reason, OSError):
            with files.as_output_error(path):
                raise reason from error
        raise _damaged(path, "they are damaged") from error
    except errors.EmovizError:
        raise
    except Exception as error:  # its readers raise whatever they come across in damaged tags
        raise _damaged(path, "they are damaged") from error


def _damaged(path: Path, reason: str) -> errors.OutputError:
    return errors.OutputError(path, f"its tags: {reason}", "leave it out, or get a fresh copy")
