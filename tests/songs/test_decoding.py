"""Decoders against the sound that was encoded, and seeks against decoding the whole way."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from emoviz import errors
from emoviz.songs.decoder import Decoder
from emoviz.songs.ffmpeg import AvDecoder
from emoviz.songs.libsndfile import SoundFileDecoder
from emoviz.songs.mp3_aac.decoder import PacketDecoder
from emoviz.songs.mp3_aac.headers import lead_of
from emoviz.songs.opening import open_decoder
from tests.support.audio import Floats, encode, find, music, spoil

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


def sound_from(decoder: Decoder, start: int, count: int) -> Floats:
    """Give what is decoded from a place on, however large its blocks are."""
    gathered: list[Floats] = []
    for block in decoder.blocks(start):
        gathered.append(block)
        if sum(map(len, gathered)) >= count:
            break
    return np.concatenate(gathered)[:count]


@pytest.mark.parametrize("suffix", TOLERANCES_S)
def test_what_is_decoded_is_what_was_encoded(folder: Path, suffix: str) -> None:
    decoder = open_decoder(folder / f"song.{suffix}")
    kinds = {"wav": SoundFileDecoder, "flac": SoundFileDecoder, "aiff": SoundFileDecoder}
    kinds |= {"mp3": PacketDecoder, "aac": PacketDecoder}
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
        got = sound_from(decoder, start, rate_hz // 5)[:, 0]
        near = max(0, start - rate_hz)
        place, correlation = find(got, samples[near : start + rate_hz, 0])
        assert correlation > 0.95
        assert abs(near + place - start) <= tolerance
    rest = sum(len(block) for block in decoder.blocks(round(6.0 * rate_hz)))
    assert rest == pytest.approx(len(samples) - 6.0 * rate_hz, abs=tolerance)
    decoder.close()


@pytest.mark.parametrize("suffix", TOLERANCES_S)
@pytest.mark.parametrize("place_s", [0.0, 0.01, 3.3])
def test_what_is_heard_first_does_not_wait_for_the_rest(
    folder: Path, suffix: str, place_s: float
) -> None:
    decoder = open_decoder(folder / f"song.{suffix}")
    first, second, third, *_ = decoder.blocks(round(place_s * decoder.sample_rate_hz))
    assert 0.1 < len(first) / decoder.sample_rate_hz < 0.6
    assert len(first) / 2 < len(second) < len(third)
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


# The others' times are rounded to milliseconds.
@pytest.mark.parametrize("suffix", sorted(set(TOLERANCES_S) - {"wma", "mkv"}))
def test_many_seeks_never_drift(folder: Path, suffix: str) -> None:
    samples = whole(folder / f"song.{suffix}")
    decoder = open_decoder(folder / f"song.{suffix}")
    for start in np.random.default_rng(0).integers(0, len(samples) - 4000, 60).tolist():
        got = sound_from(decoder, start, 4000)
        wrong = np.abs(got - samples[start : start + 4000])
        # What opus and aac make up in place of noise is never the same twice.
        assert wrong.max() < 0.02
    decoder.close()


def without_information(path: Path) -> None:
    """Take out of an mp3 the packet that tells of the others."""
    data = path.read_bytes()
    with path.open("rb") as file:
        lead = lead_of(file)
    assert lead is not None
    path.write_bytes(data[lead.offset :])


def test_an_mp3_that_tells_nothing_of_itself_is_as_long_as_its_packets(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(20.0, RATE_HZ), RATE_HZ, bitrate_mode="VARIABLE")
    without_information(path)
    decoder = open_decoder(path)
    assert decoder.duration_s == pytest.approx(20.0, abs=0.1)
    samples = whole(path)
    assert len(samples) / RATE_HZ == pytest.approx(decoder.duration_s, abs=1e-3)
    start = round(19.0 * RATE_HZ)
    got = np.concatenate(list(decoder.blocks(start)))
    assert np.abs(got - samples[start:]).max() < 1e-6
    decoder.close()


def damaged_places(path: Path) -> tuple[Floats, list[tuple[int, int]], int]:
    decoder = open_decoder(path)
    places: list[tuple[int, int]] = []
    blocks = list(decoder.blocks(0, lambda first, stop: places.append((first, stop))))
    decoder.close()
    return np.concatenate(blocks), places, decoder.sample_rate_hz


def forge_last_time(path: Path, granule: int) -> None:
    """Have the last page of an Ogg file say another time, with a checksum that fits."""
    data = bytearray(path.read_bytes())
    begin = data.rfind(b"OggS")
    data[begin + 6 : begin + 14] = granule.to_bytes(8, "little")
    data[begin + 22 : begin + 26] = bytes(4)
    rest = 0
    for byte in data[begin:]:
        rest ^= byte << 24
        for _ in range(8):
            rest = (rest << 1 ^ (0x04C11DB7 if rest >> 31 else 0)) & 0xFFFFFFFF
    data[begin + 22 : begin + 26] = rest.to_bytes(4, "little")
    path.write_bytes(data)


@pytest.mark.parametrize("granule", [2**40, 2**62, 2**63 - 1])
@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_a_time_that_no_file_of_that_size_can_have_is_not_believed(
    tmp_path: Path, suffix: str, granule: int
) -> None:
    path = tmp_path / f"song.{suffix}"
    rate_hz = 48000 if suffix == "opus" else RATE_HZ
    encode(path, music(3.0, rate_hz), rate_hz)
    forge_last_time(path, granule)
    assert len(whole(path)) / rate_hz == pytest.approx(3.0, abs=0.7)
    decoder = open_decoder(path)
    assert decoder.duration_s < 3600.0
    decoder.close()


@pytest.mark.parametrize(
    ("name", "kind", "subtype"), [("a.wav", "WAV", "GSM610"), ("a.au", "AU", "G721_32")]
)
def test_what_libsndfile_cannot_seek_in_is_decoded_all_the_same(
    tmp_path: Path, name: str, kind: str, subtype: str
) -> None:
    encode(tmp_path / name, music(3.0, 8000)[:, :1], 8000, format=kind, subtype=subtype)
    assert len(whole(tmp_path / name)) / 8000 == pytest.approx(3.0, abs=0.1)


def test_an_8svx_behind_a_tag_holds_nobody_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "song.8svx"
    encode(path, music(3.0, 22050)[:, :1], 22050, format="SVX", subtype="PCM_S8")
    path.write_bytes(b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + path.read_bytes())
    with pytest.raises(errors.SongFormatError):
        open_decoder(path)


def test_a_packet_with_no_room_for_what_it_says_of_the_song_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(3.0, 22050), 22050)
    packet = b"\xff\xf3\x10\x00".ljust(21, b"\0") + b"Info\0"
    path.write_bytes(packet + path.read_bytes())
    assert len(whole(path)) / 22050 == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("seed", [1, 15, 28])
def test_an_mp3_with_junk_before_and_in_it_gives_what_comes_before_that(
    tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(6.0, 8000), 8000)
    data, chance = path.read_bytes(), Random(seed)
    cut = chance.randrange(len(data) * 3 // 4, len(data) - 200)
    path.write_bytes(b"nothing" + data[:cut] + chance.randbytes(2000) + data[cut:])
    count = 0

    def decode() -> None:
        nonlocal count
        for block in open_decoder(path).blocks():
            count += len(block)

    with pytest.raises(errors.SongDamagedError):
        decode()
    assert count / 8000 > 4.0


def test_zeros_behind_the_first_pages_of_an_ogg_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "song.ogg"
    encode(path, music(6.0, 8000), 8000)
    data = path.read_bytes()
    cut = data.index(b"OggS", data.index(b"OggS", 4) + 4) + 1000
    path.write_bytes(data[:cut] + bytes(300_000) + data[cut:])
    assert len(whole(path)) / 8000 > 0.5


@pytest.mark.parametrize(("zeros", "more_s"), [(40_000, 6.8), (10_000_000, 0.0)])
def test_zeros_inside_an_mp3_are_silence_for_some_seconds_and_no_longer(
    tmp_path: Path, zeros: int, more_s: float
) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(6.0, 22050), 22050)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(zeros) + data[len(data) // 2 :])
    samples, places, _ = damaged_places(path)
    assert len(samples) / 22050 == pytest.approx(6.0 + more_s, abs=1.0)
    assert len(places) >= 1


@pytest.mark.parametrize(
    "suffix", ["flac", "mp3", "ogg", "opus", "m4a", "aac", "wma", "mkv", "mp4"]
)
def test_behind_damage_the_song_goes_on_in_time(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"song.{suffix}"
    rate_hz = 48000 if suffix == "opus" else RATE_HZ
    encode(path, music(12.0, rate_hz), rate_hz)
    spoil(path, at=0.4)
    samples, places, _ = damaged_places(path)
    assert len(samples) / rate_hz == pytest.approx(12.0, abs=0.2)
    assert 3.5 * rate_hz < places[0][0] < places[-1][1] < 8.0 * rate_hz
    # A place in the file is not quite one in time.
    excerpt = samples[10 * rate_hz : 11 * rate_hz, 0]
    place, correlation = find(excerpt, music(12.0, rate_hz)[:, 0])
    assert correlation > 0.95
    assert abs(place - 10 * rate_hz) < 0.1 * rate_hz
    # And a seek over it leads to what decoding through it gives.
    decoder = open_decoder(path)
    got = sound_from(decoder, 10 * rate_hz, 4000)
    place, correlation = find(got[:, 0], samples[9 * rate_hz : 11 * rate_hz, 0])
    assert correlation > 0.95
    assert abs(place - rate_hz) < TOLERANCES_S[suffix] * rate_hz
    decoder.close()


@pytest.mark.parametrize("suffix", ["mp3", "aac", "ogg"])
@pytest.mark.parametrize("rates_hz", [(44100, 44100), (44100, 22050), (22050, 48000)])
def test_songs_put_together_are_one_at_the_rate_of_the_first(
    tmp_path: Path, suffix: str, rates_hz: tuple[int, int]
) -> None:
    path = tmp_path / f"both.{suffix}"
    for number, rate_hz in enumerate(rates_hz):
        # The second one has one channel.
        encode(tmp_path / f"{number}.{suffix}", music(6.0, rate_hz, number)[:, number:], rate_hz)
    path.write_bytes(b"".join((tmp_path / f"{n}.{suffix}").read_bytes() for n in (0, 1)))
    samples = whole(path)
    decoder = open_decoder(path)
    rate_hz = rates_hz[0]
    assert (decoder.sample_rate_hz, decoder.channels) == (rate_hz, 2)
    assert decoder.duration_s == pytest.approx(12.0, abs=0.2)
    assert len(samples) / rate_hz == pytest.approx(12.0, abs=0.2)
    for begin_s, number in ((2, 0), (9, 1)):
        excerpt = samples[begin_s * rate_hz : (begin_s + 1) * rate_hz, number]
        place, correlation = find(excerpt, music(6.0, rate_hz, number)[:, number])
        assert correlation > 0.95
        assert place / rate_hz + 6.0 * number == pytest.approx(begin_s, abs=0.12)
    for start in (1234, round(5.9 * rate_hz), round(9.5 * rate_hz)):
        got = sound_from(decoder, start, 4000)
        near = max(0, start - 2000)
        place, correlation = find(got[:, 0], samples[near : start + 6000, 0])
        assert correlation > 0.99
        assert abs(near + place - start) < 0.005 * rate_hz
    decoder.close()


def test_a_file_that_is_rewritten_while_it_is_decoded_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(30.0, RATE_HZ), RATE_HZ)
    decoder = open_decoder(path)
    blocks = decoder.blocks(0)
    next(blocks)
    spoil(path, at=0.0, share=1.0)
    with pytest.raises(errors.SongChangedError, match="open it again"):
        list(blocks)
    decoder.close()
