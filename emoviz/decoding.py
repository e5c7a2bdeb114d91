"""Decoders: a file's bytes to blocks of samples, through libsndfile or FFmpeg."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile

from emoviz import errors

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, FFmpegError

BLOCK_FRAMES = 65536
WARM_UP_FRAMES = 8192
"""What is decoded and thrown away before the place asked for.

Frames of mp3, opus and aac lean on the ones before: straight after a seek they come out wrong.
"""

Samples: TypeAlias = npt.NDArray[np.float32]


class Decoder(Protocol):
    """An open file that can be decoded from any place, as often as needed."""

    sample_rate_hz: int
    channels: int

    @property
    def duration_s(self) -> float:
        """What the header claims; the samples that come are the truth."""
        ...

    def blocks(self, start_frame: int = 0) -> Iterator[Samples]:
        """Yield float32 blocks of shape (frames, channels) from `start_frame` to the end.

        Raises `errors.SongDamagedError` where the stream breaks off.
        """
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


def open_decoder(path: Path) -> Decoder:
    """Open `path` with libsndfile, or with FFmpeg where libsndfile does not know the format.

    Raises `errors.SongFormatError` if neither finds audio in it.
    """
    try:
        return SoundFileDecoder(path)
    except (soundfile.LibsndfileError, TypeError):
        # soundfile takes *.raw for headerless samples and raises TypeError for want of a rate.
        return AvDecoder(path)


class SoundFileDecoder:
    """wav, flac, ogg, opus, mp3 and aiff, through libsndfile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = soundfile.SoundFile(str(path))
        self.sample_rate_hz = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.duration_s = self._file.frames / self.sample_rate_hz

    def blocks(self, start_frame: int = 0) -> Iterator[Samples]:
        """Yield blocks of shape (frames, channels); see `Decoder.blocks`."""
        try:
            if start_frame >= self._file.frames > 0:
                return
            skip = min(start_frame, WARM_UP_FRAMES)
            self._file.seek(start_frame - skip)
            while True:
                block = self._file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
                if not len(block):
                    return
                if skip < len(block):
                    yield block[skip:]
                skip = max(0, skip - len(block))
        except soundfile.LibsndfileError as error:
            raise errors.SongDamagedError(self._path, error.error_string.rstrip(".")) from error

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


class AvDecoder:
    """m4a, aac, wma and the sound of video files, through FFmpeg."""

    def __init__(self, path: Path) -> None:
        # Imported here because most songs never need it, and it costs start-up time.
        import av

        self._path = path
        try:
            self._container = av.open(str(path), metadata_errors="replace")
        except av.FFmpegError as error:
            if _is_mp4(path):
                # The index of these files is usually at their end: the first thing to get lost.
                raise errors.SongDamagedError(path, "its end is missing") from error
            raise errors.SongFormatError(path) from error
        if not self._container.streams.audio:
            self._container.close()
            raise errors.SongFormatError(path, "it has no sound track")
        self._stream = self._container.streams.audio[0]
        self.sample_rate_hz = int(self._stream.codec_context.sample_rate)
        self.channels = int(self._stream.codec_context.channels)
        if not self.sample_rate_hz or not self.channels:
            self._container.close()
            raise errors.SongFormatError(path)
        self._origin_s: float | None = None
        self._begun = False

    @cached_property
    def duration_s(self) -> float:
        """What the header claims, or without one the sum of the packets."""
        import av

        stream = self._stream
        if self._container.format.name == "aac":
            # A bare aac stream has no header, and FFmpeg guesses its length from the bit rate.
            return _count_duration_s(self._path)
        if stream.duration and stream.time_base:
            # A film's own duration is that of its picture, which may be longer than its sound.
            return float(stream.duration * stream.time_base)
        claimed_s = _tagged_duration_s(stream) or (self._container.duration or 0) / av.time_base
        return claimed_s or _count_duration_s(self._path)

    def blocks(self, start_frame: int = 0) -> Iterator[Samples]:
        """Yield blocks of shape (frames, channels); see `Decoder.blocks`."""
        import av

        gathered: list[Samples] = []
        count = 0
        failure: av.FFmpegError | None = None
        try:
            position, frames = self._decode_before(start_frame)
            for samples in self._to_samples(frames):
                skip = max(0, start_frame - position)
                position += len(samples)
                if skip < len(samples):
                    gathered.append(samples[skip:])
                    count += len(samples) - skip
                if count >= BLOCK_FRAMES:
                    yield np.concatenate(gathered)
                    gathered, count = [], 0
        except av.FFmpegError as error:
            failure = error
        if count:
            yield np.concatenate(gathered)
        if failure is not None:
            raise errors.SongDamagedError(self._path, _reason(failure)) from failure

    def close(self) -> None:
        """Give the file back."""
        self._container.close()

    def _decode_before(self, start_frame: int) -> tuple[int, "Iterator[AudioFrame]"]:
        """Start decoding early enough for `start_frame`, and give the index it starts at.

        How early a seek lands is up to the container, so it is tried from further and further
        back; where frames carry no time, the whole way is decoded.
        """
        if not self._begun:
            # Only a fresh container leaves out the encoder's padding before the first sample, so
            # now is when to see what time that sample has.
            self._begun = True
            frames = self._container.decode(self._stream)
            first = next(frames, None)
            self._origin_s = self._time_s(first)
            if not start_frame:
                return 0, chain([first] if first else [], frames)
        wanted = start_frame - WARM_UP_FRAMES
        wanted_s = wanted / self.sample_rate_hz
        for early_s in (0.0, 1.0, 10.0):
            if self._origin_s is None or wanted_s <= early_s:
                break
            landed, frames = self._land(self._origin_s + wanted_s - early_s)
            if landed is not None and landed <= wanted:
                return landed, frames
        landed, frames = self._land(None)
        return landed or 0, frames

    def _land(self, time_s: float | None) -> tuple[int | None, "Iterator[AudioFrame]"]:
        """Seek to `time_s` (None: the beginning), and give the index of what comes, if known."""
        import av

        self._container.seek(0 if time_s is None else round(time_s * av.time_base))
        frames = self._container.decode(self._stream)
        first = next(frames, None)
        first_s = self._time_s(first)
        if first is None or first_s is None or self._origin_s is None:
            return None, chain([first] if first else [], frames)
        return round((first_s - self._origin_s) * self.sample_rate_hz), chain([first], frames)

    def _to_samples(self, frames: "Iterator[AudioFrame]") -> Iterator[Samples]:
        import av

        resampler = av.AudioResampler(
            format="flt", layout=self._stream.codec_context.layout, rate=self.sample_rate_hz
        )
        for decoded in frames:
            for frame in resampler.resample(decoded):
                samples = frame.to_ndarray().astype(np.float32, copy=False)
                yield samples.reshape(-1, self.channels)

    def _time_s(self, frame: "AudioFrame | None") -> float | None:
        if frame is None or frame.pts is None or frame.time_base is None:
            return None
        return float(frame.pts * frame.time_base)


def _tagged_duration_s(stream: "AudioStream") -> float:
    """Read the duration that Matroska files give each track, as 00:03:20.500; 0 without one."""
    parts = stream.metadata.get("DURATION", "").split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return 0.0
    return hours * 3600 + minutes * 60 + seconds


def _count_duration_s(path: Path) -> float:
    """Add up the packets of the sound track without decoding them."""
    import av

    ticks = 0
    with av.open(str(path), metadata_errors="replace") as container:
        stream = container.streams.audio[0]
        try:
            for packet in container.demux(stream):
                ticks += packet.duration or 0
        except av.FFmpegError:
            # The file breaks off here, and whoever decodes it will hear so.
            return float(ticks * (stream.time_base or 0))
    return float(ticks * (stream.time_base or 0))


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _reason(error: "FFmpegError") -> str:
    return str(error.strerror or error).lower().rstrip(".")
