from pathlib import Path

import numpy as np
import pytest

from emoviz.training.data.layouts import read_rows
from emoviz.training.scores.spliced import following, spliced_pieces
from emoviz.units import Samples, Values
from tests.training.folders import EXTRA, SCORED


def _loudness(samples: Samples) -> Values:
    """Tell arousal exactly: in these clips it is the logarithm of the level."""
    columns = round(len(samples) / 11025)
    power = (samples[: columns * 11025].reshape(columns, -1) ** 2).mean(axis=1)
    arousal = np.log10(power / 0.59) / 2 + 1.5
    return np.stack([np.zeros(columns), arousal], axis=1)


def _slow(samples: Samples) -> Values:
    """Tell what the mean of all that is heard tells."""
    track = _loudness(samples)
    return np.broadcast_to(track.mean(axis=0), track.shape)


def test_a_piece_has_clips_of_six_songs_and_no_song_is_in_two(shared_data: Path) -> None:
    rows = read_rows(shared_data)
    pieces = spliced_pieces(rows, SCORED)
    assert [len(piece) for piece in pieces] == [6]
    assert len({row.song_id for row in pieces[0]}) == 6
    assert {row.collection for row in pieces[0]} == {SCORED}
    assert spliced_pieces(rows, SCORED) == pieces
    # Two songs are too few for a piece.
    assert spliced_pieces(rows, EXTRA) == []


def test_who_hears_the_moment_follows_and_who_hears_the_mean_does_not(shared_data: Path) -> None:
    pieces = spliced_pieces(read_rows(shared_data), SCORED)
    steps: list[tuple[int, int]] = []
    exact = following(_loudness, pieces, lambda *done: steps.append(done))
    slow = following(_slow, pieces, lambda *done: None)
    assert exact is not None
    assert slow is not None
    assert steps == [(1, 1)]
    arousal = exact["arousal"]
    assert arousal.pieces == 1
    assert arousal.r.value == pytest.approx(1.0, abs=0.02)
    assert arousal.r2.value == pytest.approx(1.0, abs=0.02)
    # A trail that stands still has no r, and is as good as the mean of the piece at best.
    assert exact["valence"].r.value == 0.0
    assert slow["arousal"].r.value == 0.0
    assert slow["arousal"].r2.value == pytest.approx(0.0, abs=0.02)
    # Each clip alone it can tell.
    assert slow["arousal"].alone_r2.value == pytest.approx(1.0, abs=0.02)


def test_without_pieces_there_is_no_score() -> None:
    assert following(_loudness, [], lambda *done: None) is None
