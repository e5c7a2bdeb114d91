"""How well key, tempo, onsets, loudness and brightness are measured, on sounds that are known.

    python -m build_scripts.data.measures [--scores 96]

Prints the table that stands in docs/models.md, and writes it there.
"""

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from build_scripts import ROOT
from build_scripts.data.scores import RATE_HZ, Score, score
from build_scripts.docs.figures import with_section
from emoviz.hearing.measures.key import Key
from emoviz.hearing.measures.loudness import KWeighting, integrated_lufs
from emoviz.hearing.measures.measured import Measured, Meter
from emoviz.system import files
from emoviz.units import COLUMN_S, Samples

_GUIDE = ROOT / "docs" / "models.md"
_SECTION = "measure figures"
_TEMPO_TOLERANCE = 0.04
_EBU_HZ = 1000.0
# EBU Tech 3341 (2016), table 1: parts of a tone of 1 kHz on both channels, in dBFS and seconds,
# and how loud all of it is.
EBU_CASES = (
    (((-23.0, 20.0),), -23.0),
    (((-33.0, 20.0),), -33.0),
    (((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)), -23.0),
    (((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)), -23.0),
    (((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)), -23.0),
)
_TONES_HZ = (220.0, 1000.0, 3000.0, 8000.0)


def main() -> int:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description="Score what is measured on known sounds.")
    parser.add_argument("--scores", type=int, default=96)
    table = scored(parser.parse_args().scores)
    print(table)
    text = with_section(_GUIDE.read_text(encoding="utf-8"), _SECTION, table)
    files.write_whole({_GUIDE: text.encode()})
    return 0


def scored(count: int) -> str:
    """Give the table in Markdown, of so many scores."""
    scores = [score(seed) for seed in range(count)]
    found = [measured_of(each.samples) for each in scores]
    return "\n".join(
        [
            "| measured | on what is known | how well |",
            "| --- | --- | --- |",
            f"| key | {count} scores in all keys | {_keys(scores, found)} |",
            f"| tempo | the same, 70 to 170 BPM | {_tempos(scores, found)} |",
            f"| onset density | the same | {_densities(scores, found)} |",
            f"| loudness | EBU Tech 3341, cases 1 to 5 | off by at most {_loudness():.2f} LU |",
            f"| brightness | tones of 220 to 8,000 Hz | off by at most {_brightness():.1f} % |",
        ]
    )


def measured_of(samples: Samples) -> Measured:
    """Measure samples (n,) of one channel at `scores.RATE_HZ`, which need no song."""
    meter = Meter(is_mono=True)
    meter.push(samples[:, None])
    return meter.finish()


def ebu_case(parts: Sequence[tuple[float, float]]) -> Samples:
    """Give a tone on both channels, (n, 2), of parts (dBFS, seconds)."""
    times = np.arange(round(sum(length_s for _, length_s in parts) * RATE_HZ)) / RATE_HZ
    levels = np.concatenate(
        [np.full(round(length_s * RATE_HZ), 10.0 ** (dbfs / 20.0)) for dbfs, length_s in parts]
    )
    tone = (levels * np.sin(2.0 * np.pi * _EBU_HZ * times[: len(levels)])).astype(np.float32)
    return np.stack([tone, tone], axis=1)


def loudness_of(samples: Samples) -> float | None:
    """Give the integrated loudness of whole half-seconds (n, channels)."""
    weighting, column = KWeighting(), round(COLUMN_S * RATE_HZ)
    starts = range(0, len(samples) - column + 1, column)
    powers = [weighting.powers(samples[start : start + column].T) for start in starts]
    return integrated_lufs(np.concatenate(powers))


def key_error(true: Key, found: Key | None) -> str:
    """Say how a key is wrong: "", "fifth", "relative", "parallel", or "other"."""
    if found is None:
        return "other"
    if found == true:
        return ""
    apart = (found.tonic - true.tonic) % 12
    if found.is_major == true.is_major:
        return "fifth" if apart in (5, 7) else "other"
    if apart == 0:
        return "parallel"
    return "relative" if apart == (9 if true.is_major else 3) else "other"


def _keys(scores: Sequence[Score], found: Sequence[Measured]) -> str:
    wrong = [key_error(each.key, one.key) for each, one in zip(scores, found, strict=True)]
    right = 100.0 * wrong.count("") / len(wrong)
    told = [
        f"{100.0 * wrong.count(kind) / len(wrong):.0f} % {what}"
        for kind, what in (
            ("fifth", "a fifth off"),
            ("relative", "the relative key"),
            ("parallel", "the parallel key"),
            ("other", "another"),
        )
        if kind in wrong
    ]
    return f"{right:.0f} % right" + (f"; {', '.join(told)}" if told else "")


def _tempos(scores: Sequence[Score], found: Sequence[Measured]) -> str:
    ratios = np.array(
        [(one.tempo_bpm or 1.0) / each.bpm for each, one in zip(scores, found, strict=True)]
    )

    def near(factors: Sequence[float]) -> float:
        hits = np.any([np.abs(ratios / by - 1.0) <= _TEMPO_TOLERANCE for by in factors], axis=0)
        return 100.0 * float(hits.mean())

    return (
        f"{near((1.0,)):.0f} % within 4 %; {near((1.0, 2.0, 0.5)):.0f} % if half and double count"
    )


def _densities(scores: Sequence[Score], found: Sequence[Measured]) -> str:
    off = []
    for each, one in zip(scores, found, strict=True):
        true = len(each.onsets_s) / (len(one) * COLUMN_S)
        off.append(abs(float(np.nanmean(one.onsets_per_s)) - true) / true)
    return f"off by {100.0 * float(np.mean(off)):.0f} % on average"


def _loudness() -> float:
    return max(abs((loudness_of(ebu_case(parts)) or 0.0) - lufs) for parts, lufs in EBU_CASES)


def _brightness() -> float:
    off = []
    for hz in _TONES_HZ:
        tone = 0.1 * np.sin(2.0 * np.pi * hz * np.arange(3 * RATE_HZ) / RATE_HZ)
        found = measured_of(tone.astype(np.float32)).brightness_hz[1:-1]
        off.append(float(np.abs(found / hz - 1.0).max()))
    return 100.0 * max(off)


if __name__ == "__main__":
    sys.exit(main())
