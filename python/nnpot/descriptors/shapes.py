"""The shape of symmetry functions, taken from the core: one neighbour at r, or two at r that enclose θ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase.data import atomic_numbers

from nnpot import _core
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
