"""The ASE calculator gives what the potential gives, and drives ASE's own tools."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.calculator import PropertyNotImplementedError
from ase.filters import UnitCellFilter
from ase.md.verlet import VelocityVerlet
from structures import structure

import nnpot
from nnpot import Potential


def test_results_are_those_of_the_potential(potential: Potential, any_structure: Atoms) -> None:
    prediction = potential.predict(any_structure)
    any_structure.calc = nnpot.Calculator(potential, skin=0.0)
    assert any_structure.get_potential_energy() == prediction.energy
    assert any_structure.get_potential_energy(force_consistent=True) == prediction.energy
    np.testing.assert_array_equal(any_structure.get_forces(), prediction.forces)
    np.testing.assert_array_equal(any_structure.get_potential_energies(), prediction.atomic_energies)
    if prediction.stress is not None:
        np.testing.assert_array_equal(any_structure.get_stress(), prediction.stress)
        stresses = any_structure.get_stresses()
        np.testing.assert_allclose(stresses.sum(0), prediction.stress, rtol=0, atol=1e-13)
        full = any_structure.get_stresses(voigt=False) * any_structure.get_volume()
        np.testing.assert_allclose(full, -prediction.atomic_virials, rtol=0, atol=1e-13)
        assert np.abs(stresses).max() > 1e-3, "too small to test anything"


def assert_equal_without_cache(atoms: Atoms, potential: Potential) -> None:
    """Energy, forces and stress within 1e-12 of their size, and of 1 eV/Å for forces."""
    prediction = potential.predict(atoms)
    assert atoms.get_potential_energy() == pytest.approx(prediction.energy, rel=1e-12)
    np.testing.assert_allclose(atoms.get_forces(), prediction.forces, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(atoms.get_potential_energies(), prediction.atomic_energies, rtol=1e-12)
    if prediction.stress is not None:
        np.testing.assert_allclose(atoms.get_stress(), prediction.stress, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("skin", [0.0, 0.3, 1.0])
def test_neighbors_are_kept_over_small_moves(potential: Potential, any_structure: Atoms, skin: float) -> None:
    any_structure.calc = calculator = nnpot.Calculator(potential, skin=skin)
    random = np.random.default_rng(1)
    n_steps = 30
    for _ in range(n_steps):
        any_structure.positions += random.normal(scale=0.02, size=(len(any_structure), 3))
        assert_equal_without_cache(any_structure, potential)
    n_searches = calculator.neighbors.n_searches
    assert n_searches == n_steps if skin == 0.0 else 1 <= n_searches < n_steps / 2


def test_neighbors_are_searched_again_where_more_than_positions_changes(potential: Potential) -> None:
    atoms = structure("triclinic")
    atoms.calc = calculator = nnpot.Calculator(potential)
    changes = [
        lambda: atoms.rattle(0.01, seed=1),
        lambda: atoms.set_cell(atoms.cell.array * 1.01),
        lambda: atoms.set_pbc((True, True, False)),
        lambda: atoms.numbers.__setitem__(0, 8),
        lambda: atoms.__delitem__(3),
        lambda: atoms.positions.__iadd__(0.6),
    ]
    searches = []
    for change in changes:
        change()
        assert_equal_without_cache(atoms, potential)
        searches.append(calculator.neighbors.n_searches)
    assert searches == [1, 2, 3, 4, 5, 6]


def test_a_skin_that_is_none_is_refused(potential: Potential) -> None:
    with pytest.raises(nnpot.InvalidInputError, match="skin must be finite and >= 0 Å, got -1"):
        nnpot.Calculator(potential, skin=-1.0)


def test_threads_may_meet_in_one_list_of_neighbors(potential: Potential) -> None:
    neighbors = nnpot.VerletList(1.0)
    frames = [structure(name) for name in ("liquid", "triclinic", "cluster")] * 20
    with ThreadPoolExecutor(4) as pool:
        energies = list(pool.map(lambda frame: potential.predict(frame, neighbors).energy, frames))
    np.testing.assert_allclose(energies, [potential.predict(frame).energy for frame in frames], rtol=1e-12)


def test_stress_of_a_cluster_is_not_implemented(potential: Potential) -> None:
    cluster = structure("cluster")
    cluster.calc = nnpot.Calculator(potential)
    with pytest.raises(PropertyNotImplementedError):
        cluster.get_stress()
    with pytest.raises(PropertyNotImplementedError):
        cluster.get_stresses()


def test_a_cell_filter_sees_the_strain_of_a_slab(potential: Potential) -> None:
    slab = structure("slab")
    slab.calc = nnpot.Calculator(potential)
    virial = potential.predict(slab).virial
    assert np.abs(virial).max() > 0.5, "too small to test anything"
    forces = UnitCellFilter(slab).get_forces()[-3:] * len(slab)
    np.testing.assert_allclose(forces, 0.5 * (virial + virial.T), atol=1e-10)


def test_results_follow_the_positions(potential: Potential) -> None:
    atoms = structure("liquid")
    atoms.calc = nnpot.Calculator(potential)
    before = atoms.get_potential_energy()
    atoms.positions[0] += 0.1
    assert atoms.get_potential_energy() != before


def test_a_model_can_be_given_by_its_directory(potential: Potential, model_directory: Path) -> None:
    atoms = structure("triclinic")
    atoms.calc = nnpot.Calculator(model_directory)
    assert atoms.get_potential_energy() == pytest.approx(potential.predict(atoms).energy, rel=1e-13)


def test_dynamics_keeps_the_energy(potential: Potential) -> None:
    atoms = structure("crystal")
    atoms.calc = nnpot.Calculator(potential)
    start = atoms.get_total_energy()
    kinetic = []
    with VelocityVerlet(atoms, timestep=0.2 * units.fs) as dynamics:
        for _ in dynamics.irun(50):
            kinetic.append(atoms.get_kinetic_energy())
    assert max(kinetic) > 0.1, "nothing moved"
    assert atoms.get_total_energy() == pytest.approx(start, abs=0.01 * max(kinetic))


def test_copies_and_pickles_give_the_same(potential: Potential, any_structure: Atoms) -> None:
    expected = potential.predict(any_structure)
    any_structure.calc = nnpot.Calculator(potential)
    any_structure.get_forces()
    for copied in (copy.deepcopy(any_structure), pickle.loads(pickle.dumps(any_structure))):
        assert copied.calc.neighbors.skin == 1.0
        assert copied.get_potential_energy() == pytest.approx(expected.energy, rel=1e-13)
        np.testing.assert_allclose(copied.get_forces(), expected.forces, rtol=0, atol=1e-12)


def test_a_spawned_process_takes_the_calculator(potential: Potential) -> None:
    atoms = structure("crystal")
    atoms.calc = nnpot.Calculator(potential)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        energy = pool.submit(Atoms.get_potential_energy, atoms).result()
    assert energy == pytest.approx(potential.predict(atoms).energy, rel=1e-13)


def test_records_say_which_model_it_was(model_directory: Path) -> None:
    calculator = nnpot.Calculator(model_directory)
    assert (calculator.name, calculator.todict()) == ("nnpot", {"model": str(model_directory)})
