"""The set of symmetry functions that elements and cutoff give."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot import _core
from nnpot.descriptors import AutomaticSet, automatic_lines, nearest_distances
from nnpot.errors import InvalidInputError


def shifts(lines: list[str], start: str, column: int) -> list[float]:
    return sorted({float(line.split()[column]) for line in lines if line.startswith(start)})


def test_one_line_is_enough_for_one_element() -> None:
    lines = automatic_lines(["Si"], 5.0)
    functions = _core.SymmetryFunctions(["Si"], lines, 1)
    assert functions.cutoff == 5.0
    assert 30 <= len(functions.functions("Si")) == len(set(lines)) <= 60


def test_shifts_are_evenly_spaced_from_the_nearest_distance() -> None:
    lines = automatic_lines(["Si"], 5.0, {("Si", "Si"): 2.2})
    for start, column in (("Si 2", 4), ("Si 9", 8)):
        found = [shift for shift in shifts(lines, start, column) if shift > 0.0]
        assert found[0] == 2.2 and found[-1] < 5.0
        np.testing.assert_allclose(np.diff(found), (5.0 - 2.2) / len(found), atol=2e-4)


def test_every_pair_and_triplet_begins_where_its_atoms_can_be() -> None:
    lines = automatic_lines(["H", "O"], 6.0, {("H", "O"): 0.9, ("H", "H"): 1.4})
    assert shifts(lines, "O 2 H", 4)[0] == shifts(lines, "H 2 O", 4)[0] == 0.9
    assert shifts(lines, "O 2 O", 4)[0] == pytest.approx(2.4), "no data: 0.4 of the cutoff"
    assert shifts(lines, "H 9 H O", 8)[:2] == [0.0, 1.4], "both neighbours are there"
    assert {tuple(line.split()[2:4]) for line in lines if line.startswith("H 9")} == {
        ("H", "H"), ("H", "O"), ("O", "O")
    }  # fmt: skip


def test_resolutions_are_ordered_and_single_numbers_go_before_them() -> None:
    counts = [
        len(automatic_lines(["Si"], 5.0, options=AutomaticSet(resolution=name)))
        for name in ("coarse", "medium", "fine")
    ]
    assert counts[0] < counts[1] < counts[2]
    options = AutomaticSet(n_radial=3, n_angular=2, zeta=[1.0, 6.0])
    lines = automatic_lines(["Si"], 5.0, options=options)
    assert len(shifts(lines, "Si 2", 4)) == 3
    assert len([line for line in lines if line.startswith("Si 9")]) == 2 * 2 * 2
    radial_only = automatic_lines(["Si"], 5.0, options=AutomaticSet(n_angular=0))
    assert len(radial_only) == 12 and not shifts(radial_only, "Si 9", 8)


def test_a_cutoff_that_is_no_length_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"cutoff must be > 0 \(Å\), got -1"):
        automatic_lines(["Si"], -1.0)


def test_nearest_distances_leave_out_the_closest_thousandth() -> None:
    frames = []
    for number in range(80):
        salt = bulk("NaCl", "rocksalt", a=5.6, cubic=True) * (2, 2, 1)
        salt.positions[0, 0] += 0.0 if number else 1.0
        frames.append(salt)
    nearest = nearest_distances(frames, 5.0)
    assert nearest["Cl", "Na"] == pytest.approx(2.8), "not 1.8, which 1 of 1280 atoms has"
    assert nearest_distances(frames[:1], 5.0)["Cl", "Na"] == pytest.approx(1.8)
    assert set(nearest) == {("Cl", "Cl"), ("Cl", "Na"), ("Na", "Na")}
    assert nearest_distances([Atoms("Si")], 5.0) == {}
