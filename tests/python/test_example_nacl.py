"""All of examples/nacl, so small that its figures mean nothing; `make example-nacl` runs the whole."""

import dataclasses
import json
import sys

import numpy as np
import pytest
import tensorflow as tf
import yaml
from example_modules import EXAMPLES, run_of
from learning_setup import run_in_turn

from nnpot.reference.recipe import load_recipe
from nnpot.study import changed
from nnpot.training import load_config

EXAMPLE = EXAMPLES / "nacl"


@pytest.fixture(scope="module")
def example():
    with run_of(EXAMPLE) as run:
        yield run


def small_recipe(folder):
    """A few frames of small cells of each group."""
    recipe = load_recipe(EXAMPLE / "sample.yaml")
    changes = {"n_frames": 4, "frames_per_trajectory": 4, "equilibration": 0.05, "interval": 0.02}
    groups = [
        group.model_copy(update=changes | ({"repeat": (1, 1, 2)} if group.repeat == (2, 2, 2) else {}))
        for group in recipe.groups
        if group.name in ("ideal, 8 atoms", "divacancy", "slab", "melt")
    ]
    values = recipe.model_copy(update={"groups": groups}).model_dump(mode="json", exclude_none=True)
    (folder / "sample.yaml").write_text(yaml.safe_dump(values))
    return folder / "sample.yaml"


def small_training(folder):
    values = yaml.safe_load((EXAMPLE / "train.yaml").read_text())
    values["descriptor"]["automatic"] |= {"n_radial": 8, "n_angular": 1}
    values["training"] |= {"epochs": 2, "batch_size": 8}
    values["optimizer"]["kalman"] |= {"forces_per_update": 8}
    values["network"] |= {"hidden": [8]}
    (folder / "train.yaml").write_text(yaml.safe_dump(values))
    return folder / "train.yaml"


@pytest.fixture(scope="module")
def at_once(example):
    """All in this process and TensorFlow uncompiled: starting and compiling would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nnpot.support.farm.run_tasks", run_in_turn)
        tf.config.run_functions_eagerly(True)
        yield
        tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def outcome(example, at_once, tmp_path_factory):
    """Three models of a few frames at one cutoff, and all simulations for fractions of a picosecond."""
    folder = tmp_path_factory.mktemp("nacl")
    plan = dataclasses.replace(
        sys.modules["physics"].QUICK,
        melt_repeat=2,
        conserving_repeat=2,
        melting=0.4,
        duration=0.2,
        free_volume=0.2,
        equilibration=0.1,
        conserving=0.1,
        waves=(1, 16),
        domains=10,
    )
    version = example.Version(
        small_recipe(folder), 1.0, small_training(folder), (4.5,), plan, (4.5,), 64, 0.02, 1
    )
    return example.run(folder / "out", version), folder / "out"


def test_inputs_are_valid():
    recipe = load_recipe(EXAMPLE / "sample.yaml")
    assert recipe.n_frames == 408
    divacancy = next(group for group in recipe.groups if group.name == "divacancy")
    assert divacancy.vacancies == {"Na": 1, "Cl": 1}
    config = load_config(EXAMPLE / "train.yaml")
    assert config.data.train[0].name == "train.xyz"
    assert config.long_range.charges == {"Na": 0.7, "Cl": -0.7}
    assert config.optimizer.kalman.blocks == "all"


def test_the_quick_version_has_fewer_functions_and_epochs(example):
    quick = changed(load_config(EXAMPLE / "train.yaml"), example.SMALL.changes)
    automatic = quick.descriptor.automatic
    assert (automatic.n_radial, automatic.n_angular, quick.training.epochs) == (8, 1, 6)
    assert automatic.resolution == "coarse"


def test_the_networks_differ_in_what_is_compared_alone(example):
    networks = sys.modules["networks"]
    base = load_config(EXAMPLE / "train.yaml")
    made = {n: n.configured(base) for n in example.WHOLE.networks()}
    assert len(made) == 9
    for network, config in made.items():
        assert config.descriptor.cutoff == network.cutoff
        if network.kind == networks.SHORT:
            assert config.long_range is None
        else:
            assert config.long_range.form == ("full" if network.kind == networks.LONG else "reciprocal")
        assert (config.network, config.loss, config.optimizer) == (base.network, base.loss, base.optimizer)


def test_everything_is_there(outcome):
    _, output = outcome
    names = {path.name for path in output.iterdir()}
    assert {"train.xyz", "test.xyz", "networks", "summary.json", "report.html"} <= names
    pictures = {path.stem for path in output.glob("*.png")}
    assert {"parity_short-ranged", "parity_long-ranged", "error_cutoff", "waves", "domains"} <= pictures
    assert {"distributions", "energy_conservation", "learning"} <= pictures
    summary = json.loads((output / "summary.json").read_text())
    assert len(summary["bars"]) == 10
    assert set(summary["physics"]) == {"reference", "short-ranged", "long-ranged", "reciprocal"}
    errors = summary["networks"]["long-ranged, 4.5 Å"]["errors"]
    assert set(errors) == {"ideal", "divacancy", "slab", "melt"}
    assert errors["ideal"]["energy_rmse_mev_per_atom"] > 0.0


def test_figures_of_motion_have_errors_and_the_quick_version_more_room(outcome):
    whole, quick = (
        {bar.name: bar for bar in dataclasses.replace(outcome[0], quick=quick).bars()}
        for quick in (False, True)
    )
    assert list(whole) == list(quick)
    assert all(quick[name].limit > bar.limit for name, bar in whole.items())
    assert whole["melt, g(r) of Na-Cl: height of the peak off by"].error > 0.0
    unknown = whole["density of the melt: off by"].error
    assert np.isnan(unknown), "of one frame, which tells nothing of chance"
    assert whole["lattice constant: off by"].error == 0.0


def test_costs_are_medians_of_ratios_within_rounds(example):
    cost, networks = sys.modules["cost"], sys.modules["networks"]
    short, long = (networks.Network(kind, 5.5) for kind in (networks.SHORT, networks.LONG))
    rounds = {(short, 1): [1.0, 2.0, 4.0], (long, 1): [1.2, 2.6, 4.8], (long, 2): [0.6, 1.4, 2.5]}
    found = cost.Cost(64, rounds)
    assert found.ratio(5.5).value == pytest.approx(1.2)
    ratios = [1.2, 1.3, 1.2]
    assert found.ratio(5.5).error == pytest.approx(np.sqrt(np.pi / 2 / 3) * np.std(ratios, ddof=1))
    assert found.time_on_two(5.5).value == pytest.approx(2.5 / 4.8)
    assert found.times[long, 1].value == 2.6 and found.cutoffs == [5.5]


def test_charges_are_learned_in_both_forms_and_not_without(outcome):
    for kind, trained in outcome[0].main.items():
        if kind == "short-ranged":
            assert trained.charges == {}
        else:
            assert trained.charges["Na"] == pytest.approx(-trained.charges["Cl"], abs=1e-12)
            assert trained.charges["Na"] == pytest.approx(1.0, abs=0.1)


def test_the_reference_has_the_field_of_its_polarisation(outcome):
    crystal = sys.modules["crystal"]
    found = outcome[0].behaviours["reference"]
    expected = crystal.expected_splitting(1.0)
    assert expected == pytest.approx(8.069, abs=1e-3)
    assert found.waves.splitting == pytest.approx(expected, rel=0.01)  # the wave is 90 Å long
    longitudinal, transverse = found.domains.constants()
    assert longitudinal - transverse == pytest.approx(expected, rel=0.01)
    assert found.elasticity.lattice_constant == pytest.approx(5.62, abs=0.01)


def test_without_charges_both_directions_are_the_same_inside_a_domain(outcome):
    crystal = sys.modules["crystal"]
    kinds = {kind: np.subtract(*found.domains.constants()) for kind, found in outcome[0].behaviours.items()}
    assert abs(kinds["short-ranged"]) < 1e-6
    charge = outcome[0].main["long-ranged"].charges["Na"]
    assert kinds["long-ranged"] == pytest.approx(crystal.expected_splitting(charge), rel=0.02)


def test_what_is_there_is_not_done_again(example, outcome, monkeypatch):
    found, output = outcome
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*.pickle")}
    assert len(before) == 3 + 1 + 4 * 3 + 3 * 2
    base = load_config(output.parent / "train.yaml")
    networks = example.train_networks(list(found.networks), base, output, 1)
    assert {network: trained.charges for network, trained in networks.items()} == {
        network: trained.charges for network, trained in found.networks.items()
    }
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*.pickle")} == before


def test_the_command_says_what_is_missing(example, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run.py", "--only", "training", "--output", str(tmp_path)])
    assert example.main() == 2
    assert "train.xyz" in capsys.readouterr().err
