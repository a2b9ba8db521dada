"""`pair_style nnp` gives what plain numpy says about the models of tests/data/models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.data import chemical_symbols
from lammps_command import assert_close, lammps_orientation, single_point, voigt
from reference_models import NAMES, reference_model


@pytest.mark.parametrize("name", NAMES)
def test_a_model_gives_the_numbers_of_plain_numpy(name: str, tmp_path: Path) -> None:
    expected = reference_model(name)
    atoms = lammps_orientation(expected.atoms)
    turn = expected.atoms.cell.standard_form()[1] if expected.atoms.cell.rank == 3 else np.eye(3)
    symbols = [chemical_symbols[number] for number in sorted(set(expected.atoms.numbers))]
    charged = expected.atomic_energies is None
    pair = f"pair_style nnp units {expected.units}\npair_coeff * * '{expected.folder}' {' '.join(symbols)}"
    charges = [0.0] * len(atoms) if charged else None
    kspace = "\nkspace_style ewald 1e-9" if charged else ""
    found = single_point(atoms, symbols, pair + kspace, tmp_path, charges=charges)
    accuracy = 1e-6 if charged else 1e-10  # LAMMPS's own constants and sums over waves
    assert found.energy == pytest.approx(expected.energy, rel=accuracy)
    assert_close(found.forces, expected.forces @ turn.T, accuracy)
    assert_close(found.virial, voigt(turn @ expected.virial @ turn.T), 100 * accuracy)
    if expected.atomic_energies is not None:
        np.testing.assert_allclose(found.atomic_energies, expected.atomic_energies, rtol=1e-9)
