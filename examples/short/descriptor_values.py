"""Values of symmetry functions for an analysis of one's own: do liquid and crystal look different?

python descriptor_values.py    no model is needed; leaves descriptors.npz
"""

import numpy as np
from ase.build import bulk

import nnpot

CUTOFF = 5.0  # Å
lines = [f"Si 2 Si {eta} 0.0 {CUTOFF}" for eta in (0.05, 0.2, 0.5)]  # radial: eta, r_shift, cutoff
lines += [f"Si 3 Si Si 0.05 {sign} {zeta} {CUTOFF}" for sign in (-1, 1) for zeta in (1, 4)]  # angular
functions = nnpot.SymmetryFunctions(["Si"], lines, 1)  # 1: the cosine cutoff function

crystal = bulk("Si", "diamond", a=5.43, cubic=True).repeat(2)
values = {}
for name, distortion in (("crystal", 0.05), ("disordered", 0.5)):
    atoms = crystal.copy()
    atoms.rattle(distortion, seed=1)
    values[name] = functions.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)

print(f"{'function':32s} {'crystal':>18s} {'disordered':>18s}")
for column, function in enumerate(functions.functions("Si")):
    texts = [f"{v[:, column].mean():8.3f} ± {v[:, column].std():7.3f}" for v in values.values()]
    print(f"{function:32s} {texts[0]:>18s} {texts[1]:>18s}")

together = np.concatenate(list(values.values()))
scaled = (together - together.mean(axis=0)) / together.std(axis=0)
_, _, axes = np.linalg.svd(scaled, full_matrices=False)
first = scaled @ axes[0]
print(
    f"means along the first component: {first[: len(crystal)].mean():.2f}, {first[len(crystal) :].mean():.2f}"
)
np.savez("descriptors.npz", **values)
