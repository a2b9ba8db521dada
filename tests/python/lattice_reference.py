"""The lattice model as the document writes it, term by term and without any care for speed.

Equations (5) and (9) with the modified Lennard-Jones potential (its c corrected), equations (6) to (8) for
the rejected forms, equation (11) for proximity matrices.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Point = list[float]
Potential = Callable[..., float]


def modified_lennard_jones(
    *sides: float, e_c: float = 1.0, r_c: float = 1.0, r_0: float = 2.0, n: int = 6
) -> float:
    """Equation (10) of one pair (a distance) or triplet (three sides)."""
    s = sum(sides) / len(sides)
    if s >= r_0:
        return 0.0
    short = (r_c / s) ** (2 * n) - (r_c / r_0) ** (2 * n)
    long = -2.0 * ((r_c / s) ** n - (r_c / r_0) ** n)
    c = 2.0 * n / r_0 * ((r_c / r_0) ** (2 * n) - (r_c / r_0) ** n)
    return e_c * (short + long + c * (s - r_0))


def _area(a: float, b: float, c: float) -> float:
    s = (a + b + c) / 2.0
    return math.sqrt(max(s * (s - a) * (s - b) * (s - c), 0.0))


def equation_6(a: float, b: float, c: float) -> float:
    """Short range: area and pairs; long range: circumference."""
    return 16.0 / 3.0 * _area(a, b, c) ** 2 * (a**-12 + b**-12 + c**-12) - 2916.0 / (a + b + c) ** 6


def equation_7(a: float, b: float, c: float) -> float:
    """Short range: area and circumference; long range: circumference."""
    return 8503056.0 * _area(a, b, c) ** 2 / (a + b + c) ** 12 - 2916.0 / (a + b + c) ** 6


def equation_8(a: float, b: float, c: float) -> float:
    """Short range: pairs; long range: area and circumference."""
    pairs = (a**-12 + b**-12 + c**-12) / 6.0
    return pairs - 1458.0 * math.sqrt(3.0) * _area(a, b, c) / (a + b + c) ** 6


FORMS: dict[str, Potential] = {
    "modified-lennard-jones": modified_lennard_jones,
    "equation-6": equation_6,
    "equation-7": equation_7,
    "equation-8": equation_8,
}


def energy(
    positions: Array,
    width: float,
    depth: int,
    potential: Potential,
    pairs: bool = True,
    invariant: bool = False,
) -> float:
    """Equation (9) with ``pairs``, else equation (5); ``invariant`` counts V_c2 for both orders of j, k."""
    inside = positions.tolist()
    cells = itertools.product(range(-depth, depth + 1), repeat=positions.shape[1])
    outside = [(r + width * np.array(cell)).tolist() for cell in cells if any(cell) for r in positions]

    def triplet(*points: Point) -> float:
        return potential(*(math.dist(p, q) for p, q in itertools.combinations(points, 2)))

    def pair(p: Point, q: Point) -> float:
        return potential(math.dist(p, q))

    v_c1 = sum(triplet(i, j, k) for i in inside for j, k in itertools.permutations(outside, 2))
    v_c2 = sum(triplet(i, j, k) for i, j in itertools.permutations(inside, 2) for k in outside)
    v_c3 = sum(triplet(i, j, k) for i, j, k in itertools.permutations(inside, 3))
    triplets = v_c1 + (2.0 if invariant else 1.0) * v_c2 + v_c3
    if not pairs:
        return triplets / len(inside)
    v_tc1 = sum(pair(i, j) for i in inside for j in outside)
    v_tc2 = sum(pair(i, j) for i, j in itertools.permutations(inside, 2))
    return (3.0 * triplets + v_tc1 + v_tc2) / (4.0 * len(inside))


def proximity_matrix(positions: Array, width: float, order: int, radius: float) -> Array:
    """Equation (11), with the document's depth of images."""
    n, dimensions = positions.shape
    depth = math.ceil(radius / width) + 1
    matrix = np.zeros((n, n))
    for cell in itertools.product(range(-depth, depth + 1), repeat=dimensions):
        for i, j in itertools.product(range(n), repeat=2):
            if i == j and not any(cell):
                continue
            r = float(np.linalg.norm(positions[i] - positions[j] - width * np.array(cell)))
            if r < radius:
                matrix[i, j] += (radius / r - r / radius) ** -order
    return matrix
