"""Run a LAMMPS input file that uses a potential, from Python.

python lammps_input.py [MODEL]    MODEL is the folder of a potential of silicon, by default a small one

It is copied to ./model, which in.nnp names; then `lmp -in in.nnp` does the same without Python.
"""

import shutil
import sys
from pathlib import Path

import nnpot

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "tests" / "data" / "silicon" / "model"

shutil.copytree(sys.argv[1] if len(sys.argv) > 1 else MODEL, "model", dirs_exist_ok=True)
with nnpot.open_lammps(log=Path("log.lammps"), plugin=True) as lammps:
    lammps.file(str(HERE / "in.nnp"))
    energy, temperature = lammps.get_thermo("etotal"), lammps.get_thermo("temp")
    atoms = lammps.get_natoms()
print(f"{atoms} atoms after 200 steps: {temperature:.0f} K, total energy {energy / atoms:.4f} eV/atom")
print("thermodynamics in log.lammps, positions in dump.xyz")
