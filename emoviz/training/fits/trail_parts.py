"""What the default model's values owe to what it hears, in parts that add up exactly.

Its judging is one linear line on standardised features, so that the difference of two values is the
sum over features of weight times difference; a part is some of these. In eight groups of bands that
are levels, what all of them do together is loudness, and how they differ from that is brightness.
"""

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from emoviz.training.ears.trail_listener import FLUX, GROUPS, LOUDNESS
from emoviz.training.fits.trail import RECENT_COLUMNS, blocks

Floats = npt.NDArray[np.float64]

PARTS = ("loudness", "brightness", "attack", "harmony", "timbre", "before")
MEASURES = ("loudness", "brightness", "attack")
"""What is measured itself, so that it can be said whether it rose or fell."""

_BEFORE_FROM = 24
"""As many half-seconds back and further is what came before; nearer is what is heard."""


def tables(weights: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Give what makes parts and measures of standardised features.

    `weights` (features, 2) are those of valence and arousal, `spread` (features,) the deviations
    that features were divided by. The parts' table (features, parts, 2) adds up to the weights; the
    measures' is (features, measures).
    """
    places = blocks()
    parts = np.zeros((len(weights), len(PARTS), 2))
    measures = np.zeros((len(weights), len(MEASURES)))

    def give(part: str, features: slice) -> None:
        parts[features, PARTS.index(part)] += weights[features]

    def give_levels(features: slice) -> None:
        common = (weights[features] / spread[features, None]).mean(axis=0)
        together = spread[features, None] * common
        parts[features, PARTS.index("loudness")] += together
        parts[features, PARTS.index("brightness")] += weights[features] - together

    def give_loudness(first: int) -> None:
        for kind in range(LOUDNESS // GROUPS):
            group = slice(first + kind * GROUPS, first + (kind + 1) * GROUPS)
            # Mean and highest level; then the rises, and how much they differ.
            give_levels(group) if kind < 2 else give("attack", group)

    def give_flux(first: int) -> None:
        for start in range(first, first + FLUX, 2 * (GROUPS + 1)):
            give("attack", slice(start, start + GROUPS + 1))
            loud = start + GROUPS + 1
            give_levels(slice(loud, loud + GROUPS))
            give("loudness", slice(loud + GROUPS, loud + GROUPS + 1))

    give("timbre", places["timbre"])
    give("timbre", places["changing timbre"])
    give("harmony", places["tonality"])
    give("harmony", places["key"])
    give("attack", places["changing loudness"])
    give_loudness(places["loudness"].start)
    give_flux(places["flux"].start)
    for index, columns in enumerate(RECENT_COLUMNS):
        loudness = places["recent loudness"].start + index * LOUDNESS
        flux = places["recent flux"].start + index * FLUX
        if columns < _BEFORE_FROM:
            give_loudness(loudness)
            give_flux(flux)
        else:
            give("before", slice(loudness, loudness + LOUDNESS))
            give("before", slice(flux, flux + FLUX))
    levels = slice(places["loudness"].start, places["loudness"].start + GROUPS)
    measures[levels, 0] = spread[levels] / GROUPS
    high = np.repeat([-1.0, 1.0], GROUPS // 2) / (GROUPS // 2)
    measures[levels, 1] = spread[levels] * high
    # The rises of all bands together, of square roots of magnitudes.
    rises = places["flux"].stop - (GROUPS + 1) - 1
    measures[rises, 2] = spread[rises]
    return parts, measures


def explained(data: bytes) -> bytes:
    """Give a network of a `Trail` two more outputs: `parts` and `measures`.

    `parts` (n, columns, 2 * parts) has valence and arousal of each part in turn, `measures`
    (n, columns, measures). Raises `ValueError` where it is no such network.
    """
    model = onnx.load_from_string(data)
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    # Its last two products with the features are the judgements'.
    lines = [
        known[node.input[1]]
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[0] == "features"
    ]
    if len(lines) != 2 or any(line.shape != (len(known["spread"]), 1) for line in lines):
        raise ValueError("it does not judge by two lines")
    weights = np.concatenate(lines, axis=1).astype(np.float64)
    parts, measures = tables(weights, known["spread"].astype(np.float64))
    for name, table in (("parts", parts.reshape(len(parts), -1)), ("measures", measures)):
        tensor = numpy_helper.from_array(table.astype(np.float32), f"{name}_table")
        model.graph.initializer.append(tensor)
        model.graph.node.append(helper.make_node("MatMul", ["features", tensor.name], [name]))
        shape = ["n", model.graph.output[0].type.tensor_type.shape.dim[1].dim_value, table.shape[1]]
        output = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        model.graph.output.append(output)
    onnx.checker.check_model(model)
    made: bytes = model.SerializeToString()
    return made
