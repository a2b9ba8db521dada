"""What a potential refuses, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from structures import structure

import nnpot
from nnpot import InvalidInputError, Potential, UnknownElementError
from nnpot.models.feature_model import load_any


def test_an_unknown_element_is_named(potential: Potential) -> None:
    with pytest.raises(UnknownElementError, match="Xe"):
        potential.predict(Atoms("SiXe", positions=[[0, 0, 0], [0, 0, 2.5]]))


def test_two_atoms_on_the_same_place_are_refused_and_named(potential: Potential) -> None:
    atoms = structure("crystal")
    atoms.positions[37] = atoms.positions[5]
    with pytest.raises(InvalidInputError, match=r"\b5\b.*\b37\b"):
        potential.predict(atoms)


def test_an_atom_on_the_image_of_another_is_refused(potential: Potential) -> None:
    atoms = structure("crystal")
    atoms.positions[37] = atoms.positions[5] + atoms.cell.array[1]
    with pytest.raises(InvalidInputError, match=r"\b5\b.*\b37\b"):
        potential.predict(atoms)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_position_that_is_no_number_is_refused(potential: Potential, value: float) -> None:
    atoms = structure("crystal")
    atoms.positions[3, 1] = value
    with pytest.raises(InvalidInputError, match=r"atom 3\b"):
        potential.predict(atoms)


def test_a_flat_cell_is_refused(potential: Potential) -> None:
    atoms = Atoms("Si", cell=[[3, 0, 0], [0, 3, 0], [3, 3, 0]], pbc=True)
    with pytest.raises(InvalidInputError, match="cell"):
        potential.predict(atoms)


def test_units_have_to_be_stated_somewhere(shared_data: Path) -> None:
    with pytest.raises(InvalidInputError, match="units"):
        nnpot.load(shared_data / "n2p2" / "Cu2S_PBE")


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises((nnpot.NnpotError, OSError), match="nowhere"):
        nnpot.load(tmp_path / "nowhere")


@pytest.mark.parametrize("frame", ["Cu", [structure("crystal")] * 2, None, 3])
def test_what_is_no_structure_is_refused(potential: Potential, frame: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"expected one ase\.Atoms, got (str|list|NoneType|int) "):
        potential.predict(frame)


def test_one_structure_in_the_place_of_many_is_refused(potential: Potential) -> None:
    with pytest.raises(InvalidInputError, match=r"frame 0 .*: expected one ase\.Atoms, got Atom "):
        list(potential.predict_many(structure("crystal"), threads=1))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [None, "", b"model", 3, [None], ["a", b"b"], [[]]])
@pytest.mark.parametrize("load", [nnpot.load, load_any, nnpot.load_direct_forces])
def test_what_names_no_model_is_refused(load: Callable[[Any], Any], name: Any) -> None:
    with pytest.raises(InvalidInputError, match="expected the name of a model directory, or a list of them"):
        load(name)
