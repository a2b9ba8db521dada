"""All of examples/silica, so small that its figures mean nothing; `make example-silica` runs the whole."""

import dataclasses
import json
import sys

import numpy as np
import pytest
import yaml
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from example_modules import EXAMPLES, run_of

from nnpot.reference.recipe import load_recipe
from nnpot.study import Task, changed, density_of, run_tasks
from nnpot.training import load_config

EXAMPLE = EXAMPLES / "silica"
GROUPS = ("alpha-quartz", "alpha-cristobalite", "beta-cristobalite", "coesite", "stishovite", "melt", "glass")


@pytest.fixture(scope="module")
def example():
    with run_of(EXAMPLE) as run:
        yield run


@pytest.fixture(scope="module")
def outcome(example, tmp_path_factory):
    """A model of a few frames, and all simulations for fractions of a picosecond."""
    folder = tmp_path_factory.mktemp("silica")
    recipe = load_recipe(EXAMPLE / "sample.yaml")
    groups = [group for group in recipe.groups if group.name in GROUPS]
    shorter = [
        group.model_copy(
            update={"n_frames": 4, "frames_per_trajectory": 4, "equilibration": 0.05, "repeat": (1, 1, 2)}
        )
        for group in groups
    ]
    small = recipe.model_copy(update={"groups": shorter}).model_dump(mode="json", exclude_none=True)
    (folder / "sample.yaml").write_text(yaml.safe_dump(small))
    training = yaml.safe_load((EXAMPLE / "train.yaml").read_text())
    training["training"] |= {"epochs": 2}
    training["network"] |= {"hidden": [8]}
    training["loss"].pop("group_weights")  # of groups that are not there
    (folder / "train.yaml").write_text(yaml.safe_dump(training))
    plan = dataclasses.replace(
        sys.modules["physics"].QUICK,
        quartz_repeat=2,
        cristobalite_repeat=(1, 1, 2),
        long_run=0.8,
        reference_run=0.8,
        short_run=0.3,
        equilibration=0.2,
        melting=0.1,
        cooling=0.1,
        free_volume=0.2,
        quenches=3,
        quench_run=0.2,
        temperatures=(300.0,),
        constant_energy=0.2,
        random=0.4,
        continuity_steps=10,
        vibration=0.6,
        resolution=4.0,
        scales=(0.94, 1.0, 1.06),
    )
    version = example.Version(folder / "sample.yaml", 1.0, folder / "train.yaml", plan)
    return example.run(folder / "out", version), folder / "out"


def test_inputs_are_valid():
    recipe = load_recipe(EXAMPLE / "sample.yaml")
    assert recipe.n_frames > 1000
    assert load_config(EXAMPLE / "train.yaml").data.train[0].name == "train.xyz"


def test_the_quick_version_trains_longer_on_fewer_frames(example):
    quick = changed(load_config(EXAMPLE / "train.yaml"), example.SMALL.changes)
    assert quick.optimizer.kalman.forgetting_rate == 0.998 and quick.training.epochs == 50
    assert example.SMALL.fraction == 0.2 and example.SMALL.quick


def test_polymorphs_have_their_published_densities(example):
    from structures import POLYMORPHS, crystal

    recipe = load_recipe(EXAMPLE / "sample.yaml")
    found = {polymorph.name: density_of(crystal(recipe, polymorph.name)) for polymorph in POLYMORPHS}
    expected = {  # g/cm³, of the publications named in the recipe
        "alpha-quartz": 2.646,
        "alpha-cristobalite": 2.332,
        "coesite": 2.921,
        "beta-cristobalite": 2.174,
        "stishovite": 4.281,
    }
    assert found == pytest.approx(expected, abs=1e-3)


def test_everything_is_there(outcome):
    found, output = outcome
    assert len(found.predictions.frames) >= len(GROUPS)
    names = {path.name for path in output.iterdir()}
    assert {"train.xyz", "test.xyz", "model", "summary.json", "report.html"} <= names
    pictures = {path.stem for path in output.glob("*.png")}
    assert {"partial_distributions", "angles", "quenches", "energy_volume", "random_start"} <= pictures
    summary = json.loads((output / "summary.json").read_text())
    assert len(summary["bars"]) == 29
    assert {bar["name"] for bar in summary["bars"] if bar["limit"] == 2.0} == {
        f"energy RMSE, {kind}" for kind in ("crystal", "glass", "melt")
    }


def test_the_quick_version_has_more_room_and_counts_nothing(outcome):
    whole = {bar.name: bar for bar in outcome[0].bars()}
    quick = {bar.name: bar for bar in dataclasses.replace(outcome[0], quick=True).bars()}
    assert len(quick) == 29 - 5
    assert quick["density of the glass, 300 K"].limit == 4.0 * whole["density of the glass, 300 K"].limit
    assert quick["density of the glass, 300 K"].error == whole["density of the glass, 300 K"].error > 0.0
    exact = "restart, largest difference of a position"
    assert quick[exact] == whole[exact] and quick[exact].error == 0.0


def test_reference_physics_is_that_of_silica(outcome):
    reference = outcome[0].physics.reference
    crystal = reference.states["crystal, 300 K"]
    assert crystal.o_si_o.mean_coordination == pytest.approx(4.0, abs=0.01)
    assert crystal.o_si_o.mean_angle == pytest.approx(109.4, abs=0.3)
    position, height = crystal.distributions["O", "Si"].first_peak()
    assert crystal.distributions["O", "Si"].pieces is not None
    assert position == pytest.approx(1.61, abs=0.02)
    assert height > 10.0
    lowest = min(reference.energies, key=lambda name: reference.energies[name].lowest)
    assert lowest == "alpha-quartz"
    assert reference.crystal_densities[300.0].value == pytest.approx(2.51, abs=0.08)
    frequency, density = reference.vibrations.frequency, reference.vibrations.density
    below = density[frequency < 45.0].sum() / density.sum()
    stretching = density[(frequency > 25.0) & (frequency < 45.0)].sum() / density.sum()
    assert below > 0.9
    assert stretching > 0.1


def test_a_run_goes_on_after_a_restart_and_on_two_ranks(outcome):
    found = outcome[0].physics.continuity
    assert 0.0 < found.two_ranks < 1e-8
    assert found.restarted < 1e-8


def test_the_glass_is_the_mean_of_its_quenches(outcome):
    reference = outcome[0].physics.reference
    glass = reference.states["glass, 300 K"]
    assert len(reference.quenches) == 3
    heights = [state.distributions["O", "Si"].g for state, _ in reference.quenches]
    assert np.abs(heights[0] - heights[1]).max() > 1.0
    np.testing.assert_allclose(glass.distributions["O", "Si"].g, np.mean(heights, axis=0))
    assert glass.o_si_o.mean_angle == pytest.approx(
        np.mean([state.o_si_o.mean_angle for state, _ in reference.quenches])
    )
    assert glass.o_si_o.coordination.sum() == pytest.approx(1.0)
    densities = [density.value for _, density in reference.quenches]
    assert reference.glass_density.value == pytest.approx(np.mean(densities))
    assert reference.glass_density.error == pytest.approx(np.std(densities, ddof=1) / np.sqrt(3))
    assert glass.n_steps == reference.quenches[0][0].n_steps
    spread = {name for name, *_ in sys.modules["comparison"].quench_rows(outcome[0].physics)}
    assert {"height of the first peak, Si-Si", "density (g/cm³)", "mean angle Si-O-Si (°)"} <= spread


def test_wall_begins_where_the_training_frames_end(outcome):
    physics = outcome[0].physics
    text = "\n".join(physics.wall.lines())
    for distance in physics.shortest.values():
        assert f"{distance:.4f}" in text
    assert 1.2 < physics.shortest["O", "Si"] < 1.6


def test_extrapolations_are_counted(outcome):
    melt = outcome[0].physics.network.states["melt, 3500 K"]
    assert melt.n_steps == 800
    assert melt.warnings is not None
    assert outcome[0].physics.reference.states["melt, 3500 K"].warnings is None


def test_outcome_is_printed(example, outcome, capsys):
    found, output = outcome
    assert not sys.modules["presentation"].results(found).show(output)
    printed = capsys.readouterr().out
    assert "missed" in printed
    assert "density of the glass" in printed


def test_what_is_done_is_not_done_again(outcome):
    _, output = outcome
    results = len(list((output / "physics").glob("*.pickle")))
    assert results == 2 * (4 + 2 + 1 + 5 + 2) + 3 + 1
    one = Task("network", "square", 1.0, pow, (3, 2))
    kept = output / "kept"
    assert run_tasks([one], 1, kept, "a") == {("network", "square"): 9}
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes().replace(b"\t", b"\x07"))  # 9 → 7, as a sign that it is read
    assert run_tasks([one], 1, kept, "a") == {("network", "square"): 7}
    assert run_tasks([one], 1, kept, "b") == {("network", "square"): 9}


def test_the_lowest_energy_lies_between_the_volumes(example):
    """A parabola whose minimum is half a step from the nearest of them."""
    volume = np.linspace(30.0, 40.0, 11)
    curve = sys.modules["simulations"].EnergyVolume(volume, 0.1 * (volume - 35.5) ** 2 - 2.0)
    assert curve.lowest == pytest.approx(-2.0, abs=1e-5)


def test_equal_tasks_have_equal_names_of_their_results(example):
    task, pair = Task, sys.modules["physics"].PairCommands
    word = "vashishta"
    frame = bulk("Si")
    labelled, moved = frame.copy(), frame.copy()
    labelled.calc = SinglePointCalculator(labelled, energy=-1.0)
    moved.rattle(0.1)
    same = task("a", "b", 1.0, len, (pair(word, (word,)), word, frame))
    equal = task(
        "a", "b", 2.0, len, (pair("".join(word), ("".join(list(word)),)), "".join(list(word)), labelled)
    )
    other = task("a", "b", 1.0, len, (pair(word, ("other",)), word, frame))
    elsewhere = task("a", "b", 1.0, len, (pair(word, (word,)), word, moved))
    assert same.digest("1") == equal.digest("1")
    assert same.digest("1") not in (other.digest("1"), elsewhere.digest("1"), same.digest("2"))
