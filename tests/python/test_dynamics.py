import itertools

import numpy as np
import pytest
from ase.build import bulk

from nnpot.analysis.dynamics import EnergyConservation, constant_energy_run
from nnpot.lammps.runtime import PairCommands

SW = PairCommands("sw", ("* * {potentials}/Si.sw Si",))


def test_drift_and_fluctuation_are_told_apart():
    time = np.linspace(0.0, 50.0, 1001)
    run = EnergyConservation(time, 0.004 * time + 0.3 * np.sin(40 * time), 300.0, 1.0)
    assert run.drift == pytest.approx(0.2, abs=0.01)
    assert run.drift_rate == pytest.approx(0.004, abs=2e-4)
    assert run.fluctuation == pytest.approx(0.3 / np.sqrt(2), rel=0.01)
    later = EnergyConservation(time + 7.0, run.energy, 300.0, 1.0)
    assert later.drift == pytest.approx(run.drift), "of the run, whenever its time begins"
    assert later.drift_estimate.error == pytest.approx(run.drift_estimate.error)


def test_stillinger_weber_keeps_its_energy(monkeypatch):
    seconds = itertools.count()  # one for each of the hundred samples of twenty steps
    monkeypatch.setattr("nnpot.analysis.dynamics.process_time", lambda: float(next(seconds)))
    atoms = bulk("Si", "diamond", a=5.431, cubic=True).repeat(2)
    run = constant_energy_run(atoms, ["Si"], SW, duration=2.0)
    assert len(run.time) == 100
    assert run.time[-1] == pytest.approx(1.98)
    assert run.temperature == pytest.approx(300.0, abs=60.0)
    assert abs(run.drift) < 0.02
    assert 0.0 < run.fluctuation < 0.02
    assert run.cost == pytest.approx(1e6 * 100 / (100 * 20) / len(atoms))


def test_the_fluctuation_goes_with_the_square_of_the_timestep():
    """From the same start, so that the atoms meet the same forces with both steps."""
    atoms = bulk("Si", "diamond", a=5.431, cubic=True).repeat(2)
    options = {"duration": 0.2, "equilibration": 0.0}
    short, long = (constant_energy_run(atoms, ["Si"], SW, timestep=step, **options) for step in (1.0, 2.0))
    assert long.fluctuation / short.fluctuation == pytest.approx(4.0, abs=0.6)
