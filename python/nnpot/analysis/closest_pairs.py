"""The closest two atoms of each pair of elements."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from nnpot.io.feature_files import has_features
from nnpot.support.arrays import Array, Integers

LARGE = 400  # atoms beyond which a search by cells is faster than looking at all pairs
Elements = tuple[str, str]


@dataclass(frozen=True)
class ClosestPair:
    """Two atoms, which may be images of one."""

    distance: float  # Å
    first: int
    second: int


def closest_pairs(frame: Atoms, reach: float) -> dict[Elements, ClosestPair]:
    """The closest pair of every two elements (sorted) within ``reach`` (Å); none of a frame with features."""
    if has_features(frame):
        return {}
    if len(frame) > LARGE:
        first, second, distance = neighbor_list("ijd", frame, reach)
    else:
        first, second, distance = _all_pairs(frame, reach)
    symbols = np.array(frame.get_chemical_symbols())
    found: dict[Elements, ClosestPair] = {}
    for a, b in itertools.combinations_with_replacement(sorted(set(symbols.tolist())), 2):
        own = np.flatnonzero((symbols[first] == a) & (symbols[second] == b))
        if len(own):
            best = own[np.argmin(distance[own])]
            found[a, b] = ClosestPair(float(distance[best]), int(first[best]), int(second[best]))
    return found


def _all_pairs(frame: Atoms, reach: float) -> tuple[Integers, Integers, Array]:
    """Both orders of each pair, and of its images those within reach.

    In a cell at least twice as wide as the reach the nearest image in fractional coordinates is the only one
    within reach.
    """
    cell = frame.cell.complete().array
    fractional = frame.positions @ np.linalg.inv(cell)
    differences = fractional[None] - fractional[:, None]
    periodic = frame.pbc & frame.cell.any(1)
    differences -= np.where(periodic, np.round(differences), 0.0)
    widths = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    n_images = np.where(periodic, np.ceil(np.maximum(reach / widths - 0.5, 0.0)), 0).astype(int)
    parts = []
    for image in itertools.product(*(range(-n, n + 1) for n in n_images)):
        vectors = (differences + np.array(image, float)) @ cell
        distances = np.sqrt(np.einsum("ijk,ijk->ij", vectors, vectors))
        if not any(image):
            np.fill_diagonal(distances, np.inf)
        first, second = np.nonzero(distances < reach)
        parts.append((first, second, distances[first, second]))
    first, second, distance = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return first, second, distance
