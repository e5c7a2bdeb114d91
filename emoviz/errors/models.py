"""What can be wrong with a model, its data and its making."""

from pathlib import Path

from emoviz.errors.base import EmovizError


class ModelError(EmovizError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError):
    """No model folder has the name that was asked for."""

    def __init__(self, name: str, known: list[str]) -> None:
        choice = f"choose one of: {', '.join(known)}" if known else "no model is installed"
        super().__init__(f"there is no model named {name!r}; {choice}.")


class ModelBrokenError(ModelError):
    """A model folder lacks something or contradicts itself."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"{folder}: this model folder cannot be used: {reason}; "
            "reinstall the model or choose another."
        )


class DataError(EmovizError):
    """A training data folder is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: {reason}; see the description of the data folder in model/README.md."
        )


class RecipeError(EmovizError):
    """A training recipe is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: this recipe cannot be used: {reason}; compare model/cae/recipe.toml."
        )


class TrainingError(EmovizError):
    """A training cannot go on, or what it made is not fit to be kept."""
