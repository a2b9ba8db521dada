"""Makes the stored case of `nnpot doctor`: python/nnpot/data/doctor.

Random weights from a fixed seed on ten symmetry functions of silicon, and the energy and forces of one
distorted cell of diamond. Run it again only if the files' format changes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ase.build import bulk

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from random_model import random_model  # noqa: E402

from nnpot import Potential  # noqa: E402
from nnpot.io import with_prediction, write_frames  # noqa: E402

RADIUS = 3.9
SHELLS = ((0.1, 0.0), (1.0, 0.0), (4.0, 2.4), (4.0, 3.2))  # eta in 1/Å², shift in Å
FUNCTIONS = [f"Si 2 Si {eta} {shift} {RADIUS}" for eta, shift in SHELLS]
FUNCTIONS += [f"Si 9 Si Si 0.02 {sign} {zeta} {RADIUS}" for zeta in (1.0, 4.0) for sign in (1.0, -1.0)]
FUNCTIONS += [f"Si 3 Si Si 0.02 {sign} 2.0 {RADIUS}" for sign in (1.0, -1.0)]


def main() -> None:
    """Write the model and the structure."""
    directory = ROOT / "python" / "nnpot" / "data" / "doctor"
    directory.mkdir(parents=True, exist_ok=True)
    structures = []
    for seed in range(5):
        atoms = bulk("Si", cubic=True)
        atoms.rattle(0.1, seed=seed)
        structures.append(atoms)
    model = random_model(structures, FUNCTIONS, 1, "t", "scale_center", seed=1)
    model.write(str(directory))
    prediction = Potential(model).predict(structures[0])
    write_frames(directory / "structure.xyz", [with_prediction(structures[0], prediction)])
    print(f"{directory}: {prediction.energy} eV, largest force {abs(prediction.forces).max()} eV/Å")


if __name__ == "__main__":
    main()
