"""The closest pairs of frames, in any cell."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list
from structures import structure

from nnpot.analysis.closest_pairs import closest_pairs


@pytest.mark.parametrize("reach", [2.5, 7.0])
def test_closest_pairs_are_those_of_ase(any_structure: Atoms, reach: float) -> None:
    found = closest_pairs(any_structure, reach)
    first, second, distances = neighbor_list("ijd", any_structure, reach)
    symbols = np.array(any_structure.get_chemical_symbols())
    expected = {}
    for a, b in (("O", "O"), ("O", "Si"), ("Si", "Si")):
        own = (symbols[first] == a) & (symbols[second] == b)
        if own.any():
            expected[a, b] = pytest.approx(distances[own].min())
            pair = found[a, b]
            assert (symbols[pair.first], symbols[pair.second]) == (a, b)
    assert {elements: pair.distance for elements, pair in found.items()} == expected
    assert len(expected) == 3 or reach < 3.0


@pytest.mark.parametrize("row", [0, 1, 2])
def test_closest_pairs_in_a_very_skew_cell(row: int) -> None:
    """Whose vectors are much longer than it is wide: images along one of them are close to each other."""
    cell = np.diag(np.roll([2.0, 4.0, 9.0], row))
    cell[row, (row + 1) % 3] = 26.0
    atoms = Atoms("CuAu", [[0, 0, 0], np.roll([1.0, 1.3, 1.1], row)], cell=cell, pbc=True)
    found = closest_pairs(atoms, 4.5)
    first, second, distance = neighbor_list("ijd", atoms, 4.5)
    for pair in (("Au", "Cu"), ("Cu", "Cu"), ("Au", "Au")):
        own = (atoms.symbols[first] == pair[0]) & (atoms.symbols[second] == pair[1])
        assert found[pair].distance == pytest.approx(distance[own].min())
    assert found["Cu", "Cu"].distance == pytest.approx(np.sqrt(8.0)), "an image six cells away"


def test_large_frames_have_the_same_closest_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = structure("crystal")
    expected = closest_pairs(frame, 4.0)
    monkeypatch.setattr("nnpot.analysis.closest_pairs.LARGE", 10)
    found = closest_pairs(frame, 4.0)
    assert {e: pair.distance for e, pair in found.items()} == pytest.approx(
        {e: pair.distance for e, pair in expected.items()}
    )
