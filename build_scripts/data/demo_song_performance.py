"""From the demo song's score and arrangement to the MIDI messages of each of its sections."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from music21.stream import Measure, Part, Score

DRUMS = 9  # the General MIDI percussion channel, counted from 0
ORCHESTRA_KIT = 48
WHOLE_TONE = 2  # semitones
TIMPANI = range(40, 54)  # MIDI pitches
ROLL_LENGTH = 1.5  # quarters from which a timpani note is rolled
ROLL_STROKE = 0.085  # seconds
JOIN = 0.05  # seconds between two notes that a tie makes one


@dataclass(frozen=True)
class Note:
    """One pitch sounding from `start` for `length`, both in quarters from the bar line."""

    start: float
    length: float
    pitch: int
    grace: bool = False
    tied: bool = False


@dataclass(frozen=True)
class Voice:
    """One instrument: which notes of which line it plays, and how.

    `pick` is "all", "top" or "bottom" of every chord. `manner` is "legato", "short", "held"
    (repeated and broken chords become sustained ones) or "roll" (long notes are beaten).
    """

    program: int
    line: str
    pick: str = "all"
    octave: int = 0
    velocity: int = 80
    pan: int = 64
    manner: str = "legato"


@dataclass(frozen=True)
class Stroke:
    """An unpitched percussion part: `beats` are quarters from the bar line."""

    key: int
    beats: tuple[float, ...]
    velocity: int
    every: int = 1


@dataclass(frozen=True)
class Passage:
    """Bars in playing order, quarters per minute, and the tempo of the last bar if it differs."""

    bars: str
    tempo: float
    closing: float | None = None
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True)
class Section:
    """A quadrant of the plane: `dynamics` are (bar index, 0..1), `level` is dB RMS."""

    name: str
    level: float
    passages: tuple[Passage, ...]
    voices: tuple[Voice, ...]
    dynamics: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Bar:
    """A bar placed in time: `start` in seconds, `quarter` the seconds of a quarter note."""

    start: float
    quarter: float
    length: float
    lines: dict[str, list[Note]]


def read_arrangement(path: Path) -> list[Section]:
    """Read the sections of the song from a TOML file."""
    sections = []
    for table in tomllib.loads(path.read_text(encoding="utf-8"))["section"]:
        for passage in table["passages"]:
            passage["strokes"] = tuple(Stroke(**stroke) for stroke in passage.get("strokes", []))
        passages = [Passage(**passage) for passage in table["passages"]]
        voices = tuple(Voice(**voice) for voice in table["voices"])
        dynamics = tuple((float(bar), float(level)) for bar, level in table["dynamics"])
        sections.append(Section(table["name"], table["level"], tuple(passages), voices, dynamics))
    return sections


def bar_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield (solo, piano) bar numbers: "1-2 4/3" gives (1, 1), (2, 2), (4, 3)."""
    for word in text.split():
        first, _, last = word.partition("-")
        solo, _, piano = first.partition("/")
        for number in range(int(solo), int(last or solo) + 1):
            yield number, int(piano or number)


def measure_of(part: Part, number: int) -> Measure:
    """Return a bar of a part."""
    if (measure := part.measure(number)) is None:
        raise ValueError(f"The score has no bar {number}: correct the arrangement.")
    return measure


def notes_of(measure: Measure) -> list[Note]:
    """Return the pitches of a bar; what the encoding writes beyond the bar line is dropped."""
    notes = []
    for element in measure.recurse().notes:
        start = float(element.getOffsetInHierarchy(measure))
        grace = element.duration.isGrace
        if start >= measure.barDuration.quarterLength and not grace:
            continue
        for single in element.notes if element.isChord else [element]:
            tied = single.tie is not None and single.tie.type in ("stop", "continue")
            length = float(element.quarterLength)
            notes.append(Note(start, length, single.pitch.midi, grace, tied))
    return notes


def lay_out(score: Score, section: Section) -> list[Bar]:
    """Place the bars of a section one after the other in time."""
    solo, right, left = score.parts
    bars: list[Bar] = []
    start = 0.0
    for passage in section.passages:
        numbers = list(bar_numbers(passage.bars))
        for index, (solo_bar, piano_bar) in enumerate(numbers):
            closing = passage.closing if index == len(numbers) - 1 else None
            quarter = 60 / (closing or passage.tempo)
            length = float(measure_of(right, piano_bar).barDuration.quarterLength)
            lines = {"solo": notes_of(measure_of(solo, solo_bar))}
            lines["right"] = notes_of(measure_of(right, piano_bar))
            lines["left"] = notes_of(measure_of(left, piano_bar))
            bars.append(Bar(start, quarter, length, lines))
            start += quarter * length
    return bars


def duration(bars: list[Bar]) -> float:
    """Return the seconds from the first bar line to the last."""
    return bars[-1].start + bars[-1].quarter * bars[-1].length


def pick_from(notes: list[Note], pick: str) -> list[Note]:
    """Keep every note, or the top or bottom one of those that start together."""
    if pick == "all":
        return notes
    extreme = max if pick == "top" else min
    starts = sorted({note.start for note in notes})
    together = ([note for note in notes if note.start == start] for start in starts)
    return [extreme(chord, key=lambda note: note.pitch) for chord in together]


def sustain(notes: list[Note], bar_length: float) -> list[Note]:
    """Let every pitch ring to the bar line, or until a step away from it another one enters."""
    sounding: dict[int, float] = {}
    held = []
    for start in sorted({note.start for note in notes}):
        entering = {note.pitch for note in notes if note.start == start}
        for pitch in set(sounding) - entering:
            if any(abs(pitch - other) <= WHOLE_TONE for other in entering):
                begun = sounding.pop(pitch)
                held.append(Note(begun, start - begun, pitch))
        for pitch in entering:
            sounding.setdefault(pitch, start)
    return held + [Note(begun, bar_length - begun, pitch) for pitch, begun in sounding.items()]


def beat_drum(note: Note, quarter: float) -> list[Note]:
    """Return a timpani stroke within the drums' range, or a roll if the note is long."""
    pitch = note.pitch
    while pitch not in TIMPANI:
        pitch += 12 if pitch < TIMPANI.start else -12
    strokes = round(note.length * quarter / ROLL_STROKE) if note.length >= ROLL_LENGTH else 1
    step = note.length / strokes
    return [Note(note.start + index * step, step, pitch) for index in range(strokes)]


@dataclass
class Sound:
    """A note as a synthesiser plays it: seconds, MIDI pitch and velocity."""

    start: float
    end: float
    pitch: int
    velocity: int


def perform(bars: list[Bar], voice: Voice, chance: random.Random) -> list[Sound]:
    """Return what one voice plays, with the small unevenness of a player."""
    sounds: list[Sound] = []
    for bar in bars:
        notes = pick_from([n for n in bar.lines[voice.line] if not n.grace], voice.pick)
        if voice.manner == "held":
            notes = sustain(notes, bar.length)
        elif voice.manner == "roll":
            notes = [stroke for note in notes for stroke in beat_drum(note, bar.quarter)]
        notes = sorted(set(notes), key=lambda note: note.start)
        previous = {sound.pitch: sound for sound in sounds}
        for note in notes + [n for n in bar.lines[voice.line] if n.grace and voice.line == "solo"]:
            pitch = note.pitch + 12 * voice.octave
            start = bar.start + note.start * bar.quarter
            end = start + note.length * bar.quarter
            before = previous.get(pitch)
            tied = (note.tied or voice.manner == "held") and note.start == 0
            if tied and before and abs(before.end - start) < JOIN:
                before.end = end
                continue
            if note.grace:
                start, end = start - 0.09, start
            if voice.manner == "short":
                end = start + max(0.09, 0.62 * (end - start))
            shift = 0.0 if note.start == 0 else chance.uniform(-0.006, 0.006)
            accent = 7 if note.start == 0 else 0
            velocity = voice.velocity + accent + chance.randint(-4, 4)
            sounds.append(Sound(start + shift, end, pitch, min(127, velocity)))
    return separate(sounds)


def separate(sounds: list[Sound]) -> list[Sound]:
    """End each note before its pitch is struck again, so that no note-off cuts the new one."""
    sounds = sorted(sounds, key=lambda sound: sound.start)
    following: dict[int, float] = {}
    for sound in reversed(sounds):
        sound.end = min(sound.end, following.get(sound.pitch, sound.end + 1) - 0.01)
        following[sound.pitch] = sound.start
    return [sound for sound in sounds if sound.end > sound.start]


def strike(bars: list[Bar], section: Section, chance: random.Random) -> list[Sound]:
    """Return what the unpitched percussion plays."""
    sounds = []
    last = 0
    for passage in section.passages:
        first, last = last, last + len(list(bar_numbers(passage.bars)))
        for stroke in passage.strokes:
            for bar in bars[first : last : stroke.every]:
                for beat in stroke.beats:
                    start = bar.start + beat * bar.quarter
                    velocity = stroke.velocity + chance.randint(-5, 5)
                    sounds.append(Sound(start, start + 0.2, stroke.key, velocity))
    return separate(sounds)


Event = tuple[float, int, bytes]  # seconds, rank among simultaneous events, MIDI message


def channel_events(channel: int, voice: Voice, sounds: Iterable[Sound]) -> Iterator[Event]:
    """Yield the set-up and the notes of one MIDI channel."""
    yield 0.0, 0, bytes((0xC0 | channel, voice.program))
    for controller, value in ((7, 110), (10, voice.pan), (91, 80)):
        yield 0.0, 0, bytes((0xB0 | channel, controller, value))
    for sound in sounds:
        start = max(0.0, sound.start)
        yield start, 3, bytes((0x90 | channel, sound.pitch, sound.velocity))
        yield max(sound.end, start + 0.03), 2, bytes((0x80 | channel, sound.pitch, 0))


def expression_events(bars: list[Bar], section: Section) -> Iterator[Event]:
    """Yield the section's dynamics as expression changes on every channel."""
    end = duration(bars)
    edges = [bar.start for bar in bars] + [end]
    position, level = zip(*section.dynamics, strict=True)
    for time in np.arange(0, end, 0.05):
        bar_position = np.interp(time, edges, np.arange(len(edges)))
        value = round(127 * float(np.interp(bar_position, position, level)))
        for channel in range(16):
            yield float(time), 1, bytes((0xB0 | channel, 11, value))


def section_events(bars: list[Bar], section: Section, tail: float) -> list[Event]:
    """Return all that sounds in a section and an end `tail` seconds after its last bar line."""
    chance = random.Random(section.name)  # the same performance every time
    events = list(expression_events(bars, section))
    channels = [channel for channel in range(16) if channel != DRUMS]
    for channel, voice in zip(channels, section.voices, strict=False):
        events += channel_events(channel, voice, perform(bars, voice, chance))
    drums = strike(bars, section, chance)
    events += channel_events(DRUMS, Voice(ORCHESTRA_KIT, "drums"), drums)
    silent_end = (duration(bars) + tail, 4, bytes((0xB0, 7, 0)))
    return [*events, silent_end]
