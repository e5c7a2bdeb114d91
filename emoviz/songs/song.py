"""Song: any audio file, decoded in blocks at any rate: as it is heard, or in stereo to play."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.songs.channels import heard, heard_count, to_stereo
from emoviz.songs.coded_samples import form_of_samples
from emoviz.songs.decoder import (
    ONE_SOUND_TRACK,
    Damage,
    Decoder,
    SongDecoders,
    SoundTracks,
    ignore_damage,
)
from emoviz.songs.resampling import Resampler, resample_stream
from emoviz.songs.tags import read_tags
from emoviz.system import files
from emoviz.units import Samples

SHORTEST_S = 0.5
MISSING_S = 0.01
"""How much less than that is enough: decoders differ by some samples."""
TOLERATED_S = 0.5
"""How far what comes may be from what the header says: padding and sample counts of mp3 and aac."""

Report: TypeAlias = Callable[[str], None]
"""Takes one sentence for the user about something that is wrong but does not stop the work."""

_LOUDEST = np.float32(2.0**32)
"""More than the samples of any format of integers; what is larger makes sums without end."""

DamagedPlace: TypeAlias = Callable[[float, float], None]
"""Takes from when to when, in seconds, there is silence because the song is damaged there."""


DecodersOf: TypeAlias = Callable[[Path, int | None], SongDecoders]
"""Gives the decoders of the song at a path, of the sound track of a number if one is chosen."""


def local_decoders(path: Path, sound_track: int | None = None) -> SongDecoders:
    """Have a song decoded in this process: a decoder library that crashes ends it."""
    # Imported here: who has songs decoded elsewhere needs no decoder library.
    from emoviz.songs.opening import LocalDecoders

    return LocalDecoders(path, sound_track)


def ignore_damaged_place(_start_s: float, _end_s: float) -> None:
    """Take no notice."""


@dataclass(frozen=True)
class Song:
    """An audio file that was opened and found playable.

    `duration_s` is what the file's header claims where its bytes allow that, so whoever decodes the
    song trusts the samples that come. What decoded it last may stay open for
    whoever plays it next: `close`, or the end of a `with`, gives that back.
    """

    path: Path
    title: str
    artist: str
    album: str
    duration_s: float
    sample_rate_hz: int
    channels: int
    cover: bytes | None
    _decoders: SongDecoders = field(compare=False, repr=False)
    sound_tracks: SoundTracks = ONE_SOUND_TRACK

    @classmethod
    def open(
        cls,
        path: Path,
        decoders_of: DecodersOf = local_decoders,
        sound_track: int | None = None,
    ) -> "Song":
        """Open the song at `path` and read its metadata; what `decoders_of` gives decodes it.

        Of several sound tracks in a file `sound_track`, from 1 on, is heard, or the usual one.
        Raises `errors.SongError` with the file's name if it is missing, a folder, not readable,
        empty, not audio, or shorter than half a second, or has no sound track of that number.
        """
        decoders = decoders_of(path, sound_track)
        decoder = decoders.open()
        try:
            _check_length(path, decoder)
            duration_s = decoder.duration_s
        except Exception:
            decoder.close()
            raise
        decoders.put(decoder)
        title, artist, album, cover = read_tags(path)
        return cls(
            path=path,
            title=title or path.stem,
            artist=artist,
            album=album,
            duration_s=duration_s,
            sample_rate_hz=decoder.sample_rate_hz,
            channels=decoder.channels,
            cover=cover,
            _decoders=decoders,
            sound_tracks=decoder.sound_tracks,
        )

    @property
    def sound_track(self) -> int | None:
        """The number of the sound track that was chosen; None where it is the usual one."""
        heard, usual = self.sound_tracks.heard, self.sound_tracks.usual
        return None if heard == usual else heard

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Keep nothing of the file open, without waiting; closing twice is harmless.

        Blocks that are under way go on to their end, and the song can still be decoded: each time
        the file is opened anew.
        """
        self._decoders.close()

    def sha256(self) -> str:
        """Give the SHA-256 of the file. Raises `errors.SongVanishedError`."""
        try:
            return files.sha256_of_file(self.path)
        except OSError as error:
            raise errors.SongVanishedError(self.path) from error

    def sound_blocks(
        self, rate_hz: int, report: Report, on_damage: DamagedPlace = ignore_damaged_place
    ) -> Generator[Samples, None, None]:
        """Yield the whole song as it is heard, as float32 blocks (samples, channels) at `rate_hz`.

        What is heard is the sum of the channels' powers: they come as `channels.heard` gives them,
        one of a mono song, without low-frequency effects, weighed by ITU-R BS.1770-4.
        Damaged places and samples that are not numbers become silence, and a file that breaks off
        ends early; all this is said through `report`, and `on_damage` is told where it is. Raises
        `errors.SongError` if nothing at all can be decoded.
        """
        decoder = self._decoder(self._decoders.open)
        count = heard_count(decoder.channels)
        resampler = Resampler(decoder.sample_rate_hz, rate_hz, count)
        try:
            for block in self._mended_blocks(decoder, report, on_damage):
                yield resampler.take(heard(block))
            yield resampler.finish()
        finally:
            decoder.close()

    def stereo_blocks(self, rate_hz: int, start_s: float = 0.0) -> Generator[Samples, None, None]:
        """Yield the song from `start_s` on as float32 blocks of shape (samples, 2) at `rate_hz`.

        Damaged places and samples that are not numbers become silence. Raises `errors.SongError`
        where the file cannot be opened again or breaks off; past its end there are no blocks.
        """
        decoder = self._decoder(self._decoders.take)
        is_good = True
        resampler = resample_stream(decoder.sample_rate_hz, rate_hz, channels=2)
        try:
            for block in self._blocks(decoder, round(start_s * decoder.sample_rate_hz)):
                if not _all_sound(block):
                    block = np.where(_is_sound(block), block, np.float32(0))
                yield resampler.resample_chunk(to_stereo(block))
            yield resampler.resample_chunk(np.zeros((0, 2), np.float32), last=True)
        except Exception:
            is_good = False
            raise
        finally:
            if is_good:
                self._decoders.put(decoder)
            else:
                decoder.close()

    def _decoder(self, give: Callable[[], Decoder]) -> Decoder:
        try:
            return give()
        except errors.SongNotFoundError as error:
            raise errors.SongVanishedError(self.path) from error

    def _blocks(
        self, decoder: Decoder, start_sample: int = 0, on_damage: Damage = ignore_damage
    ) -> Iterator[Samples]:
        """Yield what `decoder` gives; where it ends early because the file is gone, say that."""
        position = start_sample
        try:
            for block in decoder.blocks(start_sample, on_damage):
                position += len(block)
                yield block
        except (errors.SongDamagedError, errors.SongChangedError) as error:
            if not self.path.exists():
                raise errors.SongVanishedError(self.path) from error
            raise
        missing_s = self.duration_s - position / decoder.sample_rate_hz
        # Unplugged disks give no error here, only no more bytes.
        if missing_s > TOLERATED_S and not self.path.exists():
            raise errors.SongVanishedError(self.path)

    def _mended_blocks(
        self, decoder: Decoder, report: Report, on_damage: DamagedPlace
    ) -> Iterator[Samples]:
        count = 0
        if decoder.remark:
            report(f"{self.path}: {decoder.remark}.")
        damages = _Damages(self.path, decoder.sample_rate_hz, report, on_damage)
        try:
            for block in self._blocks(decoder, on_damage=damages.skip):
                if not count and (form := form_of_samples(block)):
                    raise errors.SongCodedError(self.path, form)
                if not _all_sound(block):
                    is_sound = _is_sound(block)
                    wrong = np.flatnonzero(~is_sound.all(axis=1))
                    damages.silence(count + int(wrong[0]), count + int(wrong[-1]) + 1)
                    block = np.where(is_sound, block, np.float32(0))
                count += len(block)
                yield block
        except errors.SongDamagedError as error:
            if not count:
                raise
            report(f"{error} What comes before {count / decoder.sample_rate_hz:.1f} s was used.")
            return
        if not count:
            raise errors.SongEmptyError(self.path)
        self._compare(count / decoder.sample_rate_hz, decoder.claimed_s, report)

    def _compare(self, decoded_s: float, claimed_s: float | None, report: Report) -> None:
        """Say where a file holds another length of sound than its header says."""
        if claimed_s is None or abs(decoded_s - claimed_s) <= TOLERATED_S:
            return
        remedy = "what there is was used; get a complete copy"
        if decoded_s > claimed_s:
            remedy = "all of it was used; if its end is no music, render the file again"
        report(
            f"{self.path}: the file's header says {claimed_s:.1f} s of audio and the file holds "
            f"{decoded_s:.1f} s; {remedy}."
        )


class _Damages:
    """Says once of each kind that a song is damaged, and of every place where it is."""

    def __init__(self, path: Path, rate_hz: int, report: Report, on_damage: DamagedPlace) -> None:
        self._path, self._rate_hz = path, rate_hz
        self._report, self._on_damage = report, on_damage
        self._said: set[str] = set()

    def skip(self, first: int, stop: int) -> None:
        """Take note that there was nothing to decode between two places."""
        self._note(first, stop, "damaged places", "get a fresh copy of the file")

    def silence(self, first: int, stop: int) -> None:
        """Take note that samples between two places are not numbers."""
        self._note(first, stop, "samples that are not numbers", "render the file again")

    def _note(self, first: int, stop: int, what: str, remedy: str) -> None:
        first_s, stop_s = first / self._rate_hz, stop / self._rate_hz
        self._on_damage(first_s, stop_s)
        if what not in self._said:
            self._said.add(what)
            self._report(
                f"{self._path}: {what} (the first at {first_s:.2f} s) were taken as silence; "
                f"{remedy}."
            )


def _all_sound(block: Samples) -> bool:
    """Tell whether nothing is wrong with a block, as with nearly all of them."""
    if not block.size:
        return True
    # What is not a number is neither.
    return bool(block.max() <= _LOUDEST and block.min() >= -_LOUDEST)


def _is_sound(block: Samples) -> npt.NDArray[np.bool_]:
    # False of what is not a number.
    loud: npt.NDArray[np.bool_] = np.abs(block) <= _LOUDEST
    return loud


def _check_length(path: Path, decoder: Decoder) -> None:
    """Decode the first half-second, since a header can promise what the file does not hold."""
    count = 0
    for block in decoder.blocks():
        count += len(block)
        if count >= (SHORTEST_S - MISSING_S) * decoder.sample_rate_hz:
            return
    if not count:
        raise errors.SongEmptyError(path)
    raise errors.SongTooShortError(path, count / decoder.sample_rate_hz)
