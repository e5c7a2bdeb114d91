"""How true the reasons are: a cause that is named is taken away, and the estimate is to follow.

    python -m build_scripts.data.faithfulness FOLDER... [--pairs 60] [--midi FOLDER --tunes 40]

Two pieces of ten seconds of different songs make one. Of the turn between them the model names what
it owes to loudness, timbre and attacks. Then a piece is made as loud, given the spectrum, or made
as smooth as the other, by what was measured, and tracked anew: what is compared is the part that
was named with what the estimate of the turn has lost. For harmony ten seconds of a MIDI file are
followed by the same with the key's thirds and sixths moved, rendered; taken away is that they are
moved.

What was done is kept in build/faithfulness, and a run that was stopped goes on there. The figures
go into model/cae/results.json and its card; docs take them from there
(`build_scripts.docs.figures`).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from build_scripts import ROOT
from build_scripts.data import causes
from build_scripts.data.causes import RATE_HZ
from emoviz import errors
from emoviz.models import estimator
from emoviz.songs.arrays import SampledSong
from emoviz.songs.finding import find_songs
from emoviz.songs.song import Song
from emoviz.system import files
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.reasons import Why, why
from emoviz.training.reports import faithfulness
from emoviz.training.reports.faithfulness import Edit
from emoviz.units import Samples

_MODEL = ROOT / "model" / "cae"
_KEPT = ROOT / "build" / "faithfulness"
_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_PART_S = 10
_SHORTEST_S = 30.0
_BEFORE, _AFTER = range(6, 20), range(26, 40)
"""Half-seconds of the piece that are compared: the trail takes up to three seconds to follow."""
_MOST_DB = 24.0
_SEED = 4
_TUNES = 10_000
"""Turns of this number and above are those of MIDI files."""


def main() -> int:
    """Edit and track pairs of pieces, and write the figures."""
    parser = argparse.ArgumentParser(description="Take named causes away on real songs.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--midi", type=Path, help="a folder of MIDI files, for harmony")
    parser.add_argument("--tunes", type=int, default=40)
    options = parser.parse_args()
    songs = [song for song, _ in find_songs(options.folders) if _is_long(song)]
    tracker = File2Track(estimator.load(), explains=True)
    tunes = [] if options.midi is None else sorted(options.midi.glob("*.mid"))
    chosen = np.random.default_rng(_SEED).permutation(len(tunes))[: options.tunes].tolist()
    found = _kept()
    for pair in range(max(options.pairs, len(chosen))):
        done = {edit.turn for edit in found}
        if pair < options.pairs and pair not in done:
            random = _random(pair)
            parts = [_part(songs[index], random) for index in random.permutation(len(songs))[:2]]
            found += _edited(tracker, pair, *parts)
        if pair < len(chosen) and _TUNES + pair not in done:
            found += _in_modes(tracker, _TUNES + pair, tunes[chosen[pair]])
        _keep(found)
    pairs = sum(1 for _ in {edit.turn for edit in found if edit.turn < _TUNES})
    print(faithfulness.text(faithfulness.figures(found, "as follows")))
    music = f"{pairs} turns between parts of {len(songs)} songs of games"
    if chosen:
        modes = len({edit.turn for edit in found}) - pairs
        music += f", and {modes} piano pieces (VGMIDI) that turn to the other mode"
    _write(faithfulness.figures(found, music))
    return 0


def _is_long(path: Path) -> bool:
    try:
        with Song.open(path) as song:
            return song.duration_s >= _SHORTEST_S
    except errors.SongError:
        return False


def _part(path: Path, random: np.random.Generator) -> Samples:
    """Give ten seconds from somewhere in a song, (samples,)."""
    with Song.open(path) as song:
        return _ten_seconds(song, random.uniform(0.0, max(song.duration_s - _PART_S, 0.0)))


def _ten_seconds(song: Song, start_s: float) -> Samples:
    wanted, have = _PART_S * RATE_HZ, 0
    blocks = []
    for block in song.stereo_blocks(RATE_HZ, start_s):
        blocks.append(block.mean(axis=1))
        have += len(block)
        if have >= wanted:
            break
    sound = np.concatenate(blocks)[:wanted].astype(np.float32)
    return np.pad(sound, (0, wanted - len(sound)))


def _edited(tracker: File2Track, pair: int, first: Samples, second: Samples) -> Iterator[Edit]:
    """Take the causes of the turn between two pieces away, one at a time."""
    turn, measures = _turn(tracker, first, second)
    if turn is None:
        return
    by_db = float(np.clip(-10.0 * measures[0], -_MOST_DB, _MOST_DB))
    for cause, made in (
        ("loudness", (first, causes.louder(second, by_db))),
        ("timbre", (first, causes.equalised(second, first))),
        ("attack", _both_smooth(first, second)),
    ):
        yield from _compared(tracker, pair, cause, turn, made)


def _both_smooth(first: Samples, second: Samples) -> tuple[Samples, Samples]:
    if causes.rises_more(second, first):
        return first, causes.smoother(second, first)
    return causes.smoother(first, second), second


def _in_modes(tracker: File2Track, turn: int, midi: Path) -> Iterator[Edit]:
    """Take the other mode away from a tune that turns to it."""
    try:
        other = causes.in_the_other_mode(midi)
    except errors.DataError as error:
        print(error, file=sys.stderr)
        return
    kept = (_KEPT / f"{midi.stem}{ending}.ogg" for ending in ("", "_other"))
    files_of = [
        causes.rendered(data, _FONT, file)
        for data, file in zip((midi.read_bytes(), other), kept, strict=True)
    ]
    with Song.open(files_of[0]) as song:
        start_s = _random(turn).uniform(0.0, max(song.duration_s - 2 * _PART_S, 0.0))
        plain = _ten_seconds(song, start_s)
    with Song.open(files_of[1]) as song:
        changed = _ten_seconds(song, start_s)
    told, _ = _turn(tracker, plain, changed)
    if told is not None:
        yield from _compared(tracker, turn, "harmony", told, (plain, plain))


def _compared(
    tracker: File2Track, turn: int, cause: str, told: Why, made: tuple[Samples, Samples]
) -> Iterator[Edit]:
    after, _ = _turn(tracker, *made)
    if after is not None:
        parts = {part.cause: (part.valence, part.arousal) for part in told.parts}
        lost = (told.valence - after.valence, told.arousal - after.arousal)
        yield Edit(turn, cause, parts, *lost)


def _turn(tracker: File2Track, first: Samples, second: Samples) -> tuple[Why | None, np.ndarray]:
    sound = np.concatenate([first, second])
    told = tracker(SampledSong.of(sound, RATE_HZ), report=lambda _: None).reasons
    assert told is not None
    turn = why(told, _BEFORE, _AFTER)
    if turn is None:
        return None, np.zeros(len(told.measured))
    # Silent half-seconds have no measures.
    after, before = (np.nanmean(told.measures[list(part)], axis=0) for part in (_AFTER, _BEFORE))
    return turn, after - before


def _random(number: int) -> np.random.Generator:
    return np.random.default_rng((_SEED, number))


def _kept() -> list[Edit]:
    """Give the edits of a run that was stopped."""
    file = _KEPT / "edits.json"
    if not file.exists():
        return []
    return [Edit(**edit) for edit in json.loads(file.read_text(encoding="utf-8"))]


def _keep(found: list[Edit]) -> None:
    _KEPT.mkdir(parents=True, exist_ok=True)
    kept = json.dumps([asdict(edit) for edit in found])
    files.write_whole({_KEPT / "edits.json": kept.encode()})


def _write(found: dict[str, object]) -> None:
    results, card = _MODEL / "results.json", _MODEL / "CARD.md"
    known = json.loads(results.read_text(encoding="utf-8")) | {"faithfulness": found}
    told = faithfulness.with_section(card.read_text(encoding="utf-8"), found)
    files.write_whole({results: (json.dumps(known, indent=1) + "\n").encode(), card: told.encode()})


if __name__ == "__main__":
    sys.exit(main())
