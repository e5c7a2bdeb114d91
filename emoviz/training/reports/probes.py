"""What a model says of sounds that are no music, for its card."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import soundfile

from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import files, paths
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.track import Track

_RATE_HZ = 22050
_DURATION_S = 20.0


def probed(model_files: Mapping[Path, bytes]) -> dict[str, tuple[float, float, float, float]]:
    """Track each probe with the model of these files, as the program would.

    Gives the name of the probe -> the mean over it of valence, arousal and their deviations.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files.write_whole({folder / path.name: data for path, data in model_files.items()})
        tracker = File2Track(Estimator(folder))
        found = {}
        for title, path in _sounds(folder):
            with Song.open(path) as song:
                found[title] = _means(tracker(song, report=lambda sentence: None))
    return found


def _sounds(folder: Path) -> Iterator[tuple[str, Path]]:
    count = round(_RATE_HZ * _DURATION_S)
    random = np.random.default_rng(0)
    time_s = np.arange(count) / _RATE_HZ
    beats = (time_s % 0.5 < 0.01) * random.normal(0.0, 0.3, count)
    for title, samples in (
        ("white noise", random.normal(0.0, 0.1, count)),
        ("one long tone of 220 Hz", 0.3 * np.sin(2.0 * np.pi * 220.0 * time_s)),
        ("a metronome", beats),
    ):
        path = folder / "sound.wav"
        soundfile.write(path, samples, _RATE_HZ)
        yield title, path
    yield "a voice that reads", paths.resources() / "probes" / "speech.ogg"


def _means(track: Track) -> tuple[float, float, float, float]:
    assert track.valence_sd is not None
    assert track.arousal_sd is not None
    valence, arousal, valence_sd, arousal_sd = (
        round(float(values.mean()), 3)
        for values in (track.valence, track.arousal, track.valence_sd, track.arousal_sd)
    )
    return valence, arousal, valence_sd, arousal_sd
