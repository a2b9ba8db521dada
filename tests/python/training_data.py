"""Small frames and configurations for the tests of training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk
from structures import emt_labelled

from nnpot.io import write_frames
from nnpot.training import TrainingConfig
from nnpot.training.config import LossConfig, NetworkConfig, OptimizerConfig, RunConfig

SECTIONS = {"loss": LossConfig, "optimizer": OptimizerConfig, "training": RunConfig, "network": NetworkConfig}


def alloy_frames(n_frames: int, seed: int = 0) -> list[Atoms]:
    """Copper and gold in distorted fcc cells of 4 and 8 atoms, with energies and forces of ASE's EMT."""
    random = np.random.default_rng(seed)
    frames = []
    for number in range(n_frames):
        atoms = bulk("Cu", "fcc", a=3.9 + 0.1 * random.normal(), cubic=True)
        atoms = atoms * (1 + number % 2, 1, 1)
        atoms.symbols = random.permutation(["Cu", "Cu", "Au", "Cu", "Au", "Au", "Cu", "Au"])[: len(atoms)]
        atoms.symbols[0] = "Cu"
        atoms.positions += 0.15 * random.normal(size=(len(atoms), 3))
        atoms.info["group"] = f"{len(atoms)} atoms"
        frames.append(emt_labelled(atoms))
    return frames


def write_alloy(directory: Path, n_frames: int = 16) -> Path:
    """A file of `alloy_frames`."""
    path = directory / "train.xyz"
    write_frames(path, alloy_frames(n_frames))
    return path


def alloy_values(train: Path, **options: object) -> dict[str, Any]:
    """A tiny configuration for copper and gold, as in a YAML file; options find their section."""
    values: dict[str, Any] = {
        "data": {"train": [str(train)], "validation_fraction": 0.2},
        "descriptor": {
            "cutoff": 4.0,
            "symmetry_functions": [
                {"type": "radial", "eta": [0.5, 2.0], "r_shift": [2.5]},
                {"type": "angular_wide", "eta": [0.05], "zeta": [1, 2]},
            ],
        },
        "network": {"hidden": [6, 5]},
        "loss": {},
        "optimizer": {"initial_rate": 1e-2},
        "training": {"epochs": 6, "batch_size": 3, "threads": 2},
    }
    for key, value in options.items():
        section = next((name for name, model in SECTIONS.items() if key in model.model_fields), "training")
        values[section][key] = value
    return values


def alloy_config(train: Path, **options: object) -> TrainingConfig:
    """The same, checked."""
    return TrainingConfig.model_validate(alloy_values(train, **options))
