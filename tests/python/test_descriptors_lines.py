"""From grids to the lines of input.nn."""

from __future__ import annotations

import pytest

from nnpot import _core
from nnpot.descriptors import DescriptorConfig, symmetry_function_lines
from nnpot.errors import InvalidInputError


def config(**values: object) -> DescriptorConfig:
    return DescriptorConfig.model_validate({"cutoff": 4.0, **values})


def test_a_radial_grid_has_every_product_for_every_pair_of_elements() -> None:
    grid = {"type": "radial", "eta": [0.5, 1.0], "r_shift": [0.0, 2.0]}
    lines = symmetry_function_lines(config(symmetry_functions=[grid]), ["H", "O"])
    assert len(lines) == len(set(lines)) == 2 * 2 * 4
    assert "H 2 O 0.5 2.0 4.0" in lines


@pytest.mark.parametrize(("name", "number"), [("angular_narrow", 3), ("angular_wide", 9)])
def test_an_angular_grid_has_every_unordered_pair_of_neighbours(name: str, number: int) -> None:
    grid = {"type": name, "eta": 0.1, "zeta": [1, 4], "lambda": [-1, 1], "r_shift": 1.5, "cutoff": 3.5}
    lines = symmetry_function_lines(config(symmetry_functions=[grid]), ["H", "O"])
    assert len(lines) == len(set(lines)) == 2 * 3 * 4
    assert f"O {number} H O 0.1 -1.0 4.0 3.5 1.5" in lines
    functions = _core.SymmetryFunctions(["H", "O"], lines, 1)
    assert len(functions.functions("H")) == 12 and functions.cutoff == 3.5


def test_single_lines_are_taken_as_they_are_and_repeats_are_dropped() -> None:
    line = "Si 2 Si 0.5 0.0 4.0"
    grid = {"type": "radial", "eta": 0.5}
    assert symmetry_function_lines(config(symmetry_functions=[grid], lines=[line]), ["Si"]) == [line]


def test_a_line_with_an_element_that_the_data_lack_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"descriptor\.lines\[0\] names element 'O'.*have Si"):
        symmetry_function_lines(config(lines=["Si 2 O 0.5 0.0 4.0"]), ["Si"])


def test_a_line_that_is_no_symmetry_function_is_named() -> None:
    lines = ["Si 2 Si 0.5 0.0 4.0", "Si 2 Si 0.5x 0.0 4.0"]
    with pytest.raises(InvalidInputError, match=r"descriptor\.lines\[1\] .*expected a number, got '0\.5x'"):
        symmetry_function_lines(config(lines=lines), ["Si", "O"])
