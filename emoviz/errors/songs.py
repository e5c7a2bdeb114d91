"""What can be wrong with a song."""

import errno
import re
from collections.abc import Sequence
from pathlib import Path

from emoviz.errors.base import EmovizError, words_of

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""How `http://…` begins, also where it was made a path, of which // is one /; no drive does."""


class SongError(EmovizError):
    """A song cannot be opened or decoded."""


class SongNotFoundError(SongError):
    """The path leads to nothing."""

    def __init__(self, path: Path) -> None:
        remedy = "no such file; check the name or choose the song again"
        if str(path) == "-":
            remedy = "standard input is not read; save the sound as a file and name that"
        elif _ADDRESS.match(str(path)):
            remedy = "this is an address in a network; download the song and name its file"
        super().__init__(f"{path}: {remedy}.")


class SongIsFolderError(SongError):
    """The path leads to a folder where a file is needed."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is a folder; choose one song file inside it.")


class SongIsNoFileError(SongError):
    """The path leads to something that cannot be read twice, as a song must be."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is a pipe or a device; save the song as a file first.")


class SongPermissionError(SongError):
    """The operating system refuses to let the file be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: you are not allowed to read this file; change its permissions or copy it."
        )


class SongEmptyError(SongError):
    """The file has no bytes, or no audio in it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the file holds no audio; get a complete copy of it.")


class SongNameError(SongError):
    """The file's name cannot be written as text."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this name is not valid Unicode; rename the file.")


class SongFormatError(SongError):
    """No decoder recognises the file as audio."""

    def __init__(self, path: Path, reason: str = "") -> None:
        because = f" ({reason})" if reason else ""
        super().__init__(
            f"{path}: this is not audio that emoviz can decode{because}; "
            "convert it to wav, flac, ogg or mp3."
        )


class SoundTrackError(SongError):
    """A file has no sound track of the number that was chosen."""

    def __init__(self, path: Path, number: int, count: int) -> None:
        has = "one sound track" if count == 1 else f"{count} sound tracks"
        remedy = "choose none" if count == 1 else f"choose one from 1 to {count}"
        super().__init__(f"{path}: it has {has} and none of number {number}; {remedy}.")


class SoundTrackOfManyError(SongError):
    """A sound track was chosen for what keeps one track of each song."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(
            f"{', '.join(map(str, paths))}: --track chooses a sound track of one song, whose "
            "prediction goes to a CSV or JSON file; name one song and such a file, or use "
            "'emoviz export'."
        )


class SongProtectedError(SongError):
    """The sound is encrypted, and who sold it keeps the key."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: its sound is encrypted (copy protection, DRM); get a copy without protection."
        )


class SongCodedError(SongError):
    """What a lossless decoder gives is no sound, but sound that is coded once more."""

    def __init__(self, path: Path, form: str) -> None:
        super().__init__(
            f"{path}: in place of samples it holds coded sound ({form}), which is noise to whoever "
            "plays it; unpack it to a wav and open that."
        )


class SongDamagedError(SongError):
    """Decoding failed after it had begun, or the samples are not numbers."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: the audio is damaged ({reason}); get a fresh copy of the file.")


class DecoderLostError(SongError):
    """The process that decoded a song has ended, or was ended because it hung."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: decoding broke off ({reason}); open it again, and if that does not help get "
            "a fresh copy of the file."
        )


class SongVanishedError(SongError):
    """The file was there when it was opened and is gone now."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: the file has vanished while it was in use; "
            "reconnect the disk or open it again."
        )


class SongChangedError(SongError):
    """The file is not what it was when it was opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the file was changed while it was in use; open it again.")


class SongTooShortError(SongError):
    """The song is shorter than one half-second value."""

    def __init__(self, path: Path, duration_s: float) -> None:
        super().__init__(
            f"{path}: it is {duration_s:.2f} s long and a prediction needs at least half a second; "
            "choose a longer piece."
        )


class SamplesError(SongError, ValueError):
    """An array is no sound that can be tracked."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"these samples cannot be tracked: {reason}; {remedy}.")


class SongUnseenError(SongError):
    """A worker on another machine does not find the file."""

    def __init__(self, path: Path, machine: str) -> None:
        super().__init__(
            f"{path}: the worker on {machine} cannot see this file; keep the songs on a disk that "
            "every machine has under the same path."
        )


class SongEndsWorkersError(SongError):
    """Workers were ended one after the other while they tracked a song."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: several workers were ended while they tracked this song; it may need more "
            "memory than they have, or be damaged."
        )


class SongFailedError(SongError):
    """What nobody expected went wrong with a song; the log has the traceback."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path}: {what} failed as nobody expected; the log says where it did. Choose another "
            "file."
        )


class SongsNotAlikeError(SongError):
    """Two songs have nothing in common by which one could be aligned with the other."""

    def __init__(self, one: Path, other: Path) -> None:
        super().__init__(
            f"{other}: nothing in it sounds like {one.name}, so they stay compared by the clock; "
            "align versions of one piece."
        )


class NoSongsError(SongError):
    """Folders were searched and no song was found."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(
            f"{', '.join(map(str, paths))}: no song in this folder; name a song or another folder."
        )


class NotAFileError(SongError):
    """What is to be opened has an address, but is no file."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address}: this is no file of this computer; save it first, and open the file."
        )


_NOWHERE = (errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
"""A folder of the name is a file, no name is so long, a link leads to itself: there is no file."""


def unreadable(path: Path, error: OSError) -> SongError:
    """Give what to say of a song that the operating system does not let be looked at or read."""
    if isinstance(error, FileNotFoundError) or error.errno in _NOWHERE:
        return SongNotFoundError(path)
    if isinstance(error, PermissionError):
        return SongPermissionError(path)
    return SongDamagedError(path, words_of(error))
