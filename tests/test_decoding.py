"""Decoders against the sound that was encoded, and seeks against decoding the whole way."""

from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.decoding import AvDecoder, SoundFileDecoder, open_decoder
from emoviz.frame_decoder import FrameDecoder
from tests.audio import Floats, encode, find, music

DURATION_S = 8.0
RATE_HZ = 44100
# A place that starts within this of the one asked for counts as the same, per format.
TOLERANCES_S = {
    "wav": 0.005,
    "flac": 0.005,
    "aiff": 0.005,
    "mp3": 0.05,
    "ogg": 0.05,
    "opus": 0.05,
    "m4a": 0.05,
    "aac": 0.05,
    "wma": 0.05,
    "mkv": 0.05,
    "mp4": 0.05,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decoding")
    for suffix in TOLERANCES_S:
        rate_hz = 48000 if suffix == "opus" else RATE_HZ
        encode(folder / f"song.{suffix}", music(DURATION_S, rate_hz), rate_hz)
    return folder


def whole(path: Path) -> Floats:
    decoder = open_decoder(path)
    samples = np.concatenate(list(decoder.blocks()))
    decoder.close()
    return samples


@pytest.mark.parametrize("suffix", TOLERANCES_S)
def test_what_is_decoded_is_what_was_encoded(folder: Path, suffix: str) -> None:
    decoder = open_decoder(folder / f"song.{suffix}")
    kinds = {"wav": SoundFileDecoder, "flac": SoundFileDecoder, "aiff": SoundFileDecoder}
    kinds |= {"mp3": FrameDecoder, "aac": FrameDecoder}
    expected = kinds.get(suffix, AvDecoder)
    assert isinstance(decoder, expected)
    assert decoder.channels == 2
    assert decoder.duration_s == pytest.approx(DURATION_S, abs=0.1)
    samples = whole(folder / f"song.{suffix}")
    assert samples.dtype == np.float32
    assert len(samples) / decoder.sample_rate_hz == pytest.approx(DURATION_S, abs=0.1)
    original = music(DURATION_S, decoder.sample_rate_hz)
    begin = 5 * decoder.sample_rate_hz
    for channel in (0, 1):
        excerpt = samples[begin : begin + decoder.sample_rate_hz, channel]
        place, correlation = find(excerpt, original[:, channel])
        assert correlation > 0.95
        # Encoders pad, and not every container says by how much.
        assert abs(place - begin) < 0.05 * decoder.sample_rate_hz
    decoder.close()


@pytest.mark.parametrize("suffix", TOLERANCES_S)
def test_a_seek_leads_to_the_samples_that_decoding_the_whole_way_gives(
    folder: Path, suffix: str
) -> None:
    samples = whole(folder / f"song.{suffix}")
    decoder = open_decoder(folder / f"song.{suffix}")
    rate_hz = decoder.sample_rate_hz
    tolerance = TOLERANCES_S[suffix] * rate_hz
    for place_s in (5.0, 0.0, 0.011, 0.5, 6.777, 3.3, 5.0, 7.5):
        start = round(place_s * rate_hz)
        got = next(decoder.blocks(start))[: rate_hz // 5, 0]
        near = max(0, start - rate_hz)
        place, correlation = find(got, samples[near : start + rate_hz, 0])
        assert correlation > 0.95
        assert abs(near + place - start) <= tolerance
    rest = sum(len(block) for block in decoder.blocks(round(6.0 * rate_hz)))
    assert rest == pytest.approx(len(samples) - 6.0 * rate_hz, abs=tolerance)
    decoder.close()


@pytest.mark.parametrize("suffix", TOLERANCES_S)
def test_beyond_the_end_there_is_nothing(folder: Path, suffix: str) -> None:
    decoder = open_decoder(folder / f"song.{suffix}")
    beyond = round((DURATION_S + 5.0) * decoder.sample_rate_hz)
    assert list(decoder.blocks(beyond)) == []
    decoder.close()


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    import av

    with av.open(tmp_path / "mute.mp4", "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(errors.SongFormatError, match="no sound track"):
        open_decoder(tmp_path / "mute.mp4")
