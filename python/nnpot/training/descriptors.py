"""Descriptors of a data set: the functions kept, their scaling and combination, their derivatives."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError

logger = logging.getLogger(__name__)

Array = NDArray[np.float64]

SMALLEST_RANGE = 1e-9
"""A function whose values differ by less than this over the training set tells nothing and is dropped."""

DAMPING = 1e-3
"""In `decorrelation`, relative to the largest eigenvalue."""


@dataclass(frozen=True)
class Inputs:
    """How an element's network sees its scaled functions g (n, F): its inputs are g @ transform."""

    transform: Array
    """(F, F); the first layer takes it over on export."""
    initial_scale: Array
    """(F,): the first weights of each input are multiplied by this."""


@dataclass(frozen=True)
class Descriptor:
    """Symmetry functions with the statistics that scale them: g = (G - mean) / sigma (mode "sigma")."""

    functions: _core.SymmetryFunctions
    cutoff_type: int
    statistics: dict[str, Array]
    """Per element (F, 4): min, max, mean, sigma of each function over the training set."""
    inputs: dict[str, Inputs]
    cutoff_alpha: float = 0.0
    """Inner radius of the cutoff function as a fraction of the cutoff radius."""

    @property
    def elements(self) -> list[str]:
        """By atomic number."""
        return self.functions.elements

    def lines(self) -> list[str]:
        """The functions of all elements as text after ``symfunction_short``."""
        return [line for element in self.elements for line in self.functions.functions(element)]

    def n_functions(self, element: str) -> int:
        """How many inputs the network of an element has."""
        return len(self.statistics[element])

    def with_plain_inputs(self) -> Descriptor:
        """The same with g itself as the networks' input, as in an exported model."""
        return replace(
            self, inputs={element: plain_inputs(self.n_functions(element)) for element in self.elements}
        )


@dataclass(frozen=True)
class FrameDescriptors:
    """Inputs of the networks for one frame, and their derivatives."""

    values: Array
    """(n, F): of every atom."""
    center: NDArray[np.int64]
    """(p,) center of each pair, ascending."""
    neighbor: NDArray[np.int64]
    """(p,) the atom with respect to which the derivative is taken."""
    gradient: Array
    """(p, F, 3): dvalues[center] / dr[neighbor], 1/Å."""
    vector: Array
    """(p, 3): from the center to the neighbor, Å."""


def arguments(frame: Atoms) -> tuple[Array, NDArray[np.int64], Array, NDArray[np.bool_]]:
    """What the core wants to know of a frame: positions, numbers, cell, periodicity."""
    return frame.positions, frame.numbers, frame.cell.array, frame.pbc


def fit_descriptor(
    lines: Sequence[str],
    elements: Sequence[str],
    cutoff_type: int,
    frames: Sequence[Atoms],
    decorrelate: bool = True,
) -> Descriptor:
    """Choose the functions that vary over the training frames, and find how to scale and combine them.

    Parameters
    ----------
    lines
        Candidates, as text after ``symfunction_short``.
    elements
        Symbols of all elements.
    cutoff_type
        Number of the cutoff function in input.nn.
    frames
        Training frames.
    decorrelate
        Train on decorrelated combinations (`decorrelation`) instead of the functions themselves.

    Raises
    ------
    InvalidInputError
        If an element is left without a function.
    """
    candidates = _core.SymmetryFunctions(list(elements), list(lines), cutoff_type)
    samples = sample(candidates, frames)
    kept: list[str] = []
    found: dict[str, Array] = {}
    inputs: dict[str, Inputs] = {}
    for element, values in samples.items():
        varies = _varying(element, candidates.functions(element), values)
        kept += [name for name, varying in zip(candidates.functions(element), varies, strict=True) if varying]
        found[element] = statistics(values[:, varies])
        mean, sigma = found[element][:, 2:].T
        scaled = (values[:, varies] - mean) / sigma
        inputs[element] = decorrelation(scaled) if decorrelate else plain_inputs(len(mean))
    functions = _core.SymmetryFunctions(list(elements), kept, cutoff_type)
    return Descriptor(functions, cutoff_type, found, inputs)


def decorrelation(scaled: Array) -> Inputs:
    """Uncorrelated linear combinations of scaled functions (n, F), all of nearly unit variance.

    Symmetry functions are strongly correlated, and Adam, which knows one step size per weight, learns slowly
    along their small differences, where much of the physics is. V diag(1/√(λ + damping λ_max)), with the
    eigenvectors and eigenvalues of the correlation matrix, turns these differences into inputs of their own.
    Their first weights are small, as if the damping were 1: a network starts smooth, and learns to use them.
    """
    eigenvalues, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    largest = np.abs(vectors).argmax(axis=0)
    vectors *= np.sign(vectors[largest, range(len(vectors))])  # otherwise LAPACK's choice
    eigenvalues = np.maximum(eigenvalues, 0.0)
    deviations = np.sqrt(eigenvalues + DAMPING * eigenvalues[-1])
    return Inputs(vectors / deviations, deviations / np.sqrt(eigenvalues + eigenvalues[-1]))


def plain_inputs(n_functions: int) -> Inputs:
    """The scaled functions themselves."""
    return Inputs(np.eye(n_functions), np.ones(n_functions))


def _varying(element: str, names: Sequence[str], values: Array) -> NDArray[np.bool_]:
    varies = np.asarray(
        np.ptp(values, axis=0) > SMALLEST_RANGE if len(values) > 1 else np.zeros(len(names), bool)
    )
    if not varies.any():
        raise InvalidInputError(
            f"descriptor: none of the {len(names)} symmetry functions of {element} varies over the training "
            f"frames ({len(values)} atoms of {element}); take a larger cutoff, other functions or more frames"
        )
    dropped = [name for name, varying in zip(names, varies, strict=True) if not varying]
    if dropped:
        listed = "; ".join(dropped)
        logger.warning(
            "%s: %d symmetry functions are dropped, they do not vary: %s", element, len(dropped), listed
        )
    return varies


def sample(functions: _core.SymmetryFunctions, frames: Sequence[Atoms]) -> dict[str, Array]:
    """The values (n, F) of all atoms of each element."""
    parts: dict[str, list[Array]] = {element: [] for element in functions.elements}
    for frame in frames:
        values = functions.values(*arguments(frame))
        for element in functions.elements:
            parts[element].append(values[frame.symbols == element, : len(functions.functions(element))])
    return {element: np.concatenate(values) for element, values in parts.items()}


def statistics(values: Array) -> Array:
    """Columns min, max, mean, sigma of values (n, F)."""
    columns = [values.min(axis=0), values.max(axis=0), values.mean(axis=0), values.std(axis=0, ddof=1)]
    return np.stack(columns, axis=1)


def describe(descriptor: Descriptor, frame: Atoms) -> FrameDescriptors:
    """Inputs of the networks for one frame, and their derivatives; unused columns of an element are 0."""
    values, center, neighbor, gradient, vector = descriptor.functions.jacobian(*arguments(frame))
    symbols = np.asarray(frame.get_chemical_symbols())
    scaled = np.zeros_like(values)
    slopes = np.zeros_like(gradient)
    for element, statistics in descriptor.statistics.items():
        n, mean, sigma = len(statistics), statistics[:, 2], statistics[:, 3]
        transform = descriptor.inputs[element].transform
        atoms, pairs = symbols == element, symbols[center] == element
        scaled[atoms, :n] = (values[atoms, :n] - mean) / sigma @ transform
        slopes[pairs, :n] = np.matmul((transform / sigma[:, None]).T, gradient[pairs, :n])
    return FrameDescriptors(scaled, center, neighbor, slopes, vector)
