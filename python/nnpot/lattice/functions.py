"""The symmetry functions of the rest of the project on the cells of the lattice model."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.lattice.model import as_batch
from nnpot.support.arrays import Array, Integers
from nnpot.support.progress import progress

CENTRAL, IMAGE = "H", "He"  # the elements that stand for particles in the central cell and in its images
NUMBERS = {CENTRAL: 1, IMAGE: 2}
POLY2 = 6  # cutoff function with two continuous derivatives
AT_ONCE = 100  # configurations that go into one call, side by side and out of each other's reach


@dataclass(frozen=True)
class FunctionValues:
    """Symmetry functions of n configurations, and their derivatives where asked for."""

    values: Array  # shape (n, particles, functions)
    by_position: Array | None = None
    """d(functions of particle a)/d(position of m), shape (n, a, functions, m, dimensions)."""


def default_lines(cutoff: float, labelled: bool) -> list[str]:
    """Lines, in R_c, of radial functions on a grid of shifts and narrow angular ones, for all neighbors."""
    kinds = (CENTRAL, IMAGE) if labelled else (CENTRAL,)
    lines = [
        f"{CENTRAL} 2 {kind} {eta:g} {shift:g} {cutoff:g}"
        for kind in kinds
        for eta, shift in [(12.0, s) for s in np.linspace(0.5, cutoff - 0.5, 8)] + [(1.0, 0.0), (4.0, 0.0)]
    ]
    lines += [
        f"{CENTRAL} 3 {one} {other} {eta:g} {sign:g} 1 {cutoff:g} {shift:g}"
        for one, other in itertools.combinations_with_replacement(kinds, 2)
        for eta, shift in ((0.05, 0.0), (0.3, 0.0), (1.0, 0.0), (2.0, 1.0), (2.0, 1.5), (2.0, 2.0))
        for sign in (1, -1)
    ]
    return lines


class LatticeFunctions:
    """Symmetry functions of the particles of a cell, in two or three dimensions.

    ``lines``: the functions, as in ``input.nn``, of H around H; with labels of H and He around H.
    ``labelled``: whether neighbors in the central cell (H) and in its images (He) are told apart. The
    document's count of triplets depends on that; nothing physical does.
    """

    def __init__(
        self, lines: Sequence[str] | None = None, labelled: bool = False, cutoff: float = 3.0
    ) -> None:
        self.lines = list(default_lines(cutoff, labelled) if lines is None else lines)
        self.labelled = labelled
        elements = [CENTRAL, IMAGE] if labelled else [CENTRAL]
        # An image is nobody's center; the engine wants a function for each element all the same.
        unused = [f"{IMAGE} 2 {IMAGE} 1 0 0.001"] if labelled else []
        self._core = _core.SymmetryFunctions(elements, self.lines + unused, POLY2)

    @property
    def n_functions(self) -> int:
        """The number of functions of one particle."""
        return len(self.lines)

    def values(self, positions: ArrayLike, widths: ArrayLike, derivatives: bool = False) -> FunctionValues:
        """All functions of all particles; `InvalidInputError` unless there are two or three dimensions."""
        positions, widths = as_batch(positions, widths)
        n, particles, dimensions = positions.shape
        if dimensions not in (2, 3):
            raise InvalidInputError(f"symmetry functions: expected 2 or 3 dimensions, got {dimensions}")
        values = np.empty((n, particles, self.n_functions))
        gradient = np.zeros((n, particles, self.n_functions, particles, dimensions)) if derivatives else None
        with progress("symmetry functions", n) as bar:
            for chosen in _chunks(widths):
                cluster = _Cluster(positions[chosen], float(widths[chosen[0]]), self._core.cutoff)
                found = self._core.values(self._structure(cluster))[~cluster.is_image, : self.n_functions]
                values[chosen] = found.reshape(*cluster.shape[:2], -1)
                if gradient is not None:
                    gradient[chosen] = self._gradient(cluster)
                bar.advance(len(chosen))
        return FunctionValues(values, gradient)

    def inputs(
        self, positions: ArrayLike, widths: ArrayLike, derivatives: bool = False
    ) -> tuple[Array, Array | None]:
        """What a network sees of each particle, (n, particles, features), and if asked for its derivatives.

        Those have a last axis of coordinates, particle by particle.
        """
        found = self.values(positions, widths, derivatives)
        jacobian = found.by_position
        return found.values, None if jacobian is None else jacobian.reshape(*jacobian.shape[:3], -1)

    def _structure(self, cluster: _Cluster) -> _core.Structure:
        numbers = np.where(cluster.is_image & self.labelled, NUMBERS[IMAGE], NUMBERS[CENTRAL])
        return _core.Structure(cluster.positions, numbers, np.zeros((3, 3)), [False] * 3)

    def _gradient(self, cluster: _Cluster) -> Array:
        _, center, neighbor, gradient, _ = self._core.jacobian(self._structure(cluster))
        counts = ~cluster.is_image[center]
        n, particles, dimensions = cluster.shape
        center, neighbor = cluster.particle[center[counts]], cluster.particle[neighbor[counts]]
        result = np.zeros((n, particles, self.n_functions, particles, dimensions))
        configuration, own = np.divmod(center, particles)
        places: Any = (configuration, own, slice(None), neighbor % particles)
        np.add.at(result, places, gradient[counts][:, : self.n_functions, :dimensions])
        return result


def _chunks(widths: Array) -> Iterator[Integers]:
    """Indices of configurations of one width, not too many at once."""
    for width in np.unique(widths):
        own = np.flatnonzero(widths == width)
        yield from np.array_split(own, -(-len(own) // AT_ONCE))


class _Cluster:
    """Configurations of one width with the images within reach, as one set of atoms without a cell."""

    def __init__(self, positions: Array, width: float, cutoff: float) -> None:
        self.shape = n, particles, dimensions = positions.shape
        inside = positions - width * np.floor(positions / width)
        cells = np.round((positions - inside) / width).astype(int)
        depth = int(np.ceil(cutoff / width)) + int(np.ptp(cells, axis=1).max(initial=0))
        offsets = [np.array(cell) for cell in itertools.product(range(-depth, depth + 1), repeat=dimensions)]
        everything = np.concatenate(
            [positions] + [positions + width * cell for cell in offsets if cell.any()], axis=1
        )
        distances = np.linalg.norm(everything[:, :, None] - positions[:, None], axis=3).min(axis=2)
        within = distances < cutoff
        within[:, :particles] = True
        configuration, index = np.nonzero(within)
        self.is_image = index >= particles
        self.particle = configuration * particles + index % particles
        self.positions = np.zeros((len(index), 3))
        self.positions[:, :dimensions] = everything[configuration, index]
        # In two dimensions in layers, whose differences within one are exact.
        apart = width + 2.0 * cutoff + 1.0 if dimensions == 3 else 2.0 * cutoff
        extent = 1.0 if dimensions == 2 else 1.0 + 2.0 * depth
        self.positions[:, 2] += configuration * apart * extent
