from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.training.data import cache
from emoviz.training.data.dataset import Clip, paper_ears
from tests.training.folders import replace_in


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_clips_come_back_from_the_cache_without_decoding(
    shared_data: Path, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cache.prepared(shared_data, paper_ears())
    monkeypatch.setattr(cache, "decode", lambda *_: pytest.fail("decoded a second time"))
    second = cache.prepared(shared_data, paper_ears())
    assert len(first) == len(second) == len(clips)
    for one, other, fresh in zip(first, second, clips, strict=True):
        assert (other.song_id, other.group, other.collection) == (
            fresh.song_id,
            fresh.group,
            fresh.collection,
        )
        np.testing.assert_array_equal(one.columns, other.columns)
        np.testing.assert_array_equal(other.columns, fresh.columns)
        np.testing.assert_array_equal(other.labels, fresh.labels)


def test_changed_labels_make_a_new_cache(data: Path) -> None:
    before = cache.prepared(data, paper_ears())
    replace_in(data / "clips.csv", "3_30.0.ogg,3,30.0", "3_30.0.ogg,3,29.0")
    after = cache.prepared(data, paper_ears())
    changed = [a.start_s for a, b in zip(after, before, strict=True) if a.start_s != b.start_s]
    assert changed == [29.0]


def test_a_damaged_cache_is_named(shared_data: Path) -> None:
    cache.prepared(shared_data, paper_ears())
    path = cache.cache_file(shared_data, paper_ears())
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(
        errors.DataError, match=r"tiny-columns.npz: this cache .* is damaged; delete it"
    ):
        cache.prepared(shared_data, paper_ears())


def test_progress_is_told(shared_data: Path) -> None:
    told: list[tuple[int, int]] = []
    clips = cache.prepared(
        shared_data, paper_ears(), lambda done, total: told.append((done, total))
    )
    assert told == [(done, len(clips)) for done in range(1, len(clips) + 1)]
