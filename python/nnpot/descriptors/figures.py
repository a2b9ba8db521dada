"""Figures of symmetry functions: their shapes, their distributions, their correlation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nnpot.descriptors.shapes import AngularShapes, RadialShapes
from nnpot.descriptors.summary import Summary
from nnpot.figures.style import style, table
from nnpot.support.arrays import Array

LARGEST_DEVIATION = 5.0  # range of the distributions, in standard deviations


def radial_figure(
    shapes: Sequence[RadialShapes], distances: Mapping[tuple[str, str], tuple[Array, Array]] | None = None
) -> Figure:
    """Each radial function against the distance, a panel for each pair of elements.

    ``shapes``: of one center. ``distances``: per center and neighbour how many neighbours there are: edges (n
    + 1,) in Å and density (n,).
    """
    with style():
        figure, axes = table(1, len(shapes), (max(6.0, 4.0 * len(shapes)), 3.2))
        for ax, shape in zip(axes[0], shapes, strict=True):
            known = (distances or {}).get((shape.center, shape.neighbor))
            if known is not None:
                edges, density = known
                ax.stairs(density / max(density.max(), 1e-300), edges, fill=True, color="0.85")
            _curves(ax, shape.r, shape.values)
            ax.set(
                xlabel="Distance r (Å)", ylabel="Contribution of one neighbour",
                title=f"{shape.center}–{shape.neighbor}", xlim=(0.0, shape.r[-1]), ylim=(0.0, None),
            )  # fmt: skip
    return figure


def angular_figure(shapes: Sequence[AngularShapes]) -> Figure:
    """Each angular function against distance and angle, a row for each triplet of elements."""
    with style():
        figure, axes = table(len(shapes), 2, (8.6, 3.0 * len(shapes)))
        for (left, right), shape in zip(axes, shapes, strict=True):
            first, second = shape.neighbors
            title = f"{first}–{shape.center}–{second}"
            _curves(left, shape.r, _distinct(shape.radial))
            _curves(right, shape.theta, _distinct(shape.angular))
            left.set(xlabel="Distance of both neighbours (Å)", title=title, xlim=(0.0, shape.r[-1]))
            right.set(xlabel="Angle θ (degrees)", title=title, xlim=(0.0, 180.0))
            right.set_xticks(range(0, 181, 30))
            for ax in (left, right):
                ax.set(ylabel="Value / largest", ylim=(0.0, 1.05))
    return figure


def _curves(ax: Axes, x: Array, curves: Array) -> None:
    """Ordered by where their maximum lies, dark to light."""
    order = np.lexsort((curves.sum(axis=1), curves.argmax(axis=1)))
    colors = colormaps["viridis"](np.linspace(0.0, 0.92, len(curves)))
    for color, number in zip(colors, order, strict=True):
        ax.plot(x, curves[number], color=color, linewidth=1.3)


def _distinct(curves: Array) -> Array:
    return np.asarray(curves[np.sort(np.unique(np.round(curves, 3), axis=0, return_index=True)[1])])


def distribution_figure(summary: Summary) -> Figure:
    """How the values of each function are spread over the atoms, a row for each function."""
    n = len(summary.rows)
    edges = np.linspace(-LARGEST_DEVIATION, LARGEST_DEVIATION, 81)
    image = np.zeros((n, len(edges) - 1))
    for number, row in enumerate(summary.rows):
        scaled = (summary.values[:, number] - row.mean) / (row.sigma or 1.0)
        inside = np.clip(scaled, edges[0] + 1e-9, edges[-1] - 1e-9)
        image[number] = np.histogram(inside, edges)[0] / len(scaled)
    with style():
        figure, ((ax,),) = table(1, 1, (6.8, min(12.0, 1.4 + 0.09 * n)))
        shown = ax.pcolormesh(
            edges, np.arange(n + 1) + 0.5, np.ma.masked_equal(image, 0.0),
            norm=LogNorm(vmin=max(1.0 / summary.n_atoms, 1e-5)), cmap="viridis",
        )  # fmt: skip
        figure.colorbar(shown, ax=ax, label="Share of the atoms")
        ax.set(xlabel="(G − mean) / standard deviation", ylabel="Function", ylim=(n + 0.5, 0.5))
    return figure


def correlation_figure(summary: Summary) -> Figure:
    """Correlation of each function with each other."""
    n = len(summary.rows)
    with style():
        figure, ((ax,),) = table(1, 1, (6.4, 5.4))
        edges = np.arange(n + 1) + 0.5
        shown = ax.pcolormesh(edges, edges, summary.correlation, vmin=-1.0, vmax=1.0, cmap="RdBu_r")
        figure.colorbar(shown, ax=ax, label="Correlation")
        ax.set(xlabel="Function", ylabel="Function", ylim=(n + 0.5, 0.5), aspect="equal")
        for name in ("top", "right"):
            ax.spines[name].set_visible(True)
    return figure
