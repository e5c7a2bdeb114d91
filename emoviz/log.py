"""The log: where tracebacks go, so that a user meets sentences only."""

import logging
import logging.handlers
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
