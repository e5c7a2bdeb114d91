"""LocalDecoders: the decoders of one song, in this process."""

from pathlib import Path

from emoviz import errors
from emoviz.songs.decoder import Decoder
from emoviz.songs.decoding import AvDecoder, open_decoder
from emoviz.songs.mp3_aac.decoder import FrameDecoder
from emoviz.songs.mp3_aac.index import FrameIndex
from emoviz.songs.spare_decoder import SpareDecoder


class LocalDecoders:
    """Opens decoders of the file at `path`; each goes on from what the last has found out.

    Decoders whose opening takes long are kept: FFmpeg reads the whole table of an m4a when it
    opens it, for three hours longer than the seek itself takes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._spare: SpareDecoder[Decoder] = SpareDecoder(path)
        self._index: FrameIndex | None = None
        """Where the frames are, if they have to be counted"""

    def open(self) -> Decoder:
        """Open one; see `decoder.SongDecoders`."""
        decoder = open_song_decoder(self._path, self._index)
        if isinstance(decoder, FrameDecoder):
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


def open_song_decoder(path: Path, index: FrameIndex | None = None) -> Decoder:
    """Open a decoder on `path`, or say in one sentence why there can be none.

    `index` is what an earlier decoder has found out.

    Raises `errors.SongError`.
    """
    try:
        # The decoders and all that is written about a song need its name as text.
        str(path).encode()
        if path.is_dir():
            raise errors.SongIsFolderError(path)
        if path.exists() and not path.is_file():
            # Opening a pipe would wait for ever for somebody to write into it.
            raise errors.SongIsNoFileError(path)
        with path.open("rb") as file:
            if not file.read(1):
                raise errors.SongEmptyError(path)
        return open_decoder(path, index)
    except UnicodeEncodeError as error:
        raise errors.SongNameError(path) from error
    except OSError as error:
        raise errors.unreadable(path, error) from error
