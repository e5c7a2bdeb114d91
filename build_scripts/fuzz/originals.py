"""Real files for the fuzzer to spoil: short songs in every format, with tags and covers."""

import io
from dataclasses import dataclass
from pathlib import Path

import av
import mutagen
import numpy as np
import soundfile
from mutagen.flac import Picture
from mutagen.id3 import APIC, ID3, TALB, TIT2, TPE1
from mutagen.mp4 import MP4Cover

from tests.support.audio import Floats, music

_SHORT_S, _LONG_S = 1.3, 34.0
_RATE_HZ, _LOW_RATE_HZ = 22050, 8000
_TITLE, _ARTIST, _ALBUM = "Für Élise", "L. v. Beethoven", "Bagatellen"

_SOUNDFILE = {
    "wav": ("u8.wav", "WAV", "PCM_U8"),
    "wav 16": ("16.wav", "WAV", "PCM_16"),
    "wav 24": ("24.wav", "WAV", "PCM_24"),
    "wav 32": ("32.wav", "WAV", "PCM_32"),
    "wav float": ("float.wav", "WAV", "FLOAT"),
    "wav double": ("double.wav", "WAV", "DOUBLE"),
    "wav µ-law": ("ulaw.wav", "WAV", "ULAW"),
    "wav ADPCM": ("adpcm.wav", "WAV", "MS_ADPCM"),
    "wav IMA": ("ima.wav", "WAV", "IMA_ADPCM"),
    "wav GSM": ("gsm.wav", "WAV", "GSM610"),
    "wav extensible": ("extensible.wav", "WAVEX", "PCM_24"),
    "rf64": ("rf64.wav", "RF64", "PCM_16"),
    "w64": ("song.w64", "W64", "PCM_24"),
    "aiff": ("song.aiff", "AIFF", "PCM_16"),
    "aiff float": ("float.aif", "AIFF", "FLOAT"),
    "aifc": ("song.aifc", "AIFF", "IMA_ADPCM"),
    "au": ("song.au", "AU", "PCM_16"),
    "au G.721": ("g721.au", "AU", "G721_32"),
    "caf": ("song.caf", "CAF", "PCM_16"),
    "caf alac": ("alac.caf", "CAF", "ALAC_16"),
    "8svx": ("song.8svx", "SVX", "PCM_S8"),
    "nist": ("song.nist", "NIST", "PCM_16"),
    "voc": ("song.voc", "VOC", "PCM_16"),
    "ircam": ("song.sf", "IRCAM", "PCM_16"),
    "pvf": ("song.pvf", "PVF", "PCM_16"),
    "mat4": ("4.mat", "MAT4", "PCM_16"),
    "mat5": ("5.mat", "MAT5", "FLOAT"),
    "paf": ("song.paf", "PAF", "PCM_24"),
    "flac": ("song.flac", "FLAC", "PCM_16"),
    "flac 24": ("24.flac", "FLAC", "PCM_24"),
    "ogg": ("song.ogg", "OGG", "VORBIS"),
    "opus": ("song.opus", "OGG", "OPUS"),
    "mp3": ("song.mp3", "MP3", "MPEG_LAYER_III"),
}

_MONO = ("wav GSM", "au G.721", "8svx", "aifc")

_FFMPEG = {
    "mp3 Xing": ("xing.mp3", "mp3", "libmp3lame", False),
    "mp2": ("song.mp2", "mp2", "mp2", False),
    "m4a": ("song.m4a", "ipod", "aac", False),
    "m4a alac": ("alac.m4a", "ipod", "alac", False),
    "aac": ("song.aac", "adts", "aac", False),
    "wma": ("song.wma", "asf", "wmav2", False),
    "wma 1": ("1.wma", "asf", "wmav1", False),
    "ac3": ("song.ac3", "ac3", "ac3", False),
    "ogg flac": ("flac.ogg", "ogg", "flac", False),
    "mka": ("song.mka", "matroska", "flac", False),
    "wavpack": ("song.wv", "wv", "wavpack", False),
    "tta": ("song.tta", "tta", "tta", False),
    "mp4 film": ("film.mp4", "mp4", "aac", True),
    "mov film": ("film.mov", "mov", "pcm_s16le", True),
    "mkv film": ("film.mkv", "matroska", "aac", True),
    "webm": ("song.webm", "webm", "libopus", False),
    "avi film": ("film.avi", "avi", "pcm_s16le", True),
    "mpeg-ts": ("film.ts", "mpegts", "aac", True),
    "flv": ("song.flv", "flv", "aac", False),
}

_LONG = {"wav long": "long.wav", "mp3 long": "long.mp3", "ogg long": "long.ogg"}
"""Longer than a window of any model"""


@dataclass(frozen=True)
class Original:
    """A good file: its format, its name and its bytes."""

    form: str
    name: str
    data: bytes


def write_originals(folder: Path, forms: list[str] | None = None) -> list[Original]:
    """Make a song in every format, or in those of `forms`; they are written into a new `folder`."""
    folder.mkdir()
    songs = []
    for form in forms or [*_SOUNDFILE, *_FFMPEG, *_LONG]:
        path = _write(form, folder)
        songs.append(Original(form, path.name, path.read_bytes()))
    return songs


def cover(width: int = 64) -> bytes:
    """Give a small picture, as PNG."""
    encoder = av.CodecContext.create("png", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width = encoder.height = width
    encoder.pix_fmt = "rgb24"
    shades = np.linspace(0, 255, width * width * 3).astype(np.uint8).reshape(width, width, 3)
    frame = av.VideoFrame.from_ndarray(shades, "rgb24")
    return b"".join(map(bytes, (*encoder.encode(frame), *encoder.encode(None))))


def _write(form: str, folder: Path) -> Path:
    seed = sum(form.encode())
    if form in _LONG:
        path = folder / _LONG[form]
        _write_soundfile(path, music(_LONG_S, _LOW_RATE_HZ, seed), _LOW_RATE_HZ)
        return path
    if form in _SOUNDFILE:
        name, kind, subtype = _SOUNDFILE[form]
        path = folder / name
        rate_hz = 24000 if subtype == "OPUS" else _RATE_HZ
        sound = music(_SHORT_S, rate_hz, seed)
        sound = sound[:, :1] if form in _MONO else sound
        _write_soundfile(path, sound, rate_hz, format=kind, subtype=subtype)
    else:
        name, container, codec, has_picture = _FFMPEG[form]
        path = folder / name
        _encode(path, container, codec, has_picture=has_picture)
    _tag(path)
    return path


def _write_soundfile(path: Path, sound: Floats, rate_hz: int, **options: str) -> None:
    with soundfile.SoundFile(path, "w", rate_hz, sound.shape[1], **options) as file:
        # In pieces: libsndfile's vorbis encoder puts what it is given on the stack.
        for begin in range(0, len(sound), 8192):
            file.write(sound[begin : begin + 8192])


def _encode(path: Path, container_name: str, codec: str, *, has_picture: bool) -> None:
    rate_hz = 48000 if codec in ("libopus", "ac3") else 44100
    sound = music(_SHORT_S, rate_hz)
    options = {"strict": "experimental"}
    with av.open(path, "w", format=container_name, options=options) as container:
        container.metadata.update(title=_TITLE, artist=_ARTIST, album=_ALBUM)
        picture = container.add_stream("mpeg4", rate=5) if has_picture else None
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo")
        stream.bit_rate = 128000
        if picture is not None:
            picture.width = picture.height = 32
            picture.pix_fmt = "yuv420p"
            for _ in range(round(5 * _SHORT_S)):
                black = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
                container.mux(picture.encode(black))
            container.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.T, np.float32), format="fltp", layout="stereo"
        )
        frame.rate = rate_hz
        resampler = av.AudioResampler(
            stream.codec_context.format, "stereo", rate_hz, stream.codec_context.frame_size or 4096
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(packet for packet in stream.encode(piece) if packet.size)
        container.mux(packet for packet in stream.encode(None) if packet.size)


def _tag(path: Path) -> None:
    """Put title, artist, album and a cover where mutagen knows how."""
    picture = cover()
    if path.name == "rf64.wav":
        return
    if path.suffix in (".mp3", ".wav", ".aiff", ".aif"):
        opened = mutagen.File(path)
        if opened.tags is None:
            opened.add_tags()
        assert isinstance(opened.tags, ID3)
        opened.tags.add(TIT2(encoding=3, text=_TITLE))
        opened.tags.add(TPE1(encoding=1, text=_ARTIST))
        opened.tags.add(TALB(encoding=0, text=_ALBUM))
        opened.tags.add(APIC(encoding=0, mime="image/png", type=3, desc="cover", data=picture))
        opened.save(v2_version=3 if path.name == "xing.mp3" else 4)
    elif path.suffix == ".m4a":
        opened = mutagen.File(path)
        opened["covr"] = [MP4Cover(picture, MP4Cover.FORMAT_PNG)]
        opened.save()
    elif path.suffix in (".flac", ".ogg", ".opus"):
        opened = mutagen.File(path)
        opened.update(title=_TITLE, artist=_ARTIST, album=_ALBUM)
        image = Picture()
        image.data, image.mime, image.type = picture, "image/png", 3
        if path.suffix == ".flac":
            opened.add_picture(image)
        opened.save()


def wav_of(sound: Floats, rate_hz: int, subtype: str = "FLOAT") -> bytes:
    """Give the bytes of a wav."""
    file = io.BytesIO()
    soundfile.write(file, sound, rate_hz, format="WAV", subtype=subtype)
    return file.getvalue()
