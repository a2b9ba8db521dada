import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot.analysis.wall import shortest_distances, walled_commands
from nnpot.errors import InvalidInputError
from nnpot.lammps_runtime import network_commands
from nnpot.lammps_system import compute_labels


def pair(distance):
    return Atoms("Si2", [[0, 0, 0], [distance, 0, 0]], cell=[20] * 3, pbc=True)


def test_shortest_distances_of_each_pair():
    first = Atoms("SiO2", [[0, 0, 0], [1.6, 0, 0], [-1.7, 0, 0]], cell=[9] * 3, pbc=True)
    second = Atoms("SiO2", [[0, 0, 0], [1.8, 0, 0], [0, 1.9, 0]], cell=[9] * 3, pbc=True)
    found = shortest_distances([first, second])
    assert found["O", "Si"] == pytest.approx(1.6)
    assert found["O", "O"] == pytest.approx(np.hypot(1.8, 1.9))
    assert ("Si", "Si") not in found


def test_commands_of_two_elements(tmp_path):
    commands = walled_commands(tmp_path, ["Si", "O"], {("O", "O"): 2.0, ("O", "Si"): 1.2, ("Si", "Si"): 2.2})
    assert commands.needs_plugin
    assert commands.lines() == [
        "pair_style hybrid/overlay nnp zbl 1.5400 2.2000 zbl 0.8400 1.2000 zbl 1.4000 2.0000",
        f'pair_coeff * * nnp "{tmp_path}" Si O',
        "pair_coeff 1 1 zbl 1 14 14",
        "pair_coeff 1 2 zbl 2 14 8",
        "pair_coeff 2 2 zbl 3 8 8",
    ]
    with pytest.raises(InvalidInputError, match="no distance between Si and O"):
        walled_commands(tmp_path, ["Si", "O"], {("Si", "Si"): 2.2})
    with pytest.raises(InvalidInputError, match="inner must be between 0 and 1"):
        walled_commands(tmp_path, ["Si"], {("Si", "Si"): 2.2}, inner=1.0)


def test_nothing_changes_beyond_the_shortest_distance(model_directory):
    walled = walled_commands(model_directory, ["Si"], {("Si", "Si"): 2.0})
    bare = network_commands(model_directory, ["Si"])
    atoms = bulk("Si", cubic=True)
    atoms.rattle(0.1, seed=1)
    energies = [compute_labels(atoms, ["Si"], commands).get_potential_energy() for commands in (bare, walled)]
    assert energies[0] == pytest.approx(energies[1], abs=1e-12)


def test_closer_atoms_are_driven_apart(model_directory):
    walled = walled_commands(model_directory, ["Si"], {("Si", "Si"): 2.0})
    bare = network_commands(model_directory, ["Si"])

    def added(distance):
        one, other = (compute_labels(pair(distance), ["Si"], commands) for commands in (walled, bare))
        energy = one.get_potential_energy() - other.get_potential_energy()
        return energy, (one.get_forces() - other.get_forces())[1, 0]

    assert added(1.999)[0] == pytest.approx(0.0, abs=1e-6)
    heights = [added(distance)[0] for distance in (1.9, 1.5, 1.0, 0.5)]
    assert heights == sorted(heights)
    assert heights[-1] > 100.0
    assert added(1.0)[1] > 50.0  # eV/Å, outwards
