"""FilmFile: pictures and sound into an MP4 file, which is there whole or not at all.

The H.264 encoder is x264, which PyAV's wheels carry. x264 is under the GPL: that leaves emoviz's
own source as it is, but a program that is given away together with those wheels (a frozen one, an
installer) is given away under the GPL as a whole.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.system import files
from emoviz.units import Samples

if TYPE_CHECKING:
    from av import AudioStream, VideoFrame, VideoStream

SUFFIX = ".mp4"
SIZES = {
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "square": (1080, 1080),
    "vertical": (1080, 1920),
}
"""Width and height of each kind of film, in pixels."""
VIEWS = ("song", "follow", "whole")
"""What the plane may show: the song large, the trail larger, or all of the plane."""
RATES = (30, 60)
"""Pictures in a second."""

SOUND_HZ = 48000
"""What players of films have their clocks set to."""

_ENCODER = "libx264"
# What moves is a small part of the picture: at this quality four minutes of 720p are 10 MB, and a
# gradient of a dark ground has no steps.
_ENCODER_OPTIONS: dict[str, object] = {"preset": "veryfast", "crf": "19", "aq-mode": "3"}
_KEY_PICTURE_S = 5
_SOUND_BIT_RATE = 192_000
_CHAPTER_HZ = 1000
_SOUND_PIECE = 1024
"""Samples that AAC puts into one packet."""
_BT709 = 1
_LIMITED_RANGE = 1


@dataclass(frozen=True)
class FilmFormat:
    """What a film is like: one of `SIZES`, and one of `RATES` in pictures a second."""

    size: str = "720p"
    rate: int = 30

    @property
    def width_px(self) -> int:
        """Width of the picture."""
        return SIZES[self.size][0]

    @property
    def height_px(self) -> int:
        """Height of the picture."""
        return SIZES[self.size][1]


class FilmFile:
    """An MP4 file (H.264, AAC) that grows in a temporary file beside its place until it is whole.

    Picture and sound are written each in its own order, at about the same pace.
    """

    def __init__(self, path: Path, film_format: FilmFormat, tags: Mapping[str, str]) -> None:
        """Begin a film that will be at `path`; `tags` has "title", "artist", "comment".

        Raises `errors.OutputError`, and `errors.FilmEncoderError` where there is no H.264.
        """
        # Imported here: the names of sizes and rates are needed by every command line.
        import av

        files.check_target(path)
        if _ENCODER not in av.codecs_available:
            raise errors.FilmEncoderError
        self.path = path
        self._temporary = files.temporary_beside(path).absolute()
        self._reformatter = av.video.reformatter.VideoReformatter()
        self._waiting = np.zeros((0, 2), np.float32)
        self._sound_samples = 0
        with files.as_output_error(path):
            self._temporary.open("xb").close()
        with self._writing():
            # With its index in front: a film begins to play before all of it has come.
            options = {"movflags": "+faststart"}
            name = str(self._temporary)
            self._container = av.open(name, "w", format="mp4", container_options=options)
            self._container.metadata.update(tags)
            self._video = self._add_picture(film_format)
            self._sound = self._add_sound()

    def set_chapters(self, chapters: Sequence[tuple[float, float, str]]) -> None:
        """Name parts of the film, each from and to a time in seconds; before anything is written.

        Raises `errors.OutputError`, after which the film is gone.
        """
        with self._writing():
            self._container.set_chapters(
                [
                    {
                        "id": number,
                        "start": round(start_s * _CHAPTER_HZ),
                        "end": round(end_s * _CHAPTER_HZ),
                        "time_base": Fraction(1, _CHAPTER_HZ),
                        "metadata": {"title": title},
                    }
                    for number, (start_s, end_s, title) in enumerate(chapters)
                ]
            )

    def converted(self, pixels: npt.NDArray[np.uint8], number: int) -> "VideoFrame":
        """Give the picture of this number, from 0 on, of pixels (height, width, 4) in BGRA.

        The pixels may change afterwards.
        """
        from av import VideoFrame
        from av.video.reformatter import ColorRange, Colorspace

        picture = self._reformatter.reformat(
            VideoFrame.from_numpy_buffer(pixels, format="bgra"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        picture.pts = number
        picture.time_base = self._video.codec_context.time_base
        return picture

    @property
    def sound_s(self) -> float:
        """How much sound has been given, in seconds."""
        return (self._sound_samples + len(self._waiting)) / SOUND_HZ

    def write_picture(self, picture: "VideoFrame") -> None:
        """Append a picture. Raises `errors.OutputError`, after which the film is gone."""
        with self._writing():
            self._container.mux(self._video.encode(picture))

    def write_sound(self, block: Samples) -> None:
        """Append samples (samples, 2) at `SOUND_HZ`.

        Raises `errors.OutputError`, after which the film is gone.
        """
        self._waiting = np.concatenate([self._waiting, block])
        ready = len(self._waiting) // _SOUND_PIECE * _SOUND_PIECE
        for begin in range(0, ready, _SOUND_PIECE):
            self._write_piece(self._waiting[begin : begin + _SOUND_PIECE])
        self._waiting = self._waiting[ready:]

    def finish(self) -> None:
        """Put the film in its place. Raises `errors.OutputError` where that fails."""
        if len(self._waiting):
            self._write_piece(self._waiting)
        with self._writing():
            for stream in (self._video, self._sound):
                self._container.mux(stream.encode(None))
            self._container.close()
            with self._temporary.open("rb") as written:
                os.fsync(written.fileno())
            self._temporary.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        from av import FFmpegError

        # What cannot be written to its end is not wanted any more either.
        with suppress(AttributeError, FFmpegError, OSError):
            self._container.close()
        with suppress(OSError):
            self._temporary.unlink()

    def _add_picture(self, film_format: FilmFormat) -> "VideoStream":
        stream = cast("VideoStream", self._container.add_stream(_ENCODER, rate=film_format.rate))
        stream.width, stream.height = film_format.width_px, film_format.height_px
        stream.pix_fmt = "yuv420p"
        stream.options = dict(_ENCODER_OPTIONS)
        context = stream.codec_context
        context.time_base = Fraction(1, film_format.rate)
        # Pictures beside each other: in slices each would be larger and take longer.
        context.thread_type = "FRAME"

        context.gop_size = _KEY_PICTURE_S * film_format.rate
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE
        return stream

    def _add_sound(self) -> "AudioStream":
        stream = self._container.add_stream("aac", rate=SOUND_HZ, layout="stereo")
        stream.bit_rate = _SOUND_BIT_RATE
        stream.codec_context.time_base = Fraction(1, SOUND_HZ)
        return stream

    def _write_piece(self, piece: Samples) -> None:
        from av import AudioFrame

        planes = np.ascontiguousarray(np.clip(piece, -1.0, 1.0).T)
        sound = AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        sound.rate = SOUND_HZ
        sound.time_base = Fraction(1, SOUND_HZ)
        # The encoder's delay comes before this zero: FFmpeg writes an edit list that leaves it out.
        sound.pts = self._sound_samples
        self._sound_samples += len(piece)
        with self._writing():
            self._container.mux(self._sound.encode(sound))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        from av import FFmpegError

        try:
            with files.as_output_error(self.path):
                yield
        except FFmpegError as error:
            self.discard()
            raise errors.OutputError(self.path, errors.words_of(error)) from error
        except UnicodeEncodeError as error:
            self.discard()
            raise errors.OutputError(
                self.path, "its name is not valid Unicode", "choose another name"
            ) from error
        except errors.OutputError:
            self.discard()
            raise
