"""The scores of a system that learnt without each fold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emoviz.training.data.layouts import read_rows
from emoviz.training.data.pieces import read_pieces
from emoviz.training.data.quadrants import read_quadrants
from emoviz.training.data.sounds import decoded
from emoviz.training.scores import steps
from emoviz.training.scores.folded import Fold, Said, folded, said
from emoviz.training.scores.pieces import moving
from emoviz.training.scores.untrained import untrained
from emoviz.units import Samples, Values
from tests.training.folders import SCORED
from tests.training.moving import write_pieces, write_quadrants


def _loudness(samples: Samples) -> Values:
    return np.repeat(untrained(samples)["loudness"], 2, axis=1)


def _of_file(audio: Path) -> Values:
    return _loudness(decoded(audio))


def test_pieces_of_folds_are_scored_as_those_of_one_model(tmp_path: Path) -> None:
    # Notes that end later than was annotated: labels are stretched to where they are heard.
    pieces = [
        replace(piece, notes_end_s=1.12 * piece.duration_s)
        for piece in read_pieces(write_pieces(tmp_path / "pieces"))
    ]
    folds = [Fold([], [piece], []) for piece in pieces]
    answers = [said(_loudness, _of_file, fold, SCORED, len(folds)) for fold in folds]
    at_once = moving(lambda samples: {"all": _loudness(samples)}, pieces, lambda *done: None)
    assert folded(folds, answers).pieces == at_once["all"]


def test_every_collection_is_scored_and_shares_of_joins_make_all(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "JOINS", 3)
    clips = read_quadrants(write_quadrants(tmp_path / "sides", clips=8, clip_s=21.0))
    folds = [Fold(read_rows(shared_data), [], clips[:4]), Fold([], [], clips[4:])]
    found = folded(folds, [said(_loudness, _of_file, fold, SCORED, 2) for fold in folds])
    assert found.spliced["arousal"].pieces == 1
    # Two in each fold.
    assert found.steps["arousal"].joins == 4
    assert found.quadrants.clips == 8
    assert found.quadrants.auc["arousal"].value == 1.0
    # Nobody was asked about pieces.
    assert found.pieces["arousal"].count == 0
    assert found.pieces["arousal"].r.value is None
    assert found.piece_coverage["arousal"].value is None


def test_deviations_tell_how_many_labels_lie_in_the_band(tmp_path: Path) -> None:
    pieces = read_pieces(write_pieces(tmp_path / "pieces"))
    tracks = [
        np.concatenate([_loudness(decoded(piece.audio)) * 0.0, np.full((48, 2), sd)], axis=1)
        for piece, sd in zip(pieces, (1.0, 1.0, 1e-3), strict=True)
    ]
    empty = Said([], {"valence": [], "arousal": []}, tracks, [])
    found = folded([Fold([], pieces, [])], [empty])
    assert found.piece_coverage["arousal"].value == pytest.approx(2 / 3)
    plain = Said([], empty.ways, [track[:, :2] for track in tracks], [])
    assert folded([Fold([], pieces, [])], [plain]).piece_coverage["arousal"].value is None
