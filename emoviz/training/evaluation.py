"""Every score of one model on what a data folder holds, with a table each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.table import Table

from emoviz.models.estimator import Estimator
from emoviz.training.data import pieces, quadrants
from emoviz.training.data.cache import prepared
from emoviz.training.data.collections import Collections
from emoviz.training.data.dataset import ClipRow, Watch
from emoviz.training.data.layouts import read_rows
from emoviz.training.ears.ears import ears_of
from emoviz.training.reports import moving as tables
from emoviz.training.scores import directions, evaluate, spliced, steps
from emoviz.training.scores.listeners import Samples2Track, by_program
from emoviz.training.scores.pieces import moving
from emoviz.training.scores.quadrants import quadrants as quadrants_of
from emoviz.training.scores.untrained import untrained

Song = TypeVar("Song")

_SEED = 1989


@dataclass(frozen=True)
class Scored:
    """A score by its name in JSON, its figures, its table, and the collections it is of."""

    name: str
    figures: object
    table: Table
    collections: tuple[str, ...]


def evaluations(
    model: Estimator,
    found: Collections,
    watch: Watch,
    *,
    rendered: Path | None = None,
    most: int | None = None,
    asks_directions: bool = False,
) -> Iterator[Scored]:
    """Give the scores of a model, each as soon as it is known.

    `rendered` is where the audio of whole pieces lies if not in their folder. Of spliced pieces,
    joins, whole pieces and clips with a quadrant `most` are scored at most, drawn at random
    (seeded). `asks_directions` adds tunes that are synthesised. All tables are read before
    anything is scored. Raises `errors.DataError`, `errors.TableError` or `errors.SongError`.
    """
    rows = read_rows(found.clips) if found.clips else []
    whole = pieces.read_pieces(found.pieces, rendered) if found.pieces else []
    labelled = quadrants.read_quadrants(found.quadrants) if found.quadrants else []
    track, name = by_program(model), model.info.name
    if found.clips:
        yield _clips(model, found.clips, watch)
    if rows:
        yield from _spliced(name, track, rows, watch, most)
    if whole:
        scored = moving(
            lambda samples: {name: track(samples), **untrained(samples)},
            _drawn(whole, most),
            watch("whole pieces"),
        )
        title = f"{name} inside whole pieces of {pieces.COLLECTION}, and what nobody trained"
        table = tables.motion_table(scored, title)
        yield Scored("pieces", scored, table, (pieces.COLLECTION,))
    if labelled:
        yield from _quadrants(name, track, _drawn(labelled, most), watch, most)
    if asks_directions and rows:
        chosen = _drawn(_one_of_each_song(rows), min(directions.CLIPS, most or directions.CLIPS))
        edited = directions.edited(track, chosen, watch("edited clips"))
        table = tables.direction_table(edited, f"{name} where one cue of a clip is changed")
        yield Scored("edited", edited, table, tuple(sorted({row.collection for row in chosen})))
    if asks_directions:
        count = min(directions.TUNES, most or directions.TUNES)
        asked = directions.directions(track, count, watch("synthesised tunes"))
        table = tables.direction_table(asked, f"{name} where one cue of a tune is changed")
        yield Scored("directions", asked, table, ())


def _clips(model: Estimator, folder: Path, watch: Watch) -> Scored:
    clips = prepared(folder, ears_of(model), watch("decoding"))
    systems = evaluate.by_collection(model, clips)
    table = evaluate.table(systems, f"{model.info.name} on {folder}")
    return Scored("clips", systems, table, tuple(systems))


def _spliced(
    name: str,
    track: Samples2Track,
    rows: Sequence[ClipRow],
    watch: Watch,
    most: int | None,
) -> Iterator[Scored]:
    found = {}
    for collection in sorted({row.collection for row in rows}):
        rounds = _drawn(spliced.spliced_pieces(rows, collection), most)
        scored = spliced.following(track, rounds, watch(f"spliced pieces of {collection}"))
        if scored is not None:
            found[collection] = scored
    if found:
        table = tables.spliced_table(found, f"{name} on clips of different songs in a row")
        yield Scored("spliced", found, table, tuple(found))


def _quadrants(
    name: str,
    track: Samples2Track,
    clips: Sequence[quadrants.QuadrantClip],
    watch: Watch,
    most: int | None,
) -> Iterator[Scored]:
    collection = quadrants.COLLECTION
    told = quadrants_of(track, clips, watch("quadrants"))
    table = tables.quadrant_table({name: told}, f"{name} on the quadrants of {collection}")
    yield Scored("quadrants", told, table, (collection,))
    count = min(steps.JOINS, most or steps.JOINS)
    turned = steps.steps(track, clips, count, watch("joins"))
    table = tables.step_table(turned, f"{name} where two clips of {collection} are joined")
    yield Scored("steps", turned, table, (collection,))


def _one_of_each_song(rows: Sequence[ClipRow]) -> list[ClipRow]:
    collections = sorted({row.collection for row in rows})
    return [rows[index] for name in collections for index in evaluate.benchmark(rows, name)]


def _drawn(songs: Sequence[Song], most: int | None) -> Sequence[Song]:
    if most is None or most >= len(songs):
        return songs
    chosen = np.random.default_rng(_SEED).choice(len(songs), most, replace=False)
    return [songs[index] for index in sorted(chosen)]
