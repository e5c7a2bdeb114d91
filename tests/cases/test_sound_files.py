"""Sound as other programs write it, of which others' decoders have made something else.

Each case is built from what somebody has reported of another program; in all of them what is heard
is what was encoded, from its start to its end, and there is nothing to say of it.
"""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emoviz.songs.song import Song
from tests.support.audio import Floats, encode, find, music

RATE_HZ = 22050
DURATION_S = 3.0
HEARD_HZ = 8000


def ffmpeg(*arguments: object) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=120)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cases") / "plain.wav"
    encode(path, music(DURATION_S, RATE_HZ), RATE_HZ)
    return path


def heard(path: Path) -> tuple[Floats, list[str]]:
    """Give what is heard of a song, mixed to (samples,), and what is said of it."""
    said: list[str] = []
    with Song.open(path) as song:
        blocks = list(song.sound_blocks(HEARD_HZ, said.append))
    return np.concatenate(blocks).mean(axis=1), said


def check(path: Path, plain: Path, times: int = 1) -> None:
    """See that a song sounds as the plain one, so many times in a row."""
    wanted, _ = heard(plain)
    got, said = heard(path)
    assert said == []
    assert len(got) / HEARD_HZ == pytest.approx(times * DURATION_S, abs=0.1 * times)
    for number in range(times):
        begin = round((number * DURATION_S + 0.5) * HEARD_HZ)
        place, correlation = find(got[begin : begin + 2 * HEARD_HZ], wanted)
        assert correlation > 0.9
        # Of mp3 without its description the padding of each is heard.
        assert place / HEARD_HZ == pytest.approx(0.5, abs=0.1 * (number + 1))


ENCODED: dict[str, tuple[object, ...]] = {
    "extensible.wav": ("-c:a", "pcm_s24le"),
    "double.wav": ("-c:a", "pcm_f64le"),
    "mp3_in.wav": ("-c:a", "libmp3lame"),
    "rf64.wav": ("-rf64", "always"),
    "sowt.aif": ("-c:a", "pcm_s16le", "-f", "aiff"),
    "layer_two.mp3": ("-c:a", "mp2", "-f", "mp2"),
    "phone.mp3": ("-ar", 8000, "-ac", 1),
    "no_info.mp3": ("-write_xing", 0, "-b:a", "128k"),
    "fragments.m4a": ("-c:a", "aac", "-movflags", "empty_moov+frag_every_frame"),
    "flac_in_ogg.oga": ("-c:a", "flac", "-f", "ogg"),
    "channels.opus": ("-c:a", "libopus", "-mapping_family", 255, "-ac", 16, "-ar", 48000),
    "dolby.ec3": ("-c:a", "eac3", "-ar", 48000, "-f", "eac3"),
    "cinema.dts": ("-c:a", "dca", "-strict", -2, "-ar", 48000),
    "odd_rate.wav": ("-ar", 11024),
    "fine.flac": ("-ar", 352800, "-sample_fmt", "s32"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_a_form_of_a_format_that_is_rarely_met(tmp_path: Path, plain: Path, name: str) -> None:
    path = tmp_path / name
    ffmpeg("-i", plain, *ENCODED[name], path)
    check(path, plain)


@pytest.mark.parametrize("codec", ["pcm_s16le", "adpcm_ima_wav"])
def test_a_wav_that_was_written_into_a_pipe(tmp_path: Path, plain: Path, codec: str) -> None:
    path = tmp_path / "piped.wav"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(plain), "-c:a", codec, "-f", "wav"]
    with subprocess.Popen([*command, "-"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        path.write_bytes(process.stdout.read())
    check(path, plain)


def id3v2(frames: bytes) -> bytes:
    sizes = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + sizes + frames


def private(owner: bytes) -> bytes:
    frame = owner + b"\0" + bytes(8)
    return id3v2(b"PRIV" + struct.pack(">I", len(frame)) + b"\0\0" + frame)


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def ape(picture: int) -> bytes:
    """Give an APEv2 tag with a picture of so many bytes, without a header of its own."""
    value = b"cover.jpg\0" + b"\xff\xfb\x90\x64" * (picture // 4)
    item = struct.pack("<II", len(value), 2) + b"Cover Art (front)\0" + value
    return item + b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0) + bytes(8)


def adts_segments(data: bytes) -> bytes:
    """Put a tag before every tenth packet, as segments of a stream have it."""
    out, place, number = b"", 0, 0
    while place < len(data):
        length = (data[place + 3] & 3) << 11 | data[place + 4] << 3 | data[place + 5] >> 5
        out += private(b"com.apple.streaming") * (number % 10 == 0) + data[place : place + length]
        place, number = place + length, number + 1
    return out


ID3V1 = b"TAG" + b"a title".ljust(125, b"\0")
PICTURE = b"APIC" + struct.pack(">I", 300_014) + b"\0\0\0image/png\0\3\0" + b"\x89PN" * 100_000

CHANGED: dict[str, Callable[[bytes], bytes]] = {
    "odd_chunk_before.wav": lambda data: data[:12] + chunk(b"LIST", b"INFO" * 5 + b"x") + data[12:],
    "tag_before.wav": lambda data: id3v2(PICTURE) + data,
    "picture_behind.wav": lambda data: data + chunk(b"id3 ", id3v2(PICTURE)),
    "bytes_too_many_claimed.wav": lambda data: data[:40] + struct.pack("<I", len(data)) + data[44:],
    "half_a_sample_more.wav": lambda data: data + b"\x01",
    "wrong_md5.flac": lambda data: data[:26] + bytes(reversed(data[26:42])) + data[42:],
    "tags_around.flac": lambda data: id3v2(PICTURE) + data + ID3V1,
    "tags_around.mp3": lambda data: id3v2(b"") + data + id3v2(PICTURE) + ID3V1,
    "ape_behind.mp3": lambda data: data + ape(400_000) + ID3V1,
    "segments.aac": adts_segments,
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_other_programs_put_around_sound_is_none(
    tmp_path: Path, plain: Path, name: str
) -> None:
    path = tmp_path / name
    encode(path, music(DURATION_S, RATE_HZ), RATE_HZ)
    path.write_bytes(CHANGED[name](path.read_bytes()))
    check(path, plain)


def test_a_mono_song_behind_a_stereo_one_in_one_mp3(tmp_path: Path, plain: Path) -> None:
    ffmpeg("-i", plain, "-write_xing", 0, tmp_path / "stereo.mp3")
    ffmpeg("-i", plain, "-write_xing", 0, "-ac", 1, tmp_path / "mono.mp3")
    path = tmp_path / "both.mp3"
    both = [(tmp_path / name).read_bytes() for name in ("stereo.mp3", "mono.mp3")]
    path.write_bytes(b"".join(both))
    check(path, plain, times=2)


@pytest.mark.parametrize("behind", ["cover.m4a", "chapters.m4b"])
def test_pictures_and_chapters_beside_the_sound(tmp_path: Path, plain: Path, behind: str) -> None:
    path = tmp_path / behind
    if path.suffix == ".m4a":
        picture = ("-f", "lavfi", "-i", "color=red:s=32x32:d=0.04", "-c:v", "png")
        cover = ("-disposition:v:0", "attached_pic")
        ffmpeg(
            *("-i", plain), *picture, *("-map", "1:v", "-map", "0:a", "-c:a", "aac"), *cover, path
        )
    else:
        notes = tmp_path / "chapters.txt"
        times = ((0, 1000), (1000, 2000), (2000, 3000))
        lines = [f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={a}\nEND={b}\ntitle=c\n" for a, b in times]
        notes.write_text(";FFMETADATA1\n" + "".join(lines), encoding="utf-8")
        ffmpeg("-i", plain, "-i", notes, "-map_metadata", 1, "-c:a", "aac", "-f", "mp4", path)
    check(path, plain)
