"""Farthest points: what is chosen, and what counts as a near-duplicate."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot import _core
from nnpot.descriptors import sample_values
from nnpot.learning.selection import Surroundings, nearest_distances, select_frames

LINES = ["Cu 2 Cu 1.0 2.5 4.0", "Cu 2 Cu 4.0 3.0 4.0", "Au 2 Cu 1.0 2.5 4.0", "Au 2 Cu 0.5 3.0 4.0"]
FUNCTIONS = _core.SymmetryFunctions(["Cu", "Au"], LINES, 1)


def frame(size: float, seed: int = 0) -> Atoms:
    atoms = bulk("Cu", "fcc", a=3.7, cubic=True) * (2, 2, 2)
    atoms.symbols[:2] = "Au"
    atoms.rattle(size, seed=seed)
    return atoms


@pytest.fixture(scope="module")
def surroundings() -> Surroundings:
    return Surroundings(FUNCTIONS, [frame(0.02, seed) for seed in range(4)])


def test_nearest_distances_are_those_of_a_loop() -> None:
    random = np.random.default_rng(0)
    points, known = random.normal(size=(700, 5)), random.normal(size=(4001, 5))
    expected = [np.sqrt(((known - point) ** 2).sum(axis=1).min()) for point in points]
    np.testing.assert_allclose(nearest_distances(points, known), expected, rtol=1e-9)
    assert np.isinf(nearest_distances(points, known[:0])).all()


def test_distances_are_in_widths_of_the_known_ranges(surroundings: Surroundings) -> None:
    known = sample_values(FUNCTIONS, [frame(0.02, seed) for seed in range(4)])
    for element, values in known.items():
        width = np.ptp(values, axis=0)
        np.testing.assert_allclose(
            surroundings.of(frame(0.1))[element],
            sample_values(FUNCTIONS, [frame(0.1)])[element] / width / np.sqrt(values.shape[1]),
        )


def test_the_farthest_frame_comes_first_and_copies_are_left_out(surroundings: Surroundings) -> None:
    candidates = [frame(0.02, 1), frame(0.2, 5), frame(0.1, 6), frame(0.2, 5), frame(0.3, 7)]
    found = select_frames(surroundings, candidates, most=10, smallest_distance=1e-6)
    assert sorted(found.chosen) in ([1, 2, 4], [2, 3, 4]), "one of the two copies, and not what is known"
    assert found.chosen[0] == 4
    assert found.near_duplicates == 2
    assert found.distances == sorted(found.distances, reverse=True)


def test_a_choice_makes_its_likes_known(surroundings: Surroundings) -> None:
    """Of two kinds of frames both are represented before one comes twice."""
    kinds = [frame(0.3, 9), frame(0.15, 10)]
    candidates = [frame_of for kind in kinds for frame_of in (kind, _nudged(kind, 1e-3), _nudged(kind, 2e-3))]
    found = select_frames(surroundings, candidates, most=2, smallest_distance=0.0)
    assert sorted(number // 3 for number in found.chosen) == [0, 1]


def test_the_number_is_limited(surroundings: Surroundings) -> None:
    candidates = [frame(0.2, seed) for seed in range(6)]
    found = select_frames(surroundings, candidates, most=2, smallest_distance=0.0)
    assert len(found.chosen) == 2 and found.near_duplicates == 0
    assert select_frames(surroundings, [], most=2, smallest_distance=0.0).chosen == []


def _nudged(atoms: Atoms, size: float) -> Atoms:
    copy: Atoms = atoms.copy()
    copy.positions += size * np.random.default_rng(3).normal(size=copy.positions.shape)
    return copy
