"""Recording: sound written to a FLAC file as it comes, whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emoviz import errors
from emoviz.system import files
from emoviz.units import Samples

SUFFIX = ".flac"
# All that a microphone has, and all that float32 samples of full scale hold.
_SUBTYPE = "PCM_24"


class Recording:
    """A FLAC file that grows in a temporary file beside its place until it is finished."""

    def __init__(self, path: Path, rate_hz: int, channels: int) -> None:
        """Begin a recording that will be at `path`. Raises `errors.OutputError`."""
        files.check_target(path)
        self.path = path
        self.rate_hz = rate_hz
        self.samples = 0
        self._temporary = files.temporary_beside(path)
        with files.as_output_error(path):
            # libsndfile does not say why a file cannot be made.
            self._temporary.open("xb").close()
        # Imported here: a window that records nothing needs no libsndfile.
        import soundfile

        with self._writing():
            self._file = soundfile.SoundFile(
                self._temporary, "w", rate_hz, channels, subtype=_SUBTYPE, format="FLAC"
            )

    def write(self, block: Samples) -> None:
        """Append samples of shape (samples, channels); what is beyond full scale is clipped.

        Raises `errors.OutputError`, after which the recording is gone.
        """
        with self._writing():
            self._file.write(block)
        self.samples += len(block)

    def finish(self) -> None:
        """Put the recording in its place. Raises `errors.OutputError` where that fails."""
        with self._writing():
            self._file.close()
            with self._temporary.open("rb") as written:
                os.fsync(written.fileno())
            self._temporary.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        import soundfile

        with suppress(AttributeError, soundfile.SoundFileError):
            self._file.close()
        with suppress(OSError):
            self._temporary.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        import soundfile

        try:
            with files.as_output_error(self.path):
                yield
        except soundfile.SoundFileError as error:
            self.discard()
            raise errors.OutputError(self.path, "the disk is full or has gone") from error
        except errors.OutputError:
            self.discard()
            raise
