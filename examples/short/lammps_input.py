"""Run a LAMMPS input file that uses a potential, from Python.

python lammps_input.py [MODEL]    MODEL is the folder of a potential of silicon, by default a small one

Without Python: lmp -in in.nnp -var model MODEL
"""

import sys
from pathlib import Path

import nnpot

HERE = Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "tests" / "data" / "silicon" / "model"

with nnpot.open_lammps(log=Path("log.lammps"), plugin=True) as lammps:
    lammps.command(f'variable model string "{sys.argv[1] if len(sys.argv) > 1 else MODEL}"')
    lammps.file(str(HERE / "in.nnp"))
    energy, temperature = lammps.get_thermo("etotal"), lammps.get_thermo("temp")
    atoms = lammps.get_natoms()
print(f"{atoms} atoms after 200 steps: {temperature:.0f} K, total energy {energy / atoms:.4f} eV/atom")
print("thermodynamics in log.lammps, positions in dump.xyz")
