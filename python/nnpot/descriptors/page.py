"""One page about a set of symmetry functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms

from nnpot import _core
from nnpot.descriptors import figures
from nnpot.descriptors.figures import angular_shapes, is_angular, radial_shapes
from nnpot.descriptors.sampling import (
    Summary,
    count_radial_parts,
    neighbor_histograms,
    sample_values,
    summarize,
)
from nnpot.figures.page import Page
from nnpot.support.arrays import Array

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
    """Statistics of functions over frames.

    ``lines``: as text after ``symfunction_short``. ``cutoff_type``: number of the cutoff function in
    input.nn. ``frames``: structures; may be none.
    """
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
        page.figure(figures.radial_figure(radial, found.distances), f"radial_{element}", caption)
    if angular:
        caption = (
            f"Angular functions of {element}: the largest value at a distance (left) and at an angle "
            "(right). Functions that differ in the other alone are one curve."
        )
        page.figure(figures.angular_figure(angular), f"angular_{element}", caption)
    if element in found.summaries:
        _add_statistics(page, found.summaries[element])
    page.table(COLUMNS if element in found.summaries else COLUMNS[:2], table_rows(found, element))


def _add_statistics(page: Page, summary: Summary) -> None:
    element = summary.element
    caption = (
        f"How the values are spread over {summary.n_atoms} atoms of {element}, each function in its own "
        f"standard deviations; what lies outside is drawn at the rim."
    )
    page.figure(figures.distribution_figure(summary), f"distribution_{element}", caption)
    caption = (
        f"Correlation of the functions of {element}: dark red or blue off the diagonal says that two tell "
        f"almost the same."
    )
    page.figure(figures.correlation_figure(summary), f"correlation_{element}", caption)
