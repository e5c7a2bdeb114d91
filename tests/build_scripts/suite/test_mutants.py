"""A seed draws the same changes each time, and a change that no test notices survives."""

import ast
from pathlib import Path

import pytest

from build_scripts import ROOT

pytest.importorskip("cosmic_ray", reason="`make mutants` installs it")

from build_scripts.suite import mutants
from build_scripts.suite.mutants import KILLED, LATE, SURVIVED, Mutant, Result

Places = list[list[Mutant]]


@pytest.fixture(scope="module")
def places() -> Places:
    return mutants.all_places()


@pytest.fixture
def drawn(places: Places) -> list[Mutant]:
    return mutants.draw(places, 40, seed=3)


def test_a_seed_draws_the_same_mutants_and_more_of_them_later(
    places: Places, drawn: list[Mutant]
) -> None:
    assert drawn == mutants.draw(places, 40, seed=3)
    assert drawn[:10] == mutants.draw(places, 10, seed=3)
    assert drawn != mutants.draw(places, 40, seed=4)
    assert len({(mutant.module, mutant.line, mutant.column) for mutant in drawn}) == 40


def test_each_is_another_program(drawn: list[Mutant]) -> None:
    for mutant in drawn[:10]:
        old = (ROOT / mutant.module).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(mutants.mutated(mutant))) != ast.dump(ast.parse(old))


def test_a_test_that_fails_kills_and_one_that_does_not_end_does_too(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_good(): pass\ndef test_bad(): assert 0\ndef test_endless():\n while 1: pass\n"
    )

    def outcome(name: str, limit_s: float | None = None) -> str:
        return mutants.run_tests(tmp_path, [f"test_it.py::{name}"], limit_s)

    assert outcome("test_good") == SURVIVED
    assert outcome("test_bad") == KILLED
    assert outcome("test_endless", 3.0) == LATE


def test_what_survives_its_room_is_killed_by_other_tests(drawn: list[Mutant]) -> None:
    first, second, third, *_ = drawn
    results = [
        Result(first, ("tests/here",), SURVIVED, 1.0),
        Result(second, ("tests/here",), SURVIVED, 1.0),
        Result(third, ("tests/here",), KILLED, 1.0),
        Result(first, ("tests/there",), KILLED, 1.0),
    ]
    assert mutants.outcomes(drawn, results) == {first: KILLED, second: SURVIVED, third: KILLED}
