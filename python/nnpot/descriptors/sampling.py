"""Raw values of symmetry functions, and the shortest distances, over frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.structures import structure_of

Array = NDArray[np.float64]

MOST_FRAMES = 400
"""Frames whose distances are looked at."""

MOST_FRAMES_DRAWN = 60
"""Frames whose distances are drawn."""

SHORTEST_SHARE = 1e-3
"""Of the atoms: those closest to a neighbour, which are left out of the nearest distance."""


def sample_values(
    functions: _core.SymmetryFunctions, frames: Sequence[Atoms], most_atoms: int | None = None
) -> dict[str, Array]:
    """Raw values (n, F) of the functions of each element.

    Parameters
    ----------
    functions
        Of all elements of the frames.
    frames
        Structures.
    most_atoms
        Where an element has more atoms than this, evenly spaced ones of them are taken.
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
) -> dict[str, list[NDArray[np.int64]]]:
    """Per element and frame the atoms to take."""
    chosen: dict[str, list[NDArray[np.int64]]] = {}
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

    def of(self, frame: Atoms) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        """Centers, neighbours (n_pairs,), their distances in Å."""
        _, centers, neighbors, _, vectors = self._functions.jacobian(structure_of(frame))
        distances = np.linalg.norm(vectors, axis=1)
        others = distances > 0.0  # the center itself is there too
        return centers[others], neighbors[others], distances[others]


def pair_key(first: str, second: str) -> tuple[str, str]:
    """A pair of elements in whichever order, sorted."""
    return (first, second) if first <= second else (second, first)


def nearest_distances(frames: Sequence[Atoms], cutoff: float) -> dict[tuple[str, str], float]:
    """How close atoms of each pair of elements come, in Å.

    The distances to the nearest neighbour of the other element are sorted, and the closest thousandth is
    left out: a few collisions in a large data set do not count.

    Parameters
    ----------
    frames
        Structures; of many, evenly spaced ones are looked at.
    cutoff
        Å; pairs of elements that come no closer are missing from the result.

    Returns
    -------
    dict
        Per sorted pair of symbols.
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
    """Of every atom the distance to the nearest of each element, by pair of elements."""
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
    """Per center and neighbour element how many neighbours there are at a distance.

    Parameters
    ----------
    frames
        Structures; of many, evenly spaced ones are looked at.
    cutoff
        Å.
    n_bins
        Number of intervals from 0 to the cutoff.

    Returns
    -------
    dict
        Edges (n_bins + 1,) in Å, and neighbours per atom and Å (n_bins,).
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
