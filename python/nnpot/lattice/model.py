"""The energy per particle of configurations in a periodic cell."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.yaml_file import Positive, StrictModel

Array = NDArray[np.float64]
Form = Literal["modified-lennard-jones", "equation-6", "equation-7", "equation-8"]
"""The potential to use, and the three that the document rejects."""
Count = Literal["document", "invariant"]
"""How often a triplet with two particles in the central cell counts for each order of the two: once, as
equation 5 has it, or twice, so that it does not matter which image of a particle the central cell holds."""
FORMS: tuple[Form, ...] = ("modified-lennard-jones", "equation-6", "equation-7", "equation-8")
COUNTS: tuple[Count, ...] = ("document", "invariant")


class LatticePotential(StrictModel):
    """The potential of pairs and triplets."""

    form: Form = "modified-lennard-jones"
    energy: Positive = 1.0
    distance: Positive = 1.0
    cutoff: Positive = 2.0
    exponent: Annotated[int, Field(gt=0)] = 6


class LatticeModel:
    """Energies and gradients of many configurations at once, on all cores.

    Parameters
    ----------
    potential
        Of pairs and triplets.
    count
        How triplets count whose particles are in two cells.
    threads
        How many configurations are computed at the same time; None for as many as there are cores.
    """

    def __init__(
        self,
        potential: LatticePotential | None = None,
        count: Count = "document",
        threads: int | None = None,
    ) -> None:
        self.potential = potential or LatticePotential()
        self.count = count
        self._threads = threads or 0
        self.core = _core.LatticeModel(
            self.potential.form,
            self.potential.energy,
            self.potential.distance,
            self.potential.cutoff,
            self.potential.exponent,
            count,
        )

    def depths(self, widths: ArrayLike, depth: int | ArrayLike | None = None) -> NDArray[np.int64]:
        """How many cells away images count: as given, or as many as matter, ceil(3 R_0 / (2 width)).

        Raises
        ------
        InvalidInputError
            If none is given and the potential has no cutoff.
        """
        widths = np.asarray(widths, float)
        if depth is not None:
            return np.broadcast_to(np.asarray(depth, np.int64), widths.shape)
        known = {width: self.core.required_depth(width) for width in np.unique(widths)}
        return np.array([known[width] for width in widths.ravel()], np.int64).reshape(widths.shape)

    def energies(
        self, positions: ArrayLike, widths: ArrayLike, depth: int | ArrayLike | None = None
    ) -> Array:
        """Energy per particle of each configuration.

        Parameters
        ----------
        positions
            Shape (n, particles, dimensions); a particle belongs to the central cell as given.
        widths
            Of the cells, shape (n,) or one for all.
        depth
            How many cells away images count; None for enough.

        Raises
        ------
        InvalidInputError
            If shapes do not fit, a width is not positive, or two particles lie on the same place.
        """
        positions, widths = as_batch(positions, widths)
        return self.core.energies(positions, widths, self.depths(widths, depth), self._threads)

    def gradients(
        self, positions: ArrayLike, widths: ArrayLike, depth: int | ArrayLike | None = None
    ) -> tuple[Array, Array, Array]:
        """Energies (n,), and derivatives by positions (n, particles, dimensions) and by the width (n,).

        The derivative by the width moves the images and holds the positions of the central cell.
        """
        positions, widths = as_batch(positions, widths)
        return self.core.gradients(positions, widths, self.depths(widths, depth), self._threads)

    def with_count(self, count: Count) -> LatticeModel:
        """The same model with another count."""
        return LatticeModel(self.potential, count, self._threads)


def as_batch(positions: ArrayLike, widths: ArrayLike) -> tuple[Array, Array]:
    """Positions (n, particles, dimensions), and a width for each."""
    positions = np.asarray(positions, float)
    if positions.ndim != 3:
        raise InvalidInputError(
            f"positions: expected the shape (configurations, particles, dimensions), got {positions.shape}"
        )
    try:
        return positions, np.ascontiguousarray(np.broadcast_to(np.asarray(widths, float), len(positions)))
    except ValueError as error:
        raise InvalidInputError(
            f"widths: expected one for each of {len(positions)} configurations, got {np.shape(widths)}"
        ) from error
