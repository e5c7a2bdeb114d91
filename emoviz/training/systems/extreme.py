"""The extreme learning machine: a hidden layer left as it was drawn, and a last one in closed form.

Huang, Zhu and Siew 2006, "Extreme learning machine: theory and applications", Neurocomputing 70.
"""

from dataclasses import dataclass

import numpy as np

from emoviz.training.scores.baselines import Doubles

_HIDDEN = 100
_PENALTY = 1.0
_SEED = 1


@dataclass(frozen=True)
class ExtremeLearningMachine:
    """Maps (n, inputs) to (n, outputs)."""

    mean: Doubles
    deviation: Doubles
    hidden: Doubles
    offset: Doubles
    out: Doubles

    @classmethod
    def fitted(cls, inputs: Doubles, targets: Doubles) -> "ExtremeLearningMachine":
        """Draw the hidden layer, and fit the last one by ridge regression."""
        random = np.random.default_rng(_SEED)
        mean: Doubles = inputs.mean(axis=0)
        deviation: Doubles = inputs.std(axis=0) + 1e-6
        hidden: Doubles = random.standard_normal((inputs.shape[1], _HIDDEN)) / np.sqrt(
            inputs.shape[1]
        )
        offset: Doubles = random.standard_normal(_HIDDEN)
        machine = cls(mean, deviation, hidden, offset, np.zeros((1, 1)))
        drawn = machine._drawn(inputs)
        gram = drawn.T @ drawn + _PENALTY * np.eye(drawn.shape[1])
        out = np.linalg.solve(gram, drawn.T @ targets).astype(np.float64)
        return cls(mean, deviation, hidden, offset, out)

    def __call__(self, inputs: Doubles) -> Doubles:
        """Estimate."""
        values: Doubles = self._drawn(inputs) @ self.out
        return values

    def _drawn(self, inputs: Doubles) -> Doubles:
        active = np.tanh((inputs - self.mean) / self.deviation @ self.hidden + self.offset)
        return np.hstack([active, np.ones((len(active), 1))])
