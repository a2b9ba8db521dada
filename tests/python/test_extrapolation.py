import numpy as np
import pytest
from ase.build import bulk
from random_model import random_model

from nnpot.analysis.extrapolation import extrapolation, warnings_in_log
from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.potential import Potential

FUNCTIONS = ["Si 2 Si 1.0 2.3 4.0", "Si 2 Si 4.0 3.0 4.0", "Si 9 Si Si 0.1 1.0 1.0 4.0"]


def rattled(size, seed):
    atoms = bulk("Si", cubic=True)
    atoms.rattle(size, seed=seed)
    return atoms


@pytest.fixture(scope="module")
def potential():
    training = [rattled(0.1, seed) for seed in range(20)]
    return Potential(random_model(training, FUNCTIONS, 6, "t", "scale", 1))


def test_training_frames_are_inside(potential):
    found = extrapolation(potential, [rattled(0.1, seed) for seed in range(20)])
    assert (found.n_atoms, found.n_outside, found.functions) == (160, 0, {})
    assert found.share == 0.0


def test_atoms_outside_are_counted_once(potential):
    wild = rattled(0.6, 1)
    found = extrapolation(potential, [rattled(0.1, 3), wild])
    functions = potential.symmetry_functions()
    values = functions.values(wild.positions, wild.numbers, wild.cell.array, wild.pbc)
    limits = potential.training_range("Si")
    outside = (values < limits[:, 0]) | (values > limits[:, 1])
    assert found.n_outside == outside.any(axis=1).sum() > 0
    assert found.share == found.n_outside / 16
    assert sum(found.functions.values()) == outside.sum() > found.n_outside
    assert set(found.functions) <= set(functions.functions("Si"))


def test_range_is_that_of_the_training_frames(potential):
    limits = potential.training_range("Si")
    assert limits.shape == (3, 2)
    assert (limits[:, 0] < limits[:, 1]).all()


def test_unknown_elements_are_refused(potential):
    with pytest.raises(InvalidInputError, match="the potential has no Ge"):
        extrapolation(potential, [bulk("Ge")])


def test_warnings_of_a_log(tmp_path):
    lines = [
        f"### NNP EW SUMMARY ### TS: {step:10d} EW {count:10d} EWPERSTEP {np.pi:10.3e}"
        for step, count in ((100, 7), (200, 0), (300, 2), (400, 9))
    ]
    log = tmp_path / "log.lammps"
    log.write_text("run 400\n" + "\nLoop time\n".join(lines) + "\n")
    assert warnings_in_log(log) == 18
    assert warnings_in_log(log, 100) == 11
    assert warnings_in_log(log, 100, 300) == 2
    with pytest.raises(FileFormatError, match="showewsum"):
        warnings_in_log(log, 400)
