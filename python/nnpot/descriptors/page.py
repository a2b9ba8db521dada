"""One page about a set of symmetry functions, and its figures: shapes, distributions, correlation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nnpot import _core
from nnpot.descriptors.sampling import (
    Summary,
    count_radial_parts,
    neighbor_histograms,
    sample_values,
    summarize,
)
from nnpot.figures.page import Page
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
    """Each radial function of a center against the distance, a panel for each pair of elements.

    ``distances``: how many neighbours there are, edges (n + 1,) in Å and density (n,) of each pair.
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


MOST_ATOMS = 4000  # of each element, whose values the statistics are of; evenly spaced among all
COLUMNS = ("", "function", "smallest", "largest", "mean", "deviation", "correlates with", "by")


@dataclass(frozen=True)
class FunctionSet:
    """Symmetry functions of all elements, and what they do on frames where there are any."""

    functions: _core.SymmetryFunctions
    cutoff_type: int
    summaries: dict[str, Summary]  # per element; empty without frames
    distances: Mapping[tuple[str, str], tuple[Array, Array]]

    def lines(self, element: str) -> list[str]:
        """The functions of one element, in the order of the network's inputs."""
        return self.functions.functions(element)

    def counts(self, element: str) -> str:
        """The numbers of functions of an element, as text."""
        lines = self.lines(element)
        n_angular = sum(map(is_angular, lines))
        return (
            f"{len(lines)} functions ({len(lines) - n_angular} radial, {n_angular} angular) "
            f"with {count_radial_parts(lines)} different radial parts"
        )


def describe_set(
    lines: Sequence[str], elements: Sequence[str], cutoff_type: int, frames: Sequence[Atoms]
) -> FunctionSet:
    """Statistics over frames, if any, of lines as after ``symfunction_short`` with a type of cutoff."""
    functions = _core.SymmetryFunctions(list(elements), list(lines), cutoff_type)
    summaries = {}
    if frames:
        samples = sample_values(functions, frames, MOST_ATOMS)
        summaries = {e: summarize(e, functions.functions(e), samples[e]) for e in functions.elements}
    return FunctionSet(functions, cutoff_type, summaries, neighbor_histograms(frames, functions.cutoff))


def table_rows(found: FunctionSet, element: str) -> list[tuple[str, ...]]:
    """A row for each function: number, line, and its statistics; see ``COLUMNS``."""
    if element not in found.summaries:
        return [(str(number), line) for number, line in enumerate(found.lines(element), 1)]
    rows = []
    for number, row in enumerate(found.summaries[element].rows, 1):
        values = (f"{value:.3g}" for value in (row.smallest, row.largest, row.mean, row.sigma))
        nearest = "" if row.nearest is None else str(row.nearest + 1)
        rows.append((str(number), row.line, *values, nearest, f"{row.correlation:.3f}"))
    return rows


def write_page(found: FunctionSet, directory: Path, title: str) -> Path:
    """Write ``report.html`` and its figures as PNG files, and give the path of the page."""
    page = Page(title)
    page.text(
        f"Cutoff {found.functions.cutoff:g} Å. The numbers of the functions are those of the tables, in "
        "the order of the network's inputs. Each function is a line after symfunction_short in input.nn."
    )
    for element in found.functions.elements:
        _add_element(page, found, element)
    return page.write(directory)


def _add_element(page: Page, found: FunctionSet, element: str) -> None:
    lines = found.lines(element)
    elements = found.functions.elements
    page.heading(element)
    page.text(f"{found.counts(element)}.")
    radial = radial_shapes(lines, elements, found.cutoff_type)
    angular = angular_shapes(lines, elements, found.cutoff_type)
    if radial:
        caption = f"Radial functions of {element}: what one neighbour at distance r adds."
        if found.distances:
            caption += " Grey: how often neighbours occur at that distance in the data."
        page.figure(radial_figure(radial, found.distances), f"radial_{element}", caption)
    if angular:
        caption = (
            f"Angular functions of {element}: the largest value at a distance (left) and at an angle "
            "(right). Functions that differ in the other alone are one curve."
        )
        page.figure(angular_figure(angular), f"angular_{element}", caption)
    if element in found.summaries:
        _add_statistics(page, found.summaries[element])
    page.table(COLUMNS if element in found.summaries else COLUMNS[:2], table_rows(found, element))


def _add_statistics(page: Page, summary: Summary) -> None:
    element = summary.element
    caption = (
        f"How the values are spread over {summary.n_atoms} atoms of {element}, each function in its own "
        f"standard deviations; what lies outside is drawn at the rim."
    )
    page.figure(distribution_figure(summary), f"distribution_{element}", caption)
    caption = (
        f"Correlation of the functions of {element}: dark red or blue off the diagonal says that two tell "
        f"almost the same."
    )
    page.figure(correlation_figure(summary), f"correlation_{element}", caption)
