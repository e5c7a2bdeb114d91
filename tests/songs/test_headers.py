"""Headers that say another length than a file has, and room in it that was never written."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emoviz.songs.chunks import sample_bytes
from emoviz.songs.opening import open_decoder
from emoviz.songs.song import Song
from tests.support.audio import Floats, encode, music

RATE_HZ = 22050
DURATION_S = 4.0

Spoil = Callable[[bytes], bytes]


def written(path: Path, change: Spoil = bytes) -> Floats:
    """Write `music` as the suffix says, and what `change` makes of the file; give the sound."""
    sound = music(DURATION_S, RATE_HZ)
    encode(path, sound, RATE_HZ)
    path.write_bytes(change(path.read_bytes()))
    return sound


def decoded(path: Path) -> tuple[Floats, float, list[str]]:
    """Decode a song as it is heard; give its first channel, its length, and what is said of it."""
    said: list[str] = []
    with Song.open(path) as song:
        heard = np.concatenate(list(song.sound_blocks(RATE_HZ, said.append)))
        return heard[:, 0], song.duration_s, said


def put(data: bytes, place: int, form: str, *numbers: int) -> bytes:
    new = struct.pack(form, *numbers)
    return data[:place] + new + data[place + len(new) :]


def wav_size(size: int, riff: int | None = None) -> Spoil:
    """Have the header of a wav say that its samples take so many bytes."""

    def change(data: bytes) -> bytes:
        data = put(data, data.index(b"data") + 4, "<I", size)
        return put(data, 4, "<I", size + 36 if riff is None else riff)

    return change


def aiff_size(size: int) -> Spoil:
    return lambda data: put(data, data.index(b"SSND") + 4, ">I", size)


def flac_total(total: int) -> Spoil:
    def change(data: bytes) -> bytes:
        (word,) = struct.unpack(">Q", data[18:26])
        return put(data, 18, ">Q", word >> 36 << 36 | total)

    return change


def caf_size(size: int) -> Spoil:
    return lambda data: put(data, data.index(b"data") + 4, ">q", size)


def au_size(size: int) -> Spoil:
    return lambda data: put(data, 8, ">I", size)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("zero.wav", wav_size(0, 0)),
        ("killed.wav", wav_size(0)),
        ("piped.wav", wav_size(0xFFFFFFFF, 0xFFFFFFFF)),
        ("placeholder.wav", wav_size(0x7FFFF000)),
        ("zero.aiff", aiff_size(8)),
        ("nothing.aiff", aiff_size(0)),
        ("zero.au", au_size(0)),
        ("piped.au", au_size(0xFFFFFFFF)),
        ("huge.au", au_size(0xF0000000)),
        ("piped.caf", caf_size(-1)),
        ("piped.flac", flac_total(0)),
    ],
)
def test_a_header_that_does_not_say_how_long_it_is_costs_nothing_and_is_no_fault(
    tmp_path: Path, name: str, change: Spoil
) -> None:
    path = tmp_path / name
    sound = written(path, change)
    heard, duration_s, said = decoded(path)
    assert len(heard) == len(sound)
    assert duration_s == pytest.approx(DURATION_S, abs=0.01)
    assert said == []


@pytest.mark.parametrize(
    ("name", "change", "claimed_s"),
    [
        # The sizes of when a recorder had last written them.
        ("stale.wav", wav_size(44100), 0.5),
        ("stale.aiff", aiff_size(8 + 44100), 0.5),
        ("stale.au", au_size(44100), 0.5),
        ("stale.caf", caf_size(4 + 44100), 0.5),
        ("small.flac", flac_total(22050), 1.0),
        ("large.flac", flac_total(220500), 10.0),
        ("huge.flac", flac_total((1 << 36) - 1), ((1 << 36) - 1) / RATE_HZ),
        ("large.wav", wav_size(882000), 10.0),
        ("large.caf", caf_size(4 + 882000), 10.0),
    ],
)
def test_what_the_bytes_hold_is_decoded_and_one_sentence_says_what_the_header_claims(
    tmp_path: Path, name: str, change: Spoil, claimed_s: float
) -> None:
    path = tmp_path / name
    sound = written(path, change)
    heard, duration_s, said = decoded(path)
    assert len(heard) == len(sound)
    assert duration_s == pytest.approx(DURATION_S, abs=0.01)
    (sentence,) = said
    assert sentence.startswith(f"{path}: the file's header says {claimed_s:.1f} s")
    assert "holds 4.0 s" in sentence


@pytest.mark.parametrize("name", ["killed.wav", "piped.flac", "stale.wav"])
def test_a_seek_in_a_file_with_a_wrong_header_leads_to_its_place(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    change = {"killed": wav_size(0), "piped": flac_total(0), "stale": wav_size(44100)}[path.stem]
    sound = written(path, change)
    decoder = open_decoder(path)
    for start in (3 * RATE_HZ, 0, 2 * RATE_HZ, RATE_HZ // 3):
        block = next(decoder.blocks(start))
        assert np.abs(block - sound[start : start + len(block)]).max() < 1e-3
    decoder.close()


@pytest.mark.parametrize(
    "behind",
    [
        b"LIST" + struct.pack("<I", 22) + b"INFOINAM" + struct.pack("<I", 10) + b"a title\0\0\0",
        b"id3 " + struct.pack("<I", 20_000) + b"\x11" * 20_000,
        b"own1" + struct.pack("<I", 9_000) + b"\x22" * 9_000,
        b"TAG" + b"\x33" * 125,
        b"LIST" + struct.pack("<I", 1 << 20) + b"INFO" + b"\x44" * 9_000,
        bytes(300_000),
    ],
    ids=["list", "id3", "unknown", "tag", "cut", "zeros"],
)
def test_what_stands_behind_the_samples_is_no_sound(tmp_path: Path, behind: bytes) -> None:
    path = tmp_path / "song.wav"
    sound = written(path, lambda data: data + behind)
    heard, _, said = decoded(path)
    assert len(heard) == len(sound)
    assert said == []


def test_a_chunk_without_the_byte_that_makes_it_even_does_not_hide_the_others(
    tmp_path: Path,
) -> None:
    path = tmp_path / "song.wav"
    odd = b"junk" + struct.pack("<I", 27) + b" " * 27
    sound = written(path, lambda data: data[:12] + odd + data[12:])
    heard, _, said = decoded(path)
    assert len(heard) == len(sound)
    assert said == []


def test_a_size_that_has_wrapped_past_four_gibibytes_is_seen_through(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    written(path)
    held = (1 << 32) + 400_000
    with path.open("r+b") as file:
        # It takes no room on the disk.
        file.truncate(44 + held)
        for place in (44 + 500_000, 44 + held - 8):
            file.seek(place)
            file.write(b"\x01\x02" * 4)
        for place, number in ((4, held + 36), (40, held)):
            file.seek(place)
            file.write(struct.pack("<I", number & 0xFFFFFFFF))
        found = sample_bytes(file, 44 + held)
    assert found is not None
    assert (found.begin, found.held, found.claimed) == (44, held, 400_000)
    decoder = open_decoder(path)
    assert decoder.duration_s == pytest.approx(held / 4 / RATE_HZ)
    last = held // 4 - 2
    assert np.concatenate(list(decoder.blocks(last)))[:, 0] == pytest.approx([513 / 32768] * 2)
    decoder.close()


@pytest.mark.parametrize("zeros", [3_000, 200_000, 3_000_000])
def test_padding_that_a_tag_does_not_count_is_no_music(tmp_path: Path, zeros: int) -> None:
    path = tmp_path / "song.mp3"
    tag = b"ID3\3\0\0\0\0\0\x0a" + bytes(10)
    sound = written(path, lambda data: tag + bytes(zeros) + data)
    heard, duration_s, said = decoded(path)
    assert len(heard) == pytest.approx(len(sound), abs=0.1 * RATE_HZ)
    assert duration_s == pytest.approx(DURATION_S, abs=0.1)
    assert said == []


@pytest.mark.parametrize(
    "rate_hz", [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
)
@pytest.mark.parametrize("channels", [1, 2])
def test_an_mp3_of_any_rate_is_as_long_as_what_was_encoded(
    tmp_path: Path, rate_hz: int, channels: int
) -> None:
    path = tmp_path / "song.mp3"
    sound = music(2.0, rate_hz)[:, :channels]
    encode(path, sound, rate_hz)
    decoder = open_decoder(path)
    assert (decoder.sample_rate_hz, decoder.channels) == (rate_hz, channels)
    assert decoder.duration_s == pytest.approx(2.0, abs=0.15)
    assert sum(map(len, decoder.blocks(0))) == pytest.approx(len(sound), abs=0.15 * rate_hz)
    decoder.close()


@pytest.mark.parametrize("packets", [1, 3_000_000, 400])
def test_an_mp3_that_counts_its_packets_wrongly_is_as_long_as_they_are(
    tmp_path: Path, packets: int
) -> None:
    path = tmp_path / "song.mp3"

    def change(data: bytes) -> bytes:
        place = data.index(b"Info") if b"Info" in data else data.index(b"Xing")
        return put(data, place + 8, ">I", packets)

    sound = written(path, change)
    heard, duration_s, said = decoded(path)
    assert len(heard) == pytest.approx(len(sound), abs=0.1 * RATE_HZ)
    # What could be so is believed until the song has been decoded.
    if packets != 400:
        assert duration_s == pytest.approx(DURATION_S, abs=0.1)
    assert len(said) == 1
    assert "header says" in said[0]


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3", "aac"])
def test_room_that_was_never_written_is_passed_over(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"song.{suffix}"
    written(path, lambda data: data[: len(data) // 2] + bytes(3_000_000))
    heard, duration_s, said = decoded(path)
    # Headers take room too, and half a page is lost.
    assert len(heard) / RATE_HZ == pytest.approx(DURATION_S / 2, abs=1.2)
    assert duration_s <= DURATION_S + 0.1
    if suffix != "aac":
        # It has no header to tell by.
        assert len(said) == 1


@pytest.mark.parametrize("suffix", ["flac", "ogg"])
def test_zeros_in_the_place_of_an_end_that_nothing_tells_of_are_said(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"song.{suffix}"
    unknown = flac_total(0) if suffix == "flac" else bytes
    written(path, lambda data: unknown(data[: len(data) // 2]) + bytes(3_000_000))
    _, _, said = decoded(path)
    assert len(said) == 1
    assert said[0].startswith(f"{path}: its last 3.0 MB are zeros")


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3"])
def test_behind_room_in_its_midst_a_song_goes_on(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"song.{suffix}"

    def change(data: bytes) -> bytes:
        return data[: len(data) // 2] + bytes(2_000_000) + data[len(data) // 2 :]

    sound = written(path, change)
    decoder = open_decoder(path)
    heard = np.concatenate(list(decoder.blocks()))
    end = np.concatenate(list(decoder.blocks(len(heard) - 4000)))
    decoder.close()
    assert len(heard) >= len(sound) - 0.2 * RATE_HZ
    assert np.abs(end - heard[-4000:]).max() < 1e-3


def test_an_ogg_file_cut_out_of_a_stream_is_as_long_as_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "cut.ogg"
    sound = written(tmp_path / "whole.ogg")
    late = ("-output_ts_offset", "7200", "-c", "copy", str(path))
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(tmp_path / "whole.ogg"), *late]
    subprocess.run(command, check=True)
    heard, duration_s, said = decoded(path)
    assert len(heard) == pytest.approx(len(sound), abs=0.1 * RATE_HZ)
    assert duration_s == pytest.approx(DURATION_S, abs=0.2)
    assert said == []
