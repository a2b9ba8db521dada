"""The choice of uncertain frames worth a label: their atoms are farthest from all that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from nnpot import _core
from nnpot.descriptors import sample_values
from nnpot.models.potential import Potential
from nnpot.support.arrays import Array

MOST_KNOWN = 20_000  # known atoms of an element; of more, evenly spaced ones are compared with
PIECE = 2_000_000  # distances that are computed at once


@dataclass(frozen=True)
class Selection:
    """Numbers of the chosen frames in the order of choice, and how far each was from what was known then."""

    chosen: list[int]
    distances: list[float]
    near_duplicates: int
    """Frames that were left out because they are too close, not because there were enough."""


class Surroundings:
    """Where atoms lie in the space of the symmetry functions, in units in which the known range is one.

    The distance of two atoms of an element is the root mean square over the functions.
    """

    def __init__(self, functions: _core.SymmetryFunctions, known: Sequence[Atoms]) -> None:
        self._functions = functions
        raw = sample_values(functions, known, MOST_KNOWN)
        self._width = {element: _width(values) for element, values in raw.items()}
        self.known = {element: self._scaled(element, values) for element, values in raw.items()}

    def of(self, frame: Atoms) -> dict[str, Array]:
        """Points of a frame's atoms by element."""
        return {e: self._scaled(e, values) for e, values in sample_values(self._functions, [frame]).items()}

    def _scaled(self, element: str, values: Array) -> Array:
        return np.asarray(values / (self._width[element] * np.sqrt(values.shape[1])))


def _width(values: Array) -> Array:
    """The range of each function, 1 where it does not vary."""
    width = np.ptp(values, axis=0) if len(values) else np.zeros(values.shape[1])
    return np.where(width > 0.0, width, 1.0)


def select_frames(
    surroundings: Surroundings, candidates: Sequence[Atoms], most: int, smallest_distance: float
) -> Selection:
    """Farthest points: again and again the frame with the atom that is farthest from all known atoms.

    An atom's distance to what is known is that to the nearest atom of its element in the known frames and in
    those that were chosen before. The choice ends with ``most`` frames, or when no frame has an atom that is
    farther than ``smallest_distance``: all others are near-duplicates.
    """
    points = [surroundings.of(frame) for frame in candidates]
    nearest = [
        {element: nearest_distances(own, surroundings.known[element]) for element, own in frame.items()}
        for frame in points
    ]
    chosen: list[int] = []
    distances: list[float] = []
    while len(chosen) < min(most, len(candidates)):
        far = np.array([_farthest(frame) for frame in nearest])
        best = int(far.argmax())
        if far[best] <= smallest_distance:
            break
        chosen.append(best)
        distances.append(float(far[best]))
        _learn(nearest, points, best)
    left = [_farthest(frame) for number, frame in enumerate(nearest) if number not in chosen]
    return Selection(chosen, distances, sum(distance <= smallest_distance for distance in left))


def _farthest(frame: Mapping[str, Array]) -> float:
    return max((float(distances.max()) for distances in frame.values() if len(distances)), default=0.0)


def _learn(nearest: list[dict[str, Array]], points: list[dict[str, Array]], number: int) -> None:
    """The atoms of a chosen frame are known from here on."""
    for distances, frame in zip(nearest, points, strict=True):
        for element, own in frame.items():
            found = nearest_distances(own, points[number][element])
            distances[element] = np.minimum(distances[element], found)


def nearest_distances(points: Array, known: Array) -> Array:
    """Distance of each point (n, F) to the nearest of the known ones (m, F); infinite without any."""
    result = np.full(len(points), np.inf)
    if not len(known):
        return result
    squares = (known**2).sum(axis=1)
    step = max(1, PIECE // len(known))
    for start in range(0, len(points), step):
        piece = points[start : start + step]
        found = squares - 2.0 * piece @ known.T
        result[start : start + step] = found.min(axis=1) + (piece**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(result, 0.0)))


def growth(potential: Potential, frames: Sequence[Atoms]) -> float:
    """How much wider the functions spread over frames than they did when the potential's scaling was chosen.

    The largest ratio of standard deviations, over elements and functions.
    """
    ratios = [1.0]
    for element, values in sample_values(potential.symmetry_functions(), frames, MOST_KNOWN).items():
        sigma = potential.scaling(element)[:, 3]
        known = sigma > 0.0
        if len(values) and known.any():
            ratios.append(float((values.std(axis=0)[known] / sigma[known]).max()))
    return max(ratios)
