"""Songs' own tags as an output: what is written into each, or taken out of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from emoviz import errors
from emoviz.library import tags
from emoviz.library.batch import Fate, View
from emoviz.library.records import FileState, SongRecord
from emoviz.library.store import Library
from emoviz.system import files
from emoviz.tracks.track import Track

Preview: TypeAlias = Callable[[Path, tags.Changes], None]


class Tagger:
    """The output of a run that goes into the songs themselves.

    With `replaces` a mood that is somebody else's is written over. `preview`, where there is one,
    is told what would be written, and nothing is.
    """

    def __init__(
        self, library: Library | None, view: View, *, replaces: bool, preview: Preview | None
    ) -> None:
        self._library, self._view = library, view
        self._replaces, self._preview = replaces, preview
        self.changed = self.same = 0

    def place_for(self, place: Path) -> Path:
        """Say that a song's tags go into the song."""
        return place

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Tag the song `target`. Raises `errors.OutputError`."""
        assert target is not None
        fields = tags.read(target)
        feeling = tags.Feeling.of(trajectory)
        if feeling is None:
            self._view.say(f"{target}: the song is silent: it gets no tags of emoviz's.")
            self._do(target, tags.to_remove(fields))
            return
        changes = tags.to_write(fields, feeling, replace=self._replaces)
        mood = fields.get(tags.MOOD, feeling.said)
        if mood != feeling.said and tags.MOOD not in changes:
            self._view.say(
                f"{target}: the mood {mood!r} is somebody else's and stays; --replace writes "
                f"{feeling.said!r} over it."
            )
        self._do(target, changes)

    def remove(self, songs: Iterator[Path]) -> int:
        """Take out of songs what emoviz has written; say how many could not be changed."""
        failed = 0
        for song in songs:
            try:
                FileState.of(song)
                self._do(song, tags.to_remove(tags.read(song)))
            except (errors.SongError, errors.OutputError) as error:
                failed += 1
                self._view.say(str(error))
            self._view.song(Fate.KNOWN)
        return failed

    def _do(self, song: Path, changes: tags.Changes) -> None:
        if not changes:
            self.same += 1
            return
        if self._preview is not None:
            self._preview(song, changes)
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
