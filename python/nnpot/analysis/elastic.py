"""Lattice constant and elastic constants at 0 K."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms, units
from scipy.optimize import brentq

from nnpot.errors import NnpotError
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.lammps.system import VOIGT, LammpsSystem
from nnpot.support.arrays import Array
from nnpot.support.progress import progress


@dataclass(frozen=True)
class CubicElasticity:
    """A cubic crystal at rest: ``a`` in Å, energy in eV/atom, elastic constants in GPa (atoms relaxed)."""

    lattice_constant: float
    energy_per_atom: float
    c11: float
    c12: float
    c44: float


def relaxed(atoms: Atoms, elements: Sequence[str], pair: PairCommands) -> Atoms:
    """A copy whose atoms are at rest in the given cell, with energy, forces and stress."""
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, elements, pair)
        system.minimize()
        frame = system.snapshot()
    return frame


def equilibrium_cell(atoms: Atoms, elements: Sequence[str], pair: PairCommands, span: float = 0.05) -> Atoms:
    """The cell scaled until its pressure vanishes, atoms relaxed; its shape stays.

    The length is sought within the fraction ``span`` of the start; `NnpotError` if the pressure does not
    change its sign there.
    """

    def scaled(scale: float) -> Atoms:
        copy = atoms.copy()
        copy.set_cell(atoms.cell * scale, scale_atoms=True)
        return relaxed(copy, elements, pair)

    def pressure(scale: float) -> float:
        return -float(scaled(scale).get_stress()[:3].mean())

    low, high = 1.0 - span, 1.0 + span
    if not pressure(low) > 0.0 > pressure(high):
        raise NnpotError(
            f"the pressure must vanish between {low} and {high} of the given cell's length, but does not; "
            "start closer to the equilibrium"
        )
    return scaled(brentq(pressure, low, high, xtol=1e-9))


def elastic_tensor(atoms: Atoms, elements: Sequence[str], pair: PairCommands, strain: float = 1e-3) -> Array:
    """Elastic constants (6, 6) in GPa from the change of stress with strain, atoms relaxed.

    C_ab = dσ_a/dε_b by central differences of ``strain`` around a cell at rest, Voigt order xx yy zz yz xz xy
    with γ = 2ε for shear.
    """
    tensor = np.zeros((6, 6))
    with progress(f"elastic constants, {pair.style}", 6) as bar:
        for column, (i, j) in enumerate(VOIGT):
            stresses = []
            for size in (-strain, strain):
                deformation = np.eye(3)
                deformation[i, j] += 0.5 * size
                deformation[j, i] += 0.5 * size
                copy = atoms.copy()
                copy.set_cell(atoms.cell @ deformation, scale_atoms=True)
                stresses.append(relaxed(copy, elements, pair).get_stress())
            tensor[:, column] = (stresses[1] - stresses[0]) / (2.0 * strain) / units.GPa
            bar.advance()
    return tensor


def cubic_elasticity(atoms: Atoms, elements: Sequence[str], pair: PairCommands) -> CubicElasticity:
    """Lattice constant, energy and elastic constants of a crystal, given by its cubic cell along x, y, z."""
    rest = equilibrium_cell(atoms, elements, pair)
    tensor = elastic_tensor(rest, elements, pair)
    return CubicElasticity(
        lattice_constant=float(rest.cell.lengths()[0]),
        energy_per_atom=rest.get_potential_energy() / len(rest),
        c11=float(np.mean([tensor[i, i] for i in range(3)])),
        c12=float(np.mean([tensor[i, j] for i in range(3) for j in range(3) if i != j])),
        c44=float(np.mean([tensor[i, i] for i in range(3, 6)])),
    )
