"""Use a potential that n2p2 or RuNNer has made, as it was published: only its units must be said.

python n2p2_potential.py [MODEL UNITS]    for example nnp-data/H2O_RPBE-D3 atomic

Published ones: github.com/CompPhysVienna/n2p2, examples/potentials, and the supplementary data of papers.
Without arguments a small made-up one is read. In LAMMPS: `pair_style nnp units atomic`, then
`pair_coeff * * MODEL H O`.
"""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from ase import Atoms

import nnpot

MADE_UP = Path(__file__).resolve().parents[2] / "tests" / "data" / "models" / "radial_and_angular"

model, units = sys.argv[1:3] if len(sys.argv) > 2 else (MADE_UP, "metal")
potential = nnpot.load(model, units=units)  # energies in eV and lengths in Å from here on
functions = potential.symmetry_functions()
for element in potential.elements:
    own = functions.functions(element)
    print(f"{element}: {len(own)} symmetry functions, cutoff {functions.cutoff:.2f} Å")

first, second = potential.elements[0], potential.elements[-1]
distances = np.linspace(1.5, 5.0, 8)
energies = []
for distance in distances:
    pair = Atoms([first, second], positions=[[0, 0, 0], [0, 0, distance]])
    energies.append(potential.predict(pair).energy)
for (r, later), (energy, next_energy) in zip(pairwise(distances), pairwise(energies), strict=True):
    print(f"{first}-{second} {r:.2f} to {later:.2f} Å: {next_energy - energy:+.4f} eV")
