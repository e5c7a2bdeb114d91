"""Devices that refuse what they are asked for, or are held by another program."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emoviz import errors
from emoviz.devices import portaudio
from emoviz.devices.sound_devices import Device, formats
from emoviz.playing.player import SilentPlayer, SoundDevicePlayer, open_player
from emoviz.songs.song import Song
from tests.support.audio import PulseSink, wait_until, write_music


@pytest.mark.parametrize(
    ("channels", "rate_hz", "tried"),
    [
        (2, 96000, [(96000, 2), (48000, 2), (44100, 2), (96000, 1), (48000, 1), (44100, 1)]),
        (8, 44100, [(44100, 2), (48000, 2), (44100, 1), (48000, 1)]),
        (1, 48000, [(48000, 1), (44100, 1)]),
    ],
)
def test_the_devices_own_rate_is_tried_first_and_one_channel_last(
    channels: int, rate_hz: int, tried: list[tuple[int, int]]
) -> None:
    assert list(formats(Device(0, "a device", "ALSA", channels, rate_hz, False))) == tried


@pytest.fixture
def refuse(
    pulse_sink: PulseSink, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[int, int], int | None]], None]:
    """Have the device refuse what a function of rate and channels gives an error number for.

    A null sink takes everything; the numbers are those that PortAudio gives for cards that do not.
    """
    with portaudio.alone() as sounddevice:
        pass
    make_stream = sounddevice.OutputStream

    def begin(number_of: Callable[[int, int], int | None]) -> None:
        def make(*, samplerate: int, channels: int, **options: Any) -> Any:  # noqa: ANN401
            if number := number_of(samplerate, channels):
                raise sounddevice.PortAudioError("Error opening OutputStream", number)
            return make_stream(samplerate=samplerate, channels=channels, **options)

        monkeypatch.setattr(sounddevice, "OutputStream", make)

    return begin


def test_a_device_that_takes_one_rate_and_one_channel_plays(
    refuse: Callable[[Callable[[int, int], int | None]], None], tmp_path: Path
) -> None:
    refuse(lambda rate, channels: -9997 if rate != 48000 else -9998 if channels != 1 else None)
    write_music(tmp_path / "song.wav", 5.0, 44100)
    player, problem = open_player()
    assert problem is None
    player.load(Song.open(tmp_path / "song.wav"))
    player.play()
    wait_until(lambda: player.position_s > 0.2)
    player.close()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (-9997, "it takes no sample rate that emoviz can give"),
        (-9985, "another program holds it"),
    ],
)
def test_a_device_that_cannot_be_had_is_told_of_in_a_sentence(
    refuse: Callable[[Callable[[int, int], int | None]], None], number: int, words: str
) -> None:
    refuse(lambda _rate, _channels: number)
    with pytest.raises(errors.SoundDeviceError):
        SoundDevicePlayer()
    player, problem = open_player()
    assert isinstance(player, SilentPlayer)
    assert str(problem).startswith(f"No sound device can be used ({words});")


def test_a_device_that_leads_nowhere_is_replaced_by_the_default_one(
    mortal_sink: PulseSink, headphones: PulseSink
) -> None:
    mortal_sink.connect(headphones, "headphones")
    portaudio.rescan()
    headphones.unload()
    player, problem = open_player("headphones")
    assert player.device_name == "default"
    assert str(problem).startswith("The sound device headphones cannot be used (")
    assert "heard on default" in str(problem)
    player.close()
