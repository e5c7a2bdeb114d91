"""Nothing that emoviz reads can run code: it reads no pickle, and nothing else that holds code.

What Python itself hands from one process of emoviz to another (an analysis by several processes, a
film, a Dask cluster) is pickled by Python on the way: that is not read from a file, and comes from
emoviz itself or from a scheduler that the user names.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import emoviz

SOURCES = sorted(Path(emoviz.__file__).parent.rglob("*.py"))
MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
READERS = {"read_pickle", "load_module", "unsafe_load", "full_load"}


def faults(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            # Its errors may be named: what torch raises is among them.
            names = {alias.name.partition(".")[0] for alias in node.names} - {"pickle"}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").partition(".")[0]}
        else:
            names = set()
        yield from (f"imports {name}" for name in sorted(names & MODULES))
        used = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if used.startswith("pickle.") and used != "pickle.UnpicklingError":
            yield f"uses {used}"
        if isinstance(node, ast.Call):
            yield from faults_of_call(node)


def faults_of_call(call: ast.Call) -> Iterator[str]:
    called = ast.unparse(call.func)
    options = {option.arg: ast.unparse(option.value) for option in call.keywords}
    if called in ("eval", "exec") or called.rpartition(".")[2] in READERS:
        yield f"calls {called}"
    if called in ("np.load", "numpy.load") and options.get("allow_pickle", "False") != "False":
        yield f"calls {called} with pickles"
    if called == "torch.load" and options.get("weights_only") != "True":
        yield "calls torch.load for more than weights"
    if called.endswith("read_array") and options.get("allow_pickle") != "False":
        yield f"calls {called} with pickles"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_no_source_reads_what_can_hold_code(source: Path) -> None:
    assert list(faults(ast.parse(source.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "pickle.load(file)",
        "from joblib import load",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "eval(text)",
    ],
)
def test_the_search_finds_what_it_is_for(line: str) -> None:
    assert len(list(faults(ast.parse(line)))) == 1
