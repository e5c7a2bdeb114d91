"""A file's bytes to blocks of samples through FFmpeg: what libsndfile does not know."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emoviz import errors
from emoviz.songs.decoder import WARM_UP_SAMPLES, Damage, block_sizes, ignore_damage, silent_blocks
from emoviz.songs.ogg_chain import Slice
from emoviz.units import Samples

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, FFmpegError


_GAP_S = 0.1
"""More time than this between two blocks is missing sound; less is rounding."""
_LEAST_BYTES_PER_S = 10
"""Less than any codec takes for silence: a place in time beyond what that gives is no place."""
_MOST_REFUSED = 1000
"""So many pieces in a row that make no sense are the end."""


class AvDecoder:
    """ogg, opus, m4a, wma and the sound of video files, through FFmpeg."""

    def __init__(self, path: Path, part: range | None = None) -> None:
        """Open the file at `path`, or only those bytes of it that `part` says."""
        # Imported here because some songs never need it, and it costs start-up time.
        import av

        self._path = path
        source = str(path) if part is None else Slice(path.open("rb"), part)
        try:
            self._container = av.open(source, "r", metadata_errors="replace")
        except av.FFmpegError as error:
            if _is_mp4(path):
                # The index of these files is usually at their end: the first thing to get lost.
                raise errors.SongDamagedError(path, "its end is missing") from error
            raise errors.SongFormatError(path) from error
        reason = ""
        if not self._container.streams.audio:
            reason = "it has no sound track"
        elif self._container.streams.audio[0].codec_context is None:
            reason = "its codec is unknown"
        if reason:
            self._container.close()
            raise errors.SongFormatError(path, reason)
        self._stream = self._container.streams.audio[0]
        self.sample_rate_hz = int(self._stream.codec_context.sample_rate)
        self.channels = int(self._stream.codec_context.channels)
        if not self.sample_rate_hz or not self.channels:
            self._container.close()
            raise errors.SongFormatError(path)
        self._layout = self._stream.codec_context.layout.name
        self._origin_s: float | None = None
        self._begun = False
        self._longest_s = path.stat().st_size / _LEAST_BYTES_PER_S

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
            claimed_s = float(stream.duration * stream.time_base)
        else:
            whole_s = (self._container.duration or 0) / av.time_base
            claimed_s = _tagged_duration_s(stream) or whole_s
        if 0.0 < claimed_s < self._longest_s:
            return claimed_s
        return min(_count_duration_s(self._path), self._longest_s)

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (samples, channels); see `Decoder.blocks`."""
        import av

        gathered: list[Samples] = []
        count, sizes = 0, block_sizes(self.sample_rate_hz)
        size = next(sizes)
        failure: av.FFmpegError | None = None
        try:
            position, decoded = self._decode_before(start_sample)
            for samples in self._to_samples(decoded, position, start_sample, on_damage):
                skip = max(0, start_sample - position)
                position += len(samples)
                if skip < len(samples):
                    gathered.append(samples[skip:])
                    count += len(samples) - skip
                if count >= size:
                    yield np.concatenate(gathered)
                    gathered, count, size = [], 0, next(sizes)
        except av.FFmpegError as error:
            failure = error
        if count:
            yield np.concatenate(gathered)
        if failure is not None:
            raise errors.SongDamagedError(self._path, _reason(failure)) from failure

    def close(self) -> None:
        """Give the file back."""
        self._container.close()

    def _decode_before(self, start_sample: int) -> tuple[int, "Iterator[AudioFrame]"]:
        """Start decoding early enough for `start_sample`, and give the index it starts at.

        How early a seek lands is up to the container, so it is tried from further and further
        back; where what is decoded carries no time, the whole way is decoded.
        """
        if not self._begun:
            # Only a fresh container leaves out the encoder's padding before the first sample, so
            # now is when to see what time that sample has.
            self._begun = True
            decoded = self._decoded()
            first = next(decoded, None)
            self._origin_s = self._time_s(first)
            if not start_sample:
                return 0, chain([first] if first else [], decoded)
        wanted = start_sample - WARM_UP_SAMPLES
        wanted_s = wanted / self.sample_rate_hz
        for early_s in (0.0, 1.0, 10.0):
            if self._origin_s is None or wanted_s <= early_s:
                break
            landed, decoded = self._land(self._origin_s + wanted_s - early_s)
            if landed is not None and landed <= wanted:
                return landed, decoded
        landed, decoded = self._land(None)
        return landed or 0, decoded

    def _land(self, time_s: float | None) -> tuple[int | None, "Iterator[AudioFrame]"]:
        """Seek to `time_s` (None: the beginning), and give the index of what comes, if known."""
        import av

        self._container.seek(0 if time_s is None else round(time_s * av.time_base))
        decoded = self._decoded()
        first = next(decoded, None)
        first_s = self._time_s(first)
        if first is None or first_s is None or self._origin_s is None:
            return None, chain([first] if first else [], decoded)
        return round((first_s - self._origin_s) * self.sample_rate_hz), chain([first], decoded)

    def _decoded(self) -> "Iterator[AudioFrame]":
        """Decode on from where the container is, past what cannot be decoded."""
        import av

        refused = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    try:
                        yield from packet.decode()
                        refused = 0
                    except av.FFmpegError:
                        refused += 1
                return
            except av.error.InvalidDataError:
                # Of the container itself, which mostly finds its way again.
                refused += 1
                if refused > _MOST_REFUSED:
                    raise

    def _to_samples(
        self, decoded: "Iterator[AudioFrame]", position: int, start_sample: int, on_damage: Damage
    ) -> Iterator[Samples]:
        """Yield it as samples in the song's form, and silence where its times leave gaps."""
        import av

        resampler: av.AudioResampler | None = None
        form = None
        for block in decoded:
            time_s = self._time_s(block)
            if time_s is not None and self._origin_s is not None:
                place = round((time_s - self._origin_s) * self.sample_rate_hz)
                is_gap = place - position > _GAP_S * self.sample_rate_hz
                if is_gap and place < self._longest_s * self.sample_rate_hz:
                    if place > start_sample:
                        on_damage(max(position, start_sample), place)
                    yield from silent_blocks(place - position, self.channels)
                    position = place
            if form != (block.format.name, block.layout.name, block.sample_rate):
                form = (block.format.name, block.layout.name, block.sample_rate)
                resampler = av.AudioResampler("flt", self._layout, self.sample_rate_hz)
            assert resampler is not None
            for resampled in resampler.resample(block):
                samples = resampled.to_ndarray().astype(np.float32, copy=False)
                samples = samples.reshape(-1, self.channels)
                position += len(samples)
                yield samples

    def _time_s(self, block: "AudioFrame | None") -> float | None:
        if block is None or block.pts is None or block.time_base is None:
            return None
        return float(block.pts * block.time_base)


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
