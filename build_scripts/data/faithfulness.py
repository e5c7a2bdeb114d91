"""How true the reasons are: a cause that is named is taken away, and the estimate is to follow.

    python -m build_scripts.data.faithfulness FOLDER... [--pairs 100]

Two pieces of ten seconds of different songs make one. Of the turn between them the model names what
it owes to loudness and to brightness. Then the second piece is made as loud, or as bright, as the
first (a gain; a tilt along the mel bands, by what was measured), and tracked anew: what is compared
is the part that was named with what the estimate of the turn has lost. Printed are Spearman's rank
correlation of the two and how often their signs agree, over all edits.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from emoviz.models import estimator
from emoviz.songs.arrays import SampledSong
from emoviz.songs.finding import find_songs
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.reasons import Why, why

_RATE_HZ = 22050
_PART_S = 10
_BEFORE, _AFTER = range(6, 20), range(26, 40)
"""Half-seconds of the piece that are compared: the trail takes up to three seconds to follow."""
_MOST_DB = 24.0
_ENDINGS = {"loudness": ("louder", "softer", "loudness"), "brightness": ("timbre",)}
_CAUSES = ("loudness", "brightness")


def main() -> int:
    """Edit and track pairs of pieces, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=100)
    options = parser.parse_args()
    songs = [song for song, _ in find_songs(options.folders)]
    tracker = File2Track(estimator.load(), explains=True)
    random = np.random.default_rng(4)
    found: list[tuple[str, float, float, float, float]] = []
    for pair in range(options.pairs):
        parts = [_part(songs[index], random) for index in random.permutation(len(songs))[:2]]
        found += _edited(tracker, *parts)
        if pair % 10 == 9:
            _print(found)
    _print(found)
    return 0


def _part(path: Path, random: np.random.Generator) -> np.ndarray:
    """Give ten seconds from somewhere in a song, (samples,)."""
    wanted, have = _PART_S * _RATE_HZ, 0
    blocks = []
    with Song.open(path) as song:
        start_s = random.uniform(0.0, max(song.duration_s - _PART_S, 0.0))
        for block in song.stereo_blocks(_RATE_HZ, start_s):
            blocks.append(block.mean(axis=1))
            have += len(block)
            if have >= wanted:
                break
    sound = np.concatenate(blocks)[:wanted].astype(np.float32)
    return np.pad(sound, (0, wanted - len(sound)))


def _edited(
    tracker: File2Track, first: np.ndarray, second: np.ndarray
) -> list[tuple[str, float, float, float, float]]:
    """Give for each cause its name, its part in valence and arousal, and what the edit took off."""
    turn, measures = _turn(tracker, first, second)
    if turn is None:
        return []
    found = []
    for index, cause in enumerate(_CAUSES):
        change_db = float(np.clip(-10.0 * measures[index], -_MOST_DB, _MOST_DB))
        after, _ = _turn(tracker, first, _changed(second, cause, change_db))
        if after is None:
            continue
        # Brightness is told as one with timbre, which follows the others that are measured.
        part = next(part for part in turn.parts if part.words.endswith(_ENDINGS[cause]))
        lost = (turn.valence - after.valence, turn.arousal - after.arousal)
        found.append((cause, part.valence, part.arousal, *lost))
    return found


def _turn(
    tracker: File2Track, first: np.ndarray, second: np.ndarray
) -> tuple[Why | None, np.ndarray]:
    sound = np.concatenate([first, second])
    told = tracker(SampledSong.of(sound, _RATE_HZ), report=lambda _: None).reasons
    assert told is not None
    measures = told.measures[list(_AFTER)].mean(axis=0) - told.measures[list(_BEFORE)].mean(axis=0)
    return why(told, _BEFORE, _AFTER), measures


def _changed(sound: np.ndarray, cause: str, change_db: float) -> np.ndarray:
    """Make a sound louder, or tilt its spectrum along the mel scale, by so many decibels."""
    if cause == "loudness":
        return (sound * 10.0 ** (change_db / 20.0)).astype(np.float32)
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1.0 / _RATE_HZ)
    mel = np.log1p(hz / 700.0) / np.log1p(_RATE_HZ / 2.0 / 700.0)
    gain = 10.0 ** (change_db * (2.0 * mel - 1.0) / 20.0)
    tilted = np.fft.irfft(spectrum * gain, len(sound))
    # Brighter or darker, and no louder.
    power = np.sqrt(np.square(sound).mean() / max(float(np.square(tilted).mean()), 1e-12))
    return (tilted * power).astype(np.float32)


def _print(found: list[tuple[str, float, float, float, float]]) -> None:
    for cause in (*_CAUSES, "all"):
        rows = np.array([row[1:] for row in found if cause in (row[0], "all")])
        for name, column in (("valence", 0), ("arousal", 1)):
            part, lost = rows[:, column], rows[:, column + 2]
            signs = float((np.sign(part) == np.sign(lost)).mean())
            rank = _spearman(part, lost)
            print(f"{cause:11} {name}: {len(rows)} edits, rank r {rank:.2f}, signs {signs:.0%}")
    sys.stdout.flush()


def _spearman(one: np.ndarray, other: np.ndarray) -> float:
    ranks = [values.argsort().argsort().astype(float) for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


if __name__ == "__main__":
    sys.exit(main())
