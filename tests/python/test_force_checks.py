"""Rotations, closed loops, and energies that drift, on forces whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.calculators.emt import EMT
from structures import structure

from nnpot import Potential
from nnpot.analysis.constant_energy import energy_drift, set_temperature
from nnpot.analysis.force_checks import LoopWork, loop_work, random_rotation, rotation_error
from nnpot.errors import InvalidInputError

CURL = np.array([[0.0, 0.4, -0.1], [-0.4, 0.0, 0.2], [0.1, -0.2, 0.0]])


class NoForces(Calculator):
    """Atoms fly straight on."""

    implemented_properties = ["forces"]

    def calculate(self, atoms=None, properties=None, system_changes=()) -> None:  # type: ignore[no-untyped-def]
        super().calculate(atoms, properties, system_changes)
        self.results = {"forces": np.zeros((len(self.atoms), 3))}


def copper() -> Atoms:
    from ase.build import bulk

    return bulk("Cu", cubic=True) * (2, 1, 1)


def test_a_field_with_a_curl_does_the_work_that_it_must() -> None:
    atoms, seen = structure("cluster"), []

    def forces(moved: Atoms) -> np.ndarray:
        seen.append(moved.positions.copy())
        return np.asarray(moved.positions @ CURL.T)

    found = loop_work(forces, [atoms], amplitude=0.2, n_points=8)
    u, w = seen[0] - atoms.positions, seen[2] - atoms.positions
    assert np.vdot(u, w) == pytest.approx(0.0, abs=1e-12)
    for displacement in (u, w):
        assert np.sqrt(np.mean(np.sum(displacement**2, axis=1))) == pytest.approx(0.2)
    assert abs(found.work[0]) > 1e-3, "work too small to test anything"
    assert found.work[0] == pytest.approx(2.0 * np.pi * np.vdot(u @ CURL.T, w))
    assert found.rms == pytest.approx(abs(found.work[0])) and found.integration_error < 1e-12


def test_a_gradient_does_no_work_and_turns_with_the_atoms(potential: Potential) -> None:
    frames = [structure(name) for name in ("liquid", "cluster")]

    def forces(atoms: Atoms) -> np.ndarray:
        return potential.predict(atoms).forces

    loops = loop_work(forces, frames, amplitude=0.05, n_points=64)
    size = np.sqrt(np.mean(forces(frames[0]) ** 2)) * 0.05
    assert size > 1e-3 and loops.rms < 1e-4 * size
    assert rotation_error(forces, frames).relative < 1e-12


def test_a_fixed_direction_does_not_turn() -> None:
    found = rotation_error(lambda atoms: np.tile([0.3, 0.0, 0.0], (len(atoms), 1)), [copper()], 3000)
    assert found.rmse == pytest.approx(1e3 * 0.3 * np.sqrt(2.0 / 3.0), rel=0.05)
    assert found.relative == pytest.approx(np.sqrt(2.0), rel=0.05)


def test_work_of_several_loops_is_told_by_its_root_mean_square() -> None:
    found = LoopWork(np.array([1.0, 2.0, -4.0]), np.array([1.0, 2.0, -1.0]))
    assert found.rms == pytest.approx(np.sqrt(7.0))
    assert found.integration_error == pytest.approx(np.sqrt(3.0))


def test_rotations_keep_lengths_and_handedness() -> None:
    random = np.random.default_rng(2)
    for matrix in (random_rotation(random) for _ in range(20)):
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-14)
        assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_with_its_own_forces_an_energy_is_kept() -> None:
    (found,) = energy_drift(EMT(), EMT(), [copper()], 300.0, duration=0.1, timestep=2.0)
    assert len(found.time) == 51 and found.time[-1] == pytest.approx(0.1)
    atoms = copper()
    set_temperature(atoms, 300.0, np.random.default_rng([1, 0]))
    assert 0.2 < found.temperature / atoms.get_temperature() < 1.0, "the potential energy takes its share"
    assert found.fluctuation < 0.5 and abs(found.drift_rate) < 5.0


def test_velocities_have_the_temperature_that_is_asked_for() -> None:
    """Of 1000 atoms: ten runs of this have a standard deviation of 0.026 of the temperature."""
    atoms = Atoms("Cu1000", np.zeros((1000, 3)))
    set_temperature(atoms, 600.0, np.random.default_rng(3))
    assert atoms.get_temperature() == pytest.approx(600.0, rel=0.13)
    assert np.abs(atoms.get_momenta().sum(axis=0)).max() < 1e-10


def test_without_forces_the_reference_changes_along_straight_lines() -> None:
    atoms = copper()
    (found,) = energy_drift(NoForces(), EMT(), [atoms], 600.0, duration=0.03, timestep=1.0, seed=5)
    set_temperature(atoms, 600.0, np.random.default_rng([5, 0]))
    assert np.abs(atoms.get_momenta().sum(axis=0)).max() < 1e-12
    assert found.temperature == pytest.approx(atoms.get_temperature(), rel=1e-9), "they fly straight on"
    atoms.calc = EMT()
    before = atoms.get_potential_energy()
    atoms.positions += atoms.get_velocities() * 30.0 * units.fs
    expected = 1e3 * (atoms.get_potential_energy() - before) / len(atoms)
    assert expected > 10.0, "too little change to test anything"
    assert found.energy[-1] == pytest.approx(expected, rel=1e-9)
    slope = np.polyfit(found.time, found.energy, 1)[0]
    assert slope > 0.0 and found.drift_rate == pytest.approx(slope, rel=1e-6)


def test_samples_and_cost_of_a_run_are_those_of_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1.0, 1.5])
    monkeypatch.setattr("nnpot.analysis.constant_energy.process_time", lambda: next(clock))
    monkeypatch.setattr("nnpot.analysis.constant_energy.SAMPLES", 5)
    atoms = copper()
    (run,) = energy_drift(NoForces(), EMT(), [atoms], duration=0.005, timestep=0.5)
    np.testing.assert_allclose(run.time, 1e-3 * np.arange(6))  # ten steps, every second of them
    assert run.cost == pytest.approx(1e6 * 0.5 / 10 / len(atoms))


def test_a_run_that_gains_too_much_ends() -> None:
    (found,) = energy_drift(NoForces(), EMT(), [copper()], 60000.0, duration=1.0, timestep=1.0)
    assert found.time[-1] < 0.5 and abs(found.energy[-1]) > 1000.0


class NoNumbers(NoForces):
    """Energies that are numbers for as long as asked for."""

    implemented_properties = ["energy"]

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.left = calls

    def calculate(self, atoms=None, properties=None, system_changes=()) -> None:  # type: ignore[no-untyped-def]
        super().calculate(atoms, properties, system_changes)
        self.left -= 1
        self.results["energy"] = 0.0 if self.left >= 0 else np.nan


def test_a_run_ends_before_an_energy_that_is_no_number() -> None:
    (found,) = energy_drift(NoForces(), NoNumbers(5), [copper()], duration=0.02)
    assert len(found.energy) == 5 and np.isfinite(found.drift_rate)
    with pytest.raises(InvalidInputError, match="expected finite energies, got none after 1 steps"):
        energy_drift(NoForces(), NoNumbers(1), [copper()], duration=0.02)


def test_impossible_measurements_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="n_points"):
        loop_work(lambda atoms: atoms.positions, [copper()], n_points=7)
    with pytest.raises(InvalidInputError, match="at least two atoms"):
        loop_work(lambda atoms: atoms.positions, [Atoms("Cu")])
    with pytest.raises(InvalidInputError, match="timestep"):
        energy_drift(EMT(), EMT(), [copper()], timestep=0.0)
    with pytest.raises(InvalidInputError, match="two steps"):
        energy_drift(EMT(), EMT(), [copper()], duration=0.001)


def test_random_momenta_keep_the_kinetic_energy_that_was_drawn() -> None:
    atoms = Atoms("HAu", [[0, 0, 0], [0, 0, 2]])
    drawn = np.random.default_rng(5).normal(size=(2, 3)) * np.sqrt(units.kB * 300.0)  # momenta over √mass
    set_temperature(atoms, 300.0, np.random.default_rng(5))
    assert atoms.get_kinetic_energy() == pytest.approx(0.5 * np.sum(drawn**2))
    np.testing.assert_allclose(atoms.get_momenta().sum(axis=0), 0.0, atol=1e-12)
