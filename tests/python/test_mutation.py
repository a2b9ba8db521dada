"""The operators of `make mutation`: each changes one place, and what they change is code."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

CODE = '''
def f(values: list[int] = 1, n: int = 0) -> float:
    """Text that is not code."""
    if not values or n < 2:
        return -np.sqrt(values.mean(axis=0)) * 3.0
    total = sum(values[1:n]) + abs(n)
    return total / 2
'''
EXPECTED = {
    "not values or n < 2  ->  values or n < 2": "not",
    "not values or n < 2  ->  not values and n < 2": "boolean",
    "n < 2  ->  n <= 2": "comparison",
    "n < 2  ->  n < 3": "constant",
    "-np.sqrt(values.mean(axis=0)) * 3.0  ->  np.sqrt(values.mean(axis=0)) * 3.0": "sign",
    "-np.sqrt(values.mean(axis=0))  ->  -values.mean(axis=0)": "call dropped",
    "-np.sqrt(values.mean(axis=0)) * 3.0  ->  -np.sqrt(values.mean(axis=0)) / 3.0": "arithmetic",
    "values.mean(axis=0)  ->  values.median(axis=0)": "function",
    "values.mean(axis=0)  ->  values.mean(axis=1)": "axis",
    "sum(values[1:n])  ->  max(values[1:n])": "function",
    "1:n  ->  1 + 1:n": "slice",
    "1 -> 2": "default",
    "total = sum(values[1:n]) + abs(n)  ->  pass": "line removed",
}


@pytest.fixture
def operators(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[1] / "mutation")
    return __import__("operators")


def test_every_operator_finds_its_place(operators: ModuleType) -> None:
    found = {one.change: one.kind for one in operators.mutations(ast.parse(CODE))}
    assert EXPECTED.items() <= found.items()
    assert not any("Text" in change for change in found)


def test_a_mutant_differs_in_one_line(operators: ModuleType) -> None:
    plain = (
        ast.unparse(ast.parse(CODE)).replace(": list[int]", "").replace(": int", "").replace(" -> float", "")
    )
    n_mutants = len(operators.mutations(ast.parse(CODE)))
    assert n_mutants > 20
    for number in range(n_mutants):
        tree = ast.parse(CODE)
        operators.apply(operators.mutations(tree)[number])
        changed = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
        lines = plain.replace("=1, n=0", " = 1, n = 0").splitlines()
        pairs = zip((line.replace(" ", "") for line in lines), changed, strict=True)
        assert sum(one != other.replace(" ", "") for one, other in pairs) == 1
