"""Decoders: a file's bytes to blocks of samples, through libsndfile or FFmpeg."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile

from emoviz import errors

BLOCK_FRAMES = 65536

Samples: TypeAlias = npt.NDArray[np.float32]


class Decoder(Protocol):
    """An open file that can be decoded from any place, as often as needed."""

    sample_rate_hz: int
    channels: int
    duration_s: float
    """What the header claims; the samples that come are the truth."""

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
            self._file.seek(start_frame)
            while True:
                block = self._file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
                if not len(block):
                    return
                yield block
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
        self.duration_s = (self._container.duration or 0) / av.time_base

    def blocks(self, start_frame: int = 0) -> Iterator[Samples]:
        """Yield blocks of shape (frames, channels); see `Decoder.blocks`."""
        import av

        resampler = av.AudioResampler(
            format="flt", layout=self._stream.codec_context.layout, rate=self.sample_rate_hz
        )
        self._container.seek(int(start_frame / self.sample_rate_hz * av.time_base))
        position: int | None = None
        try:
            for packet_frame in self._container.decode(self._stream):
                if position is None:
                    position = self._frame_index(packet_frame)
                for frame in resampler.resample(packet_frame):
                    block = frame.to_ndarray().reshape(-1, self.channels)
                    skip = max(0, start_frame - position)
                    position += len(block)
                    if skip < len(block):
                        yield block[skip:]
        except av.FFmpegError as error:
            raise errors.SongDamagedError(self._path, str(error.strerror).lower()) from error

    def close(self) -> None:
        """Give the file back."""
        self._container.close()

    def _frame_index(self, frame: object) -> int:
        """Give where a decoded frame starts, counted in samples from the start of the stream."""
        pts = getattr(frame, "pts", None)
        time_base = self._stream.time_base
        if pts is None or time_base is None:
            return 0
        return round(
            float((pts - (self._stream.start_time or 0)) * time_base) * self.sample_rate_hz
        )
