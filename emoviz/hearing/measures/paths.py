"""The likeliest path through states in time: dynamic programming (Viterbi 1967)."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def best_path(scores: Floats, costs: Floats) -> npt.NDArray[np.intp]:
    """Give the path (n,) of states whose scores, less what changes cost, add up to most.

    `scores` is (n, states), `costs` (states, states) of going from one to another.
    """
    count, states = scores.shape
    came_from = np.zeros((count, states), np.int32)
    best = scores[0].copy() if count else np.zeros(states)
    for index in range(1, count):
        going = best[:, None] - costs
        came_from[index] = going.argmax(axis=0)
        best = going.max(axis=0) + scores[index]
    path = np.zeros(count, np.intp)
    if count:
        path[-1] = best.argmax()
    for index in range(count - 1, 0, -1):
        path[index - 1] = came_from[index, path[index]]
    return path
