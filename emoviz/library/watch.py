"""Watch: notices that nothing comes of a song any more, as where a decoder library hangs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from emoviz import errors
from emoviz.tracking.tracker import Update

GiveUp = Callable[[Path, str], None]
"""Takes a song that hangs, and a sentence that says so; what hangs ends only with its process."""

_LOOKS_IN_PATIENCE = 10
"""So often a watch looks in the time that it allows."""


class Watch:
    """Watches over the songs that this process tracks, one at a time, once it has begun."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._noted_s = 0.0
        self._is_over = threading.Event()

    def begin(self, give_up: GiveUp, patience_s: float) -> None:
        """Have `give_up` called, in a thread, when nothing has come of a song for `patience_s`."""
        threading.Thread(
            target=self._keep, args=(give_up, patience_s), name="song watch", daemon=True
        ).start()

    def end(self) -> None:
        """Watch no longer."""
        self._is_over.set()

    @contextmanager
    def over(self, path: Path) -> Iterator[Self]:
        """Watch over a song."""
        self._noted_s = time.monotonic()
        self._path = path
        try:
            yield self
        finally:
            self._path = None

    def take(self, update: Update) -> None:
        """Take note that something has come of it; once it is decoded there is nothing to watch."""
        self._noted_s = time.monotonic()
        if update.decoded:
            self._path = None

    def _keep(self, give_up: GiveUp, patience_s: float) -> None:
        while not self._is_over.wait(patience_s / _LOOKS_IN_PATIENCE):
            path = self._path
            if path is not None and time.monotonic() - self._noted_s > patience_s:
                error = errors.DecoderLostError(path, f"nothing came of it for {patience_s:g} s")
                give_up(path, str(error))
                return
