"""What trainings are compared on: a configuration of the user's, or one that comes with the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

from nnpot.files import atomic_write
from nnpot.io import write_frames
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample
from nnpot.training import TrainingConfig, load_config
from nnpot.training.frames import Split, load_frames

SILICON, THROUGHPUT = "silicon", "throughput"
RECIPE = "silicon_sw_small"
RATTLE = 0.05
"""Å, of every coordinate of the synthetic cells."""
SPRING = 5.0
"""eV/Å², that holds their atoms."""
N_LOOKED_AT = 10
"""Frames that the mean number of neighbors comes from."""


@dataclass(frozen=True)
class TrainingSet:
    """A configuration and the frames that it names."""

    name: str
    config: TrainingConfig
    """With absolute file names."""
    split: Split

    @classmethod
    def of(cls, path: Path, name: str = "") -> TrainingSet:
        """That of a configuration file."""
        config = load_config(path).resolved(Path.cwd())
        return cls(name or path.name, config, load_frames(config.data))

    def neighbors(self, cutoff: float) -> float:
        """The mean number within a cutoff (Å)."""
        frames = self.split.train[:: max(1, len(self.split.train) // N_LOOKED_AT)]
        pairs = sum(len(neighbor_list("i", frame, cutoff)) for frame in frames)
        return pairs / sum(map(len, frames))


def silicon_set(folder: Path) -> TrainingSet:
    """Silicon with Stillinger-Weber labels, sampled with LAMMPS where the folder does not have it yet."""
    file = folder / "silicon.xyz"
    if not file.is_file():
        write_frames(file, list(sample(load_recipe(RECIPE))))
    return _with_our_configuration(folder, SILICON)


def throughput_set(folder: Path, n_frames: int = 256) -> TrainingSet:
    """Synthetic cells: only the speed of training means something."""
    file = folder / "throughput.xyz"
    if not file.is_file():
        write_frames(file, synthetic_cells(n_frames))
    return _with_our_configuration(folder, THROUGHPUT)


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


def _with_our_configuration(folder: Path, name: str) -> TrainingSet:
    text = resources.files("nnpot.benchmark").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    with atomic_write(folder / f"{name}.yaml") as stream:
        stream.write(text)
    return TrainingSet.of(folder / f"{name}.yaml", name)
