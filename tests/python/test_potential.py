"""Energies, forces, stress: against central differences, symmetries, and n2p2's own numbers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray
from structures import structure
from waiting import LONGEST

import nnpot
from nnpot import Potential, Prediction, _core
from nnpot.analysis.errors import compare
from nnpot.io import read_frames
from nnpot.units import UnitSystem

STEP = 1e-4
"""Å for positions, 1 for strain; small, for a cosine cutoff's curvature jumps where a neighbor crosses it."""


def derivative(energy: Callable[[float], float]) -> float:
    """Slope at 0 by central differences of fourth order."""
    near, far = energy(STEP) - energy(-STEP), energy(2 * STEP) - energy(-2 * STEP)
    return (8 * near - far) / (12 * STEP)


def moved(atoms: Atoms, atom: int, axis: int, distance: float) -> Atoms:
    copy = atoms.copy()
    copy.positions[atom, axis] += distance
    return copy


def strained(atoms: Atoms, row: int, column: int, strain: float) -> Atoms:
    """Positions and cell times (1 + strain), with one off-diagonal or diagonal element."""
    deformation = np.eye(3)
    deformation[row, column] += strain
    copy = atoms.copy()
    copy.set_cell(atoms.cell.array @ deformation)
    copy.positions = atoms.positions @ deformation
    return copy


def rotation(seed: int) -> NDArray[np.float64]:
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return matrix * np.sign(np.linalg.det(matrix))


def test_forces_are_the_negative_energy_gradient(any_potential: Potential, any_structure: Atoms) -> None:
    forces = any_potential.predict(any_structure).forces
    chosen = range(min(8, len(any_structure)))
    expected = np.array(
        [
            [
                -derivative(lambda d, i=i, k=k: any_potential.predict(moved(any_structure, i, k, d)).energy)
                for k in range(3)
            ]
            for i in chosen
        ]
    )
    assert np.abs(expected).max() > 0.1, "forces too small to test anything"
    np.testing.assert_allclose(forces[list(chosen)], expected, rtol=1e-6, atol=1e-7)


def test_virial_is_the_negative_strain_derivative(any_potential: Potential, any_structure: Atoms) -> None:
    virial = any_potential.predict(any_structure).virial
    expected = np.array(
        [
            [
                -derivative(
                    lambda s, a=a, b=b: any_potential.predict(strained(any_structure, a, b, s)).energy
                )
                for b in range(3)
            ]
            for a in range(3)
        ]
    )
    assert np.abs(expected).max() > 0.5, "virial too small to test anything"
    np.testing.assert_allclose(virial, expected, rtol=1e-6, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "pbc"),
    [
        ("triclinic", True),
        ("left_handed", True),
        ("slab", (1, 1, 0)),
        ("triclinic", (0, 0, 1)),
        ("liquid", False),
    ],
)
def test_stress_is_the_strain_derivative_per_volume(
    potential: Potential, name: str, pbc: bool | tuple[int, int, int]
) -> None:
    atoms = structure(name)
    atoms.pbc = pbc
    stress = potential.predict(atoms).stress
    assert stress is not None
    voigt = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    expected = [
        derivative(lambda s, a=a, b=b: potential.predict(strained(atoms, a, b, s)).energy)
        / atoms.get_volume()
        for a, b in voigt
    ]
    assert np.abs(expected).min() > 3e-5, "some component is too small to test anything"
    np.testing.assert_allclose(stress, expected, rtol=1e-6, atol=1e-8)


def test_without_a_cell_that_has_a_volume_there_is_no_stress(potential: Potential) -> None:
    assert potential.predict(structure("cluster")).stress is None
    slab = structure("slab")
    slab.set_cell([*slab.cell.array[:2], [0.0, 0.0, 0.0]])
    assert potential.predict(slab).stress is None


def test_virials_of_the_atoms_sum_to_the_virial_and_turn_with_the_structure(
    any_potential: Potential, any_structure: Atoms
) -> None:
    before = any_potential.predict(any_structure)
    assert np.abs(before.virial).max() > 0.5, "too small to test anything"
    np.testing.assert_allclose(before.atomic_virials.sum(0), before.virial, atol=1e-10)
    turn = rotation(seed=8)
    turned = any_structure.copy()
    turned.set_cell(any_structure.cell.array @ turn)
    turned.positions = any_structure.positions @ turn
    after = any_potential.predict(turned)
    np.testing.assert_allclose(after.atomic_virials, turn.T @ before.atomic_virials @ turn, atol=1e-10)


def test_forces_sum_to_zero_and_atomic_energies_to_the_energy(
    any_potential: Potential, any_structure: Atoms
) -> None:
    prediction = any_potential.predict(any_structure)
    np.testing.assert_allclose(prediction.forces.sum(axis=0), 0.0, atol=1e-11)
    np.testing.assert_allclose(prediction.atomic_energies.sum(), prediction.energy, rtol=1e-13, atol=1e-12)
    np.testing.assert_allclose(prediction.virial, prediction.virial.T, atol=1e-10)


def test_rotation_turns_the_forces_and_leaves_the_energy(potential: Potential, any_structure: Atoms) -> None:
    turn = rotation(seed=7)
    turned = any_structure.copy()
    turned.set_cell(any_structure.cell.array @ turn)
    turned.positions = any_structure.positions @ turn
    before, after = potential.predict(any_structure), potential.predict(turned)
    assert after.energy == pytest.approx(before.energy, rel=1e-12)
    np.testing.assert_allclose(after.forces, before.forces @ turn, atol=1e-10)


def test_translation_changes_nothing(potential: Potential, any_structure: Atoms) -> None:
    shifted = any_structure.copy()
    shifted.positions += [11.3, -7.1, 4.4]  # some atoms are now far outside the cell
    before, after = potential.predict(any_structure), potential.predict(shifted)
    assert after.energy == pytest.approx(before.energy, rel=1e-12)
    np.testing.assert_allclose(after.forces, before.forces, atol=1e-10)


def test_permutation_permutes_the_forces(potential: Potential, any_structure: Atoms) -> None:
    order = np.random.default_rng(3).permutation(len(any_structure))
    before, after = potential.predict(any_structure), potential.predict(any_structure[order])
    assert after.energy == pytest.approx(before.energy, rel=1e-12)
    np.testing.assert_allclose(after.forces, before.forces[order], atol=1e-10)
    np.testing.assert_allclose(after.atomic_energies, before.atomic_energies[order], rtol=1e-11)


def test_a_cell_smaller_than_the_cutoff_equals_its_repetition(potential: Potential) -> None:
    small = structure("small_cell")
    assert small.cell.lengths().max() < potential.cutoff
    one, many = potential.predict(small), potential.predict(small * (3, 4, 3))
    assert many.energy == pytest.approx(36 * one.energy, rel=1e-12)
    np.testing.assert_allclose(many.forces, np.tile(one.forces, (36, 1)), atol=1e-10)
    np.testing.assert_allclose(many.stress, one.stress, rtol=1e-10)


def test_nothing_jumps_at_the_cutoff(any_potential: Potential) -> None:
    def pair(distance: float) -> nnpot.Prediction:
        return any_potential.predict(Atoms("SiO", positions=[[0, 0, 0], [distance, 0, 0]]))

    at, inside, outside = (pair(any_potential.cutoff + d) for d in (0.0, -1e-6, 1e-6))
    assert inside.energy == pytest.approx(outside.energy, abs=1e-10)
    assert at.energy == outside.energy
    np.testing.assert_allclose(inside.forces, 0.0, atol=1e-5)
    np.testing.assert_array_equal(outside.forces, 0.0)


def test_an_atom_without_neighbors_has_an_energy_and_no_force(potential: Potential) -> None:
    prediction = potential.predict(Atoms("Si"))
    assert np.isfinite(prediction.energy)
    np.testing.assert_array_equal(prediction.forces, [[0.0, 0.0, 0.0]])


def test_three_atoms_in_a_line_have_finite_forces(potential: Potential) -> None:
    line = Atoms("SiOSi", positions=[[0, 0, 0], [1.7, 0, 0], [3.4, 0, 0]])
    forces = potential.predict(line).forces
    assert np.isfinite(forces).all()
    np.testing.assert_allclose(forces[1], 0.0, atol=1e-10)


def test_prediction_leaves_the_structure_alone(potential: Potential) -> None:
    atoms = structure("triclinic")
    potential.predict(atoms)
    assert atoms == structure("triclinic")


def test_one_thread_per_core_that_the_process_may_use(
    potential: Potential, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5})
    everyone_is_here = threading.Barrier(3, timeout=LONGEST)

    class Waiting(Potential):
        def predict(self, atoms: Atoms, *arguments: Any, **options: Any) -> Prediction:
            everyone_is_here.wait()
            return super().predict(atoms, *arguments, **options)

    assert len(list(Waiting(potential._model).predict_many([structure("cluster")] * 6))) == 6


@pytest.mark.parametrize("threads", [1, 3])
def test_frames_are_read_only_a_little_ahead(potential: Potential, threads: int) -> None:
    read: list[int] = []

    def frames() -> Iterator[Atoms]:
        for number in range(1000):
            read.append(number)
            yield structure("cluster")

    predictions = potential.predict_many(frames(), threads)
    next(predictions)
    predictions.close()  # type: ignore[attr-defined]
    assert 1 <= len(read) < 100


INTERRUPTED = """
import os, signal, sys, threading, time
import nnpot
from ase.build import bulk
potential = nnpot.load(sys.argv[1])
frame = bulk("SiO", "zincblende", a=4.8, cubic=True) * (4, 4, 4)
endless = (frame for _ in iter(int, 1))
predictions = potential.predict_many(endless, threads=3)
next(predictions)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    for _ in predictions: pass
except KeyboardInterrupt:
    del predictions
    assert not any(thread.name.startswith("nnpot") for thread in threading.enumerate())
    print("interrupted")
"""


def test_control_c_ends_it(model_directory: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(model_directory)],
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_weighted_and_compact_functions_survive_writing_and_reading(
    compact_model: _core.Model, tmp_path: Path
) -> None:
    compact_model.write(str(tmp_path))
    atoms = structure("liquid")
    expected, prediction = Potential(compact_model).predict(atoms), nnpot.load(tmp_path).predict(atoms)
    assert np.abs(expected.forces).max() > 0.1
    assert prediction.energy == pytest.approx(expected.energy, rel=1e-13)
    np.testing.assert_allclose(prediction.forces, expected.forces, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "units"), [("H2O_RPBE-D3", UnitSystem.atomic), ("Cu2S_PBE", UnitSystem.metal)]
)
def test_published_potentials_give_the_numbers_of_n2p2(
    shared_data: Path, name: str, units: UnitSystem
) -> None:
    folder = shared_data / "n2p2" / name
    potential = nnpot.load(folder, units)
    (frame,) = read_frames(folder / "input.data", units)
    prediction = potential.predict(frame)

    reference = folder / "input.reference.csv.gz"
    table = np.genfromtxt(reference, delimiter=",", comments="#", names=True, skip_header=2)
    expected = np.column_stack([table[axis] for axis in ("fx", "fy", "fz")])
    forces = prediction.forces * units.length / units.energy
    np.testing.assert_allclose(forces, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
    assert prediction.energy / units.energy == pytest.approx(_n2p2_energy(reference), rel=1e-9)


def _n2p2_energy(reference: Path) -> float:
    import gzip

    with gzip.open(reference, "rt") as stream:
        row = next(line for line in stream if line.startswith("# energy.out row:"))
    return float(row.split(":")[1].split()[3])


def test_the_published_silicon_potential_predicts_its_test_set(shared_data: Path) -> None:
    """In Hartree and bohr, without normalisation: a unit that is converted twice, or not, shows here."""
    silicon = shared_data / "mlearn" / "Si"
    potential = nnpot.load(silicon / "nnp", UnitSystem.atomic)
    frames = read_frames(silicon / "test.xyz")
    statistics = compare(frames, [potential.predict(frame) for frame in frames])
    assert statistics.energy_rmse_mev_per_atom < 10.0
    assert statistics.force_rmse_mev_per_angstrom < 200.0
