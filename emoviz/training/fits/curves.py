"""Loss per epoch of everything that a run fits, in training and validation, as table and picture.

The paper's Figures 6 and 7.
"""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emoviz.system import files

_COLUMNS = 3
_PANEL_INCHES = (3.6, 2.4)


@dataclass
class Curve:
    """Mean squared error after each epoch; `validation` is empty where nothing was held out."""

    training: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


def write(curves: Mapping[str, Curve], folder: Path) -> list[Path]:
    """Write `curves.csv` and `curves.png` of some fits, by name; nothing if there are none.

    Raises `errors.OutputError`.
    """
    if not curves:
        return []
    contents = {folder / "curves.csv": _table(curves), folder / "curves.png": _picture(curves)}
    files.write_whole(contents)
    return list(contents)


def _table(curves: Mapping[str, Curve]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["fit", "epoch", "training_loss", "validation_loss"])
    for name, curve in curves.items():
        for index, loss in enumerate(curve.training):
            held_out = f"{curve.validation[index]:.6f}" if curve.validation else ""
            writer.writerow([name, index + 1, f"{loss:.6f}", held_out])
    return text.getvalue().encode()


def _picture(curves: Mapping[str, Curve]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(_COLUMNS, len(curves))
    rows = math.ceil(len(curves) / columns)
    width, height = _PANEL_INCHES
    figure = Figure(figsize=(columns * width, rows * height), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for panel, (name, curve) in zip(panels, curves.items(), strict=False):
        epochs = range(1, len(curve.training) + 1)
        panel.plot(epochs, curve.training, label="training")
        if curve.validation:
            panel.plot(epochs, curve.validation, "--", label="validation")
        panel.set_title(name, fontsize="small")
        panel.set_xlabel("epoch", fontsize="small")
        panel.set_ylabel("mean squared error", fontsize="small")
        panel.tick_params(labelsize="x-small")
        panel.set_ylim(bottom=0.0)
        panel.legend(fontsize="x-small")
    for panel in list(panels)[len(curves) :]:
        panel.set_axis_off()
    picture = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(picture, format="png")
    return picture.getvalue()
