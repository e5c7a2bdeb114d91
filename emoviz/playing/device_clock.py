"""DeviceClock: when the samples that are handed to a sound device will be heard."""

_SETTLING_S = 0.5
"""How long after the device ran dry its word is taken as it is."""
_SLEW = 0.002
"""How fast, in seconds a second, the device is followed otherwise; crystals differ by less."""
_JUMP_S = 1.0
"""A step of the system's clock, not an estimate that trembles."""
_DRY_S = 0.001


class DeviceClock:
    """Makes steady what a device says of its delay.

    Samples that follow each other are heard one after the other, so what is said of them differs
    only by how well it is estimated. PulseAudio's estimate trembles by milliseconds, and for many
    seconds after the device ran dry it can be half a second too late.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._due_s = 0.0
        self._settling_s = _SETTLING_S

    def sounds_s(self, said_s: float, now_s: float, count: int, ran_dry: bool) -> float:
        """Give when the next `count` samples begin to sound, of which the device says `said_s`.

        Runs in the audio callback. All times are on the device's own clock.
        """
        duration_s = count / self._rate_hz
        if ran_dry or said_s < now_s + _DRY_S or abs(said_s - self._due_s) > _JUMP_S:
            self._settling_s = _SETTLING_S
        if self._settling_s > 0.0:
            self._settling_s -= duration_s
            sounds_s = said_s
        else:
            most_s = _SLEW * duration_s
            sounds_s = self._due_s + min(max(said_s - self._due_s, -most_s), most_s)
        self._due_s = sounds_s + duration_s
        return sounds_s
