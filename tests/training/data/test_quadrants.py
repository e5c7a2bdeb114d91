from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.training.data.collections import find_collections
from emoviz.training.data.quadrants import quadrant_folds, read_quadrants
from tests.training.folders import replace_in
from tests.training.moving import write_pieces, write_quadrants


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of four clips of half a second."""
    return write_quadrants(tmp_path / "4q", clips=4, clip_s=0.5)


def test_clips_come_with_the_signs_of_their_quadrant(folder: Path) -> None:
    clips = read_quadrants(folder)
    assert [clip.signs for clip in clips] == [(1, 1), (-1, 1), (-1, -1), (1, -1)]


def test_folds_are_of_one_size_and_the_same_each_time() -> None:
    folds = quadrant_folds(450, 5)
    assert np.bincount(folds).tolist() == [90] * 5
    assert (folds == quadrant_folds(450, 5)).all()


def test_what_is_wrong_with_a_folder_is_named(folder: Path) -> None:
    replace_in(folder / "clips.csv", "clip1,2", "clip1,5")
    with pytest.raises(errors.DataError, match="quadrant 5 of clip1 is not 1, 2, 3 or 4"):
        read_quadrants(folder)
    replace_in(folder / "clips.csv", "clip1,5", "clip0,2")
    with pytest.raises(errors.DataError, match="it names clip0 twice"):
        read_quadrants(folder)
    replace_in(folder / "clips.csv", "clip0,2", "clip9,2")
    with pytest.raises(errors.DataError, match=r"clip9.ogg: clips.csv names this clip"):
        read_quadrants(folder)
    (folder / "clips.csv").write_text("id,quadrant\n")
    with pytest.raises(errors.DataError, match="it lists no clips"):
        read_quadrants(folder)


def test_a_folder_is_a_collection_or_holds_some(folder: Path, data: Path, tmp_path: Path) -> None:
    assert find_collections(folder).quadrants == folder
    assert find_collections(data).clips == data
    write_pieces(tmp_path / "vgmidi", pieces=1)
    found = find_collections(tmp_path)
    assert (found.clips, found.pieces, found.quadrants) == (data, tmp_path / "vgmidi", folder)
    write_quadrants(tmp_path / "more", clips=1, clip_s=0.5)
    with pytest.raises(
        errors.DataError, match="more: it and 4q are both collections of clips with"
    ):
        find_collections(tmp_path)


def test_a_collection_that_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.DataError, match="4q: there is no collection of whole pieces"):
        find_collections(folder).need("pieces")
    assert find_collections(folder).need("quadrants") == folder
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.DataError, match="empty: it neither is nor holds a data set"):
        find_collections(tmp_path / "empty")
    with pytest.raises(errors.DataError, match="nowhere: this folder is missing"):
        find_collections(tmp_path / "nowhere")
