from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.analysis.errors import compare
from nnpot.errors import InvalidInputError


def frame(n_atoms, group=None, stress=True):
    atoms = Atoms(f"Si{n_atoms}", np.arange(3.0 * n_atoms).reshape(-1, 3), cell=[9, 9, 9], pbc=True)
    results = {"energy": -4.0 * n_atoms, "forces": np.zeros((n_atoms, 3))}
    if stress:
        results["stress"] = np.zeros(6)
    atoms.calc = SinglePointCalculator(atoms, **results)
    if group:
        atoms.info["group"] = group
    return atoms


def said(n_atoms, energy_per_atom, force, stress=None):
    return SimpleNamespace(
        energy=energy_per_atom * n_atoms, forces=np.full((n_atoms, 3), force), stress=stress
    )


def test_errors_by_hand():
    frames = [frame(2, "a"), frame(4, "b")]
    result = compare(frames, [said(2, -4.003, 0.1, np.full(6, 2.0 * units.GPa)), said(4, -3.999, -0.2)])
    assert (result.n_frames, result.n_atoms) == (2, 6)
    assert result.energy_rmse_mev_per_atom == pytest.approx(np.sqrt((9 + 1) / 2))
    assert result.energy_mae_mev_per_atom == pytest.approx(2.0)
    assert result.force_rmse_mev_per_angstrom == pytest.approx(1000 * np.sqrt((2 * 0.01 + 4 * 0.04) / 6))
    assert result.force_mae_mev_per_angstrom == pytest.approx(1000 * (2 * 0.1 + 4 * 0.2) / 6)
    assert result.stress_rmse_gpa == pytest.approx(2.0)
    assert result.groups["a"].energy_rmse_mev_per_atom == pytest.approx(3.0)
    assert result.groups["b"].stress_mae_gpa is None


def test_dictionary_has_the_public_keys():
    values = compare([frame(2, stress=False)], [said(2, -4.0, 0.0)]).to_dict()
    assert set(values) == {
        "n_frames",
        "n_atoms",
        "energy_rmse_mev_per_atom",
        "energy_mae_mev_per_atom",
        "force_rmse_mev_per_angstrom",
        "force_mae_mev_per_angstrom",
    }


def test_counts_must_agree():
    with pytest.raises(InvalidInputError, match="0 predictions for 1 frames"):
        compare([frame(2)], [])
