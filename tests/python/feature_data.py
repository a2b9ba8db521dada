"""Small sets of frames with features, whose energies a network can learn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from nnpot.io import write_feature_file
from nnpot.io.feature_files import feature_frame
from nnpot.training import TrainingConfig

COUNTS = {"H": 2, "He": 4, "S": 3}
"""Features of the atoms of each element, by atomic number."""
SINGLE = {"H": -13.0, "He": -79.0, "S": -398.0}
"""eV"""


def feature_frames(
    n_frames: int = 24, seed: int = 0, sizes: Sequence[int] = (3, 9), constant: bool = False
) -> list[Atoms]:
    """Frames of different compositions, the atoms in any order.

    The energy is a smooth function of the features, summed over the atoms, plus that of the single atoms.
    ``constant`` fixes the second feature of S.
    """
    random = np.random.default_rng(seed)
    return [_frame(random, int(random.integers(*sizes)), constant) for _ in range(n_frames)]


def _frame(random: np.random.Generator, n_atoms: int, constant: bool) -> Atoms:
    symbols = random.permutation([*COUNTS, *random.choice(list(COUNTS), n_atoms)]).tolist()
    features = np.full((len(symbols), max(COUNTS.values())), np.nan)
    energy = 0.0
    for row, symbol in zip(features, symbols, strict=True):
        scale = 10.0 ** np.arange(COUNTS[symbol])  # as different as they may be
        values = random.uniform(0.2, 1.0, COUNTS[symbol])
        if constant and symbol == "S":
            values[1] = 0.5
        row[: COUNTS[symbol]] = scale * values
        energy += SINGLE[symbol] + 0.5 * values[0] - 0.3 * values[1] + 0.1 * np.sin(3.0 * values[0])
    return feature_frame([atomic_numbers[symbol] for symbol in symbols], features, energy)


def feature_values(file: Path, epochs: int = 12, **sections: dict[str, Any]) -> dict[str, Any]:
    """A training on a feature file that takes a second, as the values of train.yaml."""
    values: dict[str, Any] = {
        "data": {"train": [str(file)], "validation_fraction": 0.25},
        "network": {"hidden": [6], "activation": "scaled_tanh"},
        "training": {"epochs": epochs, "batch_size": 4, "precision": "float64", "threads": 1},
    }
    for name, section in sections.items():
        values[name] = values.get(name, {}) | section
    return values


def feature_config(file: Path, epochs: int = 12, **sections: dict[str, Any]) -> TrainingConfig:
    """The same, checked."""
    return TrainingConfig(**feature_values(file, epochs, **sections))


def write_features(folder: Path, name: str = "frames.features", **options: Any) -> Path:
    """A feature file of `feature_frames`."""
    write_feature_file(folder / name, feature_frames(**options))
    return folder / name
