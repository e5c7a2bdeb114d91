"""Opening a file with FFmpeg so that it reads that file and no other, and choosing its sound."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz import errors
from emoviz.songs.decoder import SoundTracks

if TYPE_CHECKING:
    from av import AudioStream
    from av.container import InputContainer

    from emoviz.songs.pieces import PiecedFile

_FOLLOWING = frozenset(
    (
        *("concat", "hls", "dash", "webm_dash_manifest", "imf", "sdp", "rtsp", "rtp", "sap"),
        *("image2", "image2pipe", "lavfi", "vobsub", "avisynth", "vapoursynth", "msnwctcp"),
    )
)
"""FFmpeg's readers of what names other files, or addresses in a network, that are then opened"""
_FAR = {"analyzeduration": "600000000", "probesize": "500000000"}
"""Microseconds and bytes"""
_PROTECTED = ("drms", "enca", "aavd")
"""What mp4 files say in the place of a codec where the sound is encrypted."""
_MOST_LETTERS = 60
"""Of a sound track's title: what is longer is none."""
_UNDETERMINED = "und"
"""The language that files give where none is known: ISO 639-2."""


def open_container(
    path: Path,
    source: "PiecedFile | None" = None,
    form: str | None = None,
    *,
    look_far: bool = False,
) -> "InputContainer":
    """Open the file at `path`, or what `source` has of it, in the format `form` if that is known.

    What kind of sound it is FFmpeg looks for in the first seconds, and with `look_far` in minutes.
    Raises `errors.SongError`.
    """
    # Imported here because some songs never need it, and it costs start-up time.
    import av

    # A colon in a name that begins with no slash is taken for the end of a protocol.
    name = source or str(path.absolute())
    options = _limits() | (_FAR if look_far else {})
    try:
        return av.open(name, "r", format=form, container_options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        if _is_mp4(path):
            # The index of these files is usually at their end: the first thing to get lost.
            raise errors.SongDamagedError(path, "its end is missing") from error
        raise errors.SongFormatError(path) from error


@cache
def _limits() -> dict[str, str]:
    """Give the options of FFmpeg that keep it from opening anything else."""
    import av

    formats = ",".join(sorted(av.formats_available - _FOLLOWING))
    return {"protocol_whitelist": "file", "format_whitelist": formats}


def sound_of(container: "InputContainer", path: Path, number: int | None) -> "AudioStream":
    """Give the sound track of that number, from 1 on, or the one that is heard where it is None.

    That is, of those that can be decoded, the default one or the first. Raises `errors.SongError`.
    """
    tracks = container.streams.audio
    if not tracks:
        raise errors.SongFormatError(path, "it has no sound track")
    known = [track for track in tracks if track.codec_context is not None]
    if number is not None:
        if not 1 <= number <= len(tracks):
            raise errors.SoundTrackError(path, number, len(tracks))
        known = [track for track in known if track.index == tracks[number - 1].index]
    if not known:
        raise errors.SongFormatError(path, "its codec is unknown")
    default = [track for track in known if _is_default(track)]
    chosen = (default or known)[0]
    if chosen.codec_context.codec_tag in _PROTECTED:
        raise errors.SongProtectedError(path)
    return chosen


def sound_tracks_of(container: "InputContainer", path: Path, chosen: "AudioStream") -> SoundTracks:
    """Say which sound tracks there are, and which of them is heard."""
    tracks = list(container.streams.audio)
    places = [track.index for track in tracks]
    try:
        usual = sound_of(container, path, None).index
    except errors.SongError:
        usual = chosen.index
    return SoundTracks(
        tuple(map(_name_of, tracks)), places.index(chosen.index) + 1, places.index(usual) + 1
    )


def remark_on(tracks: SoundTracks, chosen: "AudioStream", number: int | None) -> str:
    """Say which sound is heard of several; nothing where there is one."""
    if len(tracks.names) == 1:
        return ""
    why = "the default one" if _is_default(chosen) else "the first that can be decoded"
    if number is not None:
        why = "as chosen"
    return f"of its {len(tracks.names)} sound tracks number {tracks.heard} was heard, {why}"


def _name_of(track: "AudioStream") -> str:
    """Give what tells a sound track from others: its title, language, codec and channels."""
    said = (track.metadata.get("title", ""), track.metadata.get("language", ""))
    named = ["".join(filter(str.isprintable, text))[:_MOST_LETTERS] for text in said]
    codec = track.codec_context
    parts = [*named, codec.name, codec.layout.name] if codec else [*named, "unknown codec"]
    return ", ".join(part for part in parts if part and part != _UNDETERMINED)


def _is_default(track: "AudioStream") -> bool:
    from av.stream import Disposition

    return bool(Disposition(track.disposition) & Disposition.default)


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"
