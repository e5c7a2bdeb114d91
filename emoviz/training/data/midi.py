"""When the notes of a MIDI file end, by its own tempo."""

from collections.abc import Iterator
from pathlib import Path

from emoviz import errors

_TEMPO, _TRACK_META, _SYSEX = 0x51, 0xFF, (0xF0, 0xF7)
_MICROSECONDS_A_QUARTER = 500_000
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_NOTES = (0x8, 0x9)


def notes_end_s(path: Path) -> float:
    """Give the time of the last note that begins or ends in a standard MIDI file, in seconds.

    Raises `errors.DataError` for a file that is none, or holds no notes.
    """
    try:
        data = path.read_bytes()
        ticks_a_quarter, events = _events(data)
    except OSError as error:
        raise errors.DataError(path, "this MIDI file is missing or cannot be read") from error
    except (IndexError, ValueError) as error:
        raise errors.DataError(path, "it is no MIDI file") from error
    time_s, last_tick, last_note_s = 0.0, 0, 0.0
    microseconds = _MICROSECONDS_A_QUARTER
    for tick, tempo in sorted(events, key=lambda event: event[0]):
        time_s += (tick - last_tick) * microseconds / ticks_a_quarter / 1e6
        last_tick = tick
        if tempo is None:
            last_note_s = time_s
        else:
            microseconds = tempo
    if last_note_s <= 0.0:
        raise errors.DataError(path, "there are no notes in it")
    return last_note_s


def _events(data: bytes) -> tuple[int, list[tuple[int, int | None]]]:
    """Give ticks a quarter, and (tick, tempo) of every change of tempo, (tick, None) of notes."""
    ticks = int.from_bytes(data[12:14], "big")
    if data[:4] != b"MThd" or not 0 < ticks < 0x8000:
        raise ValueError("no header with ticks a quarter")
    place, events = 8 + int.from_bytes(data[4:8], "big"), []
    while place < len(data):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "big")
        body = data[place + 8 : place + 8 + length]
        if len(body) < length:
            raise ValueError("a chunk breaks off")
        if kind == b"MTrk":
            events += list(_track_events(body))
        place += 8 + length
    return ticks, events


def _track_events(track: bytes) -> Iterator[tuple[int, int | None]]:
    place, tick, status = 0, 0, 0
    while place < len(track):
        delta, place = _number(track, place)
        tick += delta
        if track[place] >= 0x80:
            status, place = track[place], place + 1
        if status == _TRACK_META:
            kind = track[place]
            length, place = _number(track, place + 1)
            if kind == _TEMPO:
                yield tick, int.from_bytes(track[place : place + length], "big")
            place += length
        elif status in _SYSEX:
            length, place = _number(track, place)
            place += length
        elif status >> 4 in _DATA_BYTES:
            if status >> 4 in _NOTES:
                yield tick, None
            place += _DATA_BYTES[status >> 4]
        else:
            raise ValueError("an event of no known kind")


def _number(track: bytes, place: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; give it and where it ends."""
    value = 0
    while True:
        byte = track[place]
        place, value = place + 1, value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place
