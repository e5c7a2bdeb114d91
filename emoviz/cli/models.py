"""`emoviz models`: what models there are, the default one with a star."""

import argparse

from emoviz import errors
from emoviz.models import estimator
from emoviz.system.terminal import complain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `emoviz models` runs; it takes no arguments."""
    parser.set_defaults(run=lambda _: list_models())


def list_models() -> int:
    """Print what is known of each model; 1 if one is broken, which does not hide the others."""
    broken = 0
    for name in estimator.installed():
        try:
            info = estimator.describe(name)
        except errors.ModelBrokenError as error:
            broken += 1
            complain(str(error))
            continue
        mark = "*" if name == estimator.DEFAULT_MODEL else " "
        print(f"{mark} {info.name} {info.version}  {info.title}\n    {info.summary}")
        print(f"    weights: {info.licence}\n    card: {info.card}")
    return 1 if broken else 0
