"""Heat flux: ``compute heat/flux`` against the change of where the energy is, of a cluster in motion.

J = d/dt Σ r_i e_i, with e_i the kinetic energy of an atom and its share of the potential energy (pe/atom).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lammps_command import preamble, run_successfully, thermo_table, write_data
from numpy.typing import NDArray
from structures import structure

TIMESTEP = 3e-6
"""ps; the error of the integrator is far below what is tested."""
STEPS = 8
RUN = f"""velocity all create 3000 7
compute ke all ke/atom
compute pe all pe/atom
compute shared all stress/atom NULL virial
compute centroid all centroid/stress/atom NULL virial
compute flux all heat/flux ke pe centroid
compute other all heat/flux ke pe shared
thermo_style custom step c_flux[1] c_flux[2] c_flux[3] c_other[1] c_other[2] c_other[3]
thermo_modify format float %.15g
thermo 1
timestep {TIMESTEP}
fix 1 all nve
dump 1 all custom 1 frames x y z c_ke c_pe
dump_modify 1 format float %.17g
run {STEPS}
"""


def energy_moments(path: Path, n_atoms: int) -> NDArray[np.float64]:
    """Σ r_i e_i of each frame, eV Å."""
    lines = path.read_text().splitlines()
    size = n_atoms + 9
    frames = [lines[start + 9 : start + size] for start in range(0, len(lines), size)]
    rows = np.array([[line.split() for line in frame] for frame in frames], dtype=float)
    return np.einsum("tik,ti->tk", rows[:, :, :3], rows[:, :, 3] + rows[:, :, 4])


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("overlay", [False, True])
def test_centroid_stress_gives_the_heat_flux(
    overlay: bool, ranks: int, model_directory: Path, tmp_path: Path
) -> None:
    cluster = structure("cluster")
    write_data(tmp_path / "data", cluster, ("Si", "O"))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O\n"
    if overlay:
        pair = "pair_style hybrid/overlay nnp zbl 2.0 2.6\n"
        pair += f"pair_coeff * * nnp {model_directory} Si O\n"
        pair += "pair_coeff 1 1 zbl 14 14\npair_coeff 1 2 zbl 14 8\npair_coeff 2 2 zbl 8 8\n"
    script = preamble(cluster, open_boundary="m") + pair + RUN
    table = thermo_table(run_successfully(script, tmp_path, ranks))

    moments = energy_moments(tmp_path / "frames", len(cluster))
    expected = slopes(moments)
    assert np.linalg.norm(expected, axis=1).min() > 1.0, "too small to test anything"
    flux, other = table[2:-2, 1:4], table[2:-2, 4:7]
    assert np.abs(flux - expected).max() < 1e-5 * np.abs(expected).max()
    assert np.abs(other - expected).max() > 0.05 * np.abs(expected).max(), "stress/atom would do as well"


def slopes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Time derivatives by central differences of fourth order, without the first and last two frames."""
    near, far = values[3:-1] - values[1:-3], values[4:] - values[:-4]
    return (8.0 * near - far) / (12.0 * TIMESTEP)
