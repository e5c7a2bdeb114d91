"""A file's bytes to blocks of samples through libsndfile: wav, flac and aiff."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from emoviz import errors
from emoviz.songs.chunks import SampleBytes
from emoviz.songs.decoder import (
    BLOCK_SAMPLES,
    ONE_SOUND_TRACK,
    WARM_UP_SAMPLES,
    Damage,
    block_sizes,
    ignore_damage,
    silent_blocks,
)
from emoviz.songs.flac import FlacBytes
from emoviz.songs.pieces import PiecedFile, remark_on_zeros, without_zeros
from emoviz.units import Samples

_SALVAGED_SAMPLES = 2048
"""How finely a damaged place is told from what surrounds it."""


class SoundFileDecoder:
    """wav, flac and aiff, through libsndfile."""

    sound_tracks = ONE_SOUND_TRACK

    def __init__(self, path: Path, held: SampleBytes | FlacBytes | None) -> None:
        """Open the file at `path`; `held` is what was found to be in it, where that is known."""
        self._path = path
        flac = held if isinstance(held, FlacBytes) else None
        self._pieces = held.pieces if held else None
        # Where the header says how long it should be, that is said.
        self.remark = remark_on_zeros(flac.zeros) if flac and flac.claimed is None else ""
        self._frames_at = flac.sound if flac else None
        """Where the frames of a FLAC file begin, until zeros between them are left out"""
        self._source: PiecedFile | None = None
        self._file = self._open()
        self.sample_rate_hz = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.duration_s = self._file.frames / self.sample_rate_hz
        self.is_seekable = bool(self._file.seekable())
        self.claimed_s: float | None = None
        if held and held.held and held.claimed is not None:
            self.claimed_s = self.duration_s * held.claimed / held.held

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (samples, channels); see `Decoder.blocks`."""
        if start_sample >= self._file.frames > 0:
            return
        position = max(0, start_sample - WARM_UP_SAMPLES)
        sizes = block_sizes(self.sample_rate_hz, start_sample - position)
        for block in self._blocks_orsilent_blocks(position, sizes, on_damage):
            skip = max(0, start_sample - position)
            position += len(block)
            if skip < len(block):
                yield block[skip:]

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
        if self._source is not None:
            self._source.close()

    def _open(self) -> soundfile.SoundFile:
        """Open the file, with a header that says what is in it. Raises `LibsndfileError`."""
        if self._pieces is None:
            return soundfile.SoundFile(str(self._path))
        self._source = PiecedFile(self._path.open("rb"), self._pieces)
        try:
            return soundfile.SoundFile(self._source)
        except soundfile.LibsndfileError:
            self._source.close()
            raise

    def _blocks_orsilent_blocks(
        self, position: int, sizes: Iterator[int], on_damage: Damage
    ) -> Iterator[Samples]:
        step = BLOCK_SAMPLES
        while True:
            try:
                self._file.seek(position)
                while len(block := self._read(min(step, next(sizes)))):
                    position += len(block)
                    yield block
                return
            except soundfile.LibsndfileError as error:
                if step == BLOCK_SAMPLES:
                    # What comes before the damage is good.
                    step = _SALVAGED_SAMPLES
                    self._open_anew(error)
                    continue
                beyond = self._find_sound(position, error)
                on_damage(position, beyond)
                yield from silent_blocks(beyond - position, self.channels)
                position, step = beyond, BLOCK_SAMPLES

    def _find_sound(self, position: int, error: soundfile.LibsndfileError) -> int:
        """Find the first place behind a damaged one from which on there is sound again."""
        step = _SALVAGED_SAMPLES
        while (position := position + step) < self._file.frames:
            self._open_anew(error)
            try:
                self._file.seek(position)
                if len(self._read(_SALVAGED_SAMPLES)):
                    return position
            except soundfile.LibsndfileError:
                step += step // 8
        raise errors.SongDamagedError(self._path, _words(error)) from error

    def _read(self, count: int) -> Samples:
        # Opened anew, a damaged file may be shorter than it was, which soundfile does not expect.
        if self._file.tell() > self._file.frames:
            return np.zeros((0, self.channels), np.float32)
        block: Samples = self._file.read(count, dtype="float32", always_2d=True)
        return block

    def _open_anew(self, error: soundfile.LibsndfileError) -> None:
        """Open the file again, since after an error libsndfile may refuse everything."""
        self.close()
        try:
            self._leave_zeros_out()
            self._file = self._open()
        except (OSError, soundfile.LibsndfileError):
            raise errors.SongDamagedError(self._path, _words(error)) from error

    def _leave_zeros_out(self) -> None:
        """Have no FLAC decoder look for frames, byte by byte, in room that was never written."""
        if self._frames_at is None:
            return
        with self._path.open("rb") as file:
            pieces = self._pieces or [range(os.fstat(file.fileno()).st_size)]
            written = without_zeros(file, pieces, self._frames_at)
        if sum(map(len, written)) < sum(map(len, pieces)):
            self._pieces = written
        self._frames_at = None


def _words(error: soundfile.LibsndfileError) -> str:
    words = str(error.error_string).removeprefix("Error : ").rstrip(".")
    # What its programmers tell each other, as "Internal psf_fseek() failed", nobody understands.
    return "its data make no sense" if "()" in words or not words else words.lower()
