"""What each channel of a song counts for in what is heard, and its mix to stereo."""

import numpy as np

from emoviz.units import Samples

_SURROUND = 1.41
_WEIGHTS = (
    (2.0,),  # the same sound from both loudspeakers
    (1.0, 1.0),
    (1.0, 1.0, 1.0),
    (1.0, 1.0, _SURROUND, _SURROUND),
    (1.0, 1.0, 1.0, _SURROUND, _SURROUND),
    (1.0, 1.0, 1.0, 0.0, _SURROUND, _SURROUND),
    (1.0, 1.0, 1.0, 0.0, 1.0, _SURROUND, _SURROUND),
    (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, _SURROUND, _SURROUND),
)
"""ITU-R BS.1770-4, tables 3 and 4: what comes from 60° to 120° weighs more, low-frequency effects
nothing; of seven and eight channels the rear ones stand behind that."""


def heard(block: Samples) -> Samples:
    """Give those of (samples, channels) that are heard, each as loud as it counts: float32.

    The powers of what this gives add up to that of the sound: ½ Σ G x² with the weights G of
    ITU-R BS.1770-4, so that one sound on both channels of a stereo song is as loud as the song in
    mono, in phase or out of it, and on one of them 3 dB softer. Up to eight channels are taken to
    be in the order of a WAV file: left, right, centre, low-frequency effects where there are six
    and more, back, side (four: left, right and the surrounds). Where the channels of more than
    eight sound nobody knows: these are averaged to one.
    """
    channels = block.shape[1]
    if channels == 1:
        return block
    if channels > len(_WEIGHTS):
        mean: Samples = block.mean(axis=1, keepdims=True, dtype=np.float32)
        return mean
    all_weights = _WEIGHTS[channels - 1]
    if len(set(all_weights)) == 1:
        equal: Samples = block * np.float32(np.sqrt(all_weights[0] / 2.0))
        return equal
    weights = [(channel, weight) for channel, weight in enumerate(all_weights) if weight]
    weighed = np.empty((len(block), len(weights)), np.float32)
    # Channel by channel: numpy takes far longer over so short an axis.
    for place, (channel, weight) in enumerate(weights):
        np.multiply(block[:, channel], np.float32(np.sqrt(weight / 2.0)), out=weighed[:, place])
    return weighed


def heard_count(channels: int) -> int:
    """Give how many channels `heard` makes of so many."""
    if channels > len(_WEIGHTS):
        return 1
    return sum(weight > 0 for weight in _WEIGHTS[channels - 1])


def to_stereo(block: Samples) -> Samples:
    """Mix a block of shape (samples, channels) down to (samples, 2).

    Five channels and more are taken to be in the order of ITU-R BS.775 (left, right, centre,
    then low-frequency effects where there are six, then the surrounds alternating left, right).
    """
    channels = block.shape[1]
    if channels == 1:
        return np.repeat(block, 2, axis=1)
    if channels == 2:
        return block
    mixed: Samples = block @ _stereo_mix(channels)
    return mixed


def _stereo_mix(channels: int) -> Samples:
    mix = np.zeros((channels, 2), np.float32)
    mix[0, 0] = mix[1, 1] = 1.0
    half_power = np.sqrt(0.5)
    surrounds = list(range(2, channels))
    if channels == 3 or channels >= 5:
        mix[surrounds.pop(0)] = half_power
    if channels >= 6:
        surrounds.pop(0)  # BS.775 leaves the low-frequency effects out of a stereo mix.
    for index, channel in enumerate(surrounds):
        mix[channel, index % 2] = half_power
    # Scaled so that full scale on every channel cannot clip.
    scaled: Samples = (mix / mix.sum(axis=0)).astype(np.float32)
    return scaled
