"""The six tests by which the document judges a potential, as numbers; `figures.diagnostics` draws them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnpot.lattice.model import Count, LatticeModel, LatticePotential
from nnpot.support.arrays import Array, Integers

WIDE = 60.0  # R_c; a cell in which the images hardly matter
SQUARE_WIDTH = 10.0
SQUARE_CENTERS = {"in the middle": (0.5, 0.5), "across an edge": (0.0, 0.5), "across a corner": (0.0, 0.0)}
LARGEST = 5.0  # E_c; energy surfaces are drawn up to here
SURFACE_CELL = ((1.2, 1.4), (2.7, 1.1), (2.1, 2.9))
"""Three particles in a cell of width 4 R_c; the fourth visits every place."""
SURFACE_WIDTH = 4.0
CONVERGENCE_CELL = (*SURFACE_CELL, (0.3, 0.5))
TRIANGLE = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


@dataclass(frozen=True)
class Diagnostics:
    """The results; lengths in R_c, energies in E_c."""

    sides: Array
    single_triangle: Array  # of one equilateral triplet, against its side
    triangle_in_cell: Array  # of all particles of a wide cell that holds this triangle alone
    surface: Array  # energy per particle with the fourth particle at (x, y), shape (y, x)
    square_sides: Array
    square: dict[str, Array]
    """Per particle, of four at the corners of a square that grows out of the middle of its cell, out of the
    middle of an edge, and out of a corner of the cell: the same crystal."""
    distances: Array
    repulsion: Array  # of two particles half an R_c apart, against the distance of a third
    depths: Integers
    convergence: Array  # per particle, of one configuration, against the depth of the images


def diagnose(potential: LatticePotential, count: Count = "document", resolution: int = 60) -> Diagnostics:
    """Make the six tests."""
    model = LatticeModel(potential, count)
    sides = np.linspace(0.7, 3.0, 231)
    triangles = sides[:, None, None] * TRIANGLE
    distances = np.linspace(0.3, 6.0, 200)
    depths = np.arange(7)
    return Diagnostics(
        sides,
        model.core.triplet_energies(np.repeat(sides[:, None], 3, axis=1)),
        3.0 * model.energies(triangles + WIDE / 2.0, WIDE, 1),
        _surface(model, resolution),
        square_sides := np.linspace(0.8, SQUARE_WIDTH - 0.8, 200),
        {name: _square(model, square_sides, center) for name, center in SQUARE_CENTERS.items()},
        distances,
        _repulsion(model, distances),
        depths,
        np.array([model.energies([CONVERGENCE_CELL], SURFACE_WIDTH, int(depth))[0] for depth in depths]),
    )


def _surface(model: LatticeModel, resolution: int) -> Array:
    places = np.linspace(0.0, SURFACE_WIDTH, resolution)
    y, x = np.meshgrid(places, places, indexing="ij")
    cells = np.empty((resolution**2, 4, 2))
    cells[:, :3] = SURFACE_CELL
    cells[:, 3] = np.stack([x.ravel(), y.ravel()], axis=1)
    apart = np.abs(cells[:, :3] - cells[:, 3:]).max(axis=2).min(axis=1) > 1e-9
    energies = np.full(len(cells), np.nan)
    energies[apart] = model.energies(cells[apart], SURFACE_WIDTH, 1)
    return energies.reshape(resolution, resolution)


def _square(model: LatticeModel, sides: Array, center: tuple[float, float]) -> Array:
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    cells = sides[:, None, None] * corners + SQUARE_WIDTH * np.array(center)
    return model.energies(cells % SQUARE_WIDTH, SQUARE_WIDTH, 1)


def _repulsion(model: LatticeModel, distances: Array) -> Array:
    cells = np.zeros((len(distances), 3, 2))
    cells[:, 1, 0] = 0.5
    cells[:, 2] = np.stack([np.full(len(distances), 0.25), distances], axis=1)
    return 3.0 * model.energies(cells + WIDE / 2.0, WIDE, 1)
