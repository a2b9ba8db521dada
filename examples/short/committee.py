"""Train a committee of four networks, and see from their spread where it does not know.

python committee.py    leaves frames.xyz and run/ (model_1 to model_4, report.html)
"""

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT

import nnpot
from nnpot.io import write_frames
from nnpot.training import TrainingConfig, train


def copper(distortion: float, seed: int) -> list:
    """Crystals whose atoms are moved by so many Å, labelled by ASE's EMT."""
    frames = [bulk("Cu", cubic=True, a=3.6).repeat((2, 1, 1)) for _ in range(40)]
    random = np.random.default_rng(seed)
    for atoms in frames:
        atoms.positions += random.normal(scale=distortion, size=atoms.positions.shape)
        atoms.calc = EMT()
        atoms.get_forces()
    return frames


write_frames("frames.xyz", copper(0.08, seed=1))
config = TrainingConfig.model_validate(
    {
        "data": {"train": ["frames.xyz"]},
        "descriptor": {"cutoff": 5.0, "automatic": {"resolution": "coarse"}},
        "network": {"hidden": [8], "members": 4},
        "optimizer": {"name": "kalman"},
        "training": {"epochs": 6, "batch_size": 4},
    }
)
committee = nnpot.load(train(config, "run").models)

print("atoms moved by   force spread (eV/Å)   true force error   grade of extrapolation")
for distortion in (0.05, 0.12, 0.2):
    spreads, errors, grades = [], [], []
    for atoms in copper(distortion, seed=2):
        prediction = committee.predict(atoms, uncertainty=True)
        spreads.append(prediction.uncertainty.force_spreads.mean())
        errors.append(np.linalg.norm(prediction.forces - atoms.get_forces(), axis=1).mean())
        grades.append(prediction.uncertainty.grades.max())
    print(f"{distortion:6.2f} Å {np.mean(spreads):16.3f} {np.mean(errors):20.3f} {np.mean(grades):20.2f}")
