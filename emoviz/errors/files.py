"""What can be wrong with what is written and read beside songs."""

import sys
from pathlib import Path

from emoviz.errors.base import EmovizError


class NoRoomError(EmovizError):
    """What a long song needs for a while cannot be written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: a long song needs room there ({reason}); free some of it.")


class OutputError(EmovizError):
    """A result cannot be written; nothing half-written is left behind."""

    def __init__(
        self, path: Path, reason: str, remedy: str = "choose another place or free some room"
    ) -> None:
        super().__init__(f"{path}: cannot be written ({reason}); {remedy}.")


class OutputIsSongError(OutputError):
    """The file that a result would go to is the song it was made of."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is the song itself", "choose another name")


class ProgramFileError(EmovizError):
    """A file that comes with emoviz cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: cannot be read, so emoviz is not whole; install it again.")


class ExtraMissingError(EmovizError):
    """Something needs a package that is not part of every installation."""

    def __init__(self, purpose: str, extra: str) -> None:
        command = f"pip install 'emoviz[{extra}]'"
        # Nothing can be added to a frozen program.
        super().__init__(
            f"{purpose} need packages that this program does not bring along; emoviz as a Python "
            f"package has them: {command}."
            if getattr(sys, "frozen", False)
            else f"{purpose} need packages that are not installed; install them with: {command}."
        )


class FilmEncoderError(EmovizError):
    """The FFmpeg that is installed cannot make a film."""

    def __init__(self) -> None:
        super().__init__(
            "The PyAV that is installed has no H.264 encoder (libx264), which a film needs; "
            "install the one from PyPI: pip install --force-reinstall av."
        )


class FilmSpanError(EmovizError):
    """A film is wanted of a part that the song does not have."""

    def __init__(self, path: Path, duration_s: float) -> None:
        super().__init__(
            f"{path}: it is {duration_s:.1f} s long and nothing of it is in the part that the film "
            "is to show; choose another part."
        )


class TrackFileError(EmovizError):
    """A file that should hold a track does not."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: this is not an emoviz prediction ({reason}); export it again from the song."
        )


class TableError(EmovizError):
    """A table of labels is not what it should be."""

    def __init__(
        self, path: Path, reason: str, remedy: str = "mend the table or choose another"
    ) -> None:
        super().__init__(f"{path}: {reason}; {remedy}.")


class LabelsFormError(TableError):
    """A file is none of the forms that labels are read in."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "this is no table of labels that emoviz knows",
            "choose a CSV with a column of times and one of valence or arousal, or valence.csv or "
            "arousal.csv in the form of DEAM",
        )


class LabelsScaleError(TableError):
    """Labels could be on several scales; `scales` are those."""

    def __init__(self, path: Path, scales: list[str]) -> None:
        super().__init__(
            path,
            f"its labels could be on any of the scales {', '.join(scales)}",
            "say on which they are",
        )
        self.scales = scales


class LabelsPartnerError(TableError):
    """The labels of one dimension are there and those of the other are not."""

    def __init__(self, path: Path, partner: str) -> None:
        super().__init__(
            path,
            f"valence and arousal come in two tables, and {partner} is not beside this one",
            "put both into one folder",
        )


class LabelsSongError(TableError):
    """A table of labels has none for the song that was asked for."""

    def __init__(self, path: Path, song: str) -> None:
        super().__init__(path, f"it has no labels for song {song}", "choose another song or table")
