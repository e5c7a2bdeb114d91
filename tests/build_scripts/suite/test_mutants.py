"""A seed draws the same changes each time, and a change that no test notices survives."""

import ast
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from build_scripts import ROOT
from build_scripts.suite import mutants
from build_scripts.suite.mutants import KILLED, LATE, SURVIVED, Mutant, Result

Places = list[list[Mutant]]


def mutant(line: int, operator: str = "core/NumberReplacer") -> Mutant:
    return Mutant("tracks", "emoviz/tracks/words.py", "0" * 64, operator, line, line, 4)


@pytest.fixture
def places() -> Places:
    """Give a hundred places with two changes each."""
    return [[mutant(line), mutant(line, "core/AddNot")] for line in range(100)]


@pytest.fixture(scope="module")
def real_places() -> Places:
    """Give the places in the checkout, found by cosmic-ray."""
    pytest.importorskip("cosmic_ray", reason="`make mutants` installs it")
    return mutants.all_places()


def test_a_seed_draws_the_same_mutants_and_more_of_them_later(places: Places) -> None:
    drawn = mutants.draw(places, 40, seed=3)
    assert drawn == mutants.draw(places, 40, seed=3)
    assert drawn[:10] == mutants.draw(places, 10, seed=3)
    assert drawn != mutants.draw(places, 40, seed=4)
    assert len({each.line for each in drawn}) == 40
    assert {each.operator for each in drawn} == {"core/NumberReplacer", "core/AddNot"}


def test_each_is_another_program(real_places: Places) -> None:
    drawn = mutants.draw(real_places, 40, seed=3)
    assert len({(each.module, each.line, each.column) for each in drawn}) == 40
    for each in drawn[:10]:
        old = (ROOT / each.module).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(mutants.mutated(each))) != ast.dump(ast.parse(old))


def test_a_test_that_fails_kills_and_one_that_does_not_end_does_too(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import threading\n"
        "def test_good(): pass\ndef test_bad(): assert 0\n"
        "def test_endless(): threading.Event().wait()\n"
    )

    def outcome(name: str, limit_s: float | None = None) -> str:
        return mutants.run_tests(tmp_path, [f"test_it.py::{name}"], limit_s)

    assert outcome("test_good") == SURVIVED
    assert outcome("test_bad") == KILLED
    assert outcome("test_endless", 3.0) == LATE


def test_what_survives_its_room_is_killed_by_other_tests() -> None:
    drawn = first, second, third, _ = [mutant(line) for line in range(4)]
    results = [
        Result(first, ("tests/here",), SURVIVED, 1.0),
        Result(second, ("tests/here",), SURVIVED, 1.0),
        Result(third, ("tests/here",), KILLED, 1.0),
        Result(first, ("tests/there",), KILLED, 1.0),
    ]
    best = mutants.outcomes(drawn, results)
    assert best == {first: KILLED, second: SURVIVED, third: KILLED}
    every = f"{'all':<14}    3 tried,   1 survived,  66.7 % killed"
    assert mutants.table(best).splitlines()[-1] == every


def test_what_was_tried_is_read_back_and_not_tried_again(tmp_path: Path) -> None:
    file, (first, second) = tmp_path / "results.jsonl", (mutant(1), mutant(2))
    assert mutants.read(file) == []
    tried = [Result(first, mutants.ROOMS["tracks"], SURVIVED, 1.5)]
    file.write_text("".join(json.dumps(asdict(each)) + "\n" for each in tried))
    assert mutants.read(file) == tried
    waiting = [each for each, _ in mutants._waiting([first, second], tried, ())]
    assert waiting == [second]
    waiting = [each for each, _ in mutants._waiting([first, second], tried, ("tests/cli",))]
    assert waiting == [first]
