"""LiveTracker: what is sounding to a trajectory that grows by a value every half-second.

A window slides over what is heard: three quarters of it are the latest half-seconds, one quarter
is what may follow, taken to be what was, mirrored. On 26 pieces of game music (musicnn 1.1.0; on 35
cae was alike) the newest values differ from those of the whole song by 0.05 (root mean square),
without the quarter by 0.06. To wait half a second for more to come would have made it 3 % less, so
nothing is waited for. Every window judges anew what it shows: values settle, to 0.015 after half a
minute.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz import __version__
from emoviz.hearing.columns import FrameStream
from emoviz.hearing.mel_frames import Frames, joined
from emoviz.hearing.silence import Audibility, is_silent, loudest_db, with_silence_missing
from emoviz.models.estimator import Estimator
from emoviz.songs.channels import heard, heard_count
from emoviz.songs.resampling import Resampler
from emoviz.tracking.windows import Blend, Window, cut
from emoviz.tracks.track import Provenance, Track
from emoviz.units import COLUMN_S, DECIMALS, Samples

SHORT_SD = 0.1
"""How much farther the value of the very first half-second lies from that of the whole song than
one of a full window (root mean square, measured as above: 0.10 valence, 0.08 arousal)."""


@dataclass(frozen=True)
class LiveUpdate:
    """What has become known of what sounds.

    `new_frames_db` has shape (columns, frames, bands) and continues where the last one ended;
    `values` has shape (columns heard so far, outputs), NaN where it was silent. `window_full` tells
    whether enough has been heard for deviations to be as narrow as they get.
    """

    new_frames_db: npt.NDArray[np.float32]
    values: npt.NDArray[np.float64]
    window_full: bool


class LiveTracker:
    """Tracks with one estimator what comes in blocks, each half-second as soon as it is whole."""

    def __init__(self, estimator: Estimator, rate_hz: int, channels: int) -> None:
        """Expect samples (n, channels) at `rate_hz`, which are heard as those of a song are."""
        self.estimator = estimator
        self._resampler = Resampler(
            rate_hz, estimator.front_end.sample_rate_hz, heard_count(channels)
        )
        self._stream = FrameStream(estimator.front_ends)
        self._hearing = estimator.live_hearing()
        self._length = estimator.info.window_columns
        self._columns = np.zeros((0, estimator.features), np.float32)
        self._forgotten = 0
        self._audibility = Audibility()
        self._track = Blend(len(estimator.info.outputs))

    @property
    def full_s(self) -> float:
        """How much must be heard for a full window, in seconds."""
        return self._full_columns * COLUMN_S

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The track so far, NaN where it was silent: (columns, outputs)."""
        return with_silence_missing(self._track.values, is_silent(self._audibility.weights))

    def push(self, block: Samples) -> LiveUpdate | None:
        """Take samples (samples, channels); say what they make known, None if nothing yet."""
        return self._take(self._stream.push(self._resampler.take(heard(block))))

    def finish(self) -> LiveUpdate | None:
        """Say what is left to be known when nothing more comes; `push` cannot be called again."""
        before = self._stream.push(self._resampler.finish())
        after = self._stream.finish()
        return self._take(joined([before, after]))

    @property
    def _full_columns(self) -> int:
        return self._length * 3 // 4

    def _take(self, frames: Frames) -> LiveUpdate | None:
        if not len(frames):
            return None
        new = self._hearing.push(frames)
        self._audibility.append(loudest_db(frames.mel_db, self.estimator.front_end))
        kept = self._columns[: new.first - self._forgotten]
        self._columns = np.concatenate([kept, new.columns])
        come = len(self._audibility.weights)
        for columns in range(come - len(frames) + 1, come + 1):
            self._judge(columns)
        self._forget()
        return LiveUpdate(frames.mel_db, self.values, come >= self._full_columns)

    def _judge(self, columns: int) -> None:
        """Estimate the window whose newest column is the last of the first `columns`."""
        first = columns - self._full_columns
        seen = self._columns[max(0, first - self._forgotten) : columns - self._forgotten]
        # Where less than a window has come, what lies before is mirrored as well.
        window = Window(min(0, first), self._length)
        values = self.estimator(cut(seen, window)[None])[0].copy()
        if values.shape[1] > 2:
            values[:, 2:] = np.hypot(values[:, 2:], self._short_sd(columns))
        # What a window shows beyond the newest column is no news of what will come there.
        self._track.grow(columns)
        self._track.add(Window(first, self._length), values)

    def _short_sd(self, columns: int) -> float:
        """Give by what deviations are wider, as variances, where so little has been heard.

        What is not known yet shrinks like the error of a mean of as many half-seconds.
        """
        short = 1.0 / min(columns, self._full_columns) - 1.0 / self._full_columns
        return float(SHORT_SD * np.sqrt(short))

    def _forget(self) -> None:
        """Drop the columns that no window shows any more."""
        over = max(0, len(self._columns) - self._length)
        self._columns = self._columns[over:]
        self._forgotten += over


def trajectory_of(
    values: npt.NDArray[np.float64], estimator: Estimator, title: str, file: str, sha256: str
) -> Track:
    """Make a trajectory of a live track: of a recording, or with an empty `file` of none.

    `values` has shape (half-seconds, outputs), on [-1, 1], NaN where unknown.
    """
    info = estimator.info
    provenance = Provenance(
        song_file=file,
        song_sha256=sha256,
        song_title=title,
        model=info.name,
        model_version=info.version,
        emoviz_version=__version__,
    )
    return Track.from_values(values.round(DECIMALS), provenance)
