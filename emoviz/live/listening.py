"""Listening: an input followed as it sounds: heard, recorded where that is asked, and tracked."""

import time
from dataclasses import dataclass
from pathlib import Path

from emoviz import errors
from emoviz.devices.microphone import Microphone
from emoviz.live.recording import Recording
from emoviz.live.tracker import LiveTracker, LiveUpdate, trajectory_of
from emoviz.models.estimator import Estimator
from emoviz.system import files
from emoviz.tracks.track import Track
from emoviz.units import COLUMN_S, Samples, Values

POLL_S = 0.03
"""How often to look whether something has been heard."""


@dataclass(frozen=True)
class Recorded:
    """A recording that is whole, and the track of what is in it."""

    path: Path
    trajectory: Track


@dataclass(frozen=True)
class News:
    """What a moment of listening has brought.

    `problem` is why there is no recording, or that the input could not be given back.
    """

    update: LiveUpdate | None = None
    recorded: Recorded | None = None
    problem: errors.OutputError | errors.SoundDeviceStuckError | None = None

    @property
    def is_any(self) -> bool:
        """Whether there is anything to tell."""
        return any(part is not None for part in (self.update, self.recorded, self.problem))


class Listening:
    """Follows one input. Whoever listens calls `step` over and over, and then `end`.

    A recording begins with a half-second of the track, so that its own track begins at 0.
    """

    def __init__(self, microphone: Microphone, estimator: Estimator) -> None:
        """Listen to `microphone`, which is closed by `end`."""
        self.estimator = estimator
        self.record_to: Path | None = None
        """Where to record from the next half-second on; None ends the recording."""
        self._microphone = microphone
        self._tracker = LiveTracker(estimator, microphone.rate_hz, microphone.channels)
        self._title = f"{microphone.name}, {time.strftime('%Y-%m-%d %H:%M')}"
        self._samples = 0
        self._recording: Recording | None = None
        self._first_column = 0

    @property
    def heard_s(self) -> float:
        """How much has been heard, in seconds."""
        return self._samples / self._microphone.rate_hz

    @property
    def full_s(self) -> float:
        """How much must have been heard for deviations to be as narrow as they get."""
        return self._tracker.full_s

    def step(self, most_s: float = float("inf")) -> News:
        """Hear what has come, up to `most_s` seconds in all, and say what that made known.

        Raises `errors.InputDeviceLostError`.
        """
        block = self._microphone.read()
        left = most_s * self._microphone.rate_hz - self._samples
        if left < len(block):
            block = block[: max(0, round(left))]
        begun = self._samples
        self._samples += len(block)
        update = self._tracker.push(block) if len(block) else None
        try:
            recorded = self._record(block, begun)
        except errors.OutputError as error:
            self._recording = self.record_to = None
            return News(update, problem=error)
        return News(update, recorded)

    def end(self) -> News:
        """Give the input back; say what was still to be known. What was recorded is kept."""
        stuck: errors.SoundDeviceStuckError | None = None
        try:
            self._microphone.close()
        except errors.SoundDeviceStuckError as error:
            stuck = error
        update = self._tracker.finish() if self._samples else None
        self.record_to = None
        try:
            return News(update, self._finish_recording(), stuck)
        except errors.OutputError as error:
            return News(update, problem=error)

    def trajectory(self, values: Values, file: str = "", sha256: str = "") -> Track:
        """Make a trajectory of values of this track; `file` is the recording they belong to.

        `values` has shape (half-seconds, outputs) on [-1, 1], NaN where unknown.
        """
        return trajectory_of(values, self.estimator, self._title, file, sha256)

    def _record(self, block: Samples, begun: int) -> Recorded | None:
        """Write to a recording what of `block`, which begins at sample `begun`, belongs to it."""
        path, recorded = self.record_to, None
        if self._recording is not None and self._recording.path != path:
            recorded = self._finish_recording()
        if path is None:
            return recorded
        if self._recording is None:
            rate_hz, channels = self._microphone.rate_hz, self._microphone.channels
            column = -int(-begun // (rate_hz * COLUMN_S))
            start = round(column * rate_hz * COLUMN_S) - begun
            if start >= len(block):
                return recorded
            self._recording = Recording(path, rate_hz, channels)
            self._first_column, block = column, block[start:]
        self._recording.write(block)
        return recorded

    def _finish_recording(self) -> Recorded | None:
        recording, self._recording = self._recording, None
        if recording is None:
            return None
        recording.finish()
        with files.as_output_error(recording.path):
            sha256 = files.sha256_of_file(recording.path)
        columns = int(recording.samples / (recording.rate_hz * COLUMN_S))
        values = self._tracker.values[self._first_column :][:columns]
        return Recorded(recording.path, self.trajectory(values, recording.path.name, sha256))
