"""What trainings are compared on: the configurations and data that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

from nnpot.io import write_frames
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample
from nnpot.support.files import atomic_write
from nnpot.training.data.frames import Split

SILICON, THROUGHPUT = "silicon", "throughput"
RECIPE = "silicon_sw_small"
RATTLE = 0.05
"""Å, of every coordinate of the synthetic cells."""
N_SYNTHETIC = 256
SPRING = 5.0
"""eV/Å², that holds their atoms."""
N_LOOKED_AT = 10
"""Frames that the mean number of neighbors comes from."""


@dataclass(frozen=True)
class TrainingSet:
    """What is trained on."""

    name: str
    split: Split

    def neighbors(self, cutoff: float) -> float:
        """The mean number within a cutoff (Å)."""
        frames = self.split.train[:: max(1, len(self.split.train) // N_LOOKED_AT)]
        pairs = sum(len(neighbor_list("i", frame, cutoff)) for frame in frames)
        return pairs / sum(map(len, frames))


def write_builtin(folder: Path, name: str) -> Path:
    """Put the configuration that comes with the package into a folder; its frames are `make_frames`'."""
    text = resources.files("nnpot.benchmark").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    with atomic_write(folder / f"{name}.yaml") as stream:
        stream.write(text)
    return folder / f"{name}.yaml"


def make_frames(folder: Path, name: str) -> None:
    """Sample or make up the frames of such a configuration, where the folder does not have them yet."""
    file = folder / f"{name}.xyz"
    if not file.is_file():
        made = sample(load_recipe(RECIPE)) if name == SILICON else synthetic_cells(N_SYNTHETIC)
        write_frames(file, list(made))


def synthetic_cells(n_frames: int) -> list[Atoms]:
    """Diamond lattices of 64 atoms, rattled; every atom is held to its site by a spring."""
    random = np.random.default_rng(0)
    frames = []
    for _ in range(n_frames):
        atoms = bulk("Si", "diamond", a=5.431, cubic=True).repeat(2)
        moves = random.normal(scale=RATTLE, size=(len(atoms), 3))
        atoms.positions += moves
        labels = {"energy": 0.5 * SPRING * float(np.sum(moves**2)), "forces": -SPRING * moves}
        atoms.calc = SinglePointCalculator(atoms, **labels)
        frames.append(atoms)
    return frames
