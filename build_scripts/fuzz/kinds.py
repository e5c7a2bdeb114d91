"""Songs that are whole but for one lie, of which it is known how long they sound.

What `mutations` spoils may end in any sentence; these have to end in a track of the right length:
headers that claim another length than the bytes hold, zeros that nobody wrote sound into, and times
that begin late or jump.
"""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import NamedTuple

import av
import numpy as np

from tests.support.audio import Floats, encode, music

RATE_HZ = 8000
_CODED_RATE_HZ = 24000
_LONGEST_S = 6.0
_SAID_S, _SILENT_S = 0.7, 0.3
"""From how much on another length has to be said, and up to how much it must not be"""
_TRIFLE_S = 0.6
_GAP_S = 10.0
"""Longer times between two blocks, with nothing there, are no silence."""
_UNKNOWN = 0x7FFF0000


class Built(NamedTuple):
    """A file, and between which lengths what is heard of it lies."""

    path: Path
    form: str
    what: str
    least_s: float
    most_s: float
    is_said: bool | None = None
    """Whether another length has to be said; None where either will do"""


Build = Callable[[Path, Random], Built]
"""Writes a song into a folder"""


def lengths(place: Path, chance: Random) -> Built:
    """Have a header claim another length than the bytes hold."""
    form = chance.choice(list(_LENGTHS))
    path = place / f"song.{form}"
    sound = _sound(chance, RATE_HZ)
    encode(path, sound, RATE_HZ)
    data = path.read_bytes()
    held_s = len(sound) / RATE_HZ
    field = _LENGTHS[form](data)
    held = field.number
    claimed = chance.choice(
        (
            *(0, field.unknown, held + 1, max(1, held - 1), held * 3, held * 1000),
            *(round(held * chance.uniform(0.05, 0.95)), round(held * chance.uniform(1.05, 9.0))),
            chance.randrange(field.most),
        )
    )
    claimed = min(claimed, field.most)
    path.write_bytes(field.put(claimed))
    claimed_s = held_s * claimed / held
    is_said: bool | None = None
    if form != "mp3" and (claimed in (0, field.unknown) or abs(claimed_s - held_s) < _SILENT_S):
        is_said = False
    elif abs(claimed_s - held_s) > _SAID_S and claimed_s > _TRIFLE_S and claimed < _UNKNOWN:
        is_said = True
    what = f"{claimed_s:.2f} s claimed of {held_s:.2f} s"
    return Built(path, form, what, held_s - _TRIFLE_S, held_s + _TRIFLE_S, is_said)


def zeros(place: Path, chance: Random) -> Built:
    """Put room that nobody wrote to behind a part of a song, or inside it."""
    form = chance.choice(("flac", "flac of unknown length", "ogg", "opus", "mp3", "aac", "wav"))
    path = place / f"song.{form.split()[0]}"
    rate_hz = _CODED_RATE_HZ if form in ("opus", "aac") else RATE_HZ
    sound = _sound(chance, rate_hz)
    encode(path, sound, rate_hz)
    data = path.read_bytes()
    if "unknown" in form:
        data = _flac_field(data).put(0)
    count = round(10 ** chance.uniform(4.6, 7.0))
    cut = round(len(data) * chance.uniform(0.5, 1.0))
    if form == "ogg":
        # What is in the first two pages nobody can do without.
        cut = max(cut, data.index(b"OggS", data.index(b"OggS", 4) + 4))
    is_inside = chance.random() < 0.5 and form != "wav"
    path.write_bytes(data[:cut] + bytes(count) + (data[cut:] if is_inside else b""))
    whole_s = len(sound) / rate_hz
    what = f"{count} zeros {'inside' if is_inside else 'behind'} at {cut / len(data):.2f}"
    # A page, or a block, is lost with the place where it is cut.
    least_s = whole_s - 2.5 if is_inside else 0.0
    # The samples of a wav may well be zeros; and in mp3 and aac, whose packets have no times, what
    # stands between packets takes the time that packets would take there, up to a limit.
    most_s = np.inf if form == "wav" else whole_s + _TRIFLE_S
    most_s += _GAP_S if is_inside and form in ("mp3", "aac") else 0.0
    return Built(path, form, what, max(0.0, least_s), most_s)


def times(place: Path, chance: Random) -> Built:
    """Have sound begin late in a film, or its times jump."""
    form, (name, codec) = chance.choice(list(_CONTAINERS.items()))
    path = place / f"song.{form}"
    sound = _sound(chance, _CODED_RATE_HZ)
    sound_s = len(sound) / _CODED_RATE_HZ
    late_s = chance.choice((0.0, chance.uniform(0.2, 9.0), chance.uniform(20.0, 90_000.0)))
    if form == "ogg" and late_s <= _GAP_S:
        # FFmpeg knows no times of the first page of FLAC in Ogg, and takes the second to be late.
        late_s = 0.0
    jump_s = chance.choice((0.0, chance.uniform(0.3, 9.0), chance.uniform(12.0, 90_000.0)))
    with_picture = form in ("mkv", "mp4") and late_s <= _GAP_S and not jump_s
    _write_timed(path, name, codec, sound, late_s, jump_s, with_picture=with_picture)
    heard_s = sound_s + (late_s if with_picture else 0.0)
    heard_s += jump_s if jump_s <= _GAP_S else 0.0
    what = f"{late_s:.1f} s late, then a jump of {jump_s:.1f} s"
    what += ", with a picture" if with_picture else ""
    # Ogg has a time a page, and a short song of Opus a page or two: a jump may be before all of it.
    least_s = sound_s if form == "opus" else heard_s
    return Built(path, form, what, least_s - _TRIFLE_S, heard_s + _TRIFLE_S)


KINDS: dict[str, Build] = {"lengths": lengths, "zeros": zeros, "times": times}


def _sound(chance: Random, rate_hz: int) -> Floats:
    return music(_LONGEST_S, rate_hz)[: round(chance.uniform(1.5, _LONGEST_S) * rate_hz)]


class _Field:
    """A number in a file's header that says how long it is."""

    def __init__(
        self, data: bytes, place: int, form: str, unknown: int, *, beside: int = 0
    ) -> None:
        self._data, self._place, self._form = data, place, form
        self.unknown, self._beside = unknown, beside
        width = struct.calcsize(form)
        (number,) = struct.unpack_from(form, data, place)
        self.number = int(number) - beside
        self.most = (1 << 8 * width - (form[-1] in "iq")) - 1 - beside

    def put(self, number: int) -> bytes:
        """Give the file with another number there."""
        data = bytearray(self._data)
        written = number if number == self.unknown else number + self._beside
        struct.pack_into(self._form, data, self._place, written)
        return bytes(data)


class _FlacField(_Field):
    """The total of samples: the low 36 bits of a number of 64."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data, 18, ">Q", 0)
        self._high = self.number >> 36 << 36
        self.number &= (1 << 36) - 1
        self.most = (1 << 36) - 1

    def put(self, number: int) -> bytes:
        return super().put(self._high | number)


def _flac_field(data: bytes) -> _Field:
    return _FlacField(data)


_LENGTHS: dict[str, Callable[[bytes], _Field]] = {
    "wav": lambda data: _Field(data, data.index(b"data") + 4, "<I", 0xFFFFFFFF),
    "aiff": lambda data: _Field(data, data.index(b"SSND") + 4, ">I", 0, beside=8),
    "au": lambda data: _Field(data, 8, ">I", 0xFFFFFFFF),
    "caf": lambda data: _Field(data, data.index(b"data") + 4, ">q", -1, beside=4),
    "flac": _flac_field,
    "mp3": lambda data: _Field(data, max(map(data.find, (b"Info", b"Xing"))) + 8, ">I", 0),
}
_CONTAINERS = {
    "mka": ("matroska", "flac"),
    "mkv": ("matroska", "aac"),
    "mp4": ("mp4", "aac"),
    "ogg": ("ogg", "flac"),
    "opus": ("ogg", "libopus"),
    "ts": ("mpegts", "aac"),
}


def _write_timed(
    path: Path,
    form: str,
    codec: str,
    sound: Floats,
    late_s: float,
    jump_s: float,
    *,
    with_picture: bool,
) -> None:
    """Write a film, or its sound alone, that begins late and whose times jump in its middle."""
    with av.open(path, "w", format=form) as container:
        picture = container.add_stream("mpeg4", rate=5) if with_picture else None
        stream = container.add_stream(codec, rate=_CODED_RATE_HZ, layout="stereo")
        if picture is not None:
            picture.width = picture.height = 32
            picture.pix_fmt = "yuv420p"
            for _ in range(round(5 * (late_s + len(sound) / _CODED_RATE_HZ))):
                black = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
                container.mux(picture.encode(black))
            container.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.T, np.float32), format="fltp", layout="stereo"
        )
        frame.rate = _CODED_RATE_HZ
        resampler = av.AudioResampler(
            stream.codec_context.format,
            "stereo",
            _CODED_RATE_HZ,
            stream.codec_context.frame_size or 4096,
        )
        pieces = [*resampler.resample(frame), *resampler.resample(None)]
        position = 0
        for piece in pieces:
            piece.pts, piece.time_base = position, Fraction(1, _CODED_RATE_HZ)
            position += piece.samples
        packets = [packet for piece in pieces for packet in stream.encode(piece)]
        packets += [packet for packet in stream.encode(None) if packet.size]
        for number, packet in enumerate(packets):
            later_s = late_s + (jump_s if number > len(packets) // 2 else 0.0)
            ticks = round(later_s / packet.time_base)
            packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
        container.mux(packets)
