"""Models in every way that they can be written give what plain numpy says: tests/data/slow_reference.py.

The published potentials of other programs lie beside the repository and may be missing; these are part of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from reference_models import MODELS, NAMES, reference_model

import nnpot


@pytest.mark.parametrize("name", NAMES)
def test_a_model_gives_the_numbers_of_plain_numpy(name: str) -> None:
    expected = reference_model(name)
    found = nnpot.load(expected.folder, units=expected.units).predict(expected.atoms)
    tolerance = 1e-10 * np.abs(expected.forces).max()
    assert np.abs(expected.forces).max() > 0.05, "forces too small to test anything"
    assert found.energy == pytest.approx(expected.energy, rel=1e-11)
    np.testing.assert_allclose(found.forces, expected.forces, rtol=0, atol=tolerance)
    np.testing.assert_allclose(
        found.virial, expected.virial, rtol=0, atol=1e-10 * np.abs(expected.virial).max()
    )
    if expected.atomic_energies is not None:
        np.testing.assert_allclose(found.atomic_energies, expected.atomic_energies, rtol=1e-10)
    if expected.atoms.pbc.all():
        matrix = -expected.virial / expected.atoms.cell.volume
        stress = matrix[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        np.testing.assert_allclose(found.stress, stress, rtol=0, atol=1e-10 * np.abs(stress).max())


def test_the_models_hold_what_the_documents_promise() -> None:
    """All types, cutoffs and scalings, so that no line of the table in docs/formats.md goes untested."""
    lines = [line.split() for name in NAMES for line in (MODELS / name / "input.nn").read_text().splitlines()]
    assert {line[2] for line in lines if line[0] == "symfunction_short"} == set(
        ["1", "2", "3", "4", "9", "12", "13", "20", "21", "22", "23", "24", "25"]
    )
    assert {line[1] for line in lines if line[0] == "cutoff_type"} == set("12345678")
    letters = {letter for line in lines if line[0] == "global_activation_short" for letter in line[1:]}
    assert letters == set("tlpsSgcehT")
    subtypes = {
        line[-1] for line in lines if line[0] == "symfunction_short" and line[2] in ("20", "21", "22")
    }
    subtypes |= {
        line[-1] for line in lines if line[0] == "symfunction_short" and line[2] in ("23", "24", "25")
    }
    assert subtypes == {"p1", "p2", "p3", "p4", "p2a", "p3a", "p4a", "e"}
    keywords = {line[0] for line in lines}
    assert keywords >= {
        "scale_symmetry_functions_sigma",
        "center_symmetry_functions",
        "mean_energy",
        "long_range",
    }


@pytest.fixture
def slow_reference(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.syspath_prepend(str(MODELS.parent))
    yield __import__("slow_reference")
    sys.modules.pop("slow_reference", None)


@pytest.mark.parametrize("name", ["radial_and_angular", "charges_full"])
def test_what_is_stored_is_what_the_slow_reference_says(name: str, slow_reference: object) -> None:
    """One energy and one force, by differences: the rest takes longer than a test should."""
    expected = reference_model(name)
    atoms = expected.atoms
    model = slow_reference.read_model(expected.folder)  # type: ignore[attr-defined]

    def energy(step: float) -> float:
        positions = atoms.positions.copy()
        positions[2, 1] += step
        structure = slow_reference.Structure(atoms.numbers, positions, atoms.cell.array, atoms.pbc)  # type: ignore[attr-defined]
        return float(slow_reference.energy(model, expected.units, structure).real)  # type: ignore[attr-defined]

    assert energy(0.0) == pytest.approx(expected.energy, rel=1e-12)
    force = -(energy(1e-4) - energy(-1e-4)) / 2e-4
    assert force == pytest.approx(expected.forces[2, 1], abs=1e-6 * np.abs(expected.forces).max())
