"""`emoviz export`: songs into the formats of other programs, or into pictures."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz import errors
from emoviz.export import pictures
from emoviz.export.formats import CSV, DEAM, FORMATS, Format, write, write_files
from emoviz.export.tables import deam_folder
from emoviz.models.estimator import DEFAULT_MODEL, Estimator
from emoviz.system import files
from emoviz.system.terminal import quiet_libraries
from emoviz.tracks.track import Track

if TYPE_CHECKING:
    from emoviz.songs.song import Report, Song

STANDARD_OUTPUT = "-"
THEMES = ("dark", "light")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `export` to the command line."""
    parser = commands.add_parser(
        "export",
        help="write songs' tracks for other programs, or as pictures",
        description="Tracks songs and writes each as a file for another program, or as a picture. "
        "Several songs in the format deam become one pair of tables.",
    )
    parser.add_argument("songs", nargs="+", type=Path, metavar="SONG", help="a song")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--format", choices=FORMATS, help="write the track in this format")
    what.add_argument("--picture", choices=pictures.KINDS, help="draw the song")
    parser.add_argument(
        "-o",
        dest="output",
        default=".",
        metavar="FILE|DIR",
        help="where the files go; a picture's name ends in .png, .svg or .pdf; - is standard "
        "output (default: this folder)",
    )
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="one of 'emoviz models'"
    )
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="the picture's size in pixels, as 1920x1080"
    )
    parser.add_argument("--theme", choices=THEMES, default=THEMES[0], help="the picture's colours")
    parser.set_defaults(run=_run)


def write_table_and_poster(song_path: Path, report: "Report") -> tuple[Path, Path]:
    """Track a song and write a CSV and a poster of it into this folder; give their places.

    Raises `errors.EmovizError`.
    """
    from emoviz.models import estimator
    from emoviz.songs.song import Song

    table, picture = Path(f"{song_path.stem}.csv"), Path(f"{song_path.stem}.png")
    for place in (table, picture):
        _check(place, song_path)
    draw = _Drawing(pictures.POSTER, None, THEMES[0])
    trajectory = draw(Song.open(song_path), estimator.load(), report, picture)
    write(trajectory, table, CSV, song_path)
    return table, picture


def _run(options: argparse.Namespace) -> int:
    from emoviz.models import estimator

    with quiet_libraries():
        loaded = estimator.load(options.model)
        if options.picture:
            return _draw(options, loaded)
        return _export(options, FORMATS[options.format], loaded)


def _export(options: argparse.Namespace, file_format: Format, loaded: Estimator) -> int:
    from emoviz.songs.song import Song
    from emoviz.tracking.tracker import File2Track

    tracks: dict[Path, Track] = {}
    joined = file_format is DEAM and _is_folder(options)
    to_files = options.output != STANDARD_OUTPUT and not joined

    def export(path: Path, place: Path) -> None:
        if to_files:
            _check(place, path)
        track = File2Track(loaded)(Song.open(path), report=_say)
        if to_files:
            write(track, place, file_format, path)
        elif joined:
            tracks[path] = track
        else:
            _print(track, file_format)

    status = _for_each(options, file_format.suffix, export)
    if tracks:
        folder = Path(options.output)
        _make_folder(folder)
        write_files(deam_folder(tracks, folder), options.songs)
    return status


def _draw(options: argparse.Namespace, loaded: Estimator) -> int:
    from emoviz.songs.song import Song

    drawing = _Drawing(options.picture, options.size, options.theme)

    def draw(path: Path, place: Path) -> None:
        pictures.suffix_of(place)
        _check(place, path)
        drawing(Song.open(path), loaded, _say, place)

    return _for_each(options, pictures.PNG, draw)


def _for_each(options: argparse.Namespace, suffix: str, then: Callable[[Path, Path], None]) -> int:
    """Do something with every song and its place; one that fails is said, the others go on."""
    if options.output == STANDARD_OUTPUT and (len(options.songs) > 1 or options.picture):
        raise errors.OutputError(
            Path(options.output), "standard output takes one track", "name a folder with -o"
        )
    failed = 0
    for path, place in zip(options.songs, _places(options, suffix), strict=True):
        try:
            then(path, place)
        except errors.EmovizError as error:
            failed += 1
            _say(str(error))
    return 1 if failed else 0


def _places(options: argparse.Namespace, suffix: str) -> Iterator[Path]:
    """Give each song the file that its track goes to; no two have one."""
    output = Path(options.output)
    if not _is_folder(options):
        yield output
        return
    if output.exists() and not output.is_dir():
        raise errors.OutputError(output, "several songs need a folder", "name one with -o")
    taken: set[Path] = set()
    for song in options.songs:
        # song.mp3 and song.flac keep their endings where they would meet: song.flac.csv.
        names = [f"{song.stem}{suffix}", f"{song.name}{suffix}"]
        names += [f"{song.name}.{number}{suffix}" for number in range(2, len(taken) + 3)]
        place = next(output / name for name in names if output / name not in taken)
        taken.add(place)
        yield place


def _is_folder(options: argparse.Namespace) -> bool:
    output = options.output
    return len(options.songs) > 1 or output.endswith("/") or Path(output).is_dir()


class _Drawing:
    """Tracks a song and draws it. Qt is imported by the first one that is made."""

    def __init__(self, kind: str, size: tuple[int, int] | None, theme: str) -> None:
        from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS
        from emoviz.gui.pictures import files as picture

        self._kind = kind
        self._size = size or pictures.SIZES[kind]
        self._colours = LIGHT_COLOURS if theme == "light" else DARK_COLOURS
        self._picture = picture
        # One for all pictures: Qt takes it ill to be begun again.
        self._application = picture.drawing_application()

    def __call__(self, song: "Song", model: Estimator, report: "Report", place: Path) -> Track:
        trajectory, subject = self._picture.track_subject(song, model, report)
        self._picture.save_picture(self._kind, subject, place, self._size, self._colours)
        return trajectory


def _print(track: Track, file_format: Format) -> None:
    contents = list(file_format.files_of(track, Path("track")).values())
    # A CSV's description is for those who keep the file.
    if len(contents) > 1 and file_format is not CSV:
        raise errors.OutputError(
            Path(STANDARD_OUTPUT), "this format has two files", "name a file or a folder with -o"
        )
    sys.stdout.buffer.write(contents[0])


def _check(place: Path, song: Path) -> None:
    """Refuse, before the work, what is sure not to be written, and make the place's folder."""
    _make_folder(place.parent)
    files.check_target(place)
    if files.is_same(place, song):
        raise errors.OutputIsSongError(place)


def _make_folder(folder: Path) -> None:
    with files.as_output_error(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _size(text: str) -> tuple[int, int]:
    try:
        return pictures.parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _say(sentence: str) -> None:
    print(f"emoviz: {sentence}", file=sys.stderr)
