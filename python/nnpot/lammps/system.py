"""One structure inside a running LAMMPS: computed, moved, and read back as ``ase.Atoms``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import atomic_masses, atomic_numbers

from nnpot.errors import InvalidInputError
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.support.arrays import Array

BAR = 1.0 / 1.6021765e6
"""eV/Å³: LAMMPS's own factor of metal units, so that stresses come back with all their digits."""
STRESS_NAMES = ("pxx", "pyy", "pzz", "pyz", "pxz", "pxy")
TRUST = " c_trust[1] c_trust[3]"
"""Thermo quantities of a committee that is watched: largest force spread and largest grade."""
GLOBAL, VECTOR = 0, 1  # LAMMPS's numbers of what is taken out of a compute
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


class LammpsSystem:
    """A structure with a potential in an open LAMMPS.

    LAMMPS wants a lower-triangular, right-handed cell, so the structure is turned (and inverted, if it is
    left-handed) into that frame on the way in, and positions, forces and stress back on the way out.

    ``lammps`` is what `open_lammps` gives, and empty. Of ``atoms`` (Å) no velocities are taken over; LAMMPS
    type ``i + 1`` is ``elements[i]``; the timestep is in fs. With ``watched``, `trust` is known after every
    run: then ``pair`` is a committee of networks.
    """

    def __init__(
        self,
        lammps: Any,
        atoms: Atoms,
        elements: Sequence[str],
        pair: PairCommands,
        timestep: float = 1.0,
        watched: bool = False,
    ) -> None:
        missing = sorted(set(atoms.get_chemical_symbols()) - set(elements))
        if missing:
            raise InvalidInputError(
                f"the structure holds {missing}, but the potential has only {list(elements)}"
            )
        self.lammps = lammps
        self.timestep = timestep
        self._atoms = atoms.copy()
        self._atoms.calc = None
        cell, self._rotation = _lammps_frame(atoms)
        style = f"atom_style {pair.atom_style}"
        self.commands("units metal", style, "atom_modify map array", "box tilt large")
        self._create_box(cell, atoms.pbc, elements)
        self._create_atoms(elements)
        self.commands(*pair.lines())
        self.commands(
            "neighbor 1.0 bin",
            "neigh_modify every 1 delay 0 check yes",
            f"timestep {timestep / 1000.0!r}",
            "fix interatomic all store/force",  # before any fix that adds forces, such as a thermostat
            "compute virial_pressure all pressure NULL virial",
            *(["compute trust all nnp/uncertainty force_spread grade"] if watched else []),
            f"thermo_style custom step temp pe etotal {' '.join(STRESS_NAMES)}{TRUST if watched else ''}",
            "thermo_modify press virial_pressure norm no",
            "thermo 1000000000",
        )

    def _create_box(self, cell: Array, pbc: Sequence[bool], elements: Sequence[str]) -> None:
        (lx, _, _), (xy, ly, _), (xz, yz, lz) = (tuple(float(x) for x in row) for row in cell)
        boundary = " ".join("p" if periodic else "s" for periodic in pbc)
        shape = f"block 0 {lx!r} 0 {ly!r} 0 {lz!r}"
        if max(abs(xy), abs(xz), abs(yz)) > 1e-12:
            shape = f"prism 0 {lx!r} 0 {ly!r} 0 {lz!r} {xy!r} {xz!r} {yz!r}"
        self.commands(
            f"boundary {boundary}", f"region cell {shape} units box", f"create_box {len(elements)} cell"
        )
        for i, symbol in enumerate(elements):
            self.commands(f"mass {i + 1} {float(atomic_masses[atomic_numbers[symbol]])!r}")

    def _create_atoms(self, elements: Sequence[str]) -> None:
        positions = self._atoms.positions @ self._rotation.T
        types = [list(elements).index(symbol) + 1 for symbol in self._atoms.get_chemical_symbols()]
        count = len(self._atoms)
        created = self.lammps.create_atoms(
            count, list(range(1, count + 1)), types, positions.ravel().tolist(), shrinkexceed=True
        )
        if created != count:
            raise InvalidInputError(
                f"LAMMPS took {created} of {count} atoms; check the cell and the positions"
            )

    def commands(self, *lines: str) -> None:
        """Send commands to LAMMPS."""
        for line in lines:
            self.lammps.command(line)

    def set_temperature(self, temperature: float, seed: int) -> None:
        """Draw velocities (Maxwell-Boltzmann, no total momentum) for a temperature in K."""
        self.commands(f"velocity all create {temperature!r} {seed} mom yes rot no dist gaussian")

    def scale_temperature(self, temperature: float) -> None:
        """Scale all velocities so that the temperature is exactly this, in K."""
        self.commands(f"velocity all scale {temperature!r}")

    def thermostat(
        self,
        temperature: float,
        seed: int,
        pressure: float | None = None,
        damping: float = 0.1,
        start: float | None = None,
    ) -> None:
        """Langevin dynamics from here on, at a temperature in K.

        The seed of the random forces is > 0, the relaxation time ``damping`` in ps. With a pressure in GPa
        the cell is free to change its volume. With ``start`` (K) the temperature goes in every run evenly
        from there to ``temperature``.
        """
        first = temperature if start is None else start
        self.free_motion()
        if pressure is not None:
            bar = pressure * units.GPa / BAR
            self.commands("unfix motion", f"fix motion all nph iso {bar!r} {bar!r} 1.0")
        self.commands(f"fix bath all langevin {first!r} {temperature!r} {damping!r} {seed} zero yes")

    def free_motion(self) -> None:
        """Constant energy and volume from here on."""
        for name in ("motion", "bath"):
            if self.lammps.has_id("fix", name):
                self.commands(f"unfix {name}")
        self.commands("fix motion all nve")

    def run(self, duration: float, unchanged: bool = False) -> None:
        """Move the atoms for a time in ps; ``unchanged`` after a run or `compute` saves LAMMPS setting up
        anew.
        """
        n_steps = max(1, round(duration * 1000.0 / self.timestep))
        self.commands(f"run {n_steps}" + (" pre no post no" if unchanged else ""))

    def minimize(self, force: float = 1e-10) -> None:
        """Relax the atoms in a fixed cell until no force is above ``force`` (eV/Å)."""
        self.commands("min_style cg", f"minimize 0.0 {force!r} 2000 20000")

    def compute(self) -> None:
        """Evaluate energy, forces and stress where the atoms are."""
        self.commands("run 0")

    def thermo(self, name: str) -> float:
        """One of LAMMPS's thermo quantities at the last step, in its metal units."""
        return float(self.lammps.get_thermo(name))

    def velocities(self) -> Array:
        """Velocities of the atoms, shape (n_atoms, 3), Å/ps."""
        return self._per_atom("v") @ self._rotation

    def trust(self) -> tuple[float, float]:
        """The largest force spread (eV/Å) of the committee and the largest grade, at the last step."""
        largest = self.lammps.extract_compute("trust", GLOBAL, VECTOR)  # what get_thermo does not know
        return float(largest[0]), float(largest[2])

    def snapshot(self) -> Atoms:
        """The structure of the last step with energy (eV), forces (eV/Å) and stress (eV/Å³, ASE's sign).

        The stress holds the forces between atoms alone, nothing of their motion. Without a period in
        all three directions there is none.
        """
        atoms: Atoms = self._atoms.copy()
        low, cell = self._box()
        if any(self._atoms.pbc):
            scaled = np.where(self._atoms.pbc[:, None], cell @ self._rotation, self._atoms.cell.array)
            atoms.set_cell(scaled)
        atoms.positions = (self._per_atom("x") - np.where(self._atoms.pbc, low, 0.0)) @ self._rotation
        atoms.wrap(eps=0.0)
        forces = self._per_atom("f_interatomic") @ self._rotation
        results: dict[str, Any] = {"energy": self.thermo("pe"), "forces": forces}
        if all(self._atoms.pbc):
            results["stress"] = self._stress()
        atoms.calc = SinglePointCalculator(atoms, **results)
        return atoms

    def _box(self) -> tuple[Array, Array]:
        low, high, xy, yz, xz, _, _ = self.lammps.extract_box()
        length = np.subtract(high, low)
        cell = np.array([[length[0], 0, 0], [xy, length[1], 0], [xz, yz, length[2]]])
        return np.asarray(low, dtype=float), cell

    def _per_atom(self, name: str) -> Array:
        return np.array(self.lammps.gather(name, 1, 3), dtype=float).reshape(-1, 3)

    def _stress(self) -> Array:
        tensor = np.zeros((3, 3))
        for name, (row, column) in zip(STRESS_NAMES, VOIGT, strict=True):
            tensor[row, column] = tensor[column, row] = -self.thermo(name) * BAR
        tensor = self._rotation.T @ tensor @ self._rotation
        return np.array([tensor[index] for index in VOIGT])


def _lammps_frame(atoms: Atoms) -> tuple[Array, Array]:
    """The cell in LAMMPS's frame, rows, and the matrix that turns column vectors into that frame."""
    complete = atoms.cell.complete()
    cell, rotation = complete.standard_form()
    return complete.handedness * np.asarray(cell), complete.handedness * np.asarray(rotation)


def compute_labels(atoms: Atoms, elements: Sequence[str], pair: PairCommands) -> Atoms:
    """A copy of a structure with LAMMPS's energy (eV), forces (eV/Å) and stress (eV/Å³, ASE's sign)."""
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, elements, pair)
        system.compute()
        labelled = system.snapshot()
    return labelled
