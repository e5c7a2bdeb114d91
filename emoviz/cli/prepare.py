"""`emoviz prepare`: a data folder decoded once, for all training after it."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from emoviz.cli.arguments import hand_over
from emoviz.cli.laboratory import add_data, need_packages, prepared_clips, terminal


@dataclass(frozen=True)
class PrepareRequest:
    """Which data folder is to be decoded."""

    data: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz prepare`."""
    add_data(parser)
    hand_over(parser, PrepareRequest, prepare)


def prepare(request: PrepareRequest) -> int:
    """Decode the data folder once; raises `errors.EmovizError`."""
    console = terminal()
    need_packages()
    from emoviz.training.data.cache import cache_file
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.ears.ears import listener_ears, small_ears

    for ears in (paper_ears(), small_ears(), listener_ears()):
        clips = prepared_clips(request.data, ears, console)
        songs = len({clip.song_id for clip in clips})
        console.print(f"{len(clips)} clips of {songs} songs in {cache_file(request.data, ears)}")
    return 0
