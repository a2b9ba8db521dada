"""Direct force models of silicon and oxygen with random weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms

from nnpot import NeuralNetwork
from nnpot.models.direct_forces import DirectForces, ElementNetwork, Features
from nnpot.models.direct_forces.features import KINDS, Kind

__all__ = ["KINDS", "random_direct_forces"]

LINES = ("O 2 O 0.3 0.0 4.6", "O 9 O Si 0.1 1.0 2.0 4.6", "Si 2 O 2.0 1.8 4.6", "Si 3 O O 0.05 1.0 4.0 4.6")


def random_direct_forces(kind: Kind, frames: Sequence[Atoms], seed: int = 3) -> DirectForces:
    """Networks that react to what varies in the frames, with forces of some eV/Å."""
    gaussians = np.array([(0.2, 0.0), (1.5, 1.9), (1.0, 3.0)])
    axes = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    functions, products = (LINES, (0, 2)) if kind == "equivariant" else ((), ())
    features = Features(
        kind, ("O", "Si"), gaussians, 4.2, 1, axes, 1.5, functions, 2 if functions else 1, products
    )
    random = np.random.default_rng(seed)
    seen = [features(frame).inputs for frame in frames]
    networks = {}
    for element in features.elements:
        values = np.concatenate([inputs[element] for inputs in seen])
        n_in, n_out = values.shape[1], features.n_outputs
        layers = [
            (random.normal(size=(n_in, 7)) / np.sqrt(n_in), random.normal(size=7), "T"),
            (random.normal(size=(7, n_out)), random.normal(size=n_out), "l"),
        ]
        factors = random.uniform(0.5, 2.0, features.n_vectors)
        networks[element] = ElementNetwork(
            NeuralNetwork(layers), values.mean(axis=0), values.std(axis=0), factors
        )
    return DirectForces(features, networks, 0.8, None, {"trained_on": "nothing at all"})
