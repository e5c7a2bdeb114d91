"""How a track shows itself outside of the window: in a notebook, and with matplotlib."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.tracks.trail import runs
from emoviz.units import BAND_DEVIATIONS, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

# Okabe and Ito's blue and vermilion: apart for colour-blind eyes, and seen on black and on white.
COLOURS = {"valence": "#0072b2", "arousal": "#d55e00"}

_MOST_POINTS = 400
_PLANE_PX = 180
_CURVES_PX = 460
_FOOT_PX = 18
_TEXT = 'fill="currentColor" font-size="11" font-family="sans-serif"'
_LINE = 'stroke="currentColor" stroke-opacity="0.35"'


def html_of(times_s: Floats, values: Values, title: str) -> str:
    """Draw a track as HTML: its path over the plane, and its curves against time.

    `times_s` has shape (n,), `values` (n, 2) or (n, 4), NaN where unknown. What is not coloured has
    the colour of the text around it, so that it is read on a dark page and on a light one.
    """
    # A song of hours is no longer than the picture is wide.
    shown = slice(None, None, -(-len(times_s) // _MOST_POINTS) or 1)
    name = escape(title)
    return (
        f'<div><div style="margin-bottom:4px">{name}</div>'
        f"{_plane(values[shown], name)}{_curves(times_s[shown], values[shown], name)}</div>"
    )


def plot(times_s: Floats, values: Values, title: str, ax: "Axes | None") -> "Axes":
    """Draw a track's curves, as `html_of` takes it, on axes of matplotlib or on new ones.

    Raises `errors.ExtraMissingError` where matplotlib is not installed.
    """
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise errors.ExtraMissingError("Plots", "notebook") from error
        _, ax = pyplot.subplots()
    for column, (name, colour) in enumerate(COLOURS.items()):
        ax.plot(times_s, values[:, column], color=colour, label=name)
        if values.shape[1] == 4:
            low, high = _band(values, column)
            ax.fill_between(times_s, low, high, color=colour, alpha=0.15, linewidth=0)
    ax.set(xlabel="time (s)", ylabel="valence, arousal", ylim=(-1.0, 1.0), title=title)
    ax.axhline(0.0, color="gray", linewidth=0.5)
    ax.legend()
    return ax


def _plane(values: Values, name: str) -> str:
    x, y = _PLANE_PX * (1.0 + values[:, 0]) / 2.0, _height(values[:, 1])
    middle = _PLANE_PX // 2
    path = f'<path d="{_path(x, y)}" {_stroke(COLOURS["valence"])}/>'
    axes = f'<path d="M0 {middle}H{_PLANE_PX}M{middle} 0V{_PLANE_PX}" {_LINE}/>'
    border = f'<rect x="0.5" y="0.5" width="{_PLANE_PX - 1}" height="{_PLANE_PX - 1}" fill="none" '
    border += f"{_LINE}/>"
    labels = (
        f'<text x="{_PLANE_PX - 4}" y="{middle - 4}" text-anchor="end" {_TEXT}>valence</text>'
        f'<text x="{middle + 4}" y="13" {_TEXT}>arousal</text>'
    )
    told = f"The path of {name} over the plane of valence, to the right, and arousal, upward"
    return _picture(_PLANE_PX, told, border + axes + path + labels)


def _curves(times_s: Floats, values: Values, name: str) -> str:
    start_s, end_s = (float(times_s[0]), float(times_s[-1])) if len(times_s) else (0.0, 0.0)
    x = (times_s - start_s) * _CURVES_PX / max(end_s - start_s, 1.0)
    middle = _PLANE_PX // 2
    drawn = [f'<path d="M0 {middle}H{_CURVES_PX}" {_LINE}/>']
    for column, (dimension, colour) in enumerate(COLOURS.items()):
        if values.shape[1] == 4:
            low, high = _band(values, column)
            band = _area(x, _height(low), _height(high))
            drawn.append(f'<path d="{band}" fill="{colour}" fill-opacity="0.15"/>')
        drawn.append(f'<path d="{_path(x, _height(values[:, column]))}" {_stroke(colour)}/>')
        left = 8 + 80 * column
        drawn.append(f'<path d="M{left} 9h14" {_stroke(colour)}/>')
        drawn.append(f'<text x="{left + 18}" y="13" {_TEXT}>{dimension}</text>')
    foot = _PLANE_PX + _FOOT_PX - 5
    drawn.append(f'<text x="0" y="{foot}" {_TEXT}>{start_s:g} s</text>')
    drawn.append(f'<text x="{_CURVES_PX}" y="{foot}" text-anchor="end" {_TEXT}>{end_s:g} s</text>')
    told = f"Valence and arousal of {name} from {start_s:g} to {end_s:g} seconds, from -1 to 1"
    return _picture(_CURVES_PX, told, "".join(drawn))


def _picture(width_px: int, told: str, drawn: str) -> str:
    height_px = _PLANE_PX + _FOOT_PX
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="{height_px}" '
        f'viewBox="0 0 {width_px} {height_px}" role="img" aria-label="{told}" '
        f'style="margin-right:16px"><title>{told}</title>{drawn}</svg>'
    )


def _stroke(colour: str) -> str:
    return (
        f'fill="none" stroke="{colour}" stroke-width="1.5" '
        'stroke-linecap="round" stroke-linejoin="round"'
    )


def _band(values: Values, column: int) -> tuple[Floats, Floats]:
    """Give what holds 90 % of listeners' mean ratings, from -1 to 1."""
    reach = BAND_DEVIATIONS * values[:, column + 2]
    middle = values[:, column]
    return np.maximum(middle - reach, -1.0), np.minimum(middle + reach, 1.0)


def _height(values: Floats) -> Floats:
    return _PLANE_PX * (1.0 - values) / 2.0


def _path(x: Floats, y: Floats) -> str:
    """Draw a line through points (n,) that is broken where they are NaN."""
    # A line of no length is a dot: a value that has no neighbours is seen too.
    return "".join(f"{_points('M', x[run], y[run])}h0" for run in runs(x + y))


def _area(x: Floats, low: Floats, high: Floats) -> str:
    return "".join(
        f"{_points('M', x[run], low[run])}{_points('L', x[run][::-1], high[run][::-1])}Z"
        for run in runs(low + high)
    )


def _points(begin: str, x: Floats, y: Floats) -> str:
    pairs = (f"{left:.1f} {top:.1f}" for left, top in zip(x, y, strict=True))
    return begin + "L".join(pairs)
