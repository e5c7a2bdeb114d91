"""LocalDecoders: the decoders of one song, in this process."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from emoviz import errors
from emoviz.songs.chunks import SampleBytes, sample_bytes
from emoviz.songs.coded_samples import coded_samples
from emoviz.songs.decoder import MOST_CHANNELS, RATES_HZ, Decoder
from emoviz.songs.ffmpeg import AvDecoder
from emoviz.songs.flac import FlacBytes, flac_bytes
from emoviz.songs.mp3_aac.decoder import PacketDecoder
from emoviz.songs.mp3_aac.index import PacketIndex
from emoviz.songs.ogg_chain import ChainDecoder, links_of
from emoviz.songs.pieces import Piece, end_of_bytes, without_zeros
from emoviz.songs.spare_decoder import SpareDecoder

_TAG_BYTES = 1 << 24
_HEAD_BYTES = 1 << 15
"""What is looked at from all sides is read once."""


class LocalDecoders:
    """Opens decoders of the file at `path`; each goes on from what the last has found out.

    Decoders whose opening takes long are kept: FFmpeg reads the whole table of an m4a when it
    opens it, for three hours longer than the seek itself takes.
    """

    def __init__(self, path: Path, sound_track: int | None = None) -> None:
        """Decode the file at `path`, and of several sound tracks the one of that number."""
        self._path, self._sound_track = path, sound_track
        self._spare: SpareDecoder[Decoder] = SpareDecoder(path)
        self._index: PacketIndex | None = None
        """Where the packets are, if they have to be counted"""

    def open(self) -> Decoder:
        """Open one; see `decoder.SongDecoders`."""
        decoder = open_song_decoder(self._path, self._index, self._sound_track)
        if isinstance(decoder, PacketDecoder):
            self._index = decoder.index
        return decoder

    def take(self) -> Decoder:
        """Give one that was put back, or open one."""
        return self._spare.take() or self.open()

    def put(self, decoder: Decoder) -> None:
        """Take one that nobody uses any more."""
        if isinstance(decoder, AvDecoder):
            self._spare.put(decoder)
        else:
            decoder.close()

    def close(self) -> None:
        """Keep none any longer."""
        self._spare.close()


def open_song_decoder(
    path: Path, index: PacketIndex | None = None, sound_track: int | None = None
) -> Decoder:
    """Open a decoder on `path`, or say in one sentence why there can be none.

    `index` is what an earlier decoder has found out; of several sound tracks `sound_track` is the
    one that was chosen.

    Raises `errors.SongError`.
    """
    try:
        # The decoders and all that is written about a song need its name as text.
        str(path).encode()
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise errors.SongIsFolderError(path)
        if not stat.S_ISREG(about.st_mode):
            # Opening a pipe would wait for ever for somebody to write into it.
            raise errors.SongIsNoFileError(path)
        if not about.st_size:
            raise errors.SongEmptyError(path)
        return open_decoder(path, index, sound_track)
    except UnicodeEncodeError as error:
        raise errors.SongNameError(path) from error
    except OSError as error:
        raise errors.unreadable(path, error) from error


def open_decoder(
    path: Path, index: PacketIndex | None = None, sound_track: int | None = None
) -> Decoder:
    """Open `path` with libsndfile, or with FFmpeg where libsndfile does not know the format.

    mp3 and bare aac are decoded packet by packet, with the help of `index` if it is still right.
    Ogg is FFmpeg's: libsndfile leaves damaged pages out, and what follows them comes too early.
    Raises `errors.SongFormatError` if neither finds audio in it, `errors.SoundTrackError` if it has
    no sound track of that number, and `OSError`.
    """
    decoder = _open(path, index, sound_track)
    tracks = len(decoder.sound_tracks.names)
    if sound_track is not None and sound_track > tracks:
        decoder.close()
        raise errors.SoundTrackError(path, sound_track, tracks)
    rate_hz, channels = decoder.sample_rate_hz, decoder.channels
    if rate_hz not in RATES_HZ or channels > MOST_CHANNELS:
        decoder.close()
        raise errors.SongFormatError(path, f"it claims {channels} channels of {rate_hz} Hz")
    return decoder


def _open(path: Path, index: PacketIndex | None, sound_track: int | None) -> Decoder:
    file = path.open("rb", _HEAD_BYTES)
    if index is None or not index.is_of(file):
        index = PacketIndex.begin(file)
    if index is not None:
        return PacketDecoder(path, file, index)
    with file:
        size = os.fstat(file.fileno()).st_size
        samples = sample_bytes(file, size)
        if samples is not None:
            if coded := coded_samples(file, samples):
                with suppress(errors.SongFormatError):
                    return AvDecoder(path, [coded.part], coded.form)
            found = _by_libsndfile(path, samples)
            return found or _by_ffmpeg(path, end_of_bytes(file, size), size, sound_track)
        end = end_of_bytes(file, size)
        links = links_of(file, end)
        if len(links) > 1:
            parts = [AvDecoder(path, [link], sound_track=sound_track) for link in links]
            return ChainDecoder(parts)
        if links:
            return _of_ogg(path, file, end, size, sound_track)
        found = None
        if not _is_tagged_svx(file):
            found = _by_libsndfile(path, flac_bytes(file, end))
        return found or _by_ffmpeg(path, end, size, sound_track)


def _of_ogg(path: Path, file: BinaryIO, end: int, size: int, sound_track: int | None) -> Decoder:
    with suppress(errors.SongFormatError):
        return _by_ffmpeg(path, end, size, sound_track)
    # Where they begin FFmpeg looks for its second page no further than a page is long.
    pieces = without_zeros(file, [range(end)], 0)
    return AvDecoder(path, pieces, sound_track=sound_track)


def _by_libsndfile(path: Path, held: SampleBytes | FlacBytes | None) -> Decoder | None:
    # Imported here: mp3, which most songs are, does not wait for it.
    import soundfile

    from emoviz.songs.libsndfile import SoundFileDecoder

    # soundfile takes *.raw for headerless samples and raises TypeError for want of a rate.
    with suppress(soundfile.LibsndfileError, TypeError):
        decoder = SoundFileDecoder(path, held)
        if decoder.is_seekable:
            return decoder
        # libsndfile goes to no place in GSM and G.721, and FFmpeg does.
        decoder.close()
    return None


def _by_ffmpeg(path: Path, end: int, size: int, sound_track: int | None) -> Decoder:
    # FFmpeg looks for a length at the end, which zeros behind it are not.
    pieces: list[Piece] | None = [range(end)] if end < size else None
    return AvDecoder(path, pieces, zeros=size - end, sound_track=sound_track)


def _is_tagged_svx(file: BinaryIO) -> bool:
    """Tell of an 8SVX behind an ID3 tag: libsndfile 1.2.2 never comes back from opening one."""
    file.seek(0)
    return file.read(3) == b"ID3" and b"8SVX" in file.read(_TAG_BYTES)
