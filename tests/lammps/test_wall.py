import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot.analysis.wall import shortest_distances, walled
from nnpot.errors import InvalidInputError
from nnpot.lammps.runtime import PairCommands, network_commands
from nnpot.lammps.system import compute_labels


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
    network = network_commands(tmp_path, ["Si", "O"])
    shortest = {("O", "O"): 2.0, ("O", "Si"): 1.2, ("Si", "Si"): 2.2}
    commands = walled(network, ["Si", "O"], shortest)
    assert commands.needs_plugin
    assert commands.lines() == [
        "pair_style hybrid/overlay nnp harmonic/cut",
        f'pair_coeff * * nnp "{tmp_path}" Si O',
        "pair_coeff 1 1 harmonic/cut 100 2.2000",
        "pair_coeff 1 2 harmonic/cut 100 1.2000",
        "pair_coeff 2 2 harmonic/cut 100 2.0000",
    ]
    with pytest.raises(InvalidInputError, match="no distance between Si and O"):
        walled(network, ["Si", "O"], {("Si", "Si"): 2.2})
    with pytest.raises(InvalidInputError, match="must be > 0, got 0"):
        walled(network, ["Si", "O"], shortest, stiffness=0.0)


def test_nothing_changes_beyond_the_shortest_distance(model_directory):
    bare = network_commands(model_directory, ["Si"])
    atoms = bulk("Si", cubic=True)
    atoms.rattle(0.1, seed=1)
    energies = [
        compute_labels(atoms, ["Si"], commands).get_potential_energy()
        for commands in (bare, walled(bare, ["Si"], {("Si", "Si"): 2.0}))
    ]
    assert energies[0] == pytest.approx(energies[1], abs=1e-12)


@pytest.mark.parametrize("style", ["nnp", "hdnnp"])
def test_closer_atoms_are_driven_apart(model_directory, style):
    bare = network_commands(model_directory, ["Si"])
    counted = PairCommands(f'hdnnp 10.0 dir "{model_directory}" showew no showewsum 1 maxew -1', ("* * Si",))
    network = bare if style == "nnp" else counted
    with_wall = walled(network, ["Si"], {("Si", "Si"): 2.0})

    def added(distance):
        one, other = (compute_labels(pair(distance), ["Si"], commands) for commands in (with_wall, bare))
        energy = one.get_potential_energy() - other.get_potential_energy()
        return energy, (one.get_forces() - other.get_forces())[1, 0]

    for distance in (1.999, 1.5, 0.5):
        depth = 2.0 - distance
        assert added(distance) == pytest.approx((100.0 * depth**2, 200.0 * depth), rel=1e-6, abs=1e-8)
