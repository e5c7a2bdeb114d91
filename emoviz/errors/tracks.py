"""What can be wrong with what is asked of a track."""

from emoviz.errors.base import EmovizError


class TimeOutsideError(EmovizError, ValueError):
    """A track has no value at a time."""

    def __init__(self, time_s: float, start_s: float, end_s: float) -> None:
        super().__init__(
            f"there is no value at {time_s:g} s; ask for a time from {start_s:g} s to {end_s:g} s."
        )


class SpanEmptyError(EmovizError, ValueError):
    """No half-second of a track lies between two times."""

    def __init__(self, from_s: float, to_s: float, start_s: float, end_s: float) -> None:
        super().__init__(
            f"no whole half-second of the track lies between {from_s:g} s and {to_s:g} s; it goes "
            f"from {start_s:g} s to {end_s:g} s, and the earlier time comes first."
        )
