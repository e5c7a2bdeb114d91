"""`emoviz listen` as a user meets it: a real process, a real sink, what it prints and writes."""

import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.track import load_csv
from tests.support.audio import PulseSink, find
from tests.support.patience import DEADLINE_S
from tests.support.program import Program
from tests.support.takes import MOST_TAKES

HEARD_S = 45.0


@pytest.mark.more
def test_what_is_played_is_tracked_and_recorded(
    emoviz: Program, pulse_sink: PulseSink, default_model: Estimator, tmp_path: Path
) -> None:
    emoviz.variables = pulse_sink.environment
    song = tmp_path / "song.wav"
    sound, rate_hz = soundfile.read(paths.demo_song(), dtype="float32", always_2d=True)
    soundfile.write(song, sound, rate_hz, subtype="FLOAT")
    options = ["--seconds", HEARD_S, "-o", "track.csv", "--record", "sound.flac"]
    for _ in range(MOST_TAKES):
        before = pulse_sink.underruns
        with pulse_sink.playing(song):
            done = emoviz("listen", "--device", "What the computer plays", *options)
        if pulse_sink.underruns == before:
            break
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * HEARD_S
    assert lines[1].split()[:3] == ["1.0", "s", "valence"]
    assert lines[1].count("±") == 2
    # What was recorded is what was played.
    recorded, recorded_hz = soundfile.read(emoviz.place / "sound.flac", always_2d=True)
    assert len(recorded) == HEARD_S * recorded_hz
    played = soxr.resample(sound[:, 0], rate_hz, recorded_hz)
    _, correlation = find(recorded[recorded_hz * 20 : recorded_hz * 30, 0], played)
    assert correlation > 0.99
    # Its track is that of the song, as far as that is known already.
    live = load_csv(emoviz.place / "track.csv")
    assert live.provenance.song_file == "sound.flac"
    whole = File2Track(default_model)(Song.open(emoviz.place / "sound.flac"), report=pytest.fail)
    assert len(live) == len(whole) == 2 * HEARD_S
    assert whole.provenance.song_sha256 == live.provenance.song_sha256
    for found, due in ((live.valence, whole.valence), (live.arousal, whole.arousal)):
        assert np.sqrt(np.mean((found[60:] - due[60:]) ** 2)) < 0.05


def listen_for_three_lines(emoviz: Program) -> "subprocess.Popen[bytes]":
    # The small model: a machine that is busy keeps up with it.
    command = ("listen", "--model", "cae", "-o", "track.csv")
    process = emoviz.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(3):
        # Nothing plays: what is heard is silence.
        assert b"silent" in process.stdout.readline()
    return process


def test_an_interrupt_ends_it_and_the_track_is_kept(emoviz: Program, pulse_sink: PulseSink) -> None:
    emoviz.variables = pulse_sink.environment
    process = listen_for_three_lines(emoviz)
    process.send_signal(signal.SIGINT)
    rest, error = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, error) == (0, b"")
    assert len(load_csv(emoviz.place / "track.csv")) == 3 + rest.count(b"\n")


def test_an_input_that_vanishes_ends_it_and_the_track_is_kept(
    emoviz: Program, mortal_sink: PulseSink
) -> None:
    emoviz.variables = mortal_sink.environment
    process = listen_for_three_lines(emoviz)
    mortal_sink.stop()
    _, error = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    assert "has stopped; what was heard until then is kept" in error.decode()
    assert len(load_csv(emoviz.place / "track.csv")) >= 3


def test_a_sound_server_that_hangs_keeps_neither_the_program_nor_the_track(
    emoviz: Program, mortal_sink: PulseSink
) -> None:
    emoviz.variables = mortal_sink.environment
    process = listen_for_three_lines(emoviz)
    with mortal_sink.frozen():
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    assert error.decode().count("The sound system does not answer") == 1
    assert len(load_csv(emoviz.place / "track.csv")) >= 3


def test_what_cannot_be_listened_to_is_explained(emoviz: Program, pulse_sink: PulseSink) -> None:
    emoviz.variables = pulse_sink.environment
    done = emoviz("listen", "--device", "nonsense")
    assert done.returncode == 1
    assert done.stderr.startswith("emoviz: There is no input named 'nonsense'; choose one of: ")
    nowhere = {"PULSE_SERVER": f"unix:{emoviz.home / 'nothing'}"}
    emoviz.variables = pulse_sink.environment | nowhere
    done = emoviz("listen")
    assert done.returncode == 1
    assert done.stderr.startswith("emoviz: No microphone or other input can be listened to")
    assert done.stderr.count("\n") == 1
