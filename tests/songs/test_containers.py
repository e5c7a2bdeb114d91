"""Files of many tracks and times: which sound is heard of them, when, and what is not followed."""

import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from emoviz import errors
from emoviz.songs.opening import open_decoder
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song, local_decoders
from tests.support.audio import Floats, encode, find, music

Words = npt.NDArray[np.int16]
RATE_HZ = 44100
DURATION_S = 4.0
LATE_S = 5.0


def ffmpeg(*arguments: object) -> None:
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True, timeout=120
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("containers") / "plain.wav"
    encode(path, music(DURATION_S, RATE_HZ), RATE_HZ)
    return path


@pytest.fixture(scope="module")
def late(plain: Path) -> Path:
    """A film whose sound begins at 5 s."""
    path = plain.with_name("late.mkv")
    picture = ("-f", "lavfi", "-i", f"color=black:s=32x32:r=5:d={LATE_S + DURATION_S}")
    codecs = ("-c:v", "mpeg4", "-c:a", "flac")
    ffmpeg(*picture, "-itsoffset", LATE_S, "-i", plain, *codecs, path)
    return path


@pytest.fixture(scope="module")
def jumping(plain: Path) -> Path:
    """Two recordings put together, of which the second one's times are an hour late."""
    path = plain.with_name("jumping.mka")
    late = "if(gte(N,20),PTS+3600/TB,PTS)"
    ffmpeg("-i", plain, "-c:a", "flac", "-bsf:a", f"setts=ts='{late}'", path)
    return path


def place_in(sound: Floats, excerpt: Floats) -> float:
    """Give when in the song an excerpt is found, in seconds."""
    place, correlation = find(excerpt[:, 0], sound[:, 0])
    assert correlation > 0.95
    return place / RATE_HZ


def test_sound_that_begins_late_in_a_film_is_heard_where_it_is(late: Path) -> None:
    decoder = open_decoder(late)
    damage: list[tuple[int, int]] = []
    samples = np.concatenate(list(decoder.blocks(0, lambda *place: damage.append(place))))
    begin = round(LATE_S * RATE_HZ)
    assert len(samples) / RATE_HZ == pytest.approx(LATE_S + DURATION_S, abs=0.05)
    assert decoder.duration_s == pytest.approx(LATE_S + DURATION_S, abs=0.25)
    assert not samples[:begin].any()
    # It is late, not damaged.
    assert damage == []
    original = music(DURATION_S, RATE_HZ)
    assert place_in(original, samples[begin + RATE_HZ :][:RATE_HZ]) == pytest.approx(1.0, abs=0.01)
    # The times of Matroska are rounded to milliseconds.
    for start_s in (6.5, 8.0, 5.5):
        got = next(decoder.blocks(round(start_s * RATE_HZ)))
        assert place_in(original, got) == pytest.approx(start_s - LATE_S, abs=0.005)
    for start_s in (0.0, 3.0, 4.9, 2.0):
        rest = np.concatenate(list(decoder.blocks(round(start_s * RATE_HZ))))
        assert len(rest) / RATE_HZ == pytest.approx(LATE_S + DURATION_S - start_s, abs=0.05)
        place_s = place_in(rest, original[RATE_HZ : 2 * RATE_HZ])
        assert place_s == pytest.approx(LATE_S + 1.0 - start_s, abs=0.005)
    decoder.close()


def test_times_that_jump_by_an_hour_make_no_hour_of_silence(jumping: Path) -> None:
    said: list[str] = []
    with Song.open(jumping) as song:
        heard = np.concatenate(list(song.sound_blocks(RATE_HZ, said.append)))
    assert len(heard) / RATE_HZ == pytest.approx(DURATION_S, abs=0.05)
    (sentence,) = said
    assert f"holds {DURATION_S:.1f} s" in sentence


def test_behind_a_jump_that_is_known_seeks_lead_to_their_place(jumping: Path) -> None:
    decoder = open_decoder(jumping)
    samples = np.concatenate(list(decoder.blocks()))
    start = len(samples) - RATE_HZ // 2
    rest = np.concatenate(list(decoder.blocks(start)))
    assert len(rest) == pytest.approx(len(samples) - start, abs=0.005 * RATE_HZ)
    assert place_in(samples, rest[1000:-1000]) == pytest.approx((start + 1000) / RATE_HZ, abs=0.005)
    decoder.close()


def write_two_tracks(path: Path, plain: Path, default: int) -> None:
    """Write a file with a track of music, in German, and one of noise; tell which is default."""
    ffmpeg(
        *("-i", plain, "-f", "lavfi", "-i", f"anoisesrc=d={DURATION_S}:a=0.1", "-map", 0),
        *("-map", 1, "-c:a", "flac", "-ar", RATE_HZ, "-ac", 2, f"-disposition:a:{default}"),
        *("default", f"-disposition:a:{1 - default}", 0, "-metadata:s:a:0", "language=ger"),
        *("-metadata:s:a:1", "title=Noise\tof the sea", path),
    )


@pytest.mark.parametrize("default", [0, 1])
def test_of_several_tracks_the_default_one_is_heard(plain: Path, default: int) -> None:
    path = plain.with_name(f"tracks{default}.mka")
    write_two_tracks(path, plain, default)
    said: list[str] = []
    with Song.open(path) as song:
        samples = np.concatenate(list(song.sound_blocks(RATE_HZ, said.append)))
    assert said == [
        f"{path}: of its 2 sound tracks number {default + 1} was heard, the default one."
    ]
    _, correlation = find(samples[RATE_HZ : 2 * RATE_HZ, 0], music(DURATION_S, RATE_HZ)[:, 0])
    assert (correlation > 0.95) == (default == 0)


@pytest.mark.parametrize("is_apart", [False, True])
def test_another_track_can_be_chosen_and_it_is_said_which_was(plain: Path, is_apart: bool) -> None:
    path = plain.with_name("chosen.mka")
    write_two_tracks(path, plain, 1)
    with closing(DecoderPool()) as pool:
        decoders_of = pool.of if is_apart else local_decoders
        said: list[str] = []
        with Song.open(path, decoders_of, 1) as song:
            samples = np.concatenate(list(song.sound_blocks(RATE_HZ, said.append)))
            assert song.duration_s == pytest.approx(DURATION_S, abs=0.05)
        assert song.sound_tracks == (("ger, flac, stereo", "Noiseof the sea, flac, stereo"), 1, 2)
        assert song.sound_track == 1
        assert said == [f"{path}: of its 2 sound tracks number 1 was heard, as chosen."]
        place_in(music(DURATION_S, RATE_HZ), samples[RATE_HZ : 2 * RATE_HZ])
        with Song.open(path, decoders_of) as song:
            assert song.sound_track is None
        with pytest.raises(errors.SoundTrackError, match=r"2 sound tracks and none of number 3"):
            Song.open(path, decoders_of, 3)
        assert Song.open(plain, decoders_of, 1).sound_track is None
        with pytest.raises(errors.SoundTrackError, match=r"one sound track and none of number 2"):
            Song.open(plain, decoders_of, 2)


def test_sound_that_is_encrypted_is_said_to_be_so(plain: Path) -> None:
    path = plain.with_name("bought.m4a")
    key = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "ab" * 16)
    ffmpeg("-i", plain, "-c:a", "aac", *key, "-encryption_kid", "cd" * 16, "-f", "mp4", path)
    with pytest.raises(errors.SongProtectedError, match=r"bought\.m4a: its sound is encrypted"):
        Song.open(path)


@pytest.mark.parametrize(
    "name", ["Re: Stacks.m4a", "concat:y.mka", "data:x.ogg", "file:z.opus", "04.23:50.m4a"]
)
def test_a_name_with_a_colon_is_a_name(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    kind = {"mka": "matroska", "m4a": "mp4"}.get(name.rpartition(".")[2], "ogg")
    codec = {"mp4": "aac", "matroska": "flac"}.get(kind, "libopus")
    ffmpeg("-i", plain, "-c:a", codec, "-f", kind, f"file:{name}")
    with Song.open(Path(name)) as song:
        assert song.duration_s == pytest.approx(DURATION_S, abs=0.1)


LISTS = {
    "concat": "ffconcat version 1.0\nfile beside.wav\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nbeside.wav\n#EXT-X-ENDLIST\n",
    "hls_http": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n"
    "#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
    '<Period><AdaptationSet mimeType="audio/wav"><Representation id="1" bandwidth="1">'
    "<BaseURL>beside.wav</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "imf": '<?xml version="1.0"?><CompositionPlaylist '
    'xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"></CompositionPlaylist>',
    "address": "http://127.0.0.1:9/song.mp3\n",
    "playlist": "[playlist]\nFile1=beside.wav\nNumberOfEntries=1\n",
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("suffix", ["m4a", "ogg"])
def test_a_list_of_other_files_is_no_song_and_is_not_followed(
    plain: Path, tmp_path: Path, kind: str, suffix: str
) -> None:
    (tmp_path / "beside.wav").write_bytes(plain.read_bytes())
    path = tmp_path / f"song.{suffix}"
    path.write_text(LISTS[kind], encoding="utf-8")
    with pytest.raises(errors.SongFormatError):
        Song.open(path)


CODED = {
    "dts": ("dca", "-strict", -2, "-b:a", 1411200),
    "spdif": ("ac3", "-b:a", 448000),
    "ac3": ("ac3", "-b:a", 448000),
    "eac3": ("eac3",),
    "mp2": ("mp2",),
    "mp3": ("libmp3lame", "-write_xing", 0, "-id3v2_version", 0),
}


def words_of(plain: Path, raw: Path, form: str) -> Words:
    """Code sound, and give its bytes as samples of 16 bits."""
    ffmpeg("-i", plain, "-c:a", *CODED[form], "-f", form, raw)
    data = raw.read_bytes()
    return np.frombuffer(data[: len(data) // 2 * 2], np.int16)[:, None]


@pytest.mark.parametrize(
    ("form", "swapped"), [*((form, False) for form in CODED), ("dts", True), ("ac3", True)]
)
def test_coded_sound_in_the_place_of_samples_is_decoded(
    plain: Path, tmp_path: Path, form: str, swapped: bool
) -> None:
    # In an aiff what is turned round is as it was.
    path = tmp_path / ("song.aiff" if swapped and form == "ac3" else "song.wav")
    words = words_of(plain, tmp_path / "raw", form)
    encode(path, words.byteswap() if swapped else words, RATE_HZ)
    decoder = open_decoder(path)
    samples = np.concatenate(list(decoder.blocks()))
    decoder.close()
    assert len(samples) / RATE_HZ == pytest.approx(DURATION_S, abs=0.1)
    assert place_in(music(DURATION_S, RATE_HZ), samples[RATE_HZ : 2 * RATE_HZ]) == pytest.approx(
        1.0, abs=0.1
    )


def test_coded_sound_in_the_place_of_a_flacs_samples_is_said_to_be_so(
    plain: Path, tmp_path: Path
) -> None:
    words = words_of(plain, tmp_path / "raw", "dts").reshape(-1)
    encode(tmp_path / "song.flac", words[: len(words) // 2 * 2].reshape(-1, 2), RATE_HZ)
    with (
        Song.open(tmp_path / "song.flac") as song,
        pytest.raises(errors.SongCodedError, match=r"song\.flac: .* \(dts\)"),
    ):
        list(song.sound_blocks(RATE_HZ, lambda _: None))


@pytest.mark.parametrize("suffix", ["mpg", "wmv"])
def test_sound_that_begins_late_is_found_in_streams_and_counted_once(
    plain: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"late.{suffix}"
    picture = ("-f", "lavfi", "-i", "color=black:s=32x32:r=25:d=13")
    ffmpeg(*picture, "-itsoffset", 9, "-i", plain, path)
    with Song.open(path) as song:
        heard = sum(map(len, song.sound_blocks(8000, lambda _: None))) / 8000
    assert (heard, song.duration_s) == pytest.approx((13.0, 13.0), abs=0.2)


@pytest.mark.parametrize("suffix", ["opus", "oga"])
def test_what_was_cut_out_of_a_stream_is_as_long_as_it_is(
    plain: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"late.{suffix}"
    ffmpeg("-i", plain, "-output_ts_offset", 7200, path)
    with Song.open(path) as song:
        assert song.duration_s == pytest.approx(DURATION_S, abs=0.1)
