from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.analysis.errors import compare, frame_errors
from nnpot.analysis.worst_frames import worst_frames
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


def test_errors_of_a_frame_are_predicted_minus_reference():
    atoms = frame(2)
    atoms.calc.results |= {"forces": np.full((2, 3), 0.3), "stress": np.full(6, 0.5 * units.GPa)}
    errors = frame_errors(atoms, said(2, -4.003, 0.1, np.full(6, 2.0 * units.GPa)))
    assert errors.energy == pytest.approx(-3.0)
    np.testing.assert_allclose(errors.forces, -200.0)
    np.testing.assert_allclose(errors.stress, 1.5)


def test_dictionary_has_the_public_keys():
    values = compare([frame(2, stress=False)], [said(2, -4.0, 0.0)]).to_dict()
    assert set(values) == {
        "n_frames",
        "n_atoms",
        "energy_rmse_mev_per_atom",
        "energy_mae_mev_per_atom",
        "force_rmse_mev_per_angstrom",
        "force_mae_mev_per_angstrom",
        "elements",
    }
    assert values["elements"] == {
        "Si": {
            "n_frames": 1,
            "n_atoms": 2,
            "force_rmse_mev_per_angstrom": 0.0,
            "force_mae_mev_per_angstrom": 0.0,
        }
    }


def test_forces_are_told_by_element_in_the_order_of_atomic_numbers():
    first, second = frame(2), frame(3)
    first.symbols, second.symbols = ["Si", "O"], ["Si", "Si", "C"]
    off = [np.array([[0.1] * 3, [0.2] * 3]), np.array([[0.3] * 3, [0.0] * 3, [0.5] * 3])]
    answers = [SimpleNamespace(energy=0.0, forces=forces, stress=None) for forces in off]
    elements = compare([first, second], answers).elements
    assert list(elements) == ["C", "O", "Si"]
    assert elements["Si"].force_rmse_mev_per_angstrom == pytest.approx(1000 * np.sqrt((0.01 + 0.09) / 3))
    assert elements["O"].force_mae_mev_per_angstrom == pytest.approx(200.0)
    assert (elements["Si"].n_frames, elements["Si"].n_atoms, elements["C"].n_frames) == (2, 3, 1)
    assert elements["C"].energy_rmse_mev_per_atom is None


def without(atoms, *labels):
    for label in labels:
        del atoms.calc.results[label]
    return atoms


def test_a_missing_label_leaves_the_frame_out_of_that_error_alone():
    frames = [frame(2, "a"), without(frame(2, "b"), "forces", "stress"), without(frame(2, "c"), "energy")]
    stress = np.full(6, units.GPa)
    result = compare(
        frames, [said(2, -4.003, 0.1, stress), said(2, -4.001, 9.0, stress), said(2, 7.0, 0.3, stress)]
    )
    assert result.energy_rmse_mev_per_atom == pytest.approx(np.sqrt((9 + 1) / 2))
    assert result.force_rmse_mev_per_angstrom == pytest.approx(1000 * np.sqrt((0.01 + 0.09) / 2))
    assert result.stress_mae_gpa == pytest.approx(1.0)
    assert result.groups["b"].force_rmse_mev_per_angstrom is None
    assert result.groups["c"].energy_mae_mev_per_atom is None
    assert result.elements["Si"].force_mae_mev_per_angstrom == pytest.approx(200.0)


def test_frames_without_any_forces_or_calculator():
    bare = frame(1)
    bare.calc = None
    result = compare([without(frame(2), "forces"), bare], [said(2, -4.0, 0.1), said(1, -4.0, 0.1)])
    assert result.energy_rmse_mev_per_atom == pytest.approx(0.0)
    assert result.force_rmse_mev_per_angstrom is None
    assert "force_rmse_mev_per_angstrom" not in result.to_dict()


def test_the_worst_frames_come_first_and_say_where_they_are_from():
    frames = [frame(2, "a"), frame(4, "b"), without(frame(2), "forces")]
    frames[1].info["source"] = "melt.xyz: frame 7"
    answers = [said(2, -4.003, 0.1), said(4, -3.999, 0.2), said(2, -4.5, 9.0)]
    answers[0].forces = np.array([[0.1, 0.0, 0.0], [0.0, 3.0, 4.0]])
    errors = [frame_errors(atoms, answer) for atoms, answer in zip(frames, answers, strict=True)]
    worst = worst_frames(frames, errors, 2)
    assert [row.frame for row in worst.by_energy] == ["frame 2", "frame 0"]
    assert worst.by_energy[0].energy_error_mev_per_atom == pytest.approx(-500.0)
    assert worst.by_energy[0].force_rmse_mev_per_angstrom is None
    assert [row.frame for row in worst.by_forces] == ["frame 0", "melt.xyz: frame 7"]
    first = worst.by_forces[0]
    assert (first.group, first.formula, first.atom) == ("a", "Si2", "Si 1")
    assert first.force_error_mev_per_angstrom == pytest.approx(5000.0)
    assert first.force_rmse_mev_per_angstrom == pytest.approx(1000 * np.sqrt((0.01 + 25.0) / 6))
    assert "atom" not in worst.to_dict()["by_energy"][0]


def test_counts_must_agree():
    with pytest.raises(InvalidInputError, match="0 predictions for 1 frames"):
        compare([frame(2)], [])
