"""A file's bytes to blocks of samples through libsndfile: wav, flac and aiff."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from emoviz import errors
from emoviz.songs.decoder import (
    BLOCK_SAMPLES,
    WARM_UP_SAMPLES,
    Damage,
    block_sizes,
    ignore_damage,
    silent_blocks,
)
from emoviz.units import Samples

_SALVAGED_SAMPLES = 2048
"""How finely a damaged place is told from what surrounds it."""


class SoundFileDecoder:
    """wav, flac and aiff, through libsndfile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = soundfile.SoundFile(str(path))
        self.sample_rate_hz = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.duration_s = self._file.frames / self.sample_rate_hz
        self.is_seekable = bool(self._file.seekable())

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
        self._file.close()
        try:
            self._file = soundfile.SoundFile(str(self._path))
        except soundfile.LibsndfileError:
            raise errors.SongDamagedError(self._path, _words(error)) from error


def _words(error: soundfile.LibsndfileError) -> str:
    return str(error.error_string).removeprefix("Error : ").rstrip(".")
