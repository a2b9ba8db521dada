"""Four models of one set of frames, and their forces as functions."""

import shutil
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from numpy.typing import NDArray

import nnpot
from nnpot.study import changed
from nnpot.training import load_config, load_force_config, train_forces
from nnpot.training import train as train_potential

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


def train(
    kind: str, folder: Path, gradients: tuple[Path, Mapping[str, Any]], epochs: Mapping[str, int]
) -> Trained:
    """Train on ``train.xyz`` of a folder.

    ``gradients`` are the file of that configuration and what is changed in it, ``epochs`` are by kind, where
    they are not as configured.
    """
    run, start = folder / kind, time.perf_counter()
    shutil.rmtree(run, ignore_errors=True)
    changes = {"data": {"train": [folder / "train.xyz"]}}
    changes |= {"training": {"epochs": epochs[kind]}} if kind in epochs else {}
    if kind == GRADIENTS:
        file, others = gradients
        model = train_potential(changed(changed(load_config(file), others), changes), run).model
    else:
        model = train_forces(changed(load_force_config(HERE / f"{kind}.yaml"), changes), run).model
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
