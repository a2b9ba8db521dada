"""Energies of single atoms from those of frames."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.analysis.atom_energies import elements_of, fit_atom_energies, least_squares_atoms
from nnpot.errors import InvalidInputError

TRUE = {"O": -7.5, "Si": -3.25}


def frame(formula: str, noise: float = 0.0) -> Atoms:
    """With the energy of its atoms, and something per atom on top."""
    atoms = Atoms(formula)
    energy = sum(TRUE[symbol] for symbol in atoms.symbols) + noise * len(atoms)
    atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return atoms


def test_energies_are_found_where_compositions_determine_them(caplog: pytest.LogCaptureFixture) -> None:
    frames = [frame("Si2O4"), frame("SiO"), frame("Si8")]
    assert elements_of(frames) == ["O", "Si"]
    with caplog.at_level(logging.WARNING):
        assert fit_atom_energies(frames) == pytest.approx(TRUE)
        assert fit_atom_energies(frames, {"Si": -3.25}) == pytest.approx(TRUE)
    assert not caplog.records


def test_each_frame_counts_by_its_energy_per_atom() -> None:
    """One element, errors per atom of +1 and -3: the mean, however large the frames are."""
    found = fit_atom_energies([frame("Si20", 1.0), frame("Si2", -3.0)])
    assert found["Si"] == pytest.approx(TRUE["Si"] - 1.0)


def test_given_energies_are_kept_and_the_others_follow() -> None:
    found = fit_atom_energies([frame("Si2O4"), frame("SiO2")], {"O": -7.0})
    assert found == pytest.approx({"O": -7.0, "Si": -3.25 - 2 * 0.5})
    assert fit_atom_energies([frame("SiO")], {"O": 1.0, "Si": 2.0}) == {"O": 1.0, "Si": 2.0}


def test_one_composition_does_not_determine_them_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = fit_atom_energies([frame("SiO2"), frame("Si2O4")])
    assert found["Si"] + 2 * found["O"] == pytest.approx(-3.25 - 15.0)
    assert found["O"] == pytest.approx(2 * found["Si"]), "the shortest solution"
    assert "do not determine the energies of single atoms (O, Si)" in caplog.text


def test_an_element_that_no_frame_has_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"names Ge, which no training frame has \(they have O, Si\)"):
        fit_atom_energies([frame("SiO")], {"Ge": 1.0})


def test_frames_of_any_number_and_size_give_the_energies_of_atoms() -> None:
    frames = [frame(formula) for formula in ("Si2O4", "SiO", "Si8", "SiO2")]
    energies = np.array([atoms.get_potential_energy() for atoms in frames])
    assert least_squares_atoms(frames, energies) == pytest.approx({8: TRUE["O"], 14: TRUE["Si"]})
    off = [frame("Si20", 1.0), frame("Si2", -3.0), frame("Si2", 2.0)]
    found = least_squares_atoms(off, np.array([atoms.get_potential_energy() for atoms in off]))
    assert found == pytest.approx({14: TRUE["Si"]}), "errors per atom of 1, -3 and 2 sum up to 0"
