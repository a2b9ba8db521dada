"""Train a potential in Python: frames with energies and forces, a configuration, a model, its errors.

python train_in_python.py    leaves frames.xyz, test.xyz and run/ (model, report.html, log.csv)
"""

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT

import nnpot
from nnpot.analysis.errors import compare
from nnpot.io import write_frames
from nnpot.training import TrainingConfig, train


def labelled(n_frames: int, seed: int) -> list:
    """Distorted copper crystals with energies and forces; here of ASE's EMT, usually of DFT."""
    random = np.random.default_rng(seed)
    frames = []
    for _ in range(n_frames):
        atoms = bulk("Cu", cubic=True, a=3.6 * random.uniform(0.97, 1.03)).repeat((2, 1, 1))
        atoms.positions += random.normal(scale=0.1, size=atoms.positions.shape)
        atoms.calc = EMT()
        atoms.get_forces()
        frames.append(atoms)
    return frames


write_frames("frames.xyz", labelled(60, seed=1))
test = labelled(20, seed=2)
write_frames("test.xyz", test)
config = TrainingConfig.model_validate(
    {
        "data": {"train": ["frames.xyz"], "test": ["test.xyz"]},
        "descriptor": {"cutoff": 5.0, "automatic": {"resolution": "coarse"}},
        "network": {"hidden": [10, 10]},
        "optimizer": {"name": "kalman"},
        "training": {"epochs": 8, "batch_size": 4},
    }
)
result = train(config, "run")
print(f"{result.epochs} epochs; model {result.model}, report {result.report}")

potential = nnpot.load(result.model)
errors = compare(test, list(potential.predict_many(test)))
print(f"energy RMSE {errors.energy_rmse_mev_per_atom:.2f} meV/atom on frames it has not seen")
print(f"force RMSE {errors.force_rmse_mev_per_angstrom:.1f} meV/Å")
