"""Descriptors of a data set: the functions kept, their scaling and combination, their derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.descriptors.choice import choose_functions
from nnpot.descriptors.sampling import sample_values
from nnpot.descriptors.settings import Selection
from nnpot.structures import structure_of

Array = NDArray[np.float64]

DAMPING = 1e-3
"""In `decorrelation`, relative to the largest eigenvalue."""


@dataclass(frozen=True)
class Inputs:
    """How an element's network sees its scaled functions g (n, F): its inputs are g @ transform."""

    transform: Array
    """(F, F); the first layer takes it over on export."""
    initial_scale: Array
    """(F,): the first weights of each input are multiplied by this."""


class InputSource(ABC):
    """Where the inputs of the networks come from: functions of positions, or features of frames."""

    statistics: dict[str, Array]
    inputs: dict[str, Inputs]

    @property
    @abstractmethod
    def elements(self) -> list[str]:
        """By atomic number."""

    @abstractmethod
    def values(self, frame: Atoms) -> Array:
        """Inputs of the networks (n, F) for one frame; unused columns of an element are 0."""

    def n_functions(self, element: str) -> int:
        """How many inputs the network of an element has."""
        return len(self.statistics[element])


@dataclass(frozen=True)
class Descriptor(InputSource):
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

    def values(self, frame: Atoms) -> Array:
        """Inputs of the networks (n, F) for one frame; unused columns of an element are 0."""
        return _inputs(self, frame, self.functions.values(structure_of(frame)))

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


def fit_descriptor(
    lines: Sequence[str],
    elements: Sequence[str],
    cutoff_type: int,
    frames: Sequence[Atoms],
    decorrelate: bool = True,
    selection: Selection | None = None,
) -> Descriptor:
    """Choose functions by what they do on the training frames, and find how to scale and combine them.

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
    selection
        Which candidates are kept; without it all that vary.

    Raises
    ------
    InvalidInputError
        If an element is left without a function.
    """
    kept = choose_functions(lines, elements, cutoff_type, frames, selection or Selection())
    functions = _core.SymmetryFunctions(list(elements), kept, cutoff_type)
    found: dict[str, Array] = {}
    inputs: dict[str, Inputs] = {}
    for element, values in sample_values(functions, frames).items():
        found[element] = statistics(values)
        mean, sigma = found[element][:, 2:].T
        inputs[element] = decorrelation((values - mean) / sigma) if decorrelate else plain_inputs(len(mean))
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


def statistics(values: Array) -> Array:
    """Columns min, max, mean, sigma of values (n, F)."""
    columns = [values.min(axis=0), values.max(axis=0), values.mean(axis=0), values.std(axis=0, ddof=1)]
    return np.stack(columns, axis=1)


def describe(descriptor: Descriptor, frame: Atoms) -> FrameDescriptors:
    """Inputs of the networks for one frame, and their derivatives; unused columns of an element are 0."""
    values, center, neighbor, gradient, vector = descriptor.functions.jacobian(structure_of(frame))
    symbols = np.asarray(frame.get_chemical_symbols())
    slopes = np.zeros_like(gradient)
    for element, statistics in descriptor.statistics.items():
        n, sigma = len(statistics), statistics[:, 3]
        transform, pairs = descriptor.inputs[element].transform, symbols[center] == element
        slopes[pairs, :n] = np.matmul((transform / sigma[:, None]).T, gradient[pairs, :n])
    return FrameDescriptors(_inputs(descriptor, frame, values), center, neighbor, slopes, vector)


def _inputs(descriptor: Descriptor, frame: Atoms, values: Array) -> Array:
    inputs = np.zeros_like(values)
    for element, statistics in descriptor.statistics.items():
        n, mean, sigma = len(statistics), statistics[:, 2], statistics[:, 3]
        atoms = frame.symbols == element
        inputs[atoms, :n] = (values[atoms, :n] - mean) / sigma @ descriptor.inputs[element].transform
    return inputs
