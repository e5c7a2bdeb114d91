"""What `emoviz tag` does: songs are found in the library or tracked, and their tags written."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from emoviz import errors
from emoviz.cli import progress
from emoviz.library import tags
from emoviz.library.batch import Fate, Run, View, each_once
from emoviz.library.records import FileState, SongRecord
from emoviz.library.store import Library
from emoviz.library.tracking import analyze
from emoviz.models import estimator
from emoviz.songs.finding import ignore_sentence
from emoviz.system import files
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.track import Track


def tag_songs(options: argparse.Namespace) -> int:
    """Write or remove what was asked for; give the exit status.

    Raises `errors.EmovizError` only for what concerns all songs; what concerns one is printed as
    one line on standard error, and the others go on.
    """
    if options.model not in (known := estimator.installed()):
        raise errors.ModelNotFoundError(options.model, known)
    said: list[str] = []
    count = sum(1 for _ in each_once(options.paths, said.append))
    if not count:
        raise errors.NoSongsError(options.paths)
    with ExitStack() as stack:
        view = stack.enter_context(progress.progress(count))
        for sentence in said:
            view.say(sentence)
        # Nothing is tracked to take tags out.
        tracks = not options.remove or options.library.exists()
        library = stack.enter_context(Library.open(options.library)) if tracks else None
        tagger = _Tagger(library, view, options)
        songs = ((song, song) for song, _ in each_once(options.paths, ignore_sentence))
        if options.remove:
            failed = tagger.remove(song for song, _ in songs)
        else:
            run = Run(library, options.model, tagger, view)
            track = partial(analyze, model=options.model, jobs=min(options.jobs, count))
            failed = run(songs, partial(track, on_update=view.window)).failed
    done = "to be changed" if options.dry_run else "changed"
    print(f"{tagger.changed} {done}, {tagger.same} as they should be, {failed} failed")
    return 1 if failed else 0


class _Tagger:
    """The output of a run that goes into the songs themselves."""

    def __init__(self, library: Library | None, view: View, options: argparse.Namespace) -> None:
        self._library, self._view = library, view
        self._replaces, self._is_dry = options.replace, options.dry_run
        self._words = Circumplex.russell()
        self.changed = self.same = 0

    def place_for(self, place: Path) -> Path:
        """Say that a song's tags go into the song."""
        return place

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Tag the song `target`. Raises `errors.OutputError`."""
        assert target is not None
        fields = tags.read(target)
        feeling = tags.Feeling.of(trajectory, self._words)
        changes = tags.to_write(fields, feeling, self._words, replace=self._replaces)
        mood = fields.get(tags.MOOD, feeling.word)
        if mood != feeling.word and tags.MOOD not in changes:
            self._view.say(
                f"{target}: the mood {mood!r} is somebody else's and stays; --replace writes "
                f"{feeling.word!r} over it."
            )
        self._do(target, changes)

    def remove(self, songs: Iterator[Path]) -> int:
        """Take out of songs what emoviz has written; say how many could not be changed."""
        failed = 0
        for song in songs:
            try:
                FileState.of(song)
                self._do(song, tags.to_remove(tags.read(song), self._words))
            except (errors.SongError, errors.OutputError) as error:
                failed += 1
                self._view.say(str(error))
            self._view.song(Fate.KNOWN)
        return failed

    def _do(self, song: Path, changes: tags.Changes) -> None:
        if not changes:
            self.same += 1
            return
        if self._is_dry:
            parts = (
                f"no {name}" if text is None else f"{name}={text}" for name, text in changes.items()
            )
            print(f"{song}: {' '.join(parts)}")
        else:
            tracks = self._tracks(song)
            tags.write(song, changes)
            self._note(song, tracks)
        self.changed += 1

    def _tracks(self, song: Path) -> list[tuple[SongRecord, Track]]:
        """Give what the library has of a song that is as it was when it was put in."""
        if self._library is None:
            return []
        state, sha256 = FileState.of(song), ""
        tracks = []
        for model in self._library.models():
            found = self._library.find(song, model)
            if found is None:
                continue
            known, trajectory = found
            sha256 = sha256 or files.sha256_of_file(song)
            if trajectory.provenance.song_sha256 == sha256:
                record = SongRecord(
                    song, state, known.title, known.artist, known.album, known.duration_s
                )
                tracks.append((record, trajectory))
        return tracks

    def _note(self, song: Path, tracks: list[tuple[SongRecord, Track]]) -> None:
        """Have the library know the song, which sounds as before, by its new bytes."""
        if self._library is None or not tracks:
            return
        state, sha256 = FileState.of(song), files.sha256_of_file(song)
        for record, trajectory in tracks:
            provenance = replace(trajectory.provenance, song_sha256=sha256)
            self._library.put(
                replace(record, state=state), replace(trajectory, provenance=provenance)
            )
