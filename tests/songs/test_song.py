"""Songs in every format and shape, good and bad."""

import os
import struct
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.songs.channels import to_stereo
from emoviz.songs.song import Song
from tests.support.audio import Floats, encode, find, music, spoil, write_long_wav

MODEL_RATE_HZ = 22050
DURATION_S = 2.0


def mono(song: Song, rate_hz: int = MODEL_RATE_HZ) -> Floats:
    """Decode all of it, with nothing to complain about; give the mean of its channels."""
    complaints: list[str] = []
    samples = np.concatenate(list(song.sound_blocks(rate_hz, complaints.append)))
    assert complaints == []
    mean: Floats = samples.mean(axis=1)
    return mean


def fits(samples: Floats, rate_hz: int, channels: int = 1) -> bool:
    """Tell whether mono `samples` are the mix of the first `channels` channels of `music`."""
    original = music(DURATION_S, rate_hz)[:, :channels].mean(axis=1)
    _, correlation = find(samples[rate_hz // 2 : rate_hz], original)
    return correlation > 0.95


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        ("wav", "PCM_U8"),
        ("wav", "PCM_16"),
        ("wav", "PCM_24"),
        ("wav", "PCM_32"),
        ("wav", "FLOAT"),
        ("wav", "DOUBLE"),
        ("flac", "PCM_16"),
        ("flac", "PCM_24"),
        ("aiff", "PCM_16"),
        ("ogg", "VORBIS"),
        ("opus", "OPUS"),
        ("mp3", "MPEG_LAYER_III"),
        ("m4a", ""),
        ("aac", ""),
        ("wma", ""),
        ("mp4", ""),
        ("mkv", ""),
    ],
)
def test_every_format_comes_out_as_the_sound_it_was(
    tmp_path: Path, suffix: str, subtype: str
) -> None:
    path = tmp_path / f"song.{suffix}"
    encode(path, music(DURATION_S, 48000), 48000, **({"subtype": subtype} if subtype else {}))
    song = Song.open(path)
    assert (song.sample_rate_hz, song.channels) == (48000, 2)
    assert song.duration_s == pytest.approx(DURATION_S, abs=0.12)
    samples = mono(song)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert len(samples) / MODEL_RATE_HZ == pytest.approx(DURATION_S, abs=0.12)
    assert fits(samples, MODEL_RATE_HZ, channels=2)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 32000, 44100, 48000, 96000, 192000])
def test_every_rate_becomes_the_models(tmp_path: Path, rate_hz: int) -> None:
    encode(tmp_path / "song.wav", music(DURATION_S, rate_hz), rate_hz)
    samples = mono(Song.open(tmp_path / "song.wav"))
    assert len(samples) == pytest.approx(DURATION_S * MODEL_RATE_HZ, abs=2)
    assert fits(samples, MODEL_RATE_HZ, channels=2)


@pytest.mark.parametrize("channels", range(1, 9))
def test_every_number_of_channels(tmp_path: Path, channels: int) -> None:
    one = music(DURATION_S, MODEL_RATE_HZ)[:, :1]
    encode(tmp_path / "song.wav", np.repeat(one, channels, axis=1), MODEL_RATE_HZ)
    song = Song.open(tmp_path / "song.wav")
    assert song.channels == channels
    assert fits(mono(song), MODEL_RATE_HZ)
    stereo = np.concatenate(list(song.stereo_blocks(MODEL_RATE_HZ)))
    assert stereo.shape == (len(one), 2)
    # The same on every channel stays the same, however many are mixed.
    assert np.abs(stereo - one).max() < 1e-3


@pytest.mark.parametrize("suffix", ["m4a", "mp4"])
def test_surround_in_aac(tmp_path: Path, suffix: str) -> None:
    one = music(DURATION_S, 48000)[:, :1]
    encode(tmp_path / f"song.{suffix}", np.repeat(one, 6, axis=1), 48000)
    song = Song.open(tmp_path / f"song.{suffix}")
    assert song.channels == 6
    assert fits(mono(song), MODEL_RATE_HZ)


def test_surround_keeps_left_and_right_apart() -> None:
    left_centre_and_back_right = np.zeros((3, 6), np.float32)
    left_centre_and_back_right[0, 0] = 1.0
    left_centre_and_back_right[1, 2] = 1.0
    left_centre_and_back_right[2, 5] = 1.0
    left, centre, back_right = to_stereo(left_centre_and_back_right)
    assert left[0] > 0
    assert left[1] == 0
    assert centre[0] == centre[1] > 0
    assert back_right[0] == 0
    assert back_right[1] > 0


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg", "m4a"])
@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_stereo_from_any_place_is_the_rest_of_the_song(
    tmp_path: Path, suffix: str, rate_hz: int
) -> None:
    encode(tmp_path / f"song.{suffix}", music(DURATION_S, 44100), 44100)
    song = Song.open(tmp_path / f"song.{suffix}")
    full = np.concatenate(list(song.stereo_blocks(rate_hz)))
    rest = np.concatenate(list(song.stereo_blocks(rate_hz, 1.234)))
    begin = round(1.234 * rate_hz)
    assert rest.dtype == np.float32
    assert len(rest) == pytest.approx(len(full) - begin, abs=0.005 * rate_hz)
    place, correlation = find(rest[: rate_hz // 2, 1], full[:, 1])
    assert correlation > 0.99
    assert abs(place - begin) < 0.005 * rate_hz
    assert (
        list(song.stereo_blocks(rate_hz, 99.0)) == []
        or not np.concatenate(list(song.stereo_blocks(rate_hz, 99.0))).size
    )


@pytest.mark.parametrize("name", ["naïve café.wav", "with  spaces and #?%.flac", "歌 🎵.m4a"])
def test_any_path(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "Ordner mit Ümläuten"
    folder.mkdir()
    encode(folder / name, music(DURATION_S, 44100), 44100)
    song = Song.open(folder / name)
    assert song.title == Path(name).stem
    assert fits(mono(song), MODEL_RATE_HZ, channels=2)


PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) + b"\xff\xd9"


def _id3_frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + b"\0\0" + body


def test_title_artist_and_cover_of_an_mp3(tmp_path: Path) -> None:
    encode(tmp_path / "bare.mp3", music(DURATION_S, 44100), 44100)
    frames = (
        _id3_frame(b"TIT2", b"\x01" + "Für Elise".encode("utf-16"))
        + _id3_frame(b"TPE1", b"\x00L. v. Beethoven")
        + _id3_frame(b"APIC", b"\x00image/jpeg\x00\x03\x00" + PICTURE)
    )
    size = bytes((len(frames) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    (tmp_path / "song.mp3").write_bytes(
        b"ID3\x03\x00\x00" + size + frames + (tmp_path / "bare.mp3").read_bytes()
    )
    song = Song.open(tmp_path / "song.mp3")
    assert (song.title, song.artist, song.cover) == ("Für Elise", "L. v. Beethoven", PICTURE)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_title_and_artist_by_soundfile(tmp_path: Path, suffix: str) -> None:
    with soundfile.SoundFile(tmp_path / f"song.{suffix}", "w", 44100, 2) as file:
        file.title = "Gymnopédie"
        file.artist = "Erik Satie"
        file.write(music(DURATION_S, 44100)[:44100])
    song = Song.open(tmp_path / f"song.{suffix}")
    assert (song.title, song.artist, song.cover) == ("Gymnopédie", "Erik Satie", None)


def test_a_title_that_cannot_be_written_is_shown_as_far_as_it_can(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(DURATION_S, 44100), 44100)
    title = "two\nlines\x1b[2J \x00end".encode("utf-16-le") + b"\x00\xd8"
    frame = b"TIT2" + (len(title) + 3).to_bytes(4, "big") + b"\0\0\1\xff\xfe" + title
    tag = b"ID3\3\0\0" + bytes([0, 0, len(frame) >> 7, len(frame) & 0x7F]) + frame
    path.write_bytes(tag + path.read_bytes())
    shown = Song.open(path).title
    assert shown.startswith("two lines [2J")
    assert shown.isprintable()
    shown.encode()


def test_a_title_as_long_as_a_book_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    encode(path, music(DURATION_S, 44100), 44100, title="la " * 5000)
    assert Song.open(path).title == ("la " * 334)[:1000]


def test_a_sentence_stays_one_whatever_the_file_is_called(tmp_path: Path) -> None:
    with pytest.raises(errors.SongNotFoundError) as raised:
        Song.open(tmp_path / "two\nlines\x1b[2J.wav")
    assert str(raised.value).startswith(f"{tmp_path}/two\\nlines\\x1b[2J.wav: ")
    assert str(raised.value).isprintable()


def test_title_and_artist_of_an_m4a(tmp_path: Path) -> None:
    encode(tmp_path / "song.m4a", music(DURATION_S, 44100), 44100, title="Lied", artist="Wir")
    song = Song.open(tmp_path / "song.m4a")
    assert (song.title, song.artist) == ("Lied", "Wir")


@pytest.mark.parametrize(
    ("written", "named"),
    [("wav", "mp3"), ("mp3", "wav"), ("flac", "m4a"), ("m4a", "ogg"), ("wav", "raw"), ("ogg", "")],
)
def test_a_wrong_extension_does_not_matter(tmp_path: Path, written: str, named: str) -> None:
    encode(tmp_path / f"right.{written}", music(DURATION_S, 44100), 44100)
    path = (tmp_path / f"right.{written}").rename(tmp_path / f"wrong.{named}")
    assert fits(mono(Song.open(path)), MODEL_RATE_HZ, channels=2)


def _text(path: Path) -> None:
    path.write_text("This is no music.\n" * 200)


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(50000))


def _no_channels(path: Path) -> None:
    encode(path, music(DURATION_S, 44100), 44100)
    header = bytearray(path.read_bytes())
    header[22:24] = b"\0\0"
    path.write_bytes(header)


def _claims(rate_hz: int, channels: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        encode(path, music(DURATION_S, 44100), 44100)
        header = bytearray(path.read_bytes())
        header[22:28] = struct.pack("<HI", channels, rate_hz)
        header[32:34] = struct.pack("<H", 2 * channels)
        path.write_bytes(header)

    return make


def _unknown_codec(path: Path) -> None:
    head = b"Creative Voice File\x1a" + struct.pack("<HHH", 26, 0x0114, 0x111F)
    block = struct.pack("<IBBHI", 22050, 16, 2, 0xFFFF, 0) + bytes(5000)
    path.write_bytes(head + b"\x09" + len(block).to_bytes(3, "little") + block)


def _only_a_header(path: Path) -> None:
    encode(path, music(DURATION_S, 44100)[:0], 44100)


def _leads_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _nothing(path: Path) -> None:
    return


@pytest.mark.parametrize(
    ("name", "make", "error", "remedy"),
    [
        ("missing.wav", _nothing, errors.SongNotFoundError, "choose the song again"),
        ("loop.wav", _leads_to_itself, errors.SongNotFoundError, "choose the song again"),
        (f"{'x' * 300}.wav", _nothing, errors.SongNotFoundError, "choose the song again"),
        ("folder.wav", Path.mkdir, errors.SongIsFolderError, "choose one song file"),
        ("empty.mp3", Path.touch, errors.SongEmptyError, "complete copy"),
        ("header.wav", _only_a_header, errors.SongEmptyError, "complete copy"),
        ("text.mp3", _text, errors.SongFormatError, "convert it"),
        ("text.txt", _text, errors.SongFormatError, "convert it"),
        ("text.raw", _text, errors.SongFormatError, "convert it"),
        ("noise.flac", _noise, errors.SongFormatError, "convert it"),
        ("channels.wav", _no_channels, errors.SongFormatError, "convert it"),
        ("codec.voc", _unknown_codec, errors.SongFormatError, "(its codec is unknown); convert it"),
        ("slow.wav", _claims(7, 2), errors.SongFormatError, "2 channels of 7 Hz"),
        ("quick.wav", _claims(2_000_000_000, 2), errors.SongFormatError, "convert it"),
        ("crowd.wav", _claims(44100, 1000), errors.SongFormatError, "1000 channels of 44100 Hz"),
    ],
)
def test_what_is_not_a_song_is_refused_in_one_sentence(
    tmp_path: Path,
    name: str,
    make: Callable[[Path], None],
    error: type[errors.SongError],
    remedy: str,
) -> None:
    make(tmp_path / name)
    with pytest.raises(error) as raised:
        Song.open(tmp_path / name)
    assert_one_sentence(str(raised.value), tmp_path / name, remedy)


def assert_one_sentence(text: str, path: Path, remedy: str) -> None:
    assert text.startswith(str(path))
    assert remedy in text
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) - len(str(path)) < 200


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "opus", "mp3", "m4a", "aac", "wma"])
def test_a_fifth_of_a_second_is_too_short(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"short.{suffix}"
    encode(path, music(DURATION_S, 48000)[:9600], 48000)
    with pytest.raises(errors.SongTooShortError) as raised:
        Song.open(path)
    assert_one_sentence(str(raised.value), path, "longer piece")


@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_a_header_that_promises_more_does_not_make_it_longer(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"short.{suffix}"
    encode(path, music(12.0, 44100), 44100)
    os.truncate(path, path.stat().st_size // 50)
    with pytest.raises(errors.SongTooShortError, match=r"it is 0\.\d\d s long"):
        Song.open(path)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "m4a"])
def test_half_a_second_is_enough(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"short.{suffix}"
    encode(path, music(DURATION_S, 48000)[:24000], 48000)
    samples = mono(Song.open(path))
    assert len(samples) / MODEL_RATE_HZ == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aac", "wma", "mkv"])
def test_a_truncated_song_gives_what_there_is_and_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut.{suffix}"
    encode(path, music(12.0, 44100), 44100)
    os.truncate(path, path.stat().st_size // 2)
    song = Song.open(path)
    complaints: list[str] = []
    samples = np.concatenate(list(song.sound_blocks(MODEL_RATE_HZ, complaints.append)))
    assert 4.0 < len(samples) / MODEL_RATE_HZ < 8.0
    assert np.abs(samples).max() > 0.05
    # Without a header that promises more, nobody can know that something is missing.
    if abs(song.duration_s - len(samples) / MODEL_RATE_HZ) > 1.0:
        assert len(complaints) == 1
        assert complaints[0].startswith(str(path))
        assert "copy" in complaints[0]
    for start_s in (0.0, 3.0, 10.0):
        try:
            for block in song.stereo_blocks(48000, start_s):
                assert np.isfinite(block).all()
        except errors.SongDamagedError as error:
            assert_one_sentence(str(error), path, "fresh copy")


def test_a_truncated_m4a_has_lost_its_index_and_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "cut.m4a"
    encode(path, music(12.0, 44100), 44100)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(errors.SongDamagedError) as raised:
        Song.open(path)
    assert_one_sentence(str(raised.value), path, "fresh copy")


@pytest.mark.filterwarnings("error")
def test_samples_that_are_not_numbers_become_silence_and_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "holes.wav"
    sound = music(DURATION_S, MODEL_RATE_HZ).copy()
    sound[22050:22100] = np.nan
    sound[30000, 0] = np.inf
    sound[30001] = 3e38  # a number, and louder than anything
    encode(path, sound, MODEL_RATE_HZ, subtype="FLOAT")
    complaints: list[str] = []
    song = Song.open(path)
    samples = np.concatenate(list(song.sound_blocks(MODEL_RATE_HZ, complaints.append)))
    assert np.abs(samples).max() < 2.0
    assert not samples[22050:22100].any()
    assert len(complaints) == 1
    assert "1.00 s" in complaints[0]
    assert complaints[0].startswith(str(path))
    assert np.abs(np.concatenate(list(song.stereo_blocks(48000)))).max() < 2.0


def test_silence_is_a_song(tmp_path: Path) -> None:
    encode(tmp_path / "silence.flac", np.zeros((44100, 2), np.float32), 44100)
    assert not mono(Song.open(tmp_path / "silence.flac")).any()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while where one is root, to whom everything is readable."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.skipif(sys.platform == "win32", reason="chmod does not take reading away on Windows")
def test_a_song_that_may_not_be_read() -> None:
    # Not in tmp_path, where nobody else may go at all.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "secret.wav"
        encode(path, music(DURATION_S, 44100), 44100)
        song = Song.open(path)
        path.chmod(0)
        with unprivileged():
            with pytest.raises(errors.SongPermissionError) as raised:
                Song.open(path)
            with pytest.raises(errors.SongPermissionError):
                next(song.stereo_blocks(48000))
    assert_one_sentence(str(raised.value), path, "permissions")


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3"])
def test_a_song_that_vanishes_while_it_is_decoded(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"stick.{suffix}"
    encode(path, music(12.0, 44100), 44100)
    blocks = Song.open(path).sound_blocks(MODEL_RATE_HZ, print)
    next(blocks)
    # As when a disk is pulled: no more bytes, and no file.
    os.truncate(path, path.stat().st_size // 2)
    path.unlink()
    with pytest.raises(errors.SongVanishedError):
        list(blocks)


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a"])
def test_a_song_that_vanished_after_it_was_opened(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"gone.{suffix}"
    encode(path, music(DURATION_S, 44100), 44100)
    song = Song.open(path)
    path.unlink()
    for blocks in (song.sound_blocks(MODEL_RATE_HZ, print), song.stereo_blocks(48000, 1.0)):
        with pytest.raises(errors.SongVanishedError) as raised:
            next(blocks)
        assert_one_sentence(str(raised.value), path, "reconnect the disk")


def test_a_song_replaced_by_something_else(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    encode(path, music(DURATION_S, 44100), 44100)
    song = Song.open(path)
    _text(path)
    with pytest.raises(errors.SongFormatError):
        next(song.sound_blocks(MODEL_RATE_HZ, print))


def test_a_song_replaced_by_one_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    encode(path, music(DURATION_S, 44100), 44100)
    song = Song.open(path)
    encode(path, music(DURATION_S, 22050)[:, :1], 22050)
    samples = np.concatenate(list(song.sound_blocks(MODEL_RATE_HZ, print)))
    assert fits(samples[:, 0], MODEL_RATE_HZ)
    stereo = np.concatenate(list(song.stereo_blocks(48000, 0.5)))
    assert len(stereo) / 48000 == pytest.approx(DURATION_S - 0.5, abs=0.01)


def test_a_long_song_is_never_held_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    minutes = 20
    write_long_wav(path, 60.0 * minutes)
    song = Song.open(path)
    count = 0
    tracemalloc.start()
    try:
        for block in song.sound_blocks(MODEL_RATE_HZ, print):
            count += len(block)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == pytest.approx(60 * minutes * MODEL_RATE_HZ, abs=2)
    # As float32 the whole would be 461 MB.
    assert peak_bytes < 8e6


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among its files")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "song.wav"
    os.mkfifo(pipe)
    with pytest.raises(errors.SongIsNoFileError, match=r"song\.wav: this is a pipe"):
        Song.open(pipe)


def test_a_song_rewritten_between_two_seeks_is_decoded_as_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    encode(path, music(DURATION_S, 44100), 44100)
    song = Song.open(path)
    before = np.concatenate(list(song.stereo_blocks(44100)))
    encode(path, music(DURATION_S, 44100, 1), 44100)
    after = np.concatenate(list(song.stereo_blocks(44100)))
    _, correlation = find(after[44100:66150, 0], before[:, 0])
    assert correlation < 0.5
    _, correlation = find(after[44100:66150, 0], music(DURATION_S, 44100, 1)[:, 0])
    assert correlation > 0.95


def test_damaged_places_are_told_and_said_once(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    encode(path, music(12.0, 44100), 44100)
    for at in (0.3, 0.6):
        spoil(path, at=at)
    complaints: list[str] = []
    places_s: list[tuple[float, float]] = []
    song = Song.open(path)
    blocks = song.sound_blocks(
        MODEL_RATE_HZ, complaints.append, lambda start_s, end_s: places_s.append((start_s, end_s))
    )
    assert len(np.concatenate(list(blocks))) / MODEL_RATE_HZ == pytest.approx(12.0, abs=0.3)
    assert places_s[0][0] == pytest.approx(3.6, abs=0.4)
    assert places_s[-1][1] == pytest.approx(7.8, abs=0.4)
    (sentence,) = complaints
    assert_one_sentence(sentence, path, "fresh copy")
