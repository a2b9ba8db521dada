"""``precision="mixed"``: how far it deviates from double, and that it stays what was asked for.

Two kinds of bounds (docs/engine.md): narrow ones for random networks on a few structures, about five times
the largest deviations found; and wide ones for all models and structures, more than twice the largest of
thousands (`tests/measure_precision.py`).
"""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.md.verlet import VelocityVerlet
from ase.units import fs, kB
from precision_bounds import deviations
from reference_models import NAMES, reference_model
from structures import structure

import nnpot
from nnpot import InvalidInputError, Potential, _core
from nnpot.units import UnitSystem

ENERGY = 5e-5
"""eV per atom."""
FORCES = 7e-5
"""Of the largest force; the same for the virial."""


@pytest.fixture(scope="module", params=["model", "smooth_model", "compact_model"])
def any_model(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_mixed_deviates_from_double_by_less_than_the_bounds(
    any_model: _core.Model, any_structure: Atoms
) -> None:
    double = Potential(any_model).predict(any_structure)
    mixed = Potential(any_model, precision="mixed").predict(any_structure)
    assert mixed.energy != double.energy
    assert abs(mixed.energy - double.energy) < ENERGY * len(any_structure)
    assert np.abs(mixed.forces - double.forces).max() < FORCES * np.abs(double.forces).max()
    assert np.abs(mixed.virial - double.virial).max() < FORCES * np.abs(double.virial).max()
    np.testing.assert_allclose(mixed.forces.sum(0), 0.0, atol=1e-11)  # sums over atoms are double


def require_what_holds_everywhere(double: Potential, mixed: Potential, atoms: Atoms) -> None:
    said = deviations(double, mixed, atoms)
    assert said.found.any() or said.force == 0.0  # networks may be saturated
    assert (said.of_what_holds_everywhere < 1.0).all(), said
    if said.grade <= 1.0:
        assert (said.of_the_bounds < 1.0).all(), said


@pytest.mark.parametrize("name", NAMES)
def test_models_of_all_kinds_deviate_by_less_than_what_holds_everywhere(name: str) -> None:
    """Also compressed and stretched, outside of all training data; charges included."""
    reference = reference_model(name)
    double = nnpot.load(reference.folder, reference.units)
    mixed = nnpot.load(reference.folder, reference.units, precision="mixed")
    # A cell below the cutoff has collinear images: windows of angles see them in mixed precision alone.
    for scale in (1.0, 1.15) if name == "compact" else (0.6, 0.8, 1.0, 1.15):
        atoms = reference.atoms.copy()
        atoms.set_cell(scale * atoms.cell, scale_atoms=False)
        atoms.positions *= scale
        require_what_holds_everywhere(double, mixed, atoms)


@pytest.fixture(scope="module", params=["doctor", "mlearn"])
def silicon(request: pytest.FixtureRequest) -> tuple[Path, UnitSystem]:
    """The small model of `nnpot doctor`, and the published one whose forces deviate most of all."""
    if request.param == "doctor":
        return Path(nnpot.__file__).parent / "data" / "doctor", UnitSystem.metal
    return request.getfixturevalue("shared_data") / "mlearn" / "Si" / "nnp", UnitSystem.atomic


@pytest.mark.parametrize("rattle", [1e-4, 1e-2, 0.3])
@pytest.mark.parametrize("lattice_constant", [3.2, 4.4, 5.43, 6.0])
def test_silicon_crystals_deviate_by_less_than_what_holds_everywhere(
    silicon: tuple[Path, UnitSystem], lattice_constant: float, rattle: float
) -> None:
    """Forces close to 0, of which no share is small, and networks far outside of their data."""
    atoms = bulk("Si", a=lattice_constant, cubic=True)
    atoms.rattle(rattle, seed=3)
    double, mixed = (nnpot.load(*silicon, precision=precision) for precision in ("double", "mixed"))
    require_what_holds_everywhere(double, mixed, atoms)


def test_load_and_calculator_keep_the_precision(model_directory: Path) -> None:
    atoms = structure("liquid")
    mixed = nnpot.load(model_directory, precision="mixed")
    assert (nnpot.load(model_directory).precision, mixed.precision) == ("double", "mixed")
    atoms.calc = nnpot.Calculator(mixed, skin=0.0)
    np.testing.assert_array_equal(atoms.get_forces(), mixed.predict(atoms).forces)
    assert np.abs(atoms.get_forces() - nnpot.load(model_directory).predict(atoms).forces).max() > 0.0


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda potential: pickle.loads(pickle.dumps(potential))])
@pytest.mark.parametrize("precision", ["double", "mixed"])
def test_copies_and_pickles_keep_the_precision(model_directory: Path, clone: Any, precision: Any) -> None:
    potential = nnpot.load(model_directory, precision=precision)
    twin = clone(potential)
    assert twin.precision == precision
    expected, got = potential.predict(structure("liquid")), twin.predict(structure("liquid"))
    np.testing.assert_allclose(got.forces, expected.forces, rtol=0, atol=1e-12)


def test_threads_keep_the_precision(model_directory: Path) -> None:
    potential = nnpot.load(model_directory, precision="mixed")
    frames = [structure("liquid")] * 6
    energies = [prediction.energy for prediction in potential.predict_many(frames, threads=3)]
    assert energies == [potential.predict(frames[0]).energy] * 6


def test_a_wrong_name_is_refused_in_one_line(model_directory: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"precision: expected double or mixed, got 'single'$"):
        nnpot.load(model_directory, precision="single")  # type: ignore[arg-type]


def drift(potential: Potential) -> tuple[float, float]:
    """How far the total energy strays in 300 steps, and how much the potential energy moves, eV."""
    atoms = structure("crystal")
    atoms.calc = nnpot.Calculator(potential)
    masses, random = atoms.get_masses()[:, None], np.random.default_rng(4)
    atoms.set_momenta(np.sqrt(masses * 300 * kB) * random.normal(size=(len(atoms), 3)))
    total, parts = [], []
    dynamics = VelocityVerlet(atoms, timestep=0.5 * fs)
    for _ in range(60):
        dynamics.run(5)
        total.append(atoms.get_total_energy())
        parts.append(atoms.get_potential_energy())
    return float(np.ptp(total)), float(np.ptp(parts))


def test_energy_is_conserved_in_mixed_as_in_double(smooth_model: _core.Model) -> None:
    in_double, motion = drift(Potential(smooth_model))
    in_mixed, _ = drift(Potential(smooth_model, precision="mixed"))
    assert motion > 0.1, "the atoms do not move"
    assert in_double < 0.02 * motion, "the step is too long to show anything"
    assert in_mixed < 1.05 * in_double + 64 * 1e-6  # 1 µeV per atom: the rounding of the energies
