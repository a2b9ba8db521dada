"""Lines of input.nn in a configuration: their unit is stated, and their radius agrees with the cutoff."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ase import Atoms
from pydantic import ValidationError

from nnpot import InvalidInputError, _core
from nnpot.descriptors import DescriptorConfig, symmetry_function_lines
from nnpot.training import DirectForceConfig, TrainingConfig
from nnpot.units import BOHR

BOHR_LINES = [
    "symfunction_short H 2 O 0.03 0.5 12.0",
    "H 3 O H 0.07 1.0 4.0 12.0",
    "O 9 H H 0.07 -1.0 4.0 12.0 1.5",
    "O 20 H -2.0 12.0 p2",
    "O 22 H H 0.5 12.0 60.0 120.0 p3a",
]
CUTOFF = 12.0 * BOHR


def settings(**values: Any) -> DescriptorConfig:
    return DescriptorConfig.model_validate({"cutoff": CUTOFF, "lines": BOHR_LINES} | values)


def test_lines_in_bohr_are_the_same_functions_in_angstrom() -> None:
    random = np.random.default_rng(0)
    atoms = Atoms("OHHOHH", positions=2.5 * random.uniform(size=(6, 3)), cell=[3.0] * 3, pbc=True)
    found = _core.SymmetryFunctions(
        ["H", "O"], symmetry_function_lines(settings(lines_units="atomic"), ["H", "O"]), 6
    )
    plain = _core.SymmetryFunctions(
        ["H", "O"], [line.removeprefix("symfunction_short ") for line in BOHR_LINES], 6
    )
    assert found.cutoff == pytest.approx(CUTOFF, rel=1e-12)
    values = found.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
    expected = plain.values(atoms.positions / BOHR, atoms.numbers, atoms.cell.array / BOHR, atoms.pbc)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(values, expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("unit", [None, "metal", "real"])
def test_lines_are_in_angstrom_otherwise(unit: str | None) -> None:
    found = symmetry_function_lines(settings(cutoff=12.0, lines_units=unit), ["H", "O"])
    assert found == [line.removeprefix("symfunction_short ") for line in BOHR_LINES]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {},
            r"^descriptor.lines\[0\] \('H 2 O .*'\) reaches 12 Å, but descriptor.cutoff is 6.35013 Å; .*bohr",
        ),
        ({"cutoff": 12.0, "lines_units": "atomic"}, r"^descriptor.lines reach 6.35013 Å, but .* is 12 Å"),
        ({"cutoff": 6.0, "lines_units": "atomic"}, r"reaches 6.35013 Å, but descriptor.cutoff is 6 Å"),
        ({"cutoff": 5.0, "automatic": {}, "lines_units": "atomic"}, r"reaches 6.35013 Å"),
        ({"cutoff": 12.5}, r"^descriptor.lines reach 12 Å, but descriptor.cutoff is 12.5 Å"),
    ],
)
def test_a_cutoff_that_contradicts_the_lines_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        symmetry_function_lines(settings(**values), ["H", "O"])


def test_a_rounded_cutoff_and_short_lines_beside_other_functions_are_no_contradiction() -> None:
    symmetry_function_lines(settings(cutoff=6.35, lines_units="atomic"), ["H", "O"])
    lines = symmetry_function_lines(settings(cutoff=8.0, automatic={}, lines_units="atomic"), ["H", "O"])
    assert len(lines) > len(BOHR_LINES)


def test_a_unit_without_lines_is_refused() -> None:
    with pytest.raises(ValidationError, match="must not have lines_units without lines"):
        settings(lines=[], lines_units="atomic")


@pytest.mark.parametrize("unit", [None, "atomic", "metal"])
def test_beside_data_in_bohr_the_unit_must_be_stated(unit: str | None) -> None:
    data = {"train": ["input.data"], "units": "atomic"}
    section = {"cutoff": 6.35 if unit == "atomic" else 12.0, "lines": BOHR_LINES, "lines_units": unit}
    features = {"kind": "equivariant", "cutoff": 5.0, "invariants": section}
    for model, values in (
        (TrainingConfig, {"data": data, "descriptor": section}),
        (DirectForceConfig, {"data": data, "features": features}),
    ):
        if unit is not None:
            model.model_validate(values)
            continue
        with pytest.raises(ValidationError, match=r"descriptor.lines must say their unit where data.units"):
            model.model_validate(values)


def test_what_a_configuration_says_may_be_read_again() -> None:
    config = settings(lines_units="atomic")
    assert DescriptorConfig.model_validate(config.model_dump(mode="json", by_alias=True)) == config
