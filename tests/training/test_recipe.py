from pathlib import Path

import pytest

from emoviz import errors
from emoviz.system import paths
from emoviz.training.recipe import read_recipe
from tests.training.folders import RECIPE, write_recipe


def test_a_recipe_says_what_is_in_the_file(tmp_path: Path) -> None:
    recipe = read_recipe(write_recipe(tmp_path / "tiny"))
    assert recipe.name == "tiny"
    assert recipe.seeds == (1, 2)
    assert recipe.network.channels == (4, 4, 4, 4)
    assert recipe.augmentation.noise_db == (-110.0, -60.0)


def test_the_shipped_recipe_can_be_read() -> None:
    recipe = read_recipe(paths.models() / "cae" / "recipe.toml")
    assert recipe.name == "cae"
    assert recipe.folds == 5
    assert recipe.collection == "emomusic-development"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("epochs = 3", "epocs = 3", "the key 'epocs' of [training] is unknown"),
        ("epochs = 3", "", "the key 'epochs' of [training] is missing"),
        ("epochs = 3", "epochs = 3.5", "the key 'epochs' of [training] is 3.5, not int"),
        ("epochs = 3", "epochs = 0", "the key 'epochs' of [training] is 0, not int >= 1"),
        ("folds = 2", "folds = true", "the key 'folds' is True, not int"),
        ("folds = 2", "folds = 1", "the key 'folds' is 1, not int >= 2"),
        ("seeds = [1, 2]", "seeds = [1, 1]", "'seeds' names one twice"),
        ("seeds = [1, 2]", 'seeds = ["a"]', "the key 'seeds' holds 'a', not int"),
        (
            "channels = [4, 4, 4, 4]",
            "channels = [4]",
            "[network] is [4], not list of length 4",
        ),
        ("window_columns = 60", "window_columns = 30", "is 30, not int that's a multiple of 4"),
        ("mixup = 0.2", "mixup = ", "it cannot be read"),
        ("epochs = 3", f"epochs = {'9' * 5000}", "it cannot be read"),
        ("epochs = 3", f"epochs = {'[' * 5000}", "it is nested too deeply"),
        ("[network]", "[net]", "the key 'net' is unknown"),
        ("[network]", "network = 3\n[net]", "the key 'network' is 3, not table"),
        ("seeds = [1, 2]", "seeds = []", "the key 'seeds' is [], not list of length >= 1"),
        ("channels = [4, 4, 4, 4]", "channels = [4, 4, 4, 0]", "[network] holds 0, not int >= 1"),
        ("noise_db = [-110.0, -60.0]", "noise_db = [[1], 2]", "holds [1], not float"),
        ("learning_rate = 1e-2", "learning_rate = nan", "is nan, not float > 0.0"),
        ("gain_db = 1.0", f"gain_db = {'9' * 400}", "'gain_db' of [augmentation]"),
        ("folds = 2", 'folds = 2\ntext = ""', "the key 'text' is unknown"),
        ("folds = 2", "folds = 2\ndistillation = []", "'distillation' is [], not table"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = write_recipe(tmp_path / "tiny", RECIPE.replace(old, new))
    with pytest.raises(errors.RecipeError) as raised:
        read_recipe(path)
    assert says in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.RecipeError, match="there is no such file"):
        read_recipe(tmp_path / "recipe.toml")
