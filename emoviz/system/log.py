"""The log: where tracebacks go, so that a user meets sentences only."""

import faulthandler
import logging
import logging.handlers
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_BYTES = 1_000_000


def start(file: Path) -> None:
    """Write what is logged to `file`, or to the terminal where the file cannot be written.

    Does nothing if a log has been started before.
    """
    handler: logging.Handler
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError:
        # A home that cannot be written to is no reason not to play.
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


@contextmanager
def crashes_noted(file: Path) -> Iterator[Path | None]:
    """Have a crash of the whole program write what every thread was doing to `file`.

    Gives the account of the crash before, if there was one: it is kept beside `file`. Another
    emoviz may run meanwhile, with the same file.
    """
    earlier: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and file.stat().st_size:
            earlier = file.replace(file.with_stem(f"{file.stem}-before"))
        opened = file.open("a", encoding="utf-8")
    except OSError:
        # As with the log: no place to write to is no reason not to play.
        yield None
        return
    # It stays when this is over, empty: another emoviz would write its crash to a removed file.
    with opened:
        faulthandler.enable(opened)
        try:
            yield earlier
        finally:
            faulthandler.disable()
