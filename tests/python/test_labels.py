"""Frames without usable reference values are refused by number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot import InvalidInputError
from nnpot.io import require_any_labels, require_labels
from nnpot.io.labels import THINNEST, require_elements, require_finite, require_possible_cell


def frame(**results: Any) -> Atoms:
    atoms = Atoms("Si2", positions=[[0, 0, 0], [0, 0, 2.3]])
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


GOOD = {"energy": -1.0, "forces": np.zeros((2, 3))}


def test_complete_frames_pass() -> None:
    require_labels([frame(**GOOD), frame(**GOOD, stress=np.zeros(6))])


def test_energies_alone_pass_where_forces_are_not_needed() -> None:
    require_labels([frame(energy=-1.0)], forces=False)


def test_a_frame_without_forces_is_named() -> None:
    with pytest.raises(
        InvalidInputError, match=r"set\.xyz: frame 1 \(counted from 0\) has no forces, it has energy"
    ):
        require_labels([frame(**GOOD), frame(energy=-1.0)], where="set.xyz")


def test_labels_under_another_name_are_shown() -> None:
    atoms = Atoms("Si", info={"REF_energy": -1.0})
    with pytest.raises(InvalidInputError, match="frame 0 .* has no energy, it has REF_energy"):
        require_labels([atoms])


@pytest.mark.parametrize("name", ["REF_energy", "Energy", "E", "dft_Energy", "free_energy", "Etot"])
def test_a_name_that_may_be_meant_is_asked_for(name: str) -> None:
    atoms = Atoms("Si", info={name: -1.0, "energies": 1, "energy_per_atom": 1, "note": 2})
    with pytest.raises(InvalidInputError, match=rf"; is it {name} \(data\.labels\.energy\)\?$"):
        require_labels([atoms])
    with pytest.raises(InvalidInputError, match=rf"; is it {name} \(data\.labels\.energy\)\?$"):
        require_any_labels([atoms])
    with pytest.raises(InvalidInputError, match="remove the frame$"):
        require_labels([frame(energy=1.0), atoms], forces=False)


def test_no_frames_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="expected at least one frame, got none"):
        require_labels([])


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("energy", np.nan, "frame 0 .*: energy must be a finite number"),
        ("forces", np.array([[0, 0, 0], [0, np.inf, 0]]), "frame 0 .*: forces of atom 1 must be"),
        ("stress", np.full(6, np.nan), "frame 0 .*: stress must be a finite number"),
    ],
)
def test_numbers_that_are_none_are_refused(label: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        require_labels([frame(**{**GOOD, label: value})])


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("energy", np.array([1.0, 2.0]), r"energy must be a single number, got 2 numbers \(1.0 2.0\)"),
        ("energy", True, "energy must be a single number, got 'T'"),
        (
            "forces",
            np.zeros((2, 2)),
            r"forces must be numbers of shape \(2, 3\), got numbers of shape \(2, 2\)",
        ),
        ("stress", np.eye(3), r"stress must be six components .*, got shape \(3, 3\)"),
        ("charges", np.zeros(3), r"charges must be numbers of shape \(2,\), got 3 numbers"),
    ],
)
def test_labels_in_memory_are_checked_like_those_of_files(label: str, value: Any, message: str) -> None:
    bad = frame(**GOOD)
    bad.calc.results[label] = value
    for require in (require_labels, require_any_labels):
        with pytest.raises(InvalidInputError, match=rf"frame 1 \(counted from 0\): {message}"):
            require([frame(**GOOD), bad])


@pytest.mark.parametrize("height", [0.9, 1.1])
@pytest.mark.parametrize("thin", [0, 1, 2])
def test_the_height_of_a_cell_counts_not_the_lengths_of_its_vectors(height: float, thin: int) -> None:
    cell = np.diag([10.0, 20.0, 30.0])
    cell[thin] = 0.9 * cell[(thin + 1) % 3]  # in the plane of the others
    cell[thin, thin] = height * THINNEST
    atoms = Atoms("Si", [[0, 0, 0]], cell=cell, pbc=True)
    if height > 1.0:
        require_possible_cell(atoms, "set.xyz: frame 3")
        return
    with pytest.raises(InvalidInputError, match=r"^set\.xyz: frame 3: the cell must span at least 0\.5 Å"):
        require_possible_cell(atoms, "set.xyz: frame 3")


def test_atoms_that_are_no_element_and_numbers_that_are_none_are_named() -> None:
    for number in (0, 119, -1):
        atoms = Atoms(numbers=[14, 14, number, number], positions=np.zeros((4, 3)))
        with pytest.raises(InvalidInputError, match=f"^set: .* the atomic number of atom 2 is {number};"):
            require_elements(atoms, "set")
    require_elements(Atoms(numbers=[1, 118], positions=np.zeros((2, 3))), "set")
    atoms = frame(**GOOD)
    atoms.positions[1, 2] = atoms.positions[1, 0] = np.nan
    with pytest.raises(InvalidInputError, match="^set: position of atom 1 must be a finite number, got nan"):
        require_finite(atoms, "set")
