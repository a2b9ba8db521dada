"""Four models of one set of frames, and their forces as functions."""

from __future__ import annotations

import shutil
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from numpy.typing import NDArray

import nnpot

HERE = Path(__file__).resolve().parent
GRADIENTS = "gradients"
DIRECT = ("equivariant", "ellipsoids", "spheres")
KINDS = (GRADIENTS, *DIRECT)


@dataclass(frozen=True)
class Trained:
    """A model and its forces (n_atoms, 3) in eV/Å."""

    kind: str
    directory: Path
    forces: Callable[[Atoms], NDArray[np.float64]]
    calculator: Calculator
    seconds: float
    """Of its training, features included."""


def train(kind: str, folder: Path, gradients: str, epochs: Mapping[str, int]) -> Trained:
    """Train on ``train.xyz`` of a folder.

    ``gradients`` is the file of that configuration, ``epochs`` are by kind, where they are not as configured.
    """
    run, start = folder / kind, time.perf_counter()
    shutil.rmtree(run, ignore_errors=True)
    changes = {"epochs": epochs[kind]} if kind in epochs else {}
    if kind == GRADIENTS:
        model = _train_gradients(HERE / gradients, folder, run, changes)
    else:
        model = _train_direct(HERE / f"{kind}.yaml", folder, run, changes)
    return load(kind, model, time.perf_counter() - start)


def load(kind: str, directory: Path, seconds: float = 0.0) -> Trained:
    """A trained model; what loading warns of is what this example measures."""
    if kind == GRADIENTS:
        potential = nnpot.load(directory)
        calculator = nnpot.Calculator(potential)
        return Trained(kind, directory, lambda atoms: potential.predict(atoms).forces, calculator, seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nnpot.NonConservativeWarning)
        model = nnpot.load_direct_forces(directory)
    return Trained(kind, directory, model.predict, nnpot.DirectForceCalculator(model), seconds)


def _train_gradients(file: Path, folder: Path, run: Path, changes: Mapping[str, int]) -> Path:
    from nnpot.training import load_config, train

    config = load_config(file)
    data = config.data.model_copy(update={"train": [folder / "train.xyz"]})
    settings = config.training.model_copy(update=changes)
    return train(config.model_copy(update={"data": data, "training": settings}), run).model


def _train_direct(file: Path, folder: Path, run: Path, changes: Mapping[str, int]) -> Path:
    from nnpot.training import load_force_config, train_forces

    config = load_force_config(file)
    data = config.data.model_copy(update={"train": [folder / "train.xyz"]})
    settings = config.training.model_copy(update=changes)
    return train_forces(config.model_copy(update={"data": data, "training": settings}), run).model
