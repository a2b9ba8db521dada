"""The energy per particle of configurations in a periodic cell."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.support.arrays import Array as Array
from nnpot.support.arrays import Integers
from nnpot.support.yaml_file import Positive, StrictModel

Form = Literal["modified-lennard-jones", "equation-6", "equation-7", "equation-8"]
"""The potential to use, and the three that the document rejects."""
Count = Literal["document", "invariant"]
"""How often a triplet with two particles in the central cell counts for each order of the two: once, as
equation 5 has it, or twice, so that it does not matter which image of a particle the central cell holds."""
FORMS: tuple[Form, ...] = ("modified-lennard-jones", "equation-6", "equation-7", "equation-8")
COUNTS: tuple[Count, ...] = ("document", "invariant")
MOST_DIMENSIONS = 10
MOST_IMAGES = 20_000  # of all particles around one: the triplets among them are computed one by one
FARTHEST = 1000.0  # widths of the cell that a particle may lie outside of it


class LatticePotential(StrictModel):
    """The potential of pairs and triplets."""

    form: Form = "modified-lennard-jones"
    energy: Positive = 1.0
    distance: Positive = 1.0
    cutoff: Positive = 2.0
    exponent: Annotated[int, Field(gt=0, le=100)] = 6


class LatticeModel:
    """Energies and gradients of many configurations at once, on all cores.

    ``potential``: of pairs and triplets. ``count``: how triplets count whose particles are in two cells.
    ``threads``: how many configurations are computed at the same time; None for as many as there are cores.
    """

    def __init__(
        self, potential: LatticePotential | None = None, count: Count = "document", threads: int | None = None
    ) -> None:
        self.potential = p = potential or LatticePotential()
        self.count = count
        self._threads = threads or 0
        self.core = _core.LatticeModel(p.form, p.energy, p.distance, p.cutoff, p.exponent, count)

    def depths(self, widths: ArrayLike, depth: int | ArrayLike | None = None) -> Integers:
        """How many cells away images count: as given, or as many as matter, ceil(3 R_0 / (2 width)).

        Raises `InvalidInputError` if none is given and the potential has no cutoff.
        """
        widths = np.asarray(widths, float)
        if depth is not None:
            return np.broadcast_to(np.asarray(depth, np.int64), widths.shape)
        _require_widths(widths)
        smallest = 1.5 * self.potential.cutoff / MOST_IMAGES
        if widths.size and widths.min() < smallest:
            raise InvalidInputError(
                f"the width of the cell must be at least {smallest:g}, got {widths.min():g}; are lengths in "
                f"units of R_c?"
            )
        known = {width: self.core.required_depth(width) for width in np.unique(widths)}
        return np.array([known[width] for width in widths.ravel()], np.int64).reshape(widths.shape)

    def energies(
        self, positions: ArrayLike, widths: ArrayLike, depth: int | ArrayLike | None = None
    ) -> Array:
        """Energy per particle of each configuration.

        ``positions``: shape (n, particles, dimensions); a particle belongs to the central cell as given.
        ``widths``: of the cells, shape (n,) or one for all. ``depth``: how many cells away images count; None
        for enough. Raises `InvalidInputError` if shapes do not fit, a width is not positive, or two particles
        lie on the same place.
        """
        positions, widths = as_batch(positions, widths)
        depths = self._allowed_depths(positions, widths, depth)
        return self.core.energies(positions, widths, depths, self._threads)

    def _allowed_depths(self, positions: Array, widths: Array, depth: int | ArrayLike | None) -> Integers:
        """Give `depths` where there are not too many images."""
        require_near_cells(positions, widths)
        depths = self.depths(widths, depth)
        require_few_images(positions.shape, widths, depths, self.potential)
        return depths

    def gradients(
        self, positions: ArrayLike, widths: ArrayLike, depth: int | ArrayLike | None = None
    ) -> tuple[Array, Array, Array]:
        """Energies (n,), and derivatives by positions (n, particles, dimensions) and by the width (n,).

        The derivative by the width moves the images and holds the positions of the central cell.
        """
        positions, widths = as_batch(positions, widths)
        depths = self._allowed_depths(positions, widths, depth)
        return self.core.gradients(positions, widths, depths, self._threads)

    def with_count(self, count: Count) -> LatticeModel:
        """The same model with another count."""
        return LatticeModel(self.potential, count, self._threads)


def require_near_cells(positions: Array, widths: Array) -> None:
    """Refuse particles far outside of their cell, whose images would be looked for, and widths that are not >
    0.
    """
    _require_widths(widths)
    if not np.isfinite(positions).all():
        raise InvalidInputError("lattice: expected finite positions")
    farthest = np.abs(positions).max(axis=(1, 2), initial=0.0)
    wrong = np.flatnonzero(~(farthest <= FARTHEST * widths))
    if len(wrong):
        raise InvalidInputError(
            f"positions of configuration {wrong[0]}: expected in the cell of width {widths[wrong[0]]:g} or "
            f"within {FARTHEST:g} widths of it, got {farthest[wrong[0]]:g}"
        )


def _require_widths(widths: Array) -> None:
    wrong = np.flatnonzero(~(np.isfinite(widths) & (widths > 0.0)).ravel())
    if len(wrong):
        raise InvalidInputError(
            f"configuration {wrong[0]}: the width of the cell must be finite and > 0, got "
            f"{widths.ravel()[wrong[0]]:g}"
        )


def require_few_images(
    shape: tuple[int, ...], widths: Array, depths: Integers, potential: LatticePotential
) -> None:
    """Refuse cells so small, or depths so large, that a particle has too many images around it to be summed.

    ``shape``: of the positions: (configurations, particles, dimensions). ``widths``, ``depths``: of the
    cells, and of their images, shape (n,). ``potential``: how far it reaches. Raises `InvalidInputError` that
    names the first such configuration, counted from 0.
    """
    _, particles, dimensions = shape
    along = 2.0 * depths + 1.0
    if potential.form == "modified-lennard-jones":  # the others have no cutoff
        along = np.minimum(along, 3.0 * potential.cutoff / widths + 1.0)
    images = particles * along**dimensions
    wrong = np.flatnonzero(images > MOST_IMAGES)
    if len(wrong):
        raise InvalidInputError(
            f"configuration {wrong[0]}: expected at most {MOST_IMAGES} images around a particle, got about "
            f"{images[wrong[0]]:.3g} (width {widths[wrong[0]]:g}, depth {depths[wrong[0]]}, {dimensions} "
            f"dimensions); are lengths in units of R_c?"
        )


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
