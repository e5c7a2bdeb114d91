"""What the ear for tonality tells of real chords, and that it tells it in any key."""

import numpy as np
import pytest
import torch

from emoviz.hearing.front_end import mel_frames
from emoviz.training.ears.description import Description
from emoviz.training.ears.tonality import FEATURES, PITCHES, Tonality, pitch_front_end, triads

RATE_HZ = 16000
MAJOR, MINOR = (0, 4, 7), (0, 3, 7)


def _chord_db(root_midi: int, steps: tuple[int, ...]) -> torch.Tensor:
    """Give pitch frames of 4 s of a chord whose tones have four partials each."""
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    sound = np.zeros(len(time_s))
    for step in steps:
        tone_hz = 440.0 * 2.0 ** ((root_midi + step - 69) / 12.0)
        for partial in range(1, 5):
            sound += np.sin(2.0 * np.pi * partial * tone_hz * time_s) / partial**2
    frames = list(mel_frames([(0.1 * sound[:, None]).astype(np.float32)], pitch_front_end(16000)))
    return torch.from_numpy(np.concatenate(frames).reshape(1, -1, PITCHES))


@pytest.mark.parametrize("root_midi", [57, 60, 62, 67])
@pytest.mark.parametrize(("steps", "is_major"), [(MAJOR, True), (MINOR, False)])
def test_a_triad_is_heard_with_its_root_and_its_third(
    root_midi: int, steps: tuple[int, ...], is_major: bool
) -> None:
    heard = Tonality()(_chord_db(root_midi, steps))[0]
    assert heard.shape == (8, FEATURES)
    major, minor = triads(heard[4:5, None, :12])
    strongest = major if is_major else minor
    assert int(strongest.argmax()) == root_midi % 12
    assert float(strongest.max()) > 2.0 * float((minor if is_major else major).max())


def test_silence_and_noise_have_no_chords() -> None:
    silence = Tonality()(torch.full((1, 16, PITCHES), -100.0))
    assert silence.abs().max() == 0.0
    noise = np.random.default_rng(0).normal(0.0, 0.1, 4 * RATE_HZ).astype(np.float32)
    frames = np.concatenate(list(mel_frames([noise[:, None]], pitch_front_end(16000))))
    shares = Tonality()(torch.from_numpy(frames.reshape(1, -1, PITCHES)))[0, :, :12]
    major, minor = triads(shares[None])
    assert float(torch.maximum(major, minor).mean()) < 0.1


def test_the_key_does_not_change_the_degrees() -> None:
    description = Description(kept=(4, 4, 4)).eval()
    described = []
    for root_midi in (60, 67):
        columns = torch.zeros(1, 8, description.features)
        columns[:, :, :FEATURES] = Tonality()(_chord_db(root_midi, (0, 4, 7, 12)))
        key = description.blocks[7]
        described.append(description(columns)[0, 4, key].detach().numpy())
    # Partials fall between semitones a little differently in each key.
    np.testing.assert_allclose(described[0], described[1], atol=0.2)
    assert np.corrcoef(described[0], described[1])[0, 1] > 0.95
