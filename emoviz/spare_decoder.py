"""SpareDecoder: an open decoder that waits for the next one who needs it."""

import threading
from pathlib import Path

from emoviz.decoder import Decoder
from emoviz.decoding import AvDecoder
from emoviz.frame_index import Stamp


class SpareDecoder:
    """Keeps a decoder whose opening takes long, while the file is still what it was.

    FFmpeg reads the whole table of an m4a when it opens it: for three hours, longer than the seek
    itself takes. Threads may share it.
    """

    def __init__(self, path: Path) -> None:
        """Keep a decoder of the file at `path`, as it is now."""
        self._path = path
        self._stamp = self._stamp_now()
        self._decoder: Decoder | None = None
        self._giving = threading.Lock()

    def take(self) -> Decoder | None:
        """Give the decoder away, if there is one and the file is unchanged."""
        with self._giving:
            decoder, self._decoder = self._decoder, None
        if decoder is not None and self._stamp_now() != self._stamp:
            decoder.close()
            return None
        return decoder

    def put(self, decoder: Decoder) -> None:
        """Take a decoder that nobody uses any more; it is closed if it need not be kept."""
        with self._giving:
            if self._decoder is None and isinstance(decoder, AvDecoder):
                self._decoder = decoder
                return
        decoder.close()

    def _stamp_now(self) -> Stamp | None:
        try:
            return Stamp.of(self._path.stat())
        except OSError:
            return None
