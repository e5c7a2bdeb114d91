"""What can be wrong with where sound goes and comes from."""

from collections.abc import Sequence

from emoviz.errors.base import EmovizError


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


class SoundDeviceStuckError(SoundDeviceError):
    """The sound system keeps a stream that was to end, and answers no more."""

    def __init__(self) -> None:
        super().__init__(
            "the sound system does not answer",
            "The sound system does not answer, and what was open on it could not be given back. "
            "Where nothing is heard from now on, end emoviz and start it again.",
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
