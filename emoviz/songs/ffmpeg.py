"""A file's bytes to blocks of samples through FFmpeg: what libsndfile does not know."""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from emoviz import errors
from emoviz.songs.containers import open_container, remark_on, sound_of, sound_tracks_of
from emoviz.songs.decoder import WARM_UP_SAMPLES, Damage, block_sizes, ignore_damage, silent_blocks
from emoviz.songs.pieces import Piece, PiecedFile, remark_on_zeros
from emoviz.songs.timeline import GAP_S, Flow, Timeline
from emoviz.units import Samples

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, FFmpegError, Packet
    from av.container import InputContainer

    Decoded: TypeAlias = tuple[AudioFrame, Packet[AudioStream]]

_LEAST_BYTES_PER_S = 10
"""Less than any codec takes for silence: a place in time beyond what that gives is no place."""
_FEW_BYTES_PER_S = 500
"""So few are little for sound in Ogg, and its packets are counted."""
_MOST_REFUSED = 1000
_REFUSED_BYTES = 1 << 12
"""So many pieces in a row that make no sense are the end, or more if the file is long enough for
these to be of such a size."""
_GUESSED = 0x100 | 0x200
"""Flags of formats whose headers tell no length: AVFMT_GENERIC_INDEX and AVFMT_TS_DISCONT."""


class AvDecoder:
    """ogg, opus, m4a, wma and the sound of video files, through FFmpeg."""

    def __init__(
        self,
        path: Path,
        pieces: list[Piece] | None = None,
        form: str | None = None,
        zeros: int = 0,
        sound_track: int | None = None,
    ) -> None:
        """Open the file at `path`, or only those `pieces` of it, whose format is `form` if given.

        So many `zeros` at its end were left out. `sound_track` is the number of the one that was
        chosen, if one was.

        Raises `errors.SongError` and `OSError`.
        """
        self._path, self._pieces, self._form = path, pieces, form
        self._sound_track = sound_track
        self._looks_far = False
        self._container = self._open()
        try:
            self._stream = sound_of(self._container, path, sound_track)
            if not _is_known(self._stream):
                # In a stream, as of television, sound that begins late has not been met.
                self._looks_far = True
                self._container.close()
                self._container = self._open()
                self._stream = sound_of(self._container, path, sound_track)
            self.sound_tracks = sound_tracks_of(self._container, path, self._stream)
            chosen = remark_on(self.sound_tracks, self._stream, sound_track)
            self.remark = chosen or remark_on_zeros(zeros)
            self.sample_rate_hz = int(self._stream.codec_context.sample_rate)
            self.channels = int(self._stream.codec_context.channels)
            if not _is_known(self._stream):
                raise errors.SongFormatError(path)
        except errors.SongError:
            self._container.close()
            raise
        self._layout = self._stream.codec_context.layout.name
        size = path.stat().st_size
        self._longest_s = size / _LEAST_BYTES_PER_S
        self._most_refused = max(_MOST_REFUSED, size // _REFUSED_BYTES)
        self._timeline = Timeline(self.sample_rate_hz, self._start_s, self._longest_s)
        self._begun = False

    @cached_property
    def duration_s(self) -> float:
        """What the header claims, or without one the sum of the packets."""
        form, told_s = self._container.format.name, self._told_s
        longest_s = self._longest_s
        if form == "ogg":
            # What was cut out of a stream goes on with its times, and the last one tells no length.
            longest_s *= _LEAST_BYTES_PER_S / _FEW_BYTES_PER_S
        # A bare aac stream has no header, and FFmpeg guesses its length from the bit rate.
        if 0.0 < told_s < longest_s and form != "aac":
            return told_s
        return min(self._counted_s(), self._longest_s)

    @cached_property
    def claimed_s(self) -> float | None:
        """What the header claims; None where it has no length, and FFmpeg guesses one."""
        is_guessed = int(self._container.format.flags) & _GUESSED
        return None if is_guessed or self._told_s <= 0.0 else self._told_s

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

    def _open(self) -> "InputContainer":
        pieces = self._pieces
        source = None if pieces is None else PiecedFile(self._path.open("rb"), pieces)
        return open_container(self._path, source, self._form, look_far=self._looks_far)

    @property
    def _start_s(self) -> float | None:
        """When the container starts, by its own times."""
        import av

        start = self._container.start_time
        return None if start is None else start / av.time_base

    @property
    def _told_s(self) -> float:
        """What FFmpeg says of the length, from the container's start on; 0 for nothing."""
        import av

        stream, start_s = self._stream, self._start_s or 0.0
        if stream.duration and stream.time_base:
            # A film's own duration is that of its picture, which may be longer than its sound.
            begins_s = float((stream.start_time or 0) * stream.time_base)
            late_s = begins_s - start_s if begins_s - start_s > GAP_S else 0.0
            form = self._container.format.name
            if form == "asf":
                # Here it is the whole film's.
                late_s = 0.0
            if form == "ogg" and stream.codec_context.name == "opus":
                # Of this codec alone FFmpeg gives the time of the end.
                late_s -= begins_s
            return float(stream.duration * stream.time_base) + late_s
        if tagged_s := _tagged_duration_s(stream):
            return max(0.0, tagged_s - max(0.0, start_s))
        return (self._container.duration or 0) / float(av.time_base)

    def _counted_s(self) -> float:
        """Add up the packets of the sound track without decoding them."""
        import av

        ticks = 0
        with self._open() as container:
            stream = sound_of(container, self._path, self._sound_track)
            try:
                for packet in container.demux(stream):
                    ticks += packet.duration or 0
            except av.FFmpegError:
                # The file breaks off here, and whoever decodes it will hear so.
                return float(ticks * (stream.time_base or 0))
        return float(ticks * (stream.time_base or 0))

    def _decode_before(self, start_sample: int) -> "tuple[int, Iterator[Decoded]]":
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
            self._timeline.begin(_time_s(first), first[1].pos if first else None)
            if not start_sample:
                return 0, chain([first] if first else [], decoded)
        wanted = self._timeline.before_jumps(start_sample - WARM_UP_SAMPLES)
        wanted_s = wanted / self.sample_rate_hz
        for early_s in (0.0, 1.0, 10.0):
            if self._timeline.origin_s is None or wanted_s <= early_s:
                break
            landed, decoded = self._land(self._timeline.origin_s + wanted_s - early_s)
            if landed is not None and landed <= wanted:
                return landed, decoded
        landed, decoded = self._land(None)
        if landed is None or landed > GAP_S * self.sample_rate_hz:
            # The sound begins late, or there is no time to go by: what comes first is the start.
            landed = 0
        return landed, decoded

    def _land(self, time_s: float | None) -> "tuple[int | None, Iterator[Decoded]]":
        """Seek to `time_s` (None: the beginning), and give the index of what comes, if known."""
        import av

        self._container.seek(0 if time_s is None else round(time_s * av.time_base))
        decoded = self._decoded()
        first = next(decoded, None)
        landed = self._timeline.place_of(_time_s(first))
        return landed, chain([first] if first else [], decoded)

    def _decoded(self) -> "Iterator[Decoded]":
        """Decode on from where the container is, past what cannot be decoded."""
        import av

        refused = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    if packet.has_sidedata("encryption_info"):
                        raise errors.SongProtectedError(self._path)
                    try:
                        for block in packet.decode():
                            yield block, packet
                        refused = 0
                    except av.FFmpegError:
                        refused += 1
                return
            except (av.error.InvalidDataError, av.error.BlockingIOError):
                # Of the container itself, which mostly finds its way again; or it has looked for
                # that in a lot of zeros, and asks whether to go on.
                refused += 1
                if refused > self._most_refused:
                    raise

    def _to_samples(
        self, decoded: "Iterator[Decoded]", position: int, start_sample: int, on_damage: Damage
    ) -> Iterator[Samples]:
        """Yield it as samples in the song's form, and silence where its times leave gaps."""
        import av

        resampler: av.AudioResampler | None = None
        form = None
        flow = Flow(self._timeline)
        for block, packet in decoded:
            missing = flow.missing_before(_time_s((block, packet)), position, packet)
            if missing:
                if position + missing > max(start_sample, self._timeline.late):
                    on_damage(max(position, start_sample), position + missing)
                yield from silent_blocks(missing, self.channels)
                position += missing
            if form != (block.format.name, block.layout.name, block.sample_rate):
                form = (block.format.name, block.layout.name, block.sample_rate)
                resampler = av.AudioResampler("flt", self._layout, self.sample_rate_hz)
            assert resampler is not None
            for resampled in resampler.resample(block):
                samples = resampled.to_ndarray().astype(np.float32, copy=False)
                samples = samples.reshape(-1, self.channels)
                position += len(samples)
                yield samples


def _is_known(stream: "AudioStream") -> bool:
    return bool(stream.codec_context.sample_rate and stream.codec_context.channels)


def _time_s(decoded: "Decoded | None") -> float | None:
    if decoded is None:
        return None
    pts, base = decoded[0].pts, decoded[0].time_base
    if pts is None or base is None:
        return None
    # As the quotient would be, without one being made for each of many small packets.
    return float(pts * base.numerator / base.denominator)


def _tagged_duration_s(stream: "AudioStream") -> float:
    """Read the duration that Matroska files give each track, as 00:03:20.500; 0 without one."""
    parts = stream.metadata.get("DURATION", "").split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return 0.0
    return hours * 3600 + minutes * 60 + seconds


def _reason(error: "FFmpegError") -> str:
    return str(error.strerror or error).lower().rstrip(".")
