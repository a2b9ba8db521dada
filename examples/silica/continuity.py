"""Whether a run is the same on two MPI ranks, and after a restart in the middle."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from structures import ELEMENTS

from nnpot.errors import NnpotError
from nnpot.lammps.runtime import PairCommands, lmp_command, mpi_command, open_lammps
from nnpot.lammps.system import LammpsSystem

INPUT = """\
units metal
atom_style atomic
atom_modify map array
box tilt large
{begin}
{pair}
neighbor 1.0 bin
neigh_modify every 1 delay 0 check yes
timestep 0.001
fix motion all nve
{runs}
write_dump all custom {folder}/end.dump id xu yu zu modify sort id format float %.15g
"""


@dataclass(frozen=True)
class Continuity:
    """Largest differences of a position after the run, Å."""

    two_ranks: float
    restarted: float
    n_atoms: int
    n_steps: int


def continuity(atoms: Atoms, pair: PairCommands, temperature: float, n_steps: int) -> Continuity:
    """Run at constant energy on one rank, on two, and on two with a restart file in the middle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_lammps(plugin=pair.needs_plugin) as lammps:
            system = LammpsSystem(lammps, atoms, ELEMENTS, pair)
            system.set_temperature(2.0 * temperature, 1)
            system.thermostat(temperature, 2)
            system.run(0.5)
            system.commands(f'write_data "{folder / "start.data"}" nocoeff')
        half = n_steps // 2
        begin, go_on = f"read_data {folder}/start.data", f"read_restart {folder}/middle.restart"
        one = _run(folder, 1, begin, pair, f"run {n_steps}")
        two = _run(folder, 2, begin, pair, f"run {n_steps}")
        _run(folder, 2, begin, pair, f"run {half}\nwrite_restart {folder}/middle.restart")
        again = _run(folder, 2, go_on, pair, f"run {n_steps - half}")
    lengths = atoms.cell.lengths()
    return Continuity(
        two_ranks=_largest(one, two, lengths),
        restarted=_largest(two, again, lengths),
        n_atoms=len(atoms),
        n_steps=n_steps,
    )


def _run(folder: Path, ranks: int, begin: str, pair: PairCommands, runs: str) -> NDArray[np.float64]:
    """Unwrapped positions at the end, by atom ID, shape (n_atoms, 3)."""
    script = INPUT.format(folder=folder, begin=begin, pair="\n".join(pair.lines()), runs=runs)
    (folder / "in.lammps").write_text(script, "utf-8")
    options = ["-in", "in.lammps", "-log", "log.lammps", "-screen", "none"]
    command = [*mpi_command(ranks), *lmp_command(), *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        file = folder / "log.lammps"
        log = file.read_text("utf-8", "replace") if file.exists() else ""
        raise NnpotError(f"lmp on {ranks} rank(s): {' '.join((log + done.stderr).splitlines()[-3:])}")
    return np.loadtxt(folder / "end.dump", skiprows=9)[:, 1:]


def _largest(first: NDArray[np.float64], second: NDArray[np.float64], lengths: NDArray[np.float64]) -> float:
    """Of the differences, those by whole cells left out."""
    difference = np.abs(first - second)
    return float(np.where(difference > 0.5 * lengths.min(), 0.0, difference).max())
