"""`emoviz tag`: valence, arousal and the word into songs' own tags."""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz import errors
from emoviz.cli import progress
from emoviz.cli.arguments import add_jobs, add_library, add_model, add_paths, hand_over
from emoviz.library.batch import Run, found_songs
from emoviz.library.store import Library
from emoviz.library.tracking import analyze
from emoviz.models import estimator
from emoviz.system import paths
from emoviz.system.terminal import complain, quiet_libraries

if TYPE_CHECKING:
    from emoviz.library.tags import Changes


@dataclass(frozen=True)
class TagRequest:
    """Which songs' tags are to be written or removed; None is the user's own library."""

    paths: list[Path]
    dry_run: bool
    replace: bool
    remove: bool
    library: Path | None
    model: str
    jobs: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz tag`."""
    parser.description = (
        "Writes EMOVIZ_VALENCE and EMOVIZ_AROUSAL, the means over the song from -1 to 1, and what "
        "may be said of it as EMOVIZ_MOOD and MOOD. What sounds stays as it is, byte by byte; a "
        "MOOD of somebody else's stays. "
        "Tracks come from the library; songs that are not in it are tracked and put in."
    )
    add_paths(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be written, and write nothing"
    )
    parser.add_argument(
        "--replace", action="store_true", help="write over a MOOD that is somebody else's"
    )
    parser.add_argument(
        "--remove", action="store_true", help="take out what emoviz has written, and write nothing"
    )
    add_library(parser)
    add_model(parser)
    add_jobs(parser)
    hand_over(parser, TagRequest, tag_songs)


@quiet_libraries()
def tag_songs(request: TagRequest) -> int:
    """Write or remove what was asked for; give the exit status.

    Raises `errors.EmovizError` only for what concerns all songs; what concerns one is printed as
    one line on standard error, and the others go on.
    """
    # Imported here: what writes tags is no part of every installation.
    from emoviz.library.tagging import Tagger

    if request.model not in (known := estimator.installed()):
        raise errors.ModelNotFoundError(request.model, known)
    file = request.library or paths.library_file()
    with ExitStack() as stack:
        found = stack.enter_context(found_songs(request.paths, complain))
        view = stack.enter_context(progress.progress(len(found)))
        # Nothing is tracked to take tags out.
        tracks = not request.remove or file.exists()
        library = stack.enter_context(Library.open(file)) if tracks else None
        preview = _show if request.dry_run else None
        tagger = Tagger(library, view, replaces=request.replace, preview=preview)
        if request.remove:
            failed = tagger.remove(song for song, _ in found)
        else:
            run = Run(library, request.model, tagger, view)
            track = partial(analyze, model=request.model, jobs=min(request.jobs, len(found)))
            songs = ((song, song) for song, _ in found)
            failed = run(songs, partial(track, on_update=view.window)).failed
    done = "to be changed" if request.dry_run else "changed"
    print(f"{tagger.changed} {done}, {tagger.same} as they should be, {failed} failed")
    return 1 if failed else 0


def _show(song: Path, changes: "Changes") -> None:
    """Print what would be written into a song."""
    parts = (f"no {name}" if text is None else f"{name}={text}" for name, text in changes.items())
    print(f"{song}: {' '.join(parts)}")
