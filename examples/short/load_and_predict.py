"""Load a potential and predict energy, forces, stress and atomic energies of one structure and of many.

python load_and_predict.py [MODEL]    MODEL is the folder of a potential, by default a small one of silicon
"""

import sys
from pathlib import Path

from ase.build import bulk

import nnpot

MODEL = Path(__file__).resolve().parents[2] / "tests" / "data" / "silicon" / "model"

potential = nnpot.load(sys.argv[1] if len(sys.argv) > 1 else MODEL)
print(f"elements {', '.join(potential.elements)}, cutoff {potential.cutoff:.2f} Å")

atoms = bulk(potential.elements[0], "diamond", a=5.43, cubic=True)
atoms.rattle(0.05, seed=1)
prediction = potential.predict(atoms)
print(f"energy {prediction.energy:.4f} eV, largest force {abs(prediction.forces).max():.3f} eV/Å")
print("stress (eV/Å³, xx yy zz yz xz xy):", prediction.stress.round(4))
print("atomic energies (eV):", prediction.atomic_energies.round(3))

scales = [0.96, 0.98, 1.0, 1.02, 1.04]
frames = []
for scale in scales:
    frame = bulk(potential.elements[0], "diamond", a=5.43 * scale, cubic=True)
    frames.append(frame)
for scale, found in zip(scales, potential.predict_many(frames), strict=True):  # on all cores
    print(f"lattice constant {5.43 * scale:.3f} Å: {found.energy / 8:.4f} eV/atom")
