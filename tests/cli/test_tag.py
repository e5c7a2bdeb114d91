"""`emoviz tag`: what is written into songs, and that nothing else becomes of them."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import av
import mutagen
import numpy as np
import pytest
import soundfile
from av.audio.resampler import AudioResampler
from mutagen.id3 import ID3, TIT2, TMOO, TSOP, TXXX, TYER

from emoviz import errors
from emoviz.cli.program import main
from emoviz.library import tags
from emoviz.library.rewriting import rewrite
from tests.support.audio import Floats, music
from tests.support.program import Program

RATE_HZ = 44100
SECONDS = 3.0
FFMPEG = {".m4a": "aac", ".wma": "wmav2", ".aac": "aac"}
SUFFIXES = (".wav", ".aiff", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".wma")


def write_song(path: Path, seconds: float = SECONDS) -> Path:
    if path.suffix in FFMPEG:
        _encode(path, FFMPEG[path.suffix], seconds)
    elif path.suffix == ".opus":
        soundfile.write(path, music(seconds, 48000), 48000, format="OGG", subtype="OPUS")
    else:
        soundfile.write(path, music(seconds, RATE_HZ), RATE_HZ)
    os.utime(path, (1_000_000_000, 1_000_000_000.25))
    path.chmod(0o640)
    return path


def _encode(path: Path, codec: str, seconds: float) -> None:
    samples = np.ascontiguousarray(music(seconds, RATE_HZ).T)
    with av.open(str(path), "w", format="adts" if path.suffix == ".aac" else None) as container:
        stream = container.add_stream(codec, rate=RATE_HZ)
        stream.layout, stream.bit_rate = "stereo", 128_000
        stream.codec_context.open()
        whole = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        whole.sample_rate = RATE_HZ
        cut = AudioResampler(stream.format, "stereo", RATE_HZ, stream.codec_context.frame_size)
        for frame in [*cut.resample(whole), *cut.resample(None), None]:
            container.mux(stream.encode(frame))


def packets_of(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(audio=0)]


def samples_of(path: Path) -> Floats:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray().ravel() for f in container.decode(audio=0)])


def state_of(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
        for path in folder.iterdir()
    }


def tags_of(path: Path) -> dict[str, str]:
    """Read tags as another program does: FFmpeg."""
    with av.open(str(path)) as container:
        found = container.metadata or container.streams.audio[0].metadata
        return {name.removeprefix("WM/").upper(): text for name, text in found.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    songs = tmp_path / "songs"
    songs.mkdir()
    return songs


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "songs.library"


def tag(path: Path, library: Path, *options: str) -> int:
    return main(["tag", str(path), "--library", str(library), "--model", "cae", *options])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tags_are_written_and_taken_out_and_the_audio_stays_as_it_is(
    folder: Path, library: Path, suffix: str
) -> None:
    song = write_song(folder / f"song{suffix}")
    packets, samples, before = packets_of(song), samples_of(song), song.stat()
    assert tag(song, library) == 0
    written = tags_of(song)
    assert -1 <= float(written["EMOVIZ_VALENCE"]) <= 1
    assert -1 <= float(written["EMOVIZ_AROUSAL"]) <= 1
    # FFmpeg has no name of its own for ID3's TMOO.
    assert written.get("MOOD", written.get("TMOO")) == written["EMOVIZ_MOOD"] != ""
    assert tag(song, library, "--remove") == 0
    gone = {"EMOVIZ_VALENCE", "EMOVIZ_AROUSAL", "EMOVIZ_MOOD", "MOOD", "TMOO"}
    assert not gone & set(tags_of(song))
    assert tag(song, library) == 0
    assert packets_of(song) == packets
    np.testing.assert_array_equal(samples_of(song), samples)
    after = song.stat()
    assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)
    assert [path.name for path in folder.iterdir()] == [song.name]


def test_a_dry_run_says_what_would_be_written_and_changes_no_byte(
    folder: Path, library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".flac", ".mp3"):
        write_song(folder / f"song{suffix}")
    before = state_of(folder)
    assert tag(folder, library, "--dry-run") == 0
    assert state_of(folder) == before
    *lines, total = capfd.readouterr().out.splitlines()
    assert total == "2 to be changed, 0 as they should be, 0 failed"
    for song, line in zip(sorted(folder.iterdir()), sorted(lines), strict=True):
        assert line.startswith(f"{song}: EMOVIZ_VALENCE=")
    assert tag(folder, library) == 0
    assert sorted(lines) == sorted(
        f"{song}: EMOVIZ_VALENCE={found['EMOVIZ_VALENCE']} "
        f"EMOVIZ_AROUSAL={found['EMOVIZ_AROUSAL']} EMOVIZ_MOOD={found['EMOVIZ_MOOD']} "
        f"MOOD={found.get('MOOD', found.get('TMOO'))}"
        for song in folder.iterdir()
        for found in [tags_of(song)]
    )


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".m4a"])
def test_a_mood_of_somebody_elses_stays_unless_it_is_to_be_replaced(
    folder: Path, library: Path, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    song = write_song(folder / f"song{suffix}")
    opened = mutagen.File(song)
    if suffix == ".mp3":
        opened.add_tags()
        opened.tags.add(TMOO(encoding=3, text=["Night drive"]))
    else:
        name = "----:com.apple.iTunes:Mood" if suffix == ".m4a" else "mood"
        opened[name] = [b"Night drive"] if suffix == ".m4a" else ["Night drive"]
    opened.save()

    def mood() -> str | None:
        found = tags_of(song)
        return found.get("MOOD", found.get("TMOO"))

    assert tag(song, library) == 0
    assert mood() == "Night drive"
    assert "EMOVIZ_VALENCE" in tags_of(song)
    assert "'Night drive' is somebody else's and stays; --replace" in capfd.readouterr().err
    assert tag(song, library, "--remove") == 0
    assert mood() == "Night drive"
    assert "EMOVIZ_VALENCE" not in tags_of(song)
    assert tag(song, library, "--replace") == 0
    assert mood() not in (None, "Night drive")
    assert tag(song, library, "--remove") == 0
    assert mood() is None


def test_the_library_knows_a_song_that_was_tagged_and_what_all_models_said_of_it(
    folder: Path, library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_song(folder / "song.flac")
    adding = ["library", "add", str(folder), "--library", str(library), "--model"]
    for model in ("musicnn", "cae"):
        assert main([*adding, model]) == 0
    assert tag(folder, library) == 0
    assert tag(folder, library) == 0
    assert "0 changed, 1 as they should be, 0 failed" in capfd.readouterr().out
    for model in ("musicnn", "cae"):
        assert main([*adding, model]) == 0
        assert "0 tracked, 1 known already, 0 failed" in capfd.readouterr().out
    assert main(["library", "verify", "--library", str(library)]) == 0


def test_old_tags_stay_in_their_version_with_all_that_is_in_them(
    folder: Path, library: Path
) -> None:
    song = write_song(folder / "song.mp3")
    id3v1 = b"TAG" + b"Only here".ljust(30, b"\0") + b"\0" * 94 + b"\x0c"
    with song.open("ab") as file:
        file.write(id3v1)
    old = ID3()
    old.add(TIT2(encoding=1, text=["Ночь"]))
    old.add(TYER(encoding=0, text=["1999"]))
    old.add(TSOP(encoding=0, text=["Sorted"]))
    old.save(song, v1=1, v2_version=3)
    with song.open("r+b") as file:
        file.seek(-128, os.SEEK_END)
        file.write(id3v1)
    assert tag(song, library) == 0
    found = ID3(song, translate=False, load_v1=False)
    assert found.version == (2, 3, 0)
    assert set(found) == {
        *("TIT2", "TYER", "TSOP"),
        *("TXXX:EMOVIZ_VALENCE", "TXXX:EMOVIZ_AROUSAL", "TXXX:EMOVIZ_MOOD", "TXXX:MOOD"),
    }
    assert found["TIT2"].text == ["Ночь"]
    assert isinstance(found["TXXX:MOOD"], TXXX)
    assert song.read_bytes().endswith(id3v1)


def test_a_link_stays_one(folder: Path, library: Path, tmp_path: Path) -> None:
    song = write_song(tmp_path / "elsewhere.flac")
    link = folder / "song.flac"
    link.symlink_to(song)
    assert tag(link, library) == 0
    assert link.is_symlink()
    assert "EMOVIZ_VALENCE" in tags_of(song)


def test_one_that_cannot_be_tagged_does_not_stop_the_rest(
    folder: Path, library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_song(folder / "a.aac")
    (folder / "b.mp3").write_text("not audio")
    write_song(folder / "c.flac")
    before = state_of(folder)
    assert tag(folder, library) == 1
    out, err = capfd.readouterr()
    assert out == "1 changed, 0 as they should be, 2 failed\n"
    assert f"{folder / 'a.aac'}: cannot be written (emoviz knows no tags for this kind" in err
    assert f"{folder / 'b.mp3'}: this is not audio" in err
    after = state_of(folder)
    assert after.pop("c.flac") != before.pop("c.flac")
    assert after == before


def test_tags_that_their_reader_falls_over_are_said_to_be_damaged(tmp_path: Path) -> None:
    song = tmp_path / "song.wv"
    header = struct.pack("<4sIHBBIIIII", b"wvpk", 24, 0x410, 0, 0, 1152, 0, 1152, 0x1800, 0)
    # It is shorter than its own footer.
    song.write_bytes(header + b"APETAGEX" + struct.pack("<IIII", 2000, 2, 1, 0) + bytes(8))
    with pytest.raises(
        errors.OutputError, match=r"its tags: .*; leave it out, or get a fresh copy"
    ):
        tags.read(song)


def test_a_title_that_is_no_text_keeps_no_song_from_being_tagged(tmp_path: Path) -> None:
    song = write_song(tmp_path / "song.mp3")
    title = b"TIT2\0\0\0\3\0\0\3\xc3("
    song.write_bytes(b"ID3\4\0\0\0\0\0" + bytes([len(title)]) + title + song.read_bytes())
    tags.write(song, {tags.MOOD: "calm"})
    assert tags.read(song) == {tags.MOOD: "calm"}


def test_what_may_only_be_read_stays_as_it_is(folder: Path, library: Path, tmp_path: Path) -> None:
    program = Program(tmp_path, tmp_path / "home")
    song = write_song(folder / "song.flac")
    arguments = ("tag", folder, "--library", library, "--model", "cae")
    song.chmod(0o440)
    before = state_of(folder)
    done = program(*arguments)
    assert done.stderr == (
        f"emoviz: {song}: cannot be written (permission denied); make it and its folder "
        "writable, or leave it out.\n"
    )
    song.chmod(0o640)
    folder.chmod(0o550)
    done = program(*arguments)
    folder.chmod(0o750)
    assert f"emoviz: {song}: cannot be written (permission denied)" in done.stderr
    song.chmod(0o440)
    assert state_of(folder) == before


def test_a_full_disk_leaves_the_song_as_it_is(folder: Path, library: Path, tmp_path: Path) -> None:
    song = write_song(folder / "song.wav", 10.0)
    before = state_of(folder)
    # A limit on the size of files stops a write half-way as a full disk does, and needs no disk.
    code = (
        "import resource, signal, sys\n"
        "from emoviz.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "tag", song, "--library", library, "--model", "cae"],
        env=Program(tmp_path, tmp_path).environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"emoviz: {song}: cannot be written (file too large)")
    assert state_of(folder) == before


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a"])
def test_a_change_of_what_sounds_is_refused(folder: Path, suffix: str) -> None:
    song = write_song(folder / f"song{suffix}")
    before = state_of(folder)

    def damage(copy: Path) -> None:
        content = bytearray(copy.read_bytes())
        middle = len(content) // 2
        content[middle] ^= 1
        copy.write_bytes(content)

    with pytest.raises(errors.OutputError, match="its audio would not stay as it is"):
        rewrite(song, damage)
    assert state_of(folder) == before


def test_without_the_extra_its_name_is_said(folder: Path, library: Path, tmp_path: Path) -> None:
    song = write_song(folder / "song.flac")
    (tmp_path / "mutagen.py").write_text("raise ImportError\n")
    done = Program(tmp_path, tmp_path)("tag", song, "--library", library)
    assert done.returncode == 1
    assert "pip install 'emoviz[tags]'" in done.stderr


def test_a_silent_song_gets_no_tags_and_loses_those_of_before(emoviz: Program) -> None:
    song = emoviz.place / "silent.flac"
    soundfile.write(song, np.zeros(3 * RATE_HZ), RATE_HZ)
    tags.write(song, {tags.VALENCE: "0.00", tags.AROUSAL: "0.00", tags.MOOD: "neutral"})
    done = emoviz("tag", song, "--model", "cae")
    assert done.returncode == 0
    assert "the song is silent: it gets no tags" in done.stderr
    assert tags.read(song) == {}


def test_a_mood_of_an_older_version_is_emovizs_own(folder: Path, library: Path) -> None:
    song = write_song(folder / "song.flac")
    tags.write(song, {tags.VALENCE: "-0.80", tags.AROUSAL: "-0.42", tags.MOOD: "sad"})
    assert tag(song, library) == 0
    found = tags.read(song)
    assert found[tags.MOOD] == found[tags.SAID]
    # A mood that is changed by hand afterwards is the hand's.
    tags.write(song, {tags.MOOD: "for dancing"})
    assert tag(song, library) == 0
    assert tags.read(song)[tags.MOOD] == "for dancing"
    tags.write(song, {tags.SAID: None, tags.VALENCE: "-0.80", tags.AROUSAL: "-0.42"})
    tags.write(song, {tags.MOOD: "sad"})
    assert tag(song, library, "--remove") == 0
    assert tags.read(song) == {}
