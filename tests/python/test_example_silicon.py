"""The parts of examples/silicon that need no long run; `make demo` runs all of it."""

import dataclasses
import json
import sys

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from example_modules import EXAMPLES, run_of

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.analysis.elastic import CubicElasticity
from nnpot.analysis.predictions import Predictions
from nnpot.analysis.radial_distribution import RadialDistribution, mean_distribution
from nnpot.lammps.runtime import PairCommands
from nnpot.prediction import Prediction
from nnpot.reference.recipe import load_recipe
from nnpot.training import load_config

EXAMPLE = EXAMPLES / "silicon"


@pytest.fixture
def example():
    with run_of(EXAMPLE) as run:
        yield run, sys.modules["physics"], sys.modules["presentation"]


def behaviour(physics, scale):
    time = np.linspace(0.0, 50.0, 200)
    r = np.linspace(0.1, 8.0, 80)
    liquids = 1.0 + 0.01 * np.random.default_rng(3).normal(size=(8, 80))
    return physics.Behaviour(
        elasticity=CubicElasticity(5.431 * scale, -4.3366, 151.4, 76.4 * scale, 56.4),
        crystal=RadialDistribution(r, np.ones(80) * scale),
        liquid=mean_distribution([RadialDistribution(r, scale * g) for g in liquids]),
        conservation=EnergyConservation(
            time, 0.002 * np.sin(time), 300.0, 1.5 * scale, scale * np.linspace(1.4, 1.6, 10)
        ),
    )


def predictions(energy_error, force_error):
    """Five frames, all with the same errors (eV/atom, eV/Å)."""
    frames, said = [], []
    for number in range(5):
        frame = bulk("Si", cubic=True)
        frame.info["group"] = "crystal" if number < 3 else "liquid"
        energy, forces = -4.3 * 8 + number, np.random.default_rng(number).normal(size=(8, 3))
        frame.calc = SinglePointCalculator(frame, energy=energy, forces=forces)
        frames.append(frame)
        wrong = energy + 8 * energy_error
        atomic = (np.full(8, wrong / 8), np.zeros((8, 3, 3)))
        said.append(Prediction(wrong, forces + force_error, None, np.zeros((3, 3)), *atomic))
    return Predictions(frames, said)


@pytest.fixture
def outcome(example, tmp_path):
    _, physics, presentation = example
    log = tmp_path / "log.csv"
    columns = [
        f"{part}_{name}"
        for part in ("train", "validation")
        for name in ("loss", "energy_rmse_mev_per_atom", "force_rmse_mev_per_angstrom")
    ]
    rows = [f"{epoch},{','.join([str(1.0 / epoch)] * 6)}" for epoch in range(1, 6)]
    log.write_text(f"epoch,{','.join(columns)}\n" + "\n".join(rows) + "\n")
    return presentation.Outcome(
        quick=True,
        predictions=predictions(energy_error=0.0019, force_error=0.081),
        physics=physics.Physics(behaviour(physics, 1.0), behaviour(physics, 1.0005)),
        times={"sampling": 60.0},
        log=log,
    )


@pytest.mark.parametrize("folder", [EXAMPLE, EXAMPLE / "quick"], ids=["long", "quick"])
def test_inputs_are_valid(folder):
    assert load_recipe(folder / "sample.yaml").n_frames > 300
    assert load_config(folder / "train.yaml").data.train[0].name == "train.xyz"


def test_bars_tell_what_is_missed(outcome):
    missed = [bar.name for bar in outcome.bars() if not bar.passed]
    assert missed == ["force RMSE, test frames"]
    assert len(outcome.bars()) == 11
    assert {bar.verdict for bar in outcome.bars()} == {"met", "missed"}


def test_a_difference_of_the_liquids_beyond_chance_is_missed(example, outcome):
    _, physics, _ = example
    sw = outcome.physics.reference

    def verdict(scale, noise):
        pieces = scale * sw.liquid.pieces + noise * np.random.default_rng(4).normal(
            size=sw.liquid.pieces.shape
        )
        liquid = RadialDistribution(sw.liquid.r, pieces.mean(axis=0), pieces)
        found = physics.Physics(sw, dataclasses.replace(sw, liquid=liquid))
        bars = dataclasses.replace(outcome, physics=found).bars()
        (bar,) = [bar for bar in bars if bar.name.startswith("g(r) liquid")]
        return bar.verdict

    assert verdict(1.02, 0.01) == "met"
    assert verdict(1.05, 0.01) == "missed"
    assert verdict(1.0, 0.2) == "met", "noise alone is no difference"


def test_atoms_that_fall_into_each_other_are_seen(example, outcome):
    """A pair in one of eight runs, which the mean over all distances does not show."""
    _, physics, _ = example
    sw = outcome.physics.reference
    runs = [np.where(sw.liquid.r > 1.9, g, 0.0) for g in sw.liquid.pieces]

    def bars(of_network):
        sides = [
            dataclasses.replace(
                sw, liquid=mean_distribution([RadialDistribution(sw.liquid.r, g) for g in gs])
            )
            for gs in (runs, of_network)
        ]
        found = dataclasses.replace(outcome, physics=physics.Physics(*sides)).bars()
        return {bar.name: bar.verdict for bar in found if "liquid" in bar.name}

    assert set(bars(runs).values()) == {"met"}
    fused = [runs[0] + 0.02 * (np.abs(sw.liquid.r - 0.5) < 0.06), *runs[1:]]
    assert bars(fused) == {
        "closest atoms of the liquid / those of SW": "missed",
        "g(r) liquid 2000 K, mean difference": "met",
    }


def test_runs_begin_with_random_numbers_of_their_own(example):
    _, physics, _ = example
    pair = PairCommands("sw", ())
    tasks = [
        task
        for seed in (1, 2, 12)
        for owner in (physics.REFERENCE, physics.NETWORK)
        for task in physics._tasks(owner, pair, physics.QUICK, seed)
    ]
    seeds = [task.arguments[3].seed for task in tasks if task.what.startswith(("liquid", "crystal"))]
    assert len(seeds) == 3 * 2 * 2 * physics.QUICK.runs
    assert len(set(seeds)) == 3 * 2 * physics.QUICK.runs, "crystal and liquid may share one"
    assert {task.key for task in tasks} == {
        (owner, what)
        for owner in ("reference", "network")
        for what in (
            "constant energy",
            "elastic constants",
            *(f"{state} {k}" for state in ("crystal", "liquid") for k in range(1, physics.QUICK.runs + 1)),
        )
    }


def test_the_simulations_are_put_together(example, tmp_path, monkeypatch):
    _, physics, _ = example
    asked = []

    def run_tasks(tasks, processes, kept, version):
        asked.append((len(tasks), processes, kept, version))
        return {task.key: made(task) for task in tasks}

    def made(task):
        if task.what.startswith(("liquid", "crystal")):
            return RadialDistribution(np.array([1.0]), np.array([float(task.what.split()[1])]))
        return task.what

    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "input.nn").write_text("")
    monkeypatch.setattr(physics, "run_tasks", run_tasks)
    found = physics.compare_physics(PairCommands("sw", ()), tmp_path, physics.QUICK, 1, 3)
    assert asked[0][:3] == (2 * (2 + 2 * physics.QUICK.runs), 3, tmp_path / "physics")
    assert found.network.liquid.pieces.ravel().tolist() == [float(k + 1) for k in range(physics.QUICK.runs)]
    assert found.reference.conservation == "constant energy"


def test_terminal_report_and_summary(example, outcome, tmp_path, capsys):
    _, _, presentation = example
    results = presentation.results(outcome)
    assert not results.show(tmp_path)
    printed = capsys.readouterr().out
    assert "✗ missed" in printed
    last = printed.splitlines()[-1]
    assert last.startswith("The potential is not good: 1 of 11 bars is missed (force RMSE, test frames)")
    assert last.endswith(f"the report is {tmp_path / 'report.html'}.")
    results.write(tmp_path)
    pictures = {path.stem for path in tmp_path.glob("*.png")}
    assert pictures == {
        "parity_energy_test",
        "parity_forces_test",
        "learning_curve",
        "learning_curve_linear",
        "radial_distribution",
        "energy_conservation",
        "cost",
    }
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["test"]["force_rmse_mev_per_angstrom"] == pytest.approx(81.0)
    assert summary["physics"]["network"]["c11_gpa"] == 151.4
    assert {bar["passed"] for bar in summary["bars"]} == {True, False}
    liquid = next(bar for bar in summary["bars"] if bar["name"].startswith("g(r) liquid"))
    assert 0.0 < liquid["error"] < 0.005 and liquid["verdict"] == "met"


def test_density_of_the_liquid(example):
    _, physics, _ = example
    atoms = physics.liquid()
    assert len(atoms) == 216
    assert atoms.get_masses().sum() / atoms.get_volume() * 1.66053907 == pytest.approx(2.45, rel=1e-5)
