"""nnpot.coulomb: Ewald sums of charges, and the same as quadratic forms of the charges of elements."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot.coulomb import coulomb_forms, ewald
from nnpot.errors import InvalidInputError

COULOMB = 14.3996454784255  # e²/(4π ε0), eV Å


def rock_salt() -> Atoms:
    """A strained cell of 8 atoms off their places."""
    atoms = bulk("NaCl", "rocksalt", a=5.64, cubic=True)
    atoms.set_cell(
        atoms.cell.array @ (np.eye(3) + [[0.02, 0.03, 0], [0, -0.01, 0.02], [0, 0, 0.01]]), scale_atoms=True
    )
    atoms.rattle(0.2, seed=2)
    return atoms


def charges_of(atoms: Atoms) -> np.ndarray:
    return np.where(atoms.symbols == "Na", 1.0, -1.0)


@pytest.mark.parametrize(
    ("structure", "nearest", "constant"),
    [("rocksalt", 0.5, 1.747564594633182), ("cesiumchloride", np.sqrt(0.75), 1.762674773070988)],
)
def test_madelung_constants(structure: str, nearest: float, constant: float) -> None:
    atoms = bulk("NaCl", structure, a=4.0)
    energy = ewald(atoms, [1.0, -1.0]).energy
    assert -energy * nearest * 4.0 / COULOMB == pytest.approx(constant, rel=1e-11)


@pytest.mark.parametrize("surroundings", ["conductor", "vacuum", "slab"])
def test_the_splitting_does_not_matter_and_forces_are_the_gradient(surroundings: str) -> None:
    atoms, step = rock_salt(), 1e-4
    charges = charges_of(atoms)
    found = ewald(atoms, charges, surroundings=surroundings)
    for alpha in (0.3, 0.8):
        other = ewald(atoms, charges, alpha, surroundings)
        assert other.energy == pytest.approx(found.energy, rel=1e-11)
        np.testing.assert_allclose(other.forces, found.forces, atol=1e-9)
        np.testing.assert_allclose(other.stress, found.stress, atol=1e-11)
    assert found.energies.sum() == pytest.approx(found.energy, rel=1e-12)
    energies = []
    for sign in (1.0, -1.0):
        moved = atoms.copy()
        moved.positions[3, 1] += sign * step
        energies.append(ewald(moved, charges, surroundings=surroundings).energy)
    assert found.forces[3, 1] == pytest.approx(-(energies[0] - energies[1]) / (2.0 * step), rel=1e-6)


def test_the_stress_is_the_strain_derivative() -> None:
    atoms, step = rock_salt(), 1e-5
    stress = ewald(atoms, charges_of(atoms)).stress
    for place, (i, j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
        energies = []
        for sign in (1.0, -1.0):
            strain = np.eye(3)
            strain[i, j] += 0.5 * sign * step
            strain[j, i] += 0.5 * sign * step
            strained = atoms.copy()
            strained.set_cell(atoms.cell.array @ strain, scale_atoms=True)
            energies.append(ewald(strained, charges_of(atoms)).energy)
        slope = (energies[0] - energies[1]) / (2.0 * step)
        assert stress[place] == pytest.approx(slope / atoms.cell.volume, rel=1e-5, abs=1e-8)


def test_forms_of_elements_say_what_charges_of_atoms_say() -> None:
    atoms = rock_salt()
    forms = coulomb_forms(atoms, ["Na", "Cl", "K"], alpha=0.6, real_cutoff=9.5)
    charges = np.array([1.0, -1.0, 3.0])
    expected = ewald(atoms, charges_of(atoms))
    assert charges @ forms.energy @ charges == pytest.approx(expected.energy, rel=1e-11)
    forces = np.einsum("idab,a,b->id", forms.forces, charges, charges)
    np.testing.assert_allclose(forces, expected.forces, atol=1e-9)
    strain = np.einsum("dab,a,b->d", forms.strain_derivatives, charges, charges)
    np.testing.assert_allclose(strain / atoms.cell.volume, expected.stress, atol=1e-11)


def test_what_makes_no_sense_is_refused() -> None:
    atoms = rock_salt()
    with pytest.raises(InvalidInputError, match="charges: expected shape"):
        ewald(atoms, [1.0])
    with pytest.raises(InvalidInputError, match="surroundings: expected conductor, vacuum, slab, got 'air'"):
        ewald(atoms, charges_of(atoms), surroundings="air")
    with pytest.raises(InvalidInputError, match="splitting parameter must be above 0"):
        ewald(atoms, charges_of(atoms), alpha=-1.0)
    atoms.pbc = (True, True, False)
    with pytest.raises(InvalidInputError, match="periodic in all three directions"):
        ewald(atoms, charges_of(atoms))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_surrounds_a_crystal_acts_on_its_dipole_along_each_axis(axis: int) -> None:
    """2π M² / V of a slab along its normal, a third of it in vacuum along any axis (de Leeuw 1980)."""
    positions = np.full((2, 3), 2.0)
    positions[1, axis] += 1.5
    atoms = Atoms("NaCl", positions, cell=[6.0, 7.0, 8.0], pbc=True)
    conductor, vacuum, slab = (
        ewald(atoms, [1.0, -1.0], surroundings=name).energy for name in ("conductor", "vacuum", "slab")
    )
    expected = COULOMB * 2.0 * np.pi * 1.5**2 / (6.0 * 7.0 * 8.0)
    assert vacuum - conductor == pytest.approx(expected / 3.0, rel=1e-9)
    assert slab - conductor == pytest.approx(expected if axis == 2 else 0.0, rel=1e-9, abs=1e-11)
