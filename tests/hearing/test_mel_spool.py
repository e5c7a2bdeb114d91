"""What waits to be heard is kept, in memory or on the disk, and leaves nothing behind."""

import gc
import warnings

import numpy as np
import pytest

from emoviz.hearing import mel_spool
from emoviz.hearing.mel_frames import Frames
from emoviz.hearing.mel_spool import MelSpool


def block(number: int, columns: int = 5) -> Frames:
    random = np.random.default_rng(number)
    return Frames(
        (
            random.standard_normal((columns, 4, 3)).astype(np.float32),
            random.standard_normal((columns, 2, 7)).astype(np.float32),
        )
    )


@pytest.mark.parametrize("in_memory_bytes", [100, 10**9])
def test_blocks_come_back_as_they_were(
    in_memory_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mel_spool, "_IN_MEMORY_BYTES", in_memory_bytes)
    spool = MelSpool()
    for number in range(6):
        spool.put(number, block(number))
    for number in (1, 4):
        spool.drop(number)
    spool.put(6, block(6, columns=2))
    assert len(spool) == 5
    assert 1 not in spool
    for number, columns in ((0, 5), (2, 5), (3, 5), (5, 5), (6, 2)):
        for found, put in zip(
            spool.get(number).by_front_end, block(number, columns).by_front_end, strict=True
        ):
            np.testing.assert_array_equal(found, put)


def test_a_spool_that_is_dropped_leaves_no_open_file() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spool = MelSpool()
        spool.put(0, block(0))
        file = spool._file
        del spool
        gc.collect()
        assert file.closed
