"""Standard MIDI files: when their notes end by their own tempo, and the same in another key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emoviz import errors

_TEMPO, _TRACK_META, _SYSEX = 0x51, 0xFF, (0xF0, 0xF7)
_MICROSECONDS_A_QUARTER = 500_000
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_NOTES = (0x8, 0x9)
_NOTE_ON = 0x9
_PITCHED = (0x8, 0x9, 0xA)
_DRUMS = 9
_HIGHEST_PITCH = 127
_CLASSES = 12


@dataclass(frozen=True)
class _Event:
    """A change of tempo, or an event of a channel whose `status` byte and data are at `place`."""

    tick: int
    place: int
    status: int
    microseconds: int | None = None


def notes_end_s(path: Path) -> float:
    """Give the time of the last note that begins or ends in a standard MIDI file, in seconds.

    Raises `errors.DataError` for a file that is none, or holds no notes.
    """
    data = _read(path)
    ticks_a_quarter, events = _events(path, data)
    time_s, last_tick, last_note_s = 0.0, 0, 0.0
    microseconds = _MICROSECONDS_A_QUARTER
    for event in sorted(events, key=lambda event: event.tick):
        time_s += (event.tick - last_tick) * microseconds / ticks_a_quarter / 1e6
        last_tick = event.tick
        if event.microseconds is not None:
            microseconds = event.microseconds
        elif event.status >> 4 in _NOTES:
            last_note_s = time_s
    if last_note_s <= 0.0:
        raise errors.DataError(path, "there are no notes in it")
    return last_note_s


def transposed(path: Path, semitones: int) -> bytes:
    """Give a standard MIDI file with all notes but drums so many semitones higher.

    Raises `errors.DataError` for a file that is none, or whose notes would leave MIDI's range.
    """
    return moved(path, (semitones,) * _CLASSES)


def moved(path: Path, semitones: Sequence[int]) -> bytes:
    """Give a standard MIDI file with its notes, but drums, moved each by what its class is.

    `semitones` has a number for each pitch class from C on, (12,). Raises as `transposed`.
    """
    data = bytearray(_read(path))
    for place in _pitch_places(path, bytes(data), _PITCHED):
        by = semitones[data[place] % _CLASSES]
        if not 0 <= data[place] + by <= _HIGHEST_PITCH:
            raise errors.DataError(path, f"{by:+d} semitones leave MIDI's range")
        data[place] += by
    return bytes(data)


def pitch_classes(path: Path) -> list[int]:
    """Count the notes of each pitch class from C on, without drums.

    Raises `errors.DataError` for a file that is none.
    """
    data = _read(path)
    counts = [0] * _CLASSES
    for place in _pitch_places(path, data, (_NOTE_ON,)):
        # What is struck with no force ends a note.
        counts[data[place] % _CLASSES] += data[place + 1] > 0
    return counts


def _pitch_places(path: Path, data: bytes, kinds: Sequence[int]) -> list[int]:
    _, events = _events(path, data)
    return [
        event.place
        for event in events
        if event.status >> 4 in kinds and event.status & 0xF != _DRUMS
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise errors.DataError(path, "this MIDI file is missing or cannot be read") from error


def _events(path: Path, data: bytes) -> tuple[int, list[_Event]]:
    """Give ticks a quarter, and the events of all tracks."""
    try:
        ticks = int.from_bytes(data[12:14], "big")
        if data[:4] != b"MThd" or not 0 < ticks < 0x8000:
            raise ValueError("no header with ticks a quarter")
        return ticks, list(_chunk_events(data))
    except (IndexError, ValueError) as error:
        raise errors.DataError(path, "it is no MIDI file") from error


def _chunk_events(data: bytes) -> Iterator[_Event]:
    place = 8 + int.from_bytes(data[4:8], "big")
    while place < len(data):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "big")
        place += 8
        if place + length > len(data):
            raise ValueError("a chunk breaks off")
        if kind == b"MTrk":
            yield from _track_events(data, place, place + length)
        place += length


def _track_events(data: bytes, place: int, stop: int) -> Iterator[_Event]:
    tick, status = 0, 0
    while place < stop:
        delta, place = _number(data, place)
        tick += delta
        if data[place] >= 0x80:
            status, place = data[place], place + 1
        if status == _TRACK_META:
            kind = data[place]
            length, place = _number(data, place + 1)
            if kind == _TEMPO:
                microseconds = int.from_bytes(data[place : place + length], "big")
                yield _Event(tick, place, status, microseconds)
            place += length
        elif status in _SYSEX:
            length, place = _number(data, place)
            place += length
        elif status >> 4 in _DATA_BYTES:
            yield _Event(tick, place, status)
            place += _DATA_BYTES[status >> 4]
        else:
            raise ValueError("an event of no known kind")


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; give it and where it ends."""
    value = 0
    while True:
        byte = data[place]
        place, value = place + 1, value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place
