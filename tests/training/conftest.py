"""Fixtures of the laboratory's tests, which take minutes of their own: `make test-more`."""

import shutil
from pathlib import Path

import pytest

from emoviz.training.data.dataset import Clip, decode, paper_ears
from emoviz.training.data.layouts import read_rows
from emoviz.training.ears.ears import small_ears
from tests.support.once import made_once
from tests.training.folders import write_data


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.more)


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that no test may change."""
    return made_once(tmp_path_factory, "tiny", write_data)


@pytest.fixture
def data(shared_data: Path, tmp_path: Path) -> Path:
    """Give a data folder of a test's own."""
    return Path(shutil.copytree(shared_data, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def clips(shared_data: Path) -> list[Clip]:
    """Give the decoded clips of the data folder."""
    return decode(read_rows(shared_data), paper_ears())


@pytest.fixture(scope="session")
def heard_clips(shared_data: Path) -> list[Clip]:
    """Give the clips as the small model hears them."""
    return decode(read_rows(shared_data), small_ears())


@pytest.fixture
def own_workplace(workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the module's folder to go on in."""
    copy = shutil.copytree(workplace, tmp_path / "work")
    monkeypatch.chdir(copy)
    return copy
