"""An atom that moves through the cutoff of others: nothing jumps, also where its image or ghost changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from lammps_command import preamble, run_successfully, thermo_table, write_data
from numpy.typing import NDArray

SYMBOLS = ("Si", "O")
STEP = 1e-6
"""Å."""


def energies_and_forces(model: Path, start: float, options: str, directory: Path) -> NDArray[np.float64]:
    """Rows of energy, force and pressures while an atom moves by one step after the other, with new lists."""
    atoms = Atoms("SiOSiO", positions=[[1.0, 3, 3], [2.1, 4.2, 3], [2.4, 2.0, 3.9], [1.0 + start, 3, 3]])
    atoms.set_cell(np.diag([12.0, 10.0, 10.0]))
    atoms.set_pbc(True)
    write_data(directory / "data", atoms, SYMBOLS)
    script = preamble(atoms) + f"pair_style nnp {options}\npair_coeff * * '{model}' Si O\n"
    script += "group last id 4\ncompute f last reduce sum fx fy fz\n"
    script += "thermo_style custom step pe c_f[1] c_f[2] pxx pyy pxy fmax\nthermo_modify format float %.17g\n"
    script += "run 0\n" + f"displace_atoms last move {STEP} 0 0 units box\nrun 0\n" * 6
    rows = thermo_table(run_successfully(script, directory))[:, 1:]
    rows[:, 3:6] /= 1e4  # bar to a size like that of the others
    return rows


@pytest.mark.parametrize("options", ["", "precision mixed"])
def test_nothing_jumps_at_the_cutoff(options: str, model_directory: Path, tmp_path: Path) -> None:
    across = energies_and_forces(model_directory, 4.6 - 3.5 * STEP, options, tmp_path)
    nearby = energies_and_forces(model_directory, 4.59, options, tmp_path)
    scale = np.abs(across).max()
    rounding = (2e-6 if options else 1e-12) * scale
    usual = np.abs(np.diff(nearby, axis=0)).max(0)
    assert usual.max() > 0.0, "nothing moves"
    assert (np.abs(np.diff(across, axis=0)).max(0) <= 3.0 * usual + rounding).all()
