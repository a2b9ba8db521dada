"""Atoms as samples for networks that put out forces: features chosen, scaled and combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.descriptors import candidate_lines
from nnpot.descriptors.choice import choose_functions
from nnpot.descriptors.sampling import nearest_distances
from nnpot.descriptors.settings import CUTOFF_TYPES
from nnpot.errors import InvalidInputError
from nnpot.io.labels import results_of
from nnpot.models.direct_forces.features import Features, Seen, evenly_chosen, spread_gaussians
from nnpot.support.progress import progress
from nnpot.training.config.direct_forces import FeaturesConfig
from nnpot.training.inputs.source import decorrelation

Array = NDArray[np.float64]

CONSTANT = 1e-12
"""A standard deviation below this, relative to the mean, is none."""
SMALLEST_INPUT = 1e-4
"""A standard deviation below this is not scaled up (`fit_scaling`)."""
SMALLEST_VECTOR = 1e-3
"""A root mean square component below this is not scaled up (`fit_scaling`)."""
RIDGE = 1e-4
"""What keeps `linear_coefficients` small, relative to the mean square of the vectors."""


@dataclass(frozen=True)
class Samples:
    """The atoms of one element."""

    inputs: Array
    """(n, F), raw."""
    vectors: Array
    """(n, V, 3), raw."""
    forces: Array
    """(n, 3), eV/Å."""


@dataclass(frozen=True)
class Scaling:
    """What the network of an element works with: combinations of scaled inputs, and of scaled vectors."""

    mean: Array
    sigma: Array
    transform: Array
    """(F, F): x = (value - mean) / sigma @ transform; the first layer takes it over on export."""
    initial_scale: Array
    """(F,): the first weights of each input are multiplied by this."""
    vector_factors: Array
    """(V,), 1 over the root mean square component."""
    vector_transform: Array
    """(V, V): u_b = Σ_a v_a factor_a transform[a, b]; the last layer takes it over on export."""

    def inputs(self, samples: Samples) -> Array:
        """(n, F)"""
        return np.asarray((samples.inputs - self.mean) / self.sigma @ self.transform)

    def vectors(self, samples: Samples) -> Array:
        """(n, V, 3)"""
        scaled = samples.vectors * self.vector_factors[:, None]
        return np.asarray(np.einsum("nax,ab->nbx", scaled, self.vector_transform))


def choose_features(config: FeaturesConfig, elements: Sequence[str], frames: Sequence[Atoms]) -> Features:
    """The features of a configuration; what it leaves open follows from the training frames.

    Raises
    ------
    InvalidInputError
        If the frames' atoms are all farther apart than the cutoff, or an element has no function that varies.
    """
    gaussians = _gaussians(config, frames)
    cutoff_type = CUTOFF_TYPES[config.cutoff_type]
    if config.kind != "equivariant":
        axes = np.array(config.axes)
        return Features(
            config.kind, tuple(elements), gaussians, config.cutoff, cutoff_type, axes, config.stretch
        )
    section = config.symmetry_functions
    lines = candidate_lines(section, elements, frames)
    functions_cutoff_type = CUTOFF_TYPES[section.cutoff_type]
    kept = choose_functions(lines, elements, functions_cutoff_type, frames, section.selection)
    return Features(
        config.kind,
        tuple(elements),
        gaussians,
        config.cutoff,
        cutoff_type,
        functions=tuple(kept),
        functions_cutoff_type=functions_cutoff_type,
        products=evenly_chosen(config.products, len(gaussians)),
    )


def _gaussians(config: FeaturesConfig, frames: Sequence[Atoms]) -> Array:
    if config.eta is not None:
        return np.array([(eta, shift) for eta in config.eta for shift in config.r_shift])
    nearest = min(nearest_distances(frames, config.cutoff).values(), default=config.cutoff)
    if nearest >= config.cutoff:
        raise InvalidInputError(
            f"features.cutoff: no two atoms of the training frames are closer than {config.cutoff:g} Å; "
            f"take a larger cutoff"
        )
    return np.round(spread_gaussians(nearest, config.cutoff, config.gaussians), 4)


def collect_samples(features: Features, frames: Sequence[Atoms], name: str) -> dict[str, Samples]:
    """The atoms of each element of all frames that have forces.

    Raises
    ------
    InvalidInputError
        If no frame has.
    """
    seen: list[tuple[Atoms, Seen]] = []
    with progress(f"features, {name} frames", len(frames)) as bar:
        for frame in frames:
            if results_of(frame).get("forces") is not None:
                seen.append((frame, features(frame)))
            bar.advance(1)
    if not seen:
        raise InvalidInputError(f"direct forces need forces to learn from, and no {name} frame has any")
    found = {}
    for element in features.elements:
        own = [np.asarray(frame.symbols == element) for frame, _ in seen]
        found[element] = Samples(
            np.concatenate([one.inputs[element] for _, one in seen]),
            np.concatenate([one.vectors[atoms] for (_, one), atoms in zip(seen, own, strict=True)]),
            np.concatenate(
                [results_of(frame)["forces"][atoms] for (frame, _), atoms in zip(seen, own, strict=True)]
            ),
        )
        if len(found[element].forces) == 0 and name == "train":
            raise InvalidInputError(f"direct forces: no training frame has forces on atoms of {element}")
    return found


def fit_scaling(samples: Samples) -> Scaling:
    """Scale to mean 0 and deviation 1, and combine what is correlated (`decorrelation`).

    A neighbor on a Gaussian adds about 1 to a sum, whatever the data. A sum that is far smaller over all
    training atoms is one that they did not visit, such as short distances of one pair of elements where
    those of another begin. Divided by its own size, the first atom to go there would meet a feature of 1000
    and more, and forces to match: such sums stay as they are, near 0 in training and about 1 where they grow.
    """
    mean, sigma = samples.inputs.mean(axis=0), samples.inputs.std(axis=0)
    sigma = np.where(sigma > np.maximum(SMALLEST_INPUT, CONSTANT * np.abs(mean)), sigma, 1.0)
    combined = decorrelation((samples.inputs - mean) / sigma)
    n_vectors = samples.vectors.shape[1]
    if n_vectors == 0:
        none = np.zeros((0, 0))
        return Scaling(mean, sigma, combined.transform, combined.initial_scale, np.zeros(0), none)
    sizes = np.sqrt(np.mean(samples.vectors**2, axis=(0, 2)))
    factors = 1.0 / np.where(sizes > SMALLEST_VECTOR, sizes, 1.0)
    components = (samples.vectors * factors[:, None]).swapaxes(1, 2).reshape(-1, n_vectors)
    transform = decorrelation(components).transform
    return Scaling(mean, sigma, combined.transform, combined.initial_scale, factors, transform)


def linear_coefficients(vectors: Array, forces: Array) -> Array:
    """(V,): the sum of vectors (n, V, 3), scaled and combined, that is closest to forces (n, 3).

    Training starts from it. The ridge keeps coefficients of vectors that are nearly 0 small: a vector of size
    s gets at most 1/(2 √ridge) in units of the forces, not 1/s.
    """
    rows = vectors.swapaxes(1, 2).reshape(-1, vectors.shape[1])
    square = rows.T @ rows
    ridge = RIDGE * np.trace(square) / len(square) * np.eye(len(square))
    return np.asarray(np.linalg.solve(square + ridge, rows.T @ forces.ravel()))
