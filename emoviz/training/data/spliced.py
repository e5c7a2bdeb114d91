"""Songs that were never one: parts of labelled clips in a row, their labels spliced with them."""

from collections.abc import Iterator, Sequence

import numpy as np

from emoviz.training.data.dataset import ClipRow
from emoviz.training.data.sounds import COLUMN_SAMPLES, LabelledSound, joined, labelled_sound
from emoviz.units import COLUMN_S

SONG_S = (30.0, 120.0)
PART_S = (2.0, 20.0)
FADE_S = (0.5, 2.0)

_FADED = 0.5
"""How many of the joins are crossfades; the others are hard cuts."""


def spliced_songs(rows: Sequence[ClipRow], count: int, seed: int) -> Iterator[LabelledSound]:
    """Make `count` songs of `SONG_S` out of parts of `PART_S` of clips, as far as these are long.

    A part is never followed by one of the same song where there is another. No level is changed:
    it bears on arousal, and the labels would not know. Give the clips of training folds to learn
    from, of held-out folds to test. Raises as `sounds.labelled_sound`.
    """
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield _song(rows, random)


def crossfaded(first: LabelledSound, second: LabelledSound, columns: int) -> LabelledSound:
    """Join two sounds that overlap by so many half-seconds, at equal power.

    The labels cross as the power does. With 0 half-seconds it is a hard cut.
    """
    if not columns:
        return joined([first, second])
    length = columns * COLUMN_SAMPLES
    first, second = joined([first]), joined([second])
    gone = np.sin(0.5 * np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
    staying = np.sqrt(1.0 - gone**2)
    sound = staying * first.samples[-length:] + gone * second.samples[:length]
    share = (gone**2).reshape(columns, -1).mean(axis=1)[:, None]
    labels = (1.0 - share) * first.labels[-columns:] + share * second.labels[:columns]
    return LabelledSound(
        np.concatenate([first.samples[:-length], sound, second.samples[length:]]),
        np.concatenate([first.labels[:-columns], labels, second.labels[columns:]]),
    )


def _song(rows: Sequence[ClipRow], random: np.random.Generator) -> LabelledSound:
    wanted = _columns(SONG_S, random)
    song, last = None, None
    while song is None or len(song.labels) < wanted:
        others = [row for row in rows if row.song_id != last] or list(rows)
        row = others[int(random.integers(len(others)))]
        last = row.song_id
        part = _part(labelled_sound(row), random)
        if song is None:
            song = part
            continue
        fade = _columns(FADE_S, random) if random.random() < _FADED else 0
        song = crossfaded(song, part, min(fade, len(song.labels) // 2, len(part.labels) // 2))
    return song.part(0, wanted)


def _part(clip: LabelledSound, random: np.random.Generator) -> LabelledSound:
    columns = min(_columns(PART_S, random), len(clip.labels))
    first = int(random.integers(len(clip.labels) - columns + 1))
    return clip.part(first, columns)


def _columns(span_s: tuple[float, float], random: np.random.Generator) -> int:
    low, high = (round(end_s / COLUMN_S) for end_s in span_s)
    return int(random.integers(low, high + 1))
