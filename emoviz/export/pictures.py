"""What pictures of a song there are: kinds, sizes and forms of file. They are drawn by the window's
painters, which need Qt; what is here does not."""

from pathlib import Path

from emoviz import errors

POSTER, PLANE, CURVES, SPECTROGRAM = "poster", "plane", "curves", "spectrogram"
KINDS = (POSTER, PLANE, CURVES, SPECTROGRAM)

SIZES = {
    POSTER: (1600, 2000),
    PLANE: (1600, 1600),
    CURVES: (1920, 640),
    SPECTROGRAM: (1920, 640),
}
"""Width and height in pixels of each kind of picture if nothing else is asked for."""

SMALLEST_PX, LARGEST_PX = 200, 12_000

PNG, SVG, PDF = ".png", ".svg", ".pdf"
SUFFIXES = (PNG, SVG, PDF)


def suffix_of(path: Path) -> str:
    """Give the one of `SUFFIXES` that a name ends in. Raises `errors.OutputError`."""
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise errors.OutputError(
            path, "a picture's name ends in .png, .svg or .pdf", "choose such a name"
        )
    return suffix


def parse_size(text: str) -> tuple[int, int]:
    """Read a size such as 1920x1080, in pixels. Raises `ValueError` with a sentence."""
    parts = text.casefold().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"{text!r} is not a size such as 1920x1080")
    width, height = map(int, parts)
    if not all(SMALLEST_PX <= length <= LARGEST_PX for length in (width, height)):
        raise ValueError(f"width and height are from {SMALLEST_PX} to {LARGEST_PX} pixels")
    return width, height
