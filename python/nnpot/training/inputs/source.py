"""Where the inputs of the networks come from, and how they are scaled and combined."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.prediction import EnergyPrediction

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array, str]]

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
class FrameInputs:
    """Inputs of the networks for one frame, and their derivatives."""

    values: Array
    """(n, F): of every atom; unused columns of an element are 0."""
    center: NDArray[np.int64]
    """(p,) center of each pair, ascending."""
    neighbor: NDArray[np.int64]
    """(p,) the atom with respect to which the derivative is taken."""
    gradient: Array
    """(p, F, 3): dvalues[center] / dr[neighbor], 1/Å."""
    vector: Array
    """(p, 3): from the center to the neighbor, Å."""

    @classmethod
    def without_derivatives(cls, values: Array) -> FrameInputs:
        """Inputs (n, F) alone."""
        nobody = np.zeros(0, np.int64)
        return cls(values, nobody, nobody, np.zeros((0, values.shape[1], 3)), np.zeros((0, 3)))


@dataclass(frozen=True)
class ElementCharges:
    """The charges of the elements of one model, and how their Coulomb energy is summed."""

    form: str
    alpha: float
    """1/Å"""
    real_cutoff: float
    """Å; 0 without the part in real space."""
    values: dict[str, float]
    """e, of each element; none where charges are no part of the model."""


@dataclass(frozen=True)
class Exported:
    """What stands in the files of a model, read back."""

    layers: dict[str, Layers]
    """The layers of each element's network, on the inputs of `InputSource.with_plain_inputs`."""
    atom_energies: dict[str, float]
    """eV"""
    charges: dict[str, float]
    """e; none where charges are no part of the model."""
    predict: Callable[[Atoms], EnergyPrediction]
    """What the C++ core says about a frame."""


class LiveProducts(Protocol):
    """Products with derivatives that are not stored; see `nnpot.training.inputs.symmetry_functions`."""

    def products(self, frames: Any, slopes: Mapping[str, Any], n_atoms: int) -> tuple[Any, Any]: ...


class InputSource(ABC):
    """Functions of positions, or features of frames, each with its statistics over the training frames."""

    name: ClassVar[str]
    """What the inputs are called in messages."""
    has_derivatives: ClassVar[bool]
    """Whether they follow from positions, so that there are forces."""
    statistics: dict[str, Array]
    """Per element (F, 4): min, max, mean, sigma of each function over the training frames."""
    inputs: dict[str, Inputs]

    @property
    @abstractmethod
    def elements(self) -> list[str]:
        """The elements, by atomic number."""

    @property
    def cutoff(self) -> float:
        """The largest distance that is seen, Å; 0 for inputs that do not follow from positions."""
        return 0.0

    @abstractmethod
    def describe(self, frame: Atoms, derivatives: bool = True) -> FrameInputs:
        """Inputs of the networks for one frame, and if asked for their derivatives."""

    def neighbor_counts(self, frame: Atoms) -> NDArray[np.int64]:
        """(n,) how many neighbors of each atom its inputs depend on."""
        return np.zeros(len(frame), np.int64)

    def live(self, frames: Sequence[Atoms]) -> LiveProducts:
        """Products with the derivatives of the inputs of these frames, which are not stored."""
        raise NotImplementedError(f"{self.name} have no derivatives")

    def with_plain_inputs(self) -> InputSource:
        """The same with the scaled functions themselves as the networks' input, as in an exported model."""
        return self

    @abstractmethod
    def write(
        self,
        directory: Path,
        layers: dict[str, Layers],
        atom_energies: Mapping[str, float],
        charges: ElementCharges,
        info: Mapping[str, str],
    ) -> None:
        """Write a model of these inputs, with where it comes from, into a directory that exists.

        Layers are weights, biases and activation letters on plain inputs (`with_plain_inputs`), in eV.
        """

    @abstractmethod
    def read_back(self, directory: Path) -> Exported:
        """Read what `write` wrote."""

    def n_functions(self, element: str) -> int:
        """How many inputs the network of an element has."""
        return len(self.statistics[element])


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
