"""The bindings: what reaches them is refused in one line, whatever bytes it holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

import nnpot
from nnpot import _core
from nnpot.errors import FileFormatError, InvalidInputError

SIGNATURE = re.compile(r"^(\d+\. )?\w+\(.*\)( -> .*)?$|^Overloaded function\.$|^The same for the four parts")
FUNCTIONS = ["Si 2 Si 0.5 0.0 4.0", "Si 9 Si Si 0.1 1.0 1.0 4.0"]


def small_model(functions: list[str] = FUNCTIONS, elements: list[str] | None = None) -> _core.Model:
    symbols = elements or ["Si"]
    scaling = np.tile([0.0, 2.0, 1.0, 0.5], (2, 1))
    network = [(np.ones((2, 1)), np.zeros(1), "l")]
    return _core.Model(
        elements=symbols,
        cutoff_type=1,
        cutoff_alpha=0.0,
        functions=functions,
        scaling_mode="scale",
        scaling=dict.fromkeys(symbols, scaling),
        scale_min=0.0,
        scale_max=1.0,
        networks=dict.fromkeys(symbols, network),
        atom_energies=dict.fromkeys(symbols, 0.0),
        info={"trained_on": "nothing"},
    )


def test_bytes_that_are_not_utf8_reach_python_as_one_of_our_errors(tmp_path: Path) -> None:
    small_model().write(str(tmp_path))
    weights = tmp_path / "weights.014.data"
    weights.write_bytes(weights.read_bytes() + b"\xff\xe4\n")
    with pytest.raises(FileFormatError, match=r"weights\.014\.data:5: expected a number, got"):
        _core.Model.read(str(tmp_path))


def test_info_and_warnings_may_hold_any_bytes(tmp_path: Path) -> None:
    small_model().write(str(tmp_path))
    for name in ("model.info", "input.nn"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes() + b"gr\xf6\xdfe 1\n")
    model = _core.Model.read(str(tmp_path))
    assert model.info["gr��e"] == "1"
    assert "'gr??e' is not known" in model.warnings[0]


@pytest.mark.parametrize("number", [0, -1, 119, 2**32 + 14])
def test_numbers_that_are_no_element_are_refused(number: int) -> None:
    with pytest.raises(InvalidInputError, match=f"from 1 to 118, got {number}"):
        _core.Structure(np.zeros((1, 3)), np.array([number]), np.eye(3) * 9, [True] * 3)


def test_everything_that_is_bound_says_what_it_is() -> None:
    """What pybind11 writes by itself, the signatures, does not count."""
    bound = [value for name, value in vars(_core).items() if not name.startswith("_")]
    for kind in [value for value in bound if isinstance(value, type)]:
        bound += [value for name, value in vars(kind).items() if name == "__init__" or name[0] != "_"]
    assert len(bound) > 80, "too few to test anything"
    for value in bound:
        lines = [line for line in (value.__doc__ or "").splitlines() if not SIGNATURE.match(line)]
        assert len(" ".join(lines).strip()) > 15, value


def test_the_stub_names_what_is_bound() -> None:
    def public(names: Iterable[str]) -> set[str]:
        return {name for name in names if name[0] != "_" or name == "__init__"}

    tree = ast.parse(Path(nnpot.__file__).with_name("_core.pyi").read_text("utf-8"))
    stub = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert public(stub) == public(vars(_core))
    for node in stub.values():
        if isinstance(node, ast.ClassDef):
            members = [m.target.id if isinstance(m, ast.AnnAssign) else m.name for m in node.body]  # type: ignore
            bound = vars(getattr(_core, node.name))
            made = public(bound) if "__init__" in members else public(bound) - {"__init__"}
            assert public(members) == made, node.name


def test_a_structure_is_a_copy_that_cannot_be_written_to() -> None:
    positions, numbers = np.arange(6.0).reshape(2, 3), np.array([14, 8])
    found = _core.Structure(positions, numbers, np.diag([5.0, 6.0, 0.0]), [True, True, False])
    positions[0, 0], numbers[0] = 9.0, 1
    assert len(found) == 2 and found.pbc == [True, True, False]
    np.testing.assert_array_equal(found.positions, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(found.numbers, [14, 8])
    np.testing.assert_array_equal(found.cell, np.diag([5.0, 6.0, 1.0]))
    for values in (found.positions, found.numbers, found.cell):
        assert not values.flags.writeable
    view = found.positions
    del found
    assert view[1, 2] == 5.0


def test_methods_take_a_structure_or_its_parts() -> None:
    parts = (np.arange(6.0).reshape(2, 3), np.array([14, 14]), np.eye(3) * 9.0, [True] * 3)
    functions = _core.SymmetryFunctions(["Si"], FUNCTIONS, 1)
    sums = _core.ForceFeatures(["Si"], [(0.5, 0.0)], 6.0)
    whole = _core.Structure(*parts)
    np.testing.assert_array_equal(functions.values(whole), functions.values(*parts))
    named = dict(zip(("positions", "numbers", "cell", "pbc"), parts, strict=True))
    np.testing.assert_array_equal(functions.values(whole), functions.values(**named))
    np.testing.assert_array_equal(
        functions.vjp(whole, np.ones((2, 2)))[0], functions.vjp(*parts, weights=np.ones((2, 2)))[0]
    )
    np.testing.assert_array_equal(sums.vectors(whole), sums.vectors(*parts))
    np.testing.assert_array_equal(
        sums.ellipsoids(whole, np.eye(3), 1.5), sums.ellipsoids(*parts, axes=np.eye(3), stretch=1.5)
    )


def test_charges_are_named_and_refused_where_they_do_not_fit() -> None:
    model = small_model()
    assert model.long_range is None
    model.long_range = _core.LongRange(form="full", alpha=0.3, real_cutoff=5.0, charges={"Si": 0.5})
    found = model.long_range
    assert (found.form, found.alpha, found.real_cutoff, found.charges) == ("full", 0.3, 5.0, {"Si": 0.5})
    with pytest.raises(InvalidInputError, match="expected the form full or reciprocal, got 'half'"):
        _core.LongRange(form="half", alpha=0.3, real_cutoff=0.0, charges={})
    with pytest.raises(InvalidInputError, match="that of Si is missing"):
        model.long_range = _core.LongRange(form="reciprocal", alpha=0.3, real_cutoff=0.0, charges={"O": 1.0})
    assert model.long_range.charges == {"Si": 0.5}, "what is refused changes nothing"


def test_functions_and_elements_must_fit() -> None:
    with pytest.raises(InvalidInputError, match="center of a symmetry function is not among the elements"):
        small_model([*FUNCTIONS, "O 2 Si 0.5 0.0 4.0"])
    with pytest.raises(InvalidInputError, match="element O is not among the elements"):
        small_model([FUNCTIONS[0], "Si 2 O 0.5 0.0 4.0"])
    with pytest.raises(InvalidInputError, match="each named once"):
        small_model(elements=["Si", "Si"])
