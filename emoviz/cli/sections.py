"""`emoviz sections`: where songs turn, and what may be said of each part."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from emoviz import errors
from emoviz.cli.arguments import add_model, hand_over, song_path
from emoviz.models import estimator
from emoviz.songs.patience import patient_decoders
from emoviz.songs.song import Song
from emoviz.system.terminal import complain, quiet_libraries
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.sections import Section
from emoviz.tracks.track import Track


@dataclass(frozen=True)
class SectionsRequest:
    """Which songs' sections are wanted."""

    songs: list[Path]
    model: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz sections`."""
    parser.description = (
        "Prints the sections of songs: begin and end, what may be said of each, its mean valence "
        "and arousal with their spread, and a star where it begins with a jump. 'emoviz export' "
        "writes them to files: its formats that begin with sections, reaper, audition and webvtt."
    )
    parser.add_argument("songs", nargs="+", type=song_path, metavar="SONG", help="a song")
    add_model(parser)
    hand_over(parser, SectionsRequest, print_sections)


@quiet_libraries()
def print_sections(request: SectionsRequest) -> int:
    """Print the sections of every song; give the exit status. Raises `errors.EmovizError`."""
    tracker = File2Track(estimator.load(request.model))
    failed = 0
    for path in request.songs:
        try:
            with Song.open(path, patient_decoders) as song:
                track = tracker(song, report=complain)
        except errors.SongError as error:
            failed += 1
            complain(str(error))
            continue
        if len(request.songs) > 1:
            print(path)
        print("\n".join(_lines(track)))
    return 1 if failed else 0


def _lines(track: Track) -> list[str]:
    sections = track.sections()
    width = max((len(each.name) for each in sections), default=0)
    return [_line(each, width) for each in sections] or ["silent"]


def _line(section: Section, width: int) -> str:
    begin, end = _clock(section.start_s), _clock(section.end_s)
    values = (
        f"valence {section.valence:+.2f} ± {section.valence_spread:.2f}  "
        f"arousal {section.arousal:+.2f} ± {section.arousal_spread:.2f}"
    )
    mark = "*" if section.abrupt else " "
    return f"{mark} {begin:>7} - {end:>7}  {section.name:<{width}}  {values}"


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(time_s, 60.0)
    return f"{int(minutes)}:{seconds:04.1f}"
