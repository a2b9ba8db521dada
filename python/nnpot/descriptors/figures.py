"""Figures of symmetry functions: their shapes, taken from the core, distributions and correlation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase.data import atomic_numbers
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nnpot import _core
from nnpot.descriptors.sampling import Summary
from nnpot.figures.style import style, table
from nnpot.support.arrays import Array

N_DISTANCES, N_ANGLES = 120, 46
ANGULAR_TYPES = frozenset({"3", "9", "13", "21", "22", "24", "25"})
WEIGHTED_TYPES = frozenset({"12", "13", "23", "24", "25"})
_OPEN = np.zeros((3, 3)), np.zeros(3, bool)


@dataclass(frozen=True)
class RadialShapes:
    """Functions of one pair of elements against the distance."""

    center: str
    neighbor: str
    lines: list[str]
    r: Array  # (n,) Å
    values: Array  # (F, n): contribution of one neighbour


@dataclass(frozen=True)
class AngularShapes:
    """Functions of one triplet of elements, the largest value of each being 1."""

    center: str
    neighbors: tuple[str, str]
    lines: list[str]
    r: Array  # (n,) Å, of both neighbours
    theta: Array  # (m,) degrees
    radial: Array  # (F, n): the largest value over the angles
    angular: Array  # (F, m): the largest value over the distances


def is_angular(line: str) -> bool:
    """Whether a line names a function of angles."""
    return line.split()[1] in ANGULAR_TYPES


def radial_shapes(lines: Sequence[str], elements: Sequence[str], cutoff_type: int) -> list[RadialShapes]:
    """The radial functions, for each pair of elements that has any."""
    found = []
    for (center, neighbor), own in _by_neighbors(lines, elements, angular=False).items():
        functions = _single(own, center, elements, cutoff_type)
        r = np.linspace(0.0, functions.cutoff, N_DISTANCES + 1)[1:]
        numbers = np.array([atomic_numbers[center], atomic_numbers[neighbor]])
        dimers = ([[0.0, 0.0, 0.0], [distance, 0.0, 0.0]] for distance in r)
        values = [functions.values(np.array(dimer), numbers, *_OPEN)[0] for dimer in dimers]
        ordered = functions.functions(center)
        found.append(RadialShapes(center, neighbor, ordered, r, np.transpose(values)[: len(ordered)]))
    return found


def angular_shapes(lines: Sequence[str], elements: Sequence[str], cutoff_type: int) -> list[AngularShapes]:
    """The angular functions, for each triplet of elements that has any."""
    found = []
    for (center, first, second), own in _by_neighbors(lines, elements, angular=True).items():
        functions = _single(own, center, elements, cutoff_type)
        r = np.linspace(0.0, functions.cutoff, N_DISTANCES // 2 + 1)[1:]
        theta = np.linspace(0.0, 180.0, N_ANGLES)
        theta[0], theta[-1] = 0.1, 179.9  # at 0 both neighbours were on one place
        numbers = np.array([atomic_numbers[symbol] for symbol in (center, first, second)])
        values = np.array(
            [[functions.values(_trimer(d, angle), numbers, *_OPEN)[0] for angle in theta] for d in r]
        )
        ordered = functions.functions(center)
        values = np.moveaxis(values[:, :, : len(ordered)], 2, 0)
        values /= np.maximum(values.max(axis=(1, 2), keepdims=True), 1e-300)
        found.append(
            AngularShapes(center, (first, second), ordered, r, theta, values.max(axis=2), values.max(axis=1))
        )
    return found


def _by_neighbors(
    lines: Sequence[str], elements: Sequence[str], angular: bool
) -> dict[tuple[str, ...], list[str]]:
    """Lines by center and neighbours; weighted functions, which see every element, by the center alone."""
    found: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        words = line.split()
        if (words[1] in ANGULAR_TYPES) != angular:
            continue
        n_neighbors = 2 if angular else 1
        weighted = words[1] in WEIGHTED_TYPES
        neighbors = [words[0]] * n_neighbors if weighted else words[2 : 2 + n_neighbors]
        found.setdefault((words[0], *neighbors), []).append(line)
    return found


def _single(
    lines: Sequence[str], center: str, elements: Sequence[str], cutoff_type: int
) -> _core.SymmetryFunctions:
    """These functions; the other elements, which need one each, get a stand-in of the same cutoff."""
    others = [f"{element} 2 {element} 1.0 0.0 1.0" for element in elements if element != center]
    return _core.SymmetryFunctions(list(elements), [*lines, *others], cutoff_type)


def _trimer(distance: float, degrees: float) -> Array:
    angle = np.radians(degrees)
    second = [distance * np.cos(angle), distance * np.sin(angle), 0.0]
    return np.array([[0.0, 0.0, 0.0], [distance, 0.0, 0.0], second])


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
            ax.set(xlabel="Distance r (Å)", ylabel="Contribution of one neighbour", ylim=(0.0, None))
            ax.set(title=f"{shape.center}–{shape.neighbor}", xlim=(0.0, shape.r[-1]))
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
    """Draw curves in the order in which their maxima lie, dark to light."""
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
        norm, rows = LogNorm(vmin=max(1.0 / summary.n_atoms, 1e-5)), np.arange(n + 1) + 0.5
        shown = ax.pcolormesh(edges, rows, np.ma.masked_equal(image, 0.0), norm=norm, cmap="viridis")
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
