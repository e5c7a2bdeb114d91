"""Measures a song: decodes it block by block for the meter."""

from collections.abc import Callable
from contextlib import closing

from emoviz.hearing.measures.loudness import RATE_HZ
from emoviz.hearing.measures.measured import Measured, Meter
from emoviz.songs.song import Report, Song


class MeasuringCancelledError(Exception):
    """The measuring was told to stop before it was done."""


def measure(song: Song, report: Report, cancelled: Callable[[], bool] = lambda: False) -> Measured:
    """Measure `song`; it is decoded block by block, and memory stays as it is.

    `report` takes sentences about what is wrong with the song. Raises `errors.SongError` where
    nothing can be decoded, and `MeasuringCancelledError` soon after `cancelled` has become true.
    """
    meter = Meter(is_mono=song.channels == 1)
    with closing(song.sound_blocks(RATE_HZ, report)) as blocks:
        for block in blocks:
            if cancelled():
                raise MeasuringCancelledError
            meter.push(block)
    return meter.finish()
