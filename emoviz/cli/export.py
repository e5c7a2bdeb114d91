"""`emoviz export`: songs into the formats of other programs, or into pictures."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emoviz import errors
from emoviz.cli.arguments import (
    THEMES,
    add_model,
    add_sound_track,
    add_theme,
    hand_over,
    song_path,
)
from emoviz.export import pictures
from emoviz.export.formats import CSV, DEAM, FORMATS, Format, write, write_files
from emoviz.export.tables import deam_folder
from emoviz.library.outputs import (
    STANDARD_OUTPUT,
    FreeNames,
    check_folder,
    is_folder_meant,
    print_track,
)
from emoviz.models import estimator
from emoviz.models.estimator import Estimator
from emoviz.songs.patience import patient_decoders
from emoviz.songs.song import Report, Song
from emoviz.system import files
from emoviz.system.terminal import complain, quiet_libraries
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.track import Track


@dataclass(frozen=True)
class ExportRequest:
    """Which songs are wanted in which format or as which picture; one of these two is given."""

    songs: list[Path]
    format: str | None
    picture: str | None
    output: str
    model: str
    size: tuple[int, int] | None
    theme: str
    sound_track: int | None

    @property
    def to_folder(self) -> bool:
        """Whether the output is a folder with a file for each song."""
        return len(self.songs) > 1 or is_folder_meant(self.output)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz export`."""
    parser.description = (
        "Tracks songs and writes each as a file for another program, or as a picture. "
        "Several songs in the format deam become one pair of tables."
    )
    parser.add_argument("songs", nargs="+", type=song_path, metavar="SONG", help="a song")
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
    add_model(parser)
    add_sound_track(parser)
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="the picture's size in pixels, as 1920x1080"
    )
    add_theme(parser, "the picture's colours")
    hand_over(parser, ExportRequest, export)


@quiet_libraries()
def export(request: ExportRequest) -> int:
    """Write or draw every song; give the exit status. Raises `errors.EmovizError`."""
    loaded = estimator.load(request.model)
    if request.format is not None:
        return _export(request, FORMATS[request.format], loaded)
    assert request.picture is not None
    return _draw(request, request.picture, loaded)


def write_table_and_poster(song_path: Path, report: Report) -> tuple[Path, Path]:
    """Track a song and write a CSV and a poster of it into this folder; give their places.

    Raises `errors.EmovizError`.
    """
    table, picture = Path(f"{song_path.stem}.csv"), Path(f"{song_path.stem}.png")
    for place in (table, picture):
        _check(place, song_path)
    draw = _Drawing(pictures.POSTER, None, THEMES[0])
    with Song.open(song_path, patient_decoders) as song:
        trajectory = draw(song, estimator.load(), report, picture)
    write(trajectory, table, CSV, song_path)
    return table, picture


def _export(request: ExportRequest, file_format: Format, loaded: Estimator) -> int:
    tracks: dict[Path, Track] = {}
    joined = file_format is DEAM and request.to_folder
    to_files = request.output != STANDARD_OUTPUT and not joined

    def take(path: Path, place: Path) -> None:
        if to_files:
            _check(place, path)
        with Song.open(path, patient_decoders, request.sound_track) as song:
            track = File2Track(loaded)(song, report=complain)
        if to_files:
            write(track, place, file_format, path)
        elif joined:
            tracks[path] = track
        else:
            print_track(track, file_format)

    status = _for_each(request, file_format.suffix, take)
    if tracks:
        folder = Path(request.output)
        files.make_folder(folder)
        write_files(deam_folder(tracks, folder), request.songs)
    return status


def _draw(request: ExportRequest, kind: str, loaded: Estimator) -> int:
    drawing = _Drawing(kind, request.size, request.theme)

    def draw(path: Path, place: Path) -> None:
        pictures.suffix_of(place)
        _check(place, path)
        with Song.open(path, patient_decoders, request.sound_track) as song:
            drawing(song, loaded, complain, place)

    return _for_each(request, pictures.PNG, draw)


def _for_each(request: ExportRequest, suffix: str, then: Callable[[Path, Path], None]) -> int:
    """Do something with every song and its place; one that fails is said, the others go on."""
    if request.output == STANDARD_OUTPUT and (len(request.songs) > 1 or request.picture):
        raise errors.OutputError(
            Path(request.output), "standard output takes one track", "name a folder with -o"
        )
    failed = 0
    for path, place in zip(request.songs, _places(request, suffix), strict=True):
        try:
            then(path, place)
        except errors.EmovizError as error:
            failed += 1
            complain(str(error))
    return 1 if failed else 0


def _places(request: ExportRequest, suffix: str) -> Iterator[Path]:
    """Give each song the file that its track goes to; no two have one."""
    output = Path(request.output)
    if not request.to_folder:
        yield output
        return
    check_folder(output)
    names = FreeNames(output, suffix)
    for song in request.songs:
        yield names.place_for(Path(song.name))


class _Drawing:
    """Tracks a song and draws it. Qt is imported by the first one that is made."""

    def __init__(self, kind: str, size: tuple[int, int] | None, theme: str) -> None:
        from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS
        from emoviz.gui.pictures.files import drawing_application

        self._kind = kind
        self._size = size or pictures.SIZES[kind]
        self._colours = LIGHT_COLOURS if theme == "light" else DARK_COLOURS
        # One for all pictures: Qt takes it ill to be begun again.
        self._application = drawing_application()

    def __call__(self, song: Song, model: Estimator, report: Report, place: Path) -> Track:
        from emoviz.gui.pictures.files import save_picture, track_subject

        trajectory, subject = track_subject(song, model, report)
        save_picture(self._kind, subject, place, self._size, self._colours)
        return trajectory


def _check(place: Path, song: Path) -> None:
    """Refuse, before the work, what is sure not to be written, and make the place's folder."""
    files.make_folder(place.parent)
    files.check_target(place)
    if files.is_same(place, song):
        raise errors.OutputIsSongError(place)


def _size(text: str) -> tuple[int, int]:
    try:
        return pictures.parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
