"""What an input hears: nothing lost, nothing added, and a sentence where there is nothing."""

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.devices import portaudio
from emoviz.devices.microphone import WHAT_PLAYS, CaptureRing, Microphone, input_names
from tests.support.audio import Floats, PulseSink, find, music, wait_until, write_music
from tests.support.patience import DEADLINE_S
from tests.support.takes import MOST_TAKES


def count(first: int, samples: int) -> Floats:
    return np.arange(first, first + samples, dtype=np.float32)[:, None]


def test_what_is_taken_is_what_was_put() -> None:
    ring = CaptureRing(10, 1)
    assert ring.take().shape == (0, 1)
    taken = []
    for first in range(0, 70, 7):
        ring.put(count(first, 7))
        taken.append(ring.take())
    np.testing.assert_array_equal(np.concatenate(taken), count(0, 70))
    assert ring.lost == 0


def test_what_was_missed_is_silence_so_that_time_is_kept() -> None:
    ring = CaptureRing(10, 1)
    for first in range(0, 28, 7):
        ring.put(count(first, 7))
    taken = ring.take()
    assert len(taken) == 28
    assert not taken[:18].any()
    np.testing.assert_array_equal(taken[18:], count(18, 10))
    assert ring.lost == 18
    ring.put(count(28, 7))
    np.testing.assert_array_equal(ring.take(), count(28, 7))


@pytest.mark.parametrize("name", ["", "pulse", WHAT_PLAYS])
def test_what_the_computer_plays_is_heard(pulse_sink: PulseSink, tmp_path: Path, name: str) -> None:
    assert name in ["", *input_names()]
    write_music(tmp_path / "song.wav", 6.0, 44100, subtype="FLOAT")
    microphone = Microphone(name)
    assert "PULSE_SOURCE" not in os.environ

    def hear() -> list[Floats]:
        heard: list[Floats] = []

        def sounding() -> int:
            heard.append(microphone.read())
            return sum(len(block) for block in heard if block.any()) > 2 * microphone.rate_hz

        with pulse_sink.playing(tmp_path / "song.wav"):
            wait_until(sounding)
        return heard

    for _ in range(MOST_TAKES):
        before, lost_s = pulse_sink.underruns, microphone.lost_s
        heard = hear()
        if pulse_sink.underruns == before and microphone.lost_s == lost_s:
            break
    microphone.close()
    assert microphone.lost_s == lost_s
    sound = np.concatenate(heard)[-microphone.rate_hz :, 0]
    _, correlation = find(sound, music(6.0, 44100)[:, 0])
    assert microphone.rate_hz == 44100
    assert correlation > 0.99


def test_an_input_that_vanishes_is_told_of(mortal_sink: PulseSink) -> None:
    microphone = Microphone()
    wait_until(lambda: len(microphone.read()))
    mortal_sink.stop()

    sentences = []

    def lost() -> bool:
        try:
            microphone.read()
        except errors.InputDeviceLostError as error:
            sentences.append(str(error))
        return bool(sentences)

    wait_until(lost)
    assert "has stopped" in sentences[0]
    microphone.close()


def test_an_input_that_does_not_end_is_given_up_until_the_server_answers(
    mortal_sink: PulseSink,
) -> None:
    microphone = Microphone()
    wait_until(lambda: len(microphone.read()))
    said: list[str] = []

    def close() -> None:
        try:
            microphone.close()
        except errors.SoundDeviceStuckError as error:
            said.append(str(error))

    closing = threading.Thread(target=close, daemon=True)
    with mortal_sink.frozen():
        closing.start()
        # The server hangs for longer than whoever closes the input does.
        closing.join(DEADLINE_S)
        is_closed = not closing.is_alive()
        if is_closed:
            # What hangs is not asked again.
            with pytest.raises(errors.InputDeviceError, match="does not answer"):
                Microphone()
    closing.join()
    assert is_closed
    assert len(said) == 1
    assert "The sound system does not answer" in said[0]
    wait_until(portaudio.answers)
    again = Microphone()
    wait_until(lambda: len(again.read()))
    again.close()


def test_an_input_that_is_not_there_is_refused(pulse_sink: PulseSink) -> None:
    with pytest.raises(errors.InputNotFoundError, match=r"choose one of: .*pulse"):
        Microphone("the neighbour's")


def test_without_portaudio_there_is_nothing_to_listen_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # What the real module does where PortAudio is not installed.
    (tmp_path / "sounddevice.py").write_text('raise OSError("PortAudio library not found")\n')
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert input_names() == []
    with pytest.raises(errors.InputDeviceError, match="PortAudio"):
        Microphone()
