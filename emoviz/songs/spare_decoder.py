"""SpareDecoder: an open decoder that waits for the next one who needs it."""

import threading
from pathlib import Path
from typing import Generic, TypeVar

from emoviz.songs.decoder import Decoder
from emoviz.system.files import Stamp

SomeDecoder = TypeVar("SomeDecoder", bound=Decoder)


class SpareDecoder(Generic[SomeDecoder]):
    """Keeps a decoder of a file, while that is still what it was. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Keep a decoder of the file at `path`, as it is now."""
        self._path = path
        self._stamp = self._stamp_now()
        self._decoder: SomeDecoder | None = None
        self._is_closed = False
        self._giving = threading.Lock()

    def take(self) -> SomeDecoder | None:
        """Give the decoder away, if there is one and the file is unchanged."""
        with self._giving:
            decoder, self._decoder = self._decoder, None
        if decoder is not None and self._stamp_now() != self._stamp:
            decoder.close()
            return None
        return decoder

    def put(self, decoder: SomeDecoder) -> None:
        """Take a decoder that nobody uses any more; it is closed if there is one already."""
        with self._giving:
            if self._decoder is None and not self._is_closed:
                self._decoder = decoder
                return
        decoder.close()

    def close(self) -> None:
        """Keep no decoder any longer."""
        with self._giving:
            self._is_closed = True
            decoder, self._decoder = self._decoder, None
        if decoder is not None:
            decoder.close()

    def _stamp_now(self) -> Stamp | None:
        try:
            return Stamp.of(self._path.stat())
        except OSError:
            return None
