"""The fuzzer's cases for the command line: a spoiled file, a command, and what must come of it."""

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random

import numpy as np

from build_scripts.fuzz.kinds import Build
from build_scripts.fuzz.models import copy_and_spoil
from build_scripts.fuzz.mutations import spoil
from build_scripts.fuzz.originals import Original
from build_scripts.fuzz.texts import spoil_json, spoil_table, spoil_toml
from emoviz import errors
from emoviz.cli import program
from emoviz.export import formats
from emoviz.library.records import FileState, SongRecord
from emoviz.library.store import Library
from emoviz.models import estimator
from emoviz.models.estimator import Estimator
from emoviz.system import paths
from emoviz.tracks import labels
from emoviz.tracks.track import Provenance, Track, load_csv, metadata_path
from emoviz.training.recipe import read_recipe
from emoviz.units import COLUMN_S

MODEL = "cae"
_NAMES = ("[red]song[bold]", "100 % {0} %s", "前奏曲 🎵", "-o", "a'b\"c", "s" * 200, "so\tng")
_SUFFIXES = (
    *(".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".aiff", ".w64", ".au"),
    *(".raw", ".RAW", ".sd2", ".mid", ".mp4", ".mkv", ".txt", ".csv", ".m3u8", ".png", ".toml"),
    "",
)
_COLUMNS = (
    *("songs.path", "songs.size", "songs.sha256", "songs.duration_s", "songs.title", "songs.words"),
    *("tracks.valence", "tracks.arousal", "tracks.model_version", "tracks.end_arousal"),
    *("track_values.valence", "track_values.arousal", "track_values.valence_sd"),
    *("track_shapes.shape", "artists.name", "models.name", "albums.title"),
)
TRACK = ("--model", MODEL)
_MOST_S = 10.0
"""Of the processor, for a few seconds of sound"""


@dataclass
class Prepared:
    """A case that is ready to be run.

    `run` gives the exit status, and says what it has to say on standard output and error.
    `blamed` are names of which one is in the sentence of what failed; `promised` are files that
    there are if nothing failed, and that are looked at by `check`; `others` are patterns of what
    may be there beside them. `may_change` are files that were there and are written to.
    """

    form: str
    what: str
    run: Callable[[], int]
    blamed: list[str]
    promised: list[Path] = field(default_factory=list)
    others: tuple[str, ...] = ()
    may_change: tuple[Path, ...] = ()
    may_be_silent: bool = False
    """Whether what is wrong is said on standard output: it is what was asked for."""


class World:
    """What cases are made of: the originals, a folder to work in, and what was made beforehand."""

    def __init__(self, folder: Path, originals: list[Original]) -> None:
        self.folder = folder
        self.originals = originals
        self.good = next(each for each in originals if each.form == "flac")
        self.data = [each.data for each in originals]
        self.track = _track()

    def spoiled(self, place: Path, chance: Random) -> tuple[Path, str, str]:
        """Write a spoiled song into a folder; give its path, its format, and what was done."""
        original = chance.choice(self.originals)
        if chance.random() < 0.04:
            data, said = original.data, "another ending"
            suffix = chance.choice(_SUFFIXES)
        else:
            data, said = spoil(original.data, chance, self.data)
            suffix = Path(original.name).suffix
            if chance.random() < 0.1:
                suffix, said = chance.choice(_SUFFIXES), f"{said}, another ending"
        name = chance.choice(_NAMES) if chance.random() < 0.1 else "song"
        path = place / f"{name}{suffix}"
        path.write_bytes(data)
        return path, original.form, said


def command(*arguments: object) -> Callable[[], int]:
    """Give what runs a command line as the program does."""
    return lambda: program.main([str(argument) for argument in arguments])


def analyze(world: World, place: Path, chance: Random) -> Prepared:
    """Track a spoiled song into a file or onto standard output."""
    song, form, said = world.spoiled(place, chance)
    kind = chance.choice(("csv", "csv", "csv", "json"))
    output = place / f"out.{kind}"
    run = command("analyze", song, "-o", output, "--format", kind, "--jobs", 1, *TRACK)
    return Prepared(form, said, run, [str(song)], [output], ("out.csv-metadata.json",))


def export(world: World, place: Path, chance: Random) -> Prepared:
    """Write a spoiled song for another program, or draw it."""
    song, form, said = world.spoiled(place, chance)
    if chance.random() < 0.15:
        output = place / "out.png"
        run = command(
            *("export", song, "--picture", "poster", "--size", "400x500", "-o", output, *TRACK)
        )
        return Prepared(form, f"{said}, poster", run, [str(song)], [output])
    kind, name = chance.choice(
        (
            ("json", "out.json"),
            ("parquet", "out.parquet"),
            ("audacity", "out.txt"),
            ("sonic-visualiser", "out.csv"),
            ("deam", "out.csv"),
        )
    )
    run = command("export", song, "--format", kind, "-o", place / name, *TRACK)
    return Prepared(form, f"{said}, {kind}", run, [str(song)], [], ("out*",))


def add(world: World, place: Path, chance: Random) -> Prepared:
    """Put a spoiled song into a library."""
    song, form, said = world.spoiled(place, chance)
    file = place / "songs.db"
    run = command("library", "add", song, "--library", file, "--jobs", 1, *TRACK)
    return Prepared(form, f"{said}, library", run, [str(song)], [file], ("songs.db*",))


def tag(world: World, place: Path, chance: Random) -> Prepared:
    """Write into a spoiled song's tags, or only say what would be written."""
    song, form, said = world.spoiled(place, chance)
    dry = ["--dry-run"] if chance.random() < 0.7 else []
    run = command("tag", song, *dry, "--library", place / "songs.db", "--jobs", 1, *TRACK)
    changed = () if dry else (song,)
    said = f"{said}, tag {' '.join(dry)}"
    return Prepared(form, said, run, [str(song)], [], ("songs.db*",), changed)


def with_others(world: World, place: Path, chance: Random) -> Prepared:
    """Track a folder in which one song is good: that one is done whatever the other is."""
    folder = place / "album"
    folder.mkdir()
    song, form, said = world.spoiled(folder, chance)
    good = folder / "zz good.flac"
    good.write_bytes(world.good.data)
    output = place / "out"
    arguments = ("analyze", good, song, "-o", output, "--jobs", 1, *TRACK)

    def run() -> int:
        status = program.main([str(argument) for argument in arguments])
        load_csv(output / "zz good.csv")
        return status

    return Prepared(form, f"{said}, in a folder", run, [str(song)], [], ("out/*", "out/.emoviz*"))


def of_kind(build: Build, place: Path, chance: Random) -> Prepared:
    """Track a song that is whole but for one lie, of which it is known how long it is."""
    built = build(place, chance)
    output = place / "out.csv"
    arguments = ("analyze", built.path, "-o", output, "--jobs", 1, *TRACK)

    def run() -> int:
        began_s = time.process_time()
        with _with_model_kept():
            status = program.main([str(argument) for argument in arguments])
        took_s = time.process_time() - began_s
        if took_s > _MOST_S:
            raise AssertionError(f"{took_s:.1f} s for {built.most_s:.1f} s of sound")
        # What is shorter than a half-second has no track.
        rows = 0 if status else len(load_csv(output))
        length_s = rows * COLUMN_S
        if not built.least_s - COLUMN_S <= length_s <= built.most_s + COLUMN_S:
            least_s, most_s = built.least_s, built.most_s
            raise AssertionError(f"{length_s:.1f} s where {least_s:.1f} to {most_s:.1f} s were due")
        return status

    others = ("out.csv-metadata.json",)
    return Prepared(built.form, built.what, run, [str(built.path)], [output], others)


@contextmanager
def _with_model_kept() -> Iterator[None]:
    """Have a model loaded once for all cases that are not about it: most of their time."""
    load = estimator.load
    estimator.load = partial(_kept, load)
    try:
        yield
    finally:
        estimator.load = load


@cache
def _kept(load: Callable[..., Estimator], name: str, threads: int) -> Estimator:
    return load(name, threads)


def model(world: World, place: Path, chance: Random) -> Prepared:
    """Track a good song with a spoiled model."""
    said = copy_and_spoil(MODEL, place, chance)
    song = place / world.good.name
    song.write_bytes(world.good.data)
    output = place / "out.csv"
    promised = [output]
    arguments = ["analyze", str(song), "-o", str(output), "--jobs", "1", *TRACK]
    if chance.random() < 0.2:
        arguments, promised = ["models"], []

    def run() -> int:
        with with_models_in(place):
            return program.main(arguments)

    blamed = [str(place / "model" / MODEL), f"no model named {MODEL!r}"]
    return Prepared("model folder", said, run, blamed, promised, ("out.csv-metadata.json",))


@contextmanager
def with_models_in(root: Path) -> Iterator[None]:
    """Have the program look for its models in `root`, as it does where it is frozen."""
    sys._MEIPASS = str(root)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del sys._MEIPASS  # type: ignore[attr-defined]


def read_labels(world: World, place: Path, chance: Random) -> Prepared:
    """Read spoiled labels, as the window does to compare with them."""
    own = chance.random() < 0.4
    if own:
        path = place / "song.csv"
        world.track.save_csv(path)
        spoiled = chance.choice((path, path, metadata_path(path)))
    else:
        for name in ("valence.csv", "arousal.csv"):
            (place / name).write_text(deam_table(name), encoding="utf-8")
        path = place / "valence.csv"
        spoiled = place / chance.choice(("valence.csv", "arousal.csv"))
    spoil_file = spoil_json if spoiled.suffix == ".json" else spoil_table
    data, said = spoil_file(spoiled.read_bytes(), chance)
    spoiled.write_bytes(data)
    form = "labels (emoviz)" if own else "labels (DEAM)"

    def run() -> int:
        return _said(lambda: _read_and_judge(path))

    return Prepared(form, f"{spoiled.name}: {said}", run, [str(place)])


def _read_and_judge(path: Path) -> None:
    """Read labels and see that what was read can be shown."""
    found = labels.read(path)
    for name in found.songs:
        values = found.of(name)
        if values.ndim != 2 or values.shape[1] != 2 or np.nanmax(np.abs(values)) > 1.0:
            raise AssertionError(f"labels of {name!r} are no track: {values.shape}")


def _said(do: Callable[[], object]) -> int:
    """Do something, and say what is wrong and give a status as the program does."""
    try:
        do()
    except errors.EmovizError as error:
        print(f"emoviz: {error}", file=sys.stderr)
        return 1
    return 0


def library(world: World, place: Path, chance: Random) -> Prepared:
    """Ask a spoiled library, or put a song into it."""
    file = place / "songs.db"
    song = place / world.good.name
    song.write_bytes(world.good.data)
    said = spoil_library(world, file, song, chance)
    verb = chance.choice(
        (
            ["list"],
            ["find", "--valence", "-1..1"],
            ["find", "--like", str(song)],
            ["find", "--text", "elise", "-o", str(place / "list.m3u8")],
            ["find", "--word", "happy"],
            ["verify"],
            ["vacuum"],
            ["export", "-o", str(place / "out.csv")],
            ["export", "-o", str(place / "out")],
            ["add", str(song), "--jobs", "1", *TRACK],
            ["add", str(song), "--jobs", "1", "--new", *TRACK],
        )
    )
    run = command("library", *verb, "--library", file)
    blamed = [str(file), "no song in the library", str(song)]
    others = ("songs*", "list.m3u8", "out*", "out/*")
    silent = verb[0] == "verify"
    said = f"{said}, {verb[0]}"
    return Prepared("library", said, run, blamed, [], others, (file,), may_be_silent=silent)


def spoil_library(world: World, file: Path, song: Path, chance: Random) -> str:
    """Write a library that knows a song, and spoil it; say how."""
    with Library.open(file) as made:
        record = SongRecord(song, FileState.of(song), "Élise", "Beethoven", "Bagatellen", 1.3)
        made.put(record, world.track)
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    if chance.random() < 0.4:
        return _spoil_rows(file, chance)
    data, said = spoil(file.read_bytes(), chance, world.data)
    file.write_bytes(data)
    return said


def _spoil_rows(file: Path, chance: Random) -> str:
    """Put into a sound database what no library holds."""
    table, column = chance.choice(_COLUMNS).split(".")
    value = chance.choice(
        (
            *(0, -1, 2**63 - 1, 1e308, float("inf"), "", "two\nlines", b"", b"\0", b"\xff" * 7),
            *(b"\xff" * 8, bytes(4000), "A" * 100_000, "\0", "[red]", b"\x00\x00\xc0\x7f" * 3),
        )
    )
    connection = sqlite3.connect(file)
    try:
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        connection.commit()
    except sqlite3.Error:
        return f"{table}.{column} stays"
    finally:
        connection.close()
    return f"{table}.{column} = {value!r:.30}"


def known(world: World, place: Path, chance: Random) -> Prepared:
    """Track a folder again after what the first run left was spoiled."""
    folder, output = place / "album", place / "out"
    folder.mkdir()
    output.mkdir()
    song = folder / world.good.name
    song.write_bytes(world.good.data)
    kind = chance.choice(("csv", "json"))
    table = output / f"{song.stem}.{kind}"
    formats.write(world.track, table, formats.FORMATS[kind])
    described = metadata_path(table) if kind == "csv" else table
    data, said = spoil_json(described.read_bytes(), chance)
    described.write_bytes(data)
    arguments = ("analyze", folder, "-o", output, "--format", kind, "--jobs", 1, *TRACK)
    changed = (table, described)
    return Prepared(
        f"{kind} of before", said, command(*arguments), [str(song)], [table], ("out/*",), changed
    )


def recipe(world: World, place: Path, chance: Random) -> Prepared:
    """Read a spoiled recipe, as training does."""
    folder = place / MODEL
    folder.mkdir()
    path = folder / "recipe.toml"
    data, said = spoil_toml((paths.models() / MODEL / "recipe.toml").read_bytes(), chance)
    path.write_bytes(data)

    def run() -> int:
        # Not "emoviz train": that imports torch.
        return _said(lambda: read_recipe(path))

    return Prepared("recipe", said, run, [str(path)])


def deam_table(name: str) -> str:
    """Give a table of labels of two songs, as DEAM has them."""
    times = [f"sample_{time_ms}ms" for time_ms in range(500, 5500, 500)]
    chance = Random(name)
    rows = [["song_id", *times]]
    for song in ("2", "13"):
        rows.append([song, *(f"{chance.uniform(0.0, 0.9):.4f}" for _time in times)])
    return "\n".join(map(",".join, rows)) + "\n"


def check_file(path: Path) -> None:
    """See that a file that was promised holds what it should; raises what is wrong with it."""
    if path.suffix == ".csv":
        track = load_csv(path)
        # What is missing, silence, is inside.
        if (np.abs([track.valence, track.arousal]) > 1.0).any():
            raise AssertionError(f"{path.name} has values outside [-1, 1]")
    elif path.suffix == ".json":
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        if (np.abs(np.array(document["valence"], float)) > 1.0).any():
            raise AssertionError(f"{path.name} has values outside [-1, 1]")
    elif not path.exists():
        raise FileNotFoundError(path)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def _track() -> Track:
    values = np.random.default_rng(0).uniform(0.1, 0.5, (6, 4))
    provenance = Provenance("song.flac", "0" * 64, "Für Élise", MODEL, "2.0.0", "0.1.0")
    return Track.from_values(values.round(6), provenance)


BY_WEIGHT: dict[Callable[[World, Path, Random], Prepared], int] = {
    analyze: 44,
    export: 9,
    add: 6,
    tag: 9,
    with_others: 1,
    model: 10,
    read_labels: 10,
    library: 5,
    known: 3,
    recipe: 1,
}
