"""TimeStretch: sound made faster or slower as it comes, at the pitch it has."""

import numpy as np

from emoviz.units import Samples

# Of the libraries for this, Rubber Band and all that wrap it (pyrubberband, pedalboard) are under
# the GPL, which emoviz is not. python-stretch (Signalsmith Stretch, MIT) forgets everything between
# two calls of the one function it has, so that a song given block by block clicks at each, and it
# keeps the interpreter locked meanwhile, which the audio callback would wait for. What is here is
# the method by which Chromium and mpv play: it needs no library.

_HOP_S = 0.02
"""Half of each excerpt that is taken over; longer ones echo, shorter ones roughen a bass."""
_SEARCH_S = 0.012
"""How far around its place an excerpt is looked for: half a period of 42 Hz."""
_BEATS = 0.3
"""How much a loud middle counts beside perfect likeness."""
_FAINT = 1e-9


class TimeStretch:
    """Waveform-similarity overlap-add (Verhelst and Roelands 1993).

    Of the samples pushed, sample n is in the output at n / `speed`, give or take 25 ms. At a speed
    of 1 they pass unchanged. `tail`, of shape (samples, channels), is what would have come if it
    had not been for this: it fades into the first output. Empty, the first output is the first
    input.
    """

    def __init__(self, rate_hz: int, channels: int, speed: float, tail: Samples) -> None:
        self._speed = speed
        self._hop = overlap_samples(rate_hz)
        self._search = round(_SEARCH_S * rate_hz)
        self._size = 1 << (self._hop + 2 * self._search - 1).bit_length()
        rise = np.sin(np.linspace(0, np.pi / 2, self._hop, dtype=np.float32)) ** 2
        self._rise = rise[:, np.newaxis]
        self._tail = np.zeros((0, channels), np.float32)
        if len(tail):
            self._tail = np.concatenate([tail, np.zeros((self._hop, channels), np.float32)])
            self._tail = self._tail[: self._hop]
        self._kept = np.zeros((0, channels), np.float32)
        self._dropped = 0
        """How many samples were pushed before those that are kept."""
        self._hops = 0

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, of shape (samples, channels), and give what is ready of them."""
        if self._speed == 1.0 and not len(self._tail):
            return samples
        self._kept = np.concatenate([self._kept, samples])
        if self._speed == 1.0:
            return self._pass_on() if len(self._kept) >= self._hop else self._kept[:0]
        ready = [self._kept[:0]]
        while self._dropped + len(self._kept) >= self._place() + self._search + 2 * self._hop:
            ready.append(self._next_hop())
        return np.concatenate(ready)

    def finish(self) -> Samples:
        """Give the rest, (samples, channels): nothing more comes."""
        if self._speed == 1.0:
            short = self._hop - len(self._kept)
            if not len(self._tail) or not len(self._kept):
                return self._kept
            kept = len(self._kept)
            self._kept = np.pad(self._kept, ((0, max(0, short)), (0, 0)))
            return self._pass_on()[:kept]
        pushed = self._dropped + len(self._kept)
        due = round(pushed / self._speed) - self._hops * self._hop
        hops = -(-due // self._hop)
        padding = 2 * self._hop + self._search + round(hops * self._hop * self._speed)
        rest = self.push(np.zeros((padding, self._kept.shape[1]), np.float32))
        return rest[: max(0, due)]

    def _pass_on(self) -> Samples:
        """Give what is kept, the tail faded into it."""
        passed = self._kept.copy()
        passed[: self._hop] += (self._tail - passed[: self._hop]) * (1 - self._rise)
        self._tail, self._kept = self._tail[:0], self._kept[:0]
        return passed

    def _place(self) -> int:
        """Give where the next excerpt has its place: so that its middle is heard when it is due."""
        middle = self._hops + (0.5 if self._hops else 0.0)
        lead = 0.5 if self._hops else 0.0
        return round((middle * self._speed - lead) * self._hop)

    def _next_hop(self) -> Samples:
        first = max(self._place() - self._search, self._dropped) - self._dropped
        if len(self._tail):
            begin = first + self._best_fit(
                self._kept[first : first + 2 * (self._hop + self._search)]
            )
            head = self._kept[begin : begin + self._hop]
            out: Samples = self._tail + (head - self._tail) * self._rise
        else:
            begin = 0
            out = self._kept[: self._hop]
        self._tail = self._kept[begin + self._hop : begin + 2 * self._hop]
        self._hops += 1
        needed = max(0, self._place() - self._search - self._dropped)
        self._kept = self._kept[needed:]
        self._dropped += needed
        return out

    def _best_fit(self, region: Samples) -> int:
        """Give where in `region` an excerpt is best taken over.

        That is where its first half is most like what would have come naturally. Faster, some
        samples are left out: not those of a beat that stands out, so the loudest middle counts too.
        """
        hop, places = self._hop, len(region) - 2 * self._hop + 1
        spectra = np.fft.rfft(region[:-hop], self._size, axis=0)
        spectra *= np.conj(np.fft.rfft(self._tail, self._size, axis=0))
        likeness = np.fft.irfft(spectra.sum(axis=1), self._size)[:places]
        power = np.einsum("ij,ij->i", region, region, dtype=np.float64)
        energy = np.cumsum(np.concatenate([[0.0], power]))
        of_halves = energy[hop:] - energy[:-hop]
        fit = likeness / np.sqrt(of_halves[:places] * (self._tail**2).sum() + _FAINT)
        if self._speed > 1.0:
            middles = of_halves[hop // 2 :][:places]
            fit += _BEATS * middles / (middles.max() + _FAINT)
        return int(np.argmax(fit))


def overlap_samples(rate_hz: int) -> int:
    """Give the length of a tail in full."""
    return round(_HOP_S * rate_hz)
