"""Every system of the field."""

from collections.abc import Callable, Sequence

from emoviz.training.data.dataset import Clip
from emoviz.training.scores import baselines
from emoviz.training.scores.baselines import Ask
from emoviz.training.systems.published import published_systems
from emoviz.training.systems.recurrent import recurrent_systems
from emoviz.training.systems.system import Learn, System


def field_systems() -> list[System]:
    """Give every system that hears mel bands only, from the simplest."""
    statistics = "mean and deviation of each mel band over the clip"
    return [
        System("constant", "mean of the training labels", _still(baselines.constant)),
        System("ridge", f"ridge regression, {statistics}", _still(baselines.ridge)),
        System(
            "SVR", f"support vector regression, {statistics}", _still(baselines.support_vectors)
        ),
        System("gradient boosting", f"small trees, {statistics}", _still(baselines.boosting)),
        *recurrent_systems(),
        *published_systems(),
    ]


def _still(learn: Callable[[Sequence[Clip]], Ask]) -> Learn:
    return lambda train, test, note: learn(train)
