"""The bindings: what reaches them is refused in one line, whatever bytes it holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnpot import _core
from nnpot.errors import FileFormatError, InvalidInputError

FUNCTIONS = ["Si 2 Si 0.5 0.0 4.0", "Si 9 Si Si 0.1 1.0 1.0 4.0"]


def small_model(functions: list[str] = FUNCTIONS, elements: list[str] | None = None) -> _core.Model:
    symbols = elements or ["Si"]
    scaling = np.tile([0.0, 2.0, 1.0, 0.5], (2, 1))
    network = [(np.ones((2, 1)), np.zeros(1), "l")]
    return _core.Model(
        symbols,
        1,
        0.0,
        functions,
        "scale",
        dict.fromkeys(symbols, scaling),
        0.0,
        1.0,
        dict.fromkeys(symbols, network),
        dict.fromkeys(symbols, 0.0),
        {"trained_on": "nothing"},
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
        _core.Potential([small_model()]).compute(
            np.zeros((1, 3)), np.array([number]), np.eye(3) * 9, [True] * 3
        )


def test_functions_and_elements_must_fit() -> None:
    with pytest.raises(InvalidInputError, match="center of a symmetry function is not among the elements"):
        small_model([*FUNCTIONS, "O 2 Si 0.5 0.0 4.0"])
    with pytest.raises(InvalidInputError, match="element O is not among the elements"):
        small_model([FUNCTIONS[0], "Si 2 O 0.5 0.0 4.0"])
    with pytest.raises(InvalidInputError, match="each named once"):
        small_model(elements=["Si", "Si"])
