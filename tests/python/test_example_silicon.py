"""The parts of examples/silicon that need no long run; `make demo` runs all of it."""

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
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.potential import Prediction
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
    return physics.Behaviour(
        elasticity=CubicElasticity(5.431 * scale, -4.3366, 151.4, 76.4 * scale, 56.4),
        crystal=RadialDistribution(r, np.ones(80) * scale),
        liquid=RadialDistribution(r, np.ones(80)),
        conservation=EnergyConservation(time, 0.002 * np.sin(time), 300.0, 1.5 * scale),
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
    assert len(outcome.bars()) == 10


def test_terminal_report_and_summary(example, outcome, tmp_path, capsys):
    run, _, presentation = example
    assert not presentation.print_outcome(outcome, tmp_path)
    printed = capsys.readouterr().out
    assert "✗ missed" in printed
    assert "report.html" in printed
    presentation.write_report(outcome, tmp_path)
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
    run.write_summary(tmp_path, run.summary_of(outcome))
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["test"]["force_rmse_mev_per_angstrom"] == pytest.approx(81.0)
    assert summary["physics"]["network"]["c11_gpa"] == 151.4
    assert {bar["passed"] for bar in summary["bars"]} == {True, False}


def test_density_of_the_liquid(example):
    _, physics, _ = example
    atoms = physics.liquid()
    assert len(atoms) == 216
    assert atoms.get_masses().sum() / atoms.get_volume() * 1.66053907 == pytest.approx(2.45, rel=1e-5)
