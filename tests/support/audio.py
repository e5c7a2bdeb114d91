"""Real sound for tests: signals that are easy to find again, and a private PulseAudio daemon."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

from tests.support.patience import DEADLINE_S

Floats = npt.NDArray[np.floating]

RECORDING_RATE_HZ = 48000
_MONITOR_CHUNK_MS = 5
_LEAST_SECONDS = 10


@cache
def music(duration_s: float, rate_hz: int, seed: int = 0) -> Floats:
    """Give something like music, (samples, 2) float32: chords of decaying notes that never repeat.

    No two places of it are alike, so that a recording of it can be placed.
    """
    rng = np.random.default_rng(seed)
    frames = round(duration_s * rate_hz)
    sound = np.zeros((frames + rate_hz, 2), np.float32)
    local_s = np.arange(rate_hz, dtype=np.float32) / np.float32(rate_hz)
    attack_and_decay = np.minimum(local_s / 0.02, 1.0) * np.exp(-5.0 * local_s)
    for start_s in np.arange(0.0, duration_s, 0.17):
        begin = round(start_s * rate_hz)
        angle = np.float32(2 * np.pi * 110.0 * 2.0 ** rng.uniform(0.0, 3.3)) * local_s
        note = attack_and_decay * (np.sin(angle) + np.float32(0.4) * np.sin(2 * angle))
        loudness = rng.uniform(0.5, 1.0, 2).astype(np.float32)
        sound[begin : begin + rate_hz] += note[:, np.newaxis] * loudness
    sound = sound[:frames]
    return np.float32(0.6) * sound / np.abs(sound).max()


def write_music(path: Path, duration_s: float, rate_hz: int, **options: str) -> Floats:
    """Write `music` to `path` with soundfile and give it."""
    sound = music(duration_s, rate_hz)
    soundfile.write(path, sound, rate_hz, **options)
    return sound


def write_long_wav(path: Path, duration_s: float) -> None:
    """Write a second of `music` and then silence that takes no room on the disk."""
    rate_hz = 48000
    write_music(path, 1.0, rate_hz)
    size = 4 * round(rate_hz * duration_s)
    with path.open("r+b") as file:
        file.truncate(44 + size)
        for place, number in ((4, 36 + size), (40, size)):
            file.seek(place)
            file.write(number.to_bytes(4, "little"))


def wait_until(condition: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Wait for `condition` to hold, or fail the test at the deadline."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, f"still not so after {deadline_s} s"
        time.sleep(0.002)


class PulseSink:
    """A PulseAudio daemon of one's own with a null sink, in `folder`; needs no sound card."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "native"
        self._log = folder / "daemon.log"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._listed = folder / "asound.conf"
        self._listed.write_text(
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
            "pcm.pulse { type pulse }\nctl.pulse { type pulse }\n"
        )
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{self._listed}",
        }

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        for program in ("pulseaudio", "parec", "pactl"):
            assert shutil.which(program), f"{program} is missing: apt install pulseaudio-utils"
        with self._log.open("wb") as log:
            self._daemon = subprocess.Popen(
                [
                    "pulseaudio",
                    "-n",
                    "--exit-idle-time=-1",
                    "--daemonize=no",
                    "--use-pid-file=no",
                    # It says only there when a stream has run dry.
                    "--log-level=debug",
                    f"--load=module-null-sink sink_name=out rate={RECORDING_RATE_HZ} channels=2",
                    f"--load=module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
                ],
                env=os.environ
                | {
                    "HOME": str(self._folder),
                    "XDG_RUNTIME_DIR": str(self._folder),
                    "PULSE_RUNTIME_PATH": str(self._folder),
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: self.control("info").returncode == 0)
        # Unheard, a null sink renders two seconds ahead, and whoever begins to play waits for
        # them; a listener in a hurry makes it behave like a sound card.
        self._listener = self.listen(subprocess.DEVNULL)

    def stop(self) -> None:
        """End the daemon; whoever plays on it loses the device."""
        if self._daemon is None:
            return
        for process in (self._listener, self._daemon):
            process.terminate()
            process.wait(DEADLINE_S)
        self._daemon = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have the daemon answer nobody meanwhile, as one that hangs."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._daemon.send_signal(signal.SIGCONT)

    @property
    def underruns(self) -> int:
        """How often a stream had nothing to play when the sink asked for more."""
        return self._log.read_bytes().count(b"underrun of '")

    def unload(self) -> None:
        """Take the sink away and leave the daemon running; whoever plays on it loses it."""
        assert self.control("unload-module", "module-null-sink").returncode == 0
        self._listener.wait(DEADLINE_S)

    def load(self) -> None:
        """Put the sink back."""
        options = ("sink_name=out", f"rate={RECORDING_RATE_HZ}", "channels=2")
        assert self.control("load-module", "module-null-sink", *options).returncode == 0
        self._listener = self.listen(subprocess.DEVNULL)

    def connect(self, other: "PulseSink", name: str) -> None:
        """Have another daemon's sink be a device beside this one's, listed under `name`."""
        kind = f'type pulse server "unix:{other._socket}"'
        with self._listed.open("a") as listed:
            listed.write(f"pcm.{name} {{ {kind} }}\n")

    def disconnect(self, name: str) -> None:
        """Have a device no longer be listed."""
        lines = self._listed.read_text().splitlines(keepends=True)
        self._listed.write_text("".join(x for x in lines if not x.startswith(f"pcm.{name} ")))

    def control(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run pactl."""
        return subprocess.run(
            ["pactl", *command],
            env=os.environ | self.environment,
            capture_output=True,
            check=False,
            timeout=DEADLINE_S,
        )

    def listen(self, output: int) -> subprocess.Popen[bytes]:
        """Start writing what the sink plays to `output`, as float32 stereo in small chunks."""
        return subprocess.Popen(
            [
                "parec",
                "--device=out.monitor",
                "--format=float32le",
                f"--rate={RECORDING_RATE_HZ}",
                "--channels=2",
                f"--latency-msec={_MONITOR_CHUNK_MS}",
                "--raw",
            ],
            env=os.environ | self.environment,
            stdout=output,
        )

    @contextmanager
    def playing(self, path: Path) -> Iterator[None]:
        """Have another program play a wav or flac meanwhile."""
        process = subprocess.Popen(
            ["paplay", "--device=out", str(path)], env=os.environ | self.environment
        )
        try:
            yield
        finally:
            process.kill()
            process.wait(DEADLINE_S)

    def recorder(self) -> "Recorder":
        """Give a recorder of what the sink plays; use it in a with statement."""
        return Recorder(self)


class Recorder:
    """Records the sink's monitor, and knows at which moment each sample sounded."""

    def __init__(self, sink: PulseSink) -> None:
        self._sink = sink
        self._pieces: list[bytes] = []
        self._bytes = 0
        self._start_s = np.inf
        self._arrivals: list[tuple[float, float]] = []

    def __enter__(self) -> "Recorder":
        self._process = self._sink.listen(subprocess.PIPE)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        wait_until(lambda: self._bytes)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE_S)
        self._thread.join()

    @property
    def recorded_s(self) -> float:
        """How much is recorded so far."""
        return self._bytes / (8 * RECORDING_RATE_HZ)

    def wait_for(self, duration_s: float) -> None:
        """Wait until that much more is recorded."""
        goal_s = self.recorded_s + duration_s
        wait_until(lambda: self.recorded_s >= goal_s)

    def sound(self) -> Floats:
        """Give what was recorded so far, (samples, 2)."""
        recorded = b"".join(self._pieces)
        return np.frombuffer(recorded[: len(recorded) // 8 * 8], np.float32).reshape(-1, 2)

    def index_at(self, monotonic_s: float) -> int:
        """Give the index in `sound` of what sounded at that time of `time.monotonic`."""
        return round((monotonic_s - self._start_s) * RECORDING_RATE_HZ)

    def times_s(self, indices: npt.NDArray[np.int64]) -> Floats:
        """Give when the samples with these indices sounded, by `time.monotonic`.

        A sink's clock is its own: a null sink's runs faster by a ten-thousandth, since it counts
        whole microseconds. By how much is read off the chunks, of which the earliest of every
        second have come without delay.
        """
        recorded_s, came_s = np.array(self._arrivals).T
        late_s = came_s - recorded_s
        seconds = np.split(np.arange(len(late_s)), np.flatnonzero(np.diff(recorded_s // 1)) + 1)
        earliest = [second[np.argmin(late_s[second])] for second in seconds]
        slope = 0.0
        if len(earliest) > _LEAST_SECONDS:
            slope = float(np.polyfit(recorded_s[earliest], late_s[earliest], 1)[0])
        start_s = (late_s - slope * recorded_s).min()
        return start_s + (1 + slope) * indices / RECORDING_RATE_HZ

    def _read(self) -> None:
        assert self._process.stdout is not None
        while piece := os.read(self._process.stdout.fileno(), 65536):
            self._pieces.append(piece)
            self._bytes += len(piece)
            # A chunk may come late, never early: the earliest one tells when recording began.
            self._arrivals.append((self.recorded_s, time.monotonic()))
            self._start_s = min(self._start_s, time.monotonic() - self.recorded_s)


def find(excerpt: Floats, song: Floats) -> tuple[int, float]:
    """Give where in `song` the mono `excerpt` fits best, and the correlation there."""
    size = 1 << int(np.ceil(np.log2(len(song) + len(excerpt))))
    spectrum = np.fft.rfft(song, size) * np.conj(np.fft.rfft(excerpt, size))
    products = np.fft.irfft(spectrum, size)[: len(song) - len(excerpt) + 1]
    powers = np.concatenate([[0.0], np.cumsum(np.asarray(song, float) ** 2)])
    energy = powers[len(excerpt) :] - powers[: -len(excerpt)]
    correlation = products / np.sqrt(np.maximum(energy, 1e-9) * np.sum(excerpt**2.0) + 1e-20)
    place = int(np.argmax(correlation))
    return place, float(correlation[place])


def encode(path: Path, sound: Floats, rate_hz: int, **options: str) -> None:
    """Write `sound`, (samples, channels), in the format that the suffix of `path` names.

    `options` are soundfile's, or tags for what FFmpeg writes.
    """
    codecs = {".m4a": "aac", ".aac": "aac", ".wma": "wmav2", ".mp4": "aac", ".mkv": "aac"}
    if codec := codecs.get(path.suffix):
        _encode_with_ffmpeg(path, sound, rate_hz, codec, options)
        return
    if path.suffix == ".opus":
        options = {"format": "OGG", "subtype": "OPUS"} | options
    with soundfile.SoundFile(path, "w", rate_hz, sound.shape[1], **options) as file:
        # In pieces: libsndfile's vorbis encoder puts what it is given on the stack.
        for begin in range(0, len(sound), 8192):
            file.write(sound[begin : begin + 8192])


def spoil(path: Path, *, at: float, share: float = 0.05) -> None:
    """Write noise over a part of a file: from one share of its length on, so long a share of it."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(round(at * size))
        file.write(np.random.default_rng(1).bytes(round(share * size)))


def write_film(path: Path, sound_s: float, picture_s: float) -> None:
    """Write a film with a sound track of another length than its picture."""
    rate_hz = 44100
    _encode_with_ffmpeg(path, music(sound_s, rate_hz), rate_hz, "aac", {}, picture_s)


def write_sound_tracks(path: Path, sounds: list[Floats], rate_hz: int) -> None:
    """Write a file with a sound track for each of `sounds`, (samples, 2), as FLAC."""
    with av.open(path, "w") as container:
        streams = [container.add_stream("flac", rate=rate_hz, layout="stereo") for _ in sounds]
        for stream, sound in zip(streams, sounds, strict=True):
            shorts = np.round(32767 * sound).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(shorts, format="s16", layout="stereo")
            frame.rate = rate_hz
            waiting = av.AudioFifo()
            waiting.write(frame)
            while piece := waiting.read(4096, partial=True):
                container.mux(stream.encode(piece))
            # The last is empty: it corrects the header.
            container.mux(packet for packet in stream.encode(None) if packet.size)


def _encode_with_ffmpeg(
    path: Path,
    sound: Floats,
    rate_hz: int,
    codec: str,
    tags: dict[str, str],
    picture_s: float | None = None,
) -> None:
    formats = {".aac": "adts", ".wma": "asf"}
    layouts = {1: "mono", 2: "stereo", 6: "5.1"}
    layout = layouts[sound.shape[1]]
    with av.open(path, "w", format=formats.get(path.suffix)) as container:
        container.metadata.update(tags)
        picture = container.add_stream("mpeg4", rate=5) if path.suffix in (".mp4", ".mkv") else None
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        stream.bit_rate = 96000 * sound.shape[1]
        if picture is not None:
            picture.width = picture.height = 32
            for _ in range(round(5 * (picture_s or len(sound) / rate_hz))):
                black = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
                container.mux(picture.encode(black))
            container.mux(picture.encode(None))
        planes = np.ascontiguousarray(sound.T, np.float32)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.rate = rate_hz
        waiting = av.AudioFifo()
        waiting.write(frame)
        while piece := waiting.read(stream.codec_context.frame_size or 1024, partial=True):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
