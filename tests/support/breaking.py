"""Decoders that break off as nobody expects."""

from collections.abc import Iterator

from emoviz.songs.decoder import Damage, Decoder, ignore_damage
from emoviz.songs.opening import LocalDecoders
from emoviz.units import Samples


class BreakingDecoder:
    """Decodes a file, until what nobody expects."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.sample_rate_hz, self.channels = decoder.sample_rate_hz, decoder.channels
        self.remark, self.sound_tracks = decoder.remark, decoder.sound_tracks

    @property
    def duration_s(self) -> float:
        """What the bytes tell."""
        return self._decoder.duration_s

    @property
    def claimed_s(self) -> float | None:
        """What the header claims."""
        return self._decoder.claimed_s

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield two blocks: as many as it takes to find out that a song is long enough."""
        for number, block in enumerate(self._decoder.blocks(start_sample, on_damage)):
            if number == 2:
                raise RuntimeError("the well is dry")
            yield block

    def close(self) -> None:
        """Give the file back."""
        self._decoder.close()


class BreakingDecoders(LocalDecoders):
    """Decoders of which each breaks off."""

    def open(self) -> Decoder:
        """Open one."""
        return BreakingDecoder(super().open())
