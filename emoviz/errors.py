"""Every error a user can meet: one class each, a sentence saying what happened and what to do."""

from collections.abc import Sequence
from pathlib import Path


class EmovizError(Exception):
    """Base of all errors whose text is meant for the user; the text is one complete sentence."""


class SongError(EmovizError):
    """A song cannot be opened or decoded."""


class SongNotFoundError(SongError):
    """The path leads to nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such file; check the name or choose the song again.")


class SongIsFolderError(SongError):
    """The path leads to a folder where a file is needed."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is a folder; choose one song file inside it.")


class SongIsNoFileError(SongError):
    """The path leads to something that cannot be read twice, as a song must be."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is a pipe or a device; save the song as a file first.")


class SongPermissionError(SongError):
    """The operating system refuses to let the file be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: you are not allowed to read this file; change its permissions or copy it."
        )


class SongEmptyError(SongError):
    """The file has no bytes, or no audio in it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the file holds no audio; get a complete copy of it.")


class SongNameError(SongError):
    """The file's name cannot be written as text."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this name is not valid Unicode; rename the file.")


class SongFormatError(SongError):
    """No decoder recognises the file as audio."""

    def __init__(self, path: Path, reason: str = "") -> None:
        because = f" ({reason})" if reason else ""
        super().__init__(
            f"{path}: this is not audio that emoviz can decode{because}; "
            "convert it to wav, flac, ogg or mp3."
        )


class SongDamagedError(SongError):
    """Decoding failed after it had begun, or the samples are not numbers."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: the audio is damaged ({reason}); get a fresh copy of the file.")


class SongVanishedError(SongError):
    """The file was there when it was opened and is gone now."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: the file has vanished while it was in use; "
            "reconnect the disk or open it again."
        )


class SongChangedError(SongError):
    """The file is not what it was when it was opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the file was changed while it was in use; open it again.")


class SongTooShortError(SongError):
    """The song is shorter than one half-second value."""

    def __init__(self, path: Path, duration_s: float) -> None:
        super().__init__(
            f"{path}: it is {duration_s:.2f} s long and a prediction needs at least half a second; "
            "choose a longer piece."
        )


class SongUnseenError(SongError):
    """A worker on another machine does not find the file."""

    def __init__(self, path: Path, machine: str) -> None:
        super().__init__(
            f"{path}: the worker on {machine} cannot see this file; keep the songs on a disk that "
            "every machine has under the same path."
        )


class SongEndsWorkersError(SongError):
    """Workers were ended one after the other while they tracked a song."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: several workers were ended while they tracked this song; it may need more "
            "memory than they have, or be damaged."
        )


class NoSongsError(SongError):
    """Folders were searched and no song was found."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(
            f"{', '.join(map(str, paths))}: no song in this folder; name a song or another folder."
        )


class NoRoomError(EmovizError):
    """What a long song needs for a while cannot be written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: a long song needs room there ({reason}); free some of it.")


class ModelError(EmovizError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError):
    """No model folder has the name that was asked for."""

    def __init__(self, name: str, known: list[str]) -> None:
        choice = f"choose one of: {', '.join(known)}" if known else "no model is installed"
        super().__init__(f"there is no model named {name!r}; {choice}.")


class ModelBrokenError(ModelError):
    """A model folder lacks something or contradicts itself."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"{folder}: this model folder cannot be used: {reason}; "
            "reinstall the model or choose another."
        )


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


class ExtraMissingError(EmovizError):
    """Something needs a package that is not part of every installation."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(
            f"{purpose} need packages that are not installed; "
            f"install them with: pip install 'emoviz[{extra}]'."
        )


class TrajectoryFileError(EmovizError):
    """A file that should hold a trajectory does not."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: this is not an emoviz prediction ({reason}); export it again from the song."
        )


class LibraryError(EmovizError):
    """The library of songs cannot be used."""


class LibraryMissingError(LibraryError):
    """There is no library yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: there is no library yet; 'emoviz library add FOLDER' begins one."
        )


class LibraryUnwritableError(LibraryError):
    """The library's file cannot be made or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: the library cannot be written ({reason}); free some room, or keep it "
            "somewhere else with --library FILE. What was in it is kept."
        )


class LibraryBusyError(LibraryError):
    """Another program has been writing to the library for too long."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: another program is writing to the library; wait until it is done and try "
            "again."
        )


class LibraryNewerError(LibraryError):
    """A newer emoviz made the library."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: a newer emoviz made this library; install that version, or keep a library "
            "of your own with --library FILE."
        )


class LibraryForeignError(LibraryError):
    """A file that is to be a library is something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is no library of emoviz; choose another file.")


class LibraryCorruptError(LibraryError):
    """The library's file is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: the library is damaged ({reason}); --new keeps it aside, with the date in "
            "its name, and begins a new one."
        )


class ClusterError(EmovizError):
    """Songs cannot be tracked on other machines."""


class SchedulerMissingError(ClusterError):
    """No scheduler answers at an address."""

    def __init__(self, scheduler: str, reason: str) -> None:
        super().__init__(
            f"{scheduler}: no Dask scheduler answers there ({reason}); check the address, which is "
            "like tcp://host:8786, or leave out --scheduler to use this machine."
        )


class SchedulerLostError(ClusterError):
    """The scheduler has gone while songs were tracked."""

    def __init__(self, scheduler: str) -> None:
        super().__init__(
            f"{scheduler}: the scheduler has gone. What is done is kept: start it and run this "
            "again to do the rest, or leave out --scheduler to do it on this machine."
        )


class NoWorkersError(ClusterError):
    """The scheduler has no workers."""

    def __init__(self, scheduler: str, waited_s: float) -> None:
        super().__init__(
            f"{scheduler}: the scheduler has had no worker for {waited_s:.0f} s. What is done is "
            f"kept: start workers with 'dask worker {scheduler} --nthreads 1' and run this again."
        )


class WorkerError(ClusterError):
    """A worker cannot track songs."""

    def __init__(self, worker: str, reason: str, needed: str) -> None:
        super().__init__(
            f"{worker}: songs cannot be tracked there ({reason.rstrip('.')}). What is done is "
            f"kept: give every worker {needed} with the same models, start it anew, and run this "
            "again."
        )


class WordError(EmovizError):
    """A word that songs are to be found by is none of those on the plane."""

    def __init__(self, word: str, known: Sequence[str]) -> None:
        super().__init__(f"{word!r} is no word of the plane; choose one of: {', '.join(known)}.")


class SoundDeviceError(EmovizError):
    """No sound device can be used."""

    def __init__(self, reason: str, sentence: str = "") -> None:
        self.reason = reason
        super().__init__(
            sentence
            or f"No sound device can be used ({reason}); the trail runs on a silent clock. "
            "Connect a device and choose Look for devices again in the menu Playback."
        )


class SoundDeviceFormatError(SoundDeviceError):
    """The sound device refuses a sample rate or a number of channels, not every one."""


class SoundDeviceReplacedError(SoundDeviceError):
    """The sound device that was chosen cannot be used; the default one is heard instead."""

    def __init__(self, device_name: str, reason: str, instead: str) -> None:
        super().__init__(
            reason,
            f"The sound device {device_name} cannot be used ({reason}); "
            f"the song is heard on {instead}. "
            "Connect or free it and choose Look for devices again in the menu Playback.",
        )


class SoundDeviceLostError(EmovizError):
    """The sound device that a song was heard on has gone or stopped."""

    def __init__(self, device_name: str) -> None:
        super().__init__(
            f"The sound device {device_name} has stopped. "
            "Press play to go on, on the system's default device if it is not there again."
        )


class InputDeviceError(EmovizError):
    """Nothing can be listened to."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"No microphone or other input can be listened to ({reason}); "
            "connect one or choose another, and listen again."
        )


class InputNotFoundError(EmovizError):
    """No input has the name that was asked for."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        choice = f"choose one of: {', '.join(known)}" if known else "connect one"
        super().__init__(f"There is no input named {name!r}; {choice}.")


class InputDeviceLostError(EmovizError):
    """The input that was listened to has gone or stopped."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The input {name} has stopped; what was heard until then is kept. "
            "Connect it again or choose another, and listen again."
        )


class NothingHeardError(EmovizError):
    """Listening ended before anything could be said of what was heard."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was heard for half a second; listen longer, or choose another input."
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
            "choose a CSV that emoviz exported, or valence.csv or arousal.csv in the form of DEAM",
        )


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


class DataError(EmovizError):
    """A training data folder is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; see the description of the data folder in README.md.")


class RecipeError(EmovizError):
    """A training recipe is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: this recipe cannot be used: {reason}; compare model/cae/recipe.toml."
        )


class TrainingError(EmovizError):
    """A training cannot go on, or what it made is not fit to be kept."""
