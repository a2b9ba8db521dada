"""Raw values of symmetry functions over frames, what they tell, and the shortest distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from nnpot import _core
from nnpot.descriptors.selection import correlations, varying
from nnpot.structures import structure_of
from nnpot.support.arrays import Array, Integers

MOST_FRAMES = 400  # frames whose distances are looked at
MOST_FRAMES_DRAWN = 60  # frames whose distances are drawn
SHORTEST_SHARE = 1e-3
"""The share of atoms closest to a neighbour that are left out of the nearest distance."""


def sample_values(
    functions: _core.SymmetryFunctions, frames: Sequence[Atoms], most_atoms: int | None = None
) -> dict[str, Array]:
    """Raw values (n, F) of the functions of each element over frames; ``most_atoms`` takes evenly spaced
    ones.
    """
    chosen = _evenly_chosen(frames, functions.elements, most_atoms)
    parts: dict[str, list[Array]] = {element: [] for element in functions.elements}
    for number, frame in enumerate(frames):
        if not any(len(chosen[element][number]) for element in functions.elements):
            continue
        values = functions.values(structure_of(frame))
        for element in functions.elements:
            parts[element].append(values[chosen[element][number], : len(functions.functions(element))])
    return {element: np.concatenate(values) for element, values in parts.items()}


def _evenly_chosen(
    frames: Sequence[Atoms], elements: Sequence[str], most_atoms: int | None
) -> dict[str, list[Integers]]:
    chosen: dict[str, list[Integers]] = {}
    for element in elements:
        own = [np.flatnonzero(frame.symbols == element) for frame in frames]
        first = np.cumsum([0, *(len(atoms) for atoms in own)])
        n_atoms = int(first[-1])
        n_picked = n_atoms if most_atoms is None else min(n_atoms, most_atoms)
        picked = np.zeros(n_atoms, bool)
        picked[np.arange(n_picked) * n_atoms // max(n_picked, 1)] = True
        chosen[element] = [
            atoms[picked[start : start + len(atoms)]] for start, atoms in zip(first, own, strict=False)
        ]
    return chosen


class _Pairs:
    """All pairs of atoms within a distance; through the core, which is many times faster than ASE here."""

    def __init__(self, frames: Sequence[Atoms], cutoff: float) -> None:
        self.elements = sorted({symbol for frame in frames for symbol in frame.symbols.species()})
        weighted = [f"{element} 12 0.0 0.0 {cutoff!r}" for element in self.elements]  # sees every neighbour
        self._functions = _core.SymmetryFunctions(self.elements, weighted, 1)

    def of(self, frame: Atoms) -> tuple[Integers, Integers, Array]:
        """Centers, neighbours (n_pairs,), their distances in Å."""
        _, centers, neighbors, _, vectors = self._functions.jacobian(structure_of(frame))
        distances = np.linalg.norm(vectors, axis=1)
        others = distances > 0.0  # the center itself is there too
        return centers[others], neighbors[others], distances[others]


def pair_key(first: str, second: str) -> tuple[str, str]:
    """A pair of elements in whichever order, sorted."""
    return (first, second) if first <= second else (second, first)


def nearest_distances(frames: Sequence[Atoms], cutoff: float) -> dict[tuple[str, str], float]:
    """How close atoms of each sorted pair of elements come, in Å.

    The distances to the nearest neighbour of the other element are sorted, and the closest thousandth is left
    out: a few collisions in a large data set do not count. Of many frames evenly spaced ones are looked at.
    Pairs that come no closer than ``cutoff`` (Å) are missing.
    """
    found: dict[tuple[str, str], list[Array]] = {}
    if not frames:
        return {}
    pairs = _Pairs(frames, cutoff)
    for frame in frames[:: max(1, len(frames) // MOST_FRAMES)]:
        for key, distances in _nearest_in_frame(frame, pairs).items():
            found.setdefault(key, []).append(distances)
    joined: Mapping[tuple[str, str], Array] = {key: np.concatenate(parts) for key, parts in found.items()}
    return {
        key: float(np.quantile(distances, SHORTEST_SHARE, method="lower"))
        for key, distances in sorted(joined.items())
    }


def _nearest_in_frame(frame: Atoms, all_pairs: _Pairs) -> dict[tuple[str, str], Array]:
    """The distance of every atom to the nearest of each element, by pair of elements."""
    centers, neighbors, distances = all_pairs.of(frame)
    symbols = np.array(frame.get_chemical_symbols())
    found: dict[tuple[str, str], Array] = {}
    species = sorted(frame.symbols.species())
    for index, first in enumerate(species):
        for second in species[index:]:
            nearest = np.full(len(frame), np.inf)
            pairs = (symbols[centers] == first) & (symbols[neighbors] == second)
            np.minimum.at(nearest, centers[pairs], distances[pairs])
            if np.isfinite(nearest).any():
                found[first, second] = nearest[np.isfinite(nearest)]
    return found


def neighbor_histograms(
    frames: Sequence[Atoms], cutoff: float, n_bins: int = 80
) -> dict[tuple[str, str], tuple[Array, Array]]:
    """How many neighbours of an element there are at a distance from a center, by both elements.

    Gives edges (n_bins + 1,) from 0 to ``cutoff`` in Å, and neighbours per atom and Å (n_bins,); of many
    frames evenly spaced ones are looked at.
    """
    if not frames:
        return {}
    edges = np.linspace(0.0, cutoff, n_bins + 1)
    counts: dict[tuple[str, str], Array] = {}
    n_centers: dict[str, int] = {}
    all_pairs = _Pairs(frames, cutoff)
    for frame in frames[:: max(1, len(frames) // MOST_FRAMES_DRAWN)]:
        centers, neighbors, distances = all_pairs.of(frame)
        symbols = np.array(frame.get_chemical_symbols())
        for first in frame.symbols.species():
            n_centers[first] = n_centers.get(first, 0) + int(np.count_nonzero(symbols == first))
            for second in frame.symbols.species():
                pairs = (symbols[centers] == first) & (symbols[neighbors] == second)
                found = np.histogram(distances[pairs], edges)[0]
                counts[first, second] = counts.get((first, second), np.zeros(n_bins)) + found
    width = edges[1]
    return {pair: (edges, count / (n_centers[pair[0]] * width)) for pair, count in counts.items()}


@dataclass(frozen=True)
class Row:
    """One function over the atoms of its element."""

    line: str  # as after ``symfunction_short``
    smallest: float
    largest: float
    mean: float
    sigma: float
    nearest: int | None  # index of the function that it correlates with most strongly
    correlation: float  # with that one


@dataclass(frozen=True)
class Summary:
    """The functions of one element."""

    element: str
    n_atoms: int
    rows: list[Row]
    values: Array  # (n_atoms, F), raw
    correlation: Array  # (F, F); 0 for functions that do not vary

    @property
    def lines(self) -> list[str]:
        """The functions as text."""
        return [row.line for row in self.rows]


def summarize(element: str, lines: Sequence[str], values: Array) -> Summary:
    """Range, mean, deviation and correlations.

    ``element``: symbol of the center. ``lines``: its functions as text, in the order of the columns.
    ``values``: raw values (n_atoms, F) of atoms of that element; n_atoms > 1.
    """
    varies = np.flatnonzero(varying(values))
    matrix = np.zeros((len(lines), len(lines)))
    matrix[np.ix_(varies, varies)] = correlations(values[:, varies])
    others = matrix - np.diag(np.diag(matrix))
    rows = []
    for number, line in enumerate(lines):
        column = values[:, number]
        nearest = int(np.abs(others[number]).argmax())
        facts = (column.min(), column.max(), column.mean(), column.std(ddof=1), others[number, nearest])
        low, high, mean, sigma, correlation = map(float, facts)
        rows.append(Row(line, low, high, mean, sigma, None if correlation == 0.0 else nearest, correlation))
    return Summary(element, len(values), rows, values, matrix)


def count_radial_parts(lines: Sequence[str]) -> int:
    """How many different radial parts the functions of one center have.

    Functions of the same neighbours, eta, r_shift and cutoff share the exponentials, which cost most; a
    further zeta or lambda costs little (docs: engine).
    """
    return len({_radial_part(line.split()) for line in lines})


def _radial_part(words: Sequence[str]) -> tuple[object, ...]:
    kind = words[1]
    if kind in ("3", "9"):
        neighbors, (eta, _, _, cutoff, shift, *_) = words[2:4], [*map(float, words[4:9]), 0.0]
        return (kind, *sorted(neighbors), eta, shift, cutoff)
    if kind == "13":
        eta, shift, _, _, cutoff = map(float, words[2:7])
        return (kind, eta, shift, cutoff)
    if kind in ("21", "22"):
        return (kind, *sorted(words[2:4]), *words[4:6], words[8])
    if kind in ("24", "25"):
        return (kind, *words[2:4], words[6])
    return tuple(words[1:])
