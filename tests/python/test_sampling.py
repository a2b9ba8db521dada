import numpy as np
import pytest
from ase import units
from ase.build import bulk
from click.testing import CliRunner

from nnpot.cli.sample import command
from nnpot.errors import InvalidInputError
from nnpot.io import read_frames
from nnpot.lammps.system import LammpsSystem, compute_labels
from nnpot.reference.recipe import Recipe
from nnpot.reference.sampling import random_strain, roomiest_place, sample, starting_structure, summarize

DIAMOND = {"crystal": {"name": "Si", "crystalstructure": "diamond", "a": 5.431, "cubic": True}}


def recipe(*groups):
    base = {
        "structure": DIAMOND,
        "temperature": [300.0],
        "equilibration": 0.1,
        "interval": 0.1,
        "n_frames": 2,
    }
    return Recipe.model_validate(
        {
            "elements": ["Si"],
            "pair_style": "sw",
            "pair_coeff": ["* * {potentials}/Si.sw Si"],
            "groups": [base | {"name": f"group {i}"} | group for i, group in enumerate(groups)],
        }
    )


@pytest.fixture(scope="module")
def small():
    surface = {"surface": {"facet": "diamond100", "name": "Si", "size": [2, 2, 4], "a": 5.431, "vacuum": 5.0}}
    return recipe(
        {"name": "crystal", "pressure": [0.0]},
        {"name": "strained", "strain": 0.05, "frames_per_trajectory": 1},
        {"name": "vacancy", "vacancies": 1},
        {"name": "surface", "structure": surface, "temperature": [500.0]},
        {
            "name": "liquid",
            "density": [2.4],
            "temperature": [2500.0],
            "melt": {"temperature": 6000.0, "duration": 0.5},
        },
    )


@pytest.fixture(scope="module")
def frames(small):
    return list(sample(small, seed=3))


def test_every_group_is_there(frames):
    assert [frame.info["group"] for frame in frames[::2]] == [
        "crystal",
        "strained",
        "vacancy",
        "surface",
        "liquid",
    ]
    assert [len(frame) for frame in frames[::2]] == [8, 8, 7, 16, 8]


def test_labels_are_those_of_the_written_positions(small, frames):
    for frame in frames:
        again = compute_labels(frame, ["Si"], small.pair)
        assert frame.get_potential_energy() == pytest.approx(again.get_potential_energy(), rel=1e-12)
        np.testing.assert_allclose(frame.get_forces(), again.get_forces(), atol=1e-10)
        np.testing.assert_allclose(frame.get_stress(), again.get_stress(), atol=1e-12)


def test_same_seed_same_frames_and_other_seed_others(small, frames):
    again, other = list(sample(small, seed=3)), list(sample(small, seed=4))
    for frame, same, different in zip(frames, again, other, strict=True):
        np.testing.assert_array_equal(frame.positions, same.positions)
        np.testing.assert_array_equal(frame.get_forces(), same.get_forces())
        assert np.abs(frame.positions - different.positions).max() > 1e-3


def test_density_of_the_liquid(frames):
    liquid = frames[-1]
    density = liquid.get_masses().sum() / liquid.get_volume() / (units.kg / 1000 / (1e-2 * units.m) ** 3)
    assert density == pytest.approx(2.4)


def test_strain_is_random_and_bounded(small):
    tensors = np.array([random_strain(0.05, np.random.default_rng(seed)) for seed in range(200)])
    assert np.abs(tensors).max() <= 0.05
    np.testing.assert_array_equal(tensors, tensors.transpose(0, 2, 1))
    assert (tensors.std(axis=0) > 0.02).all()
    strained = starting_structure(small.groups[1], None, np.random.default_rng(0))
    assert (
        np.abs(
            strained.cell.array @ np.linalg.inv(bulk("Si", "diamond", a=5.431, cubic=True).cell) - np.eye(3)
        ).max()
        > 0.005
    )


def test_hot_silicon_melts():
    hot = {
        "name": "liquid",
        "repeat": [2, 2, 2],
        "temperature": [2000.0],
        "melt": {"temperature": 5000.0, "duration": 1.0},
    }
    (liquid,) = sample(recipe(hot | {"n_frames": 1, "equilibration": 0.5}), seed=1)
    (crystal,) = sample(recipe({"repeat": [2, 2, 2], "temperature": [2000.0], "n_frames": 1}), seed=1)
    assert liquid.get_potential_energy() / 64 > crystal.get_potential_energy() / 64 + 0.2


@pytest.mark.parametrize("cooling", [0.5, 0.0])
def test_slow_cooling_goes_through_the_temperatures_between(cooling, monkeypatch):
    """What LAMMPS is told, and how hot the atoms are right afterwards."""
    told, found, commands = [], [], LammpsSystem.commands

    def watched(system, *lines):
        commands(system, *lines)
        told.extend(line.split() for line in lines)
        if lines[0].startswith("run"):
            found.append(system.thermo("temp"))

    monkeypatch.setattr(LammpsSystem, "commands", watched)
    cooled = {
        "melt": {"temperature": 4000.0, "duration": 0.1, "cooling": cooling},
        "n_frames": 1,
        "repeat": [2, 2, 2],
        "equilibration": 0.0,
        "interval": 0.01,
    }
    next(iter(sample(recipe(cooled), seed=1)))
    assert [words[4:6] for words in told if words[:2] == ["fix", "bath"]] == [
        ["4000.0", "4000.0"],
        *([["4000.0", "300.0"]] if cooling else []),
        ["300.0", "300.0"],
    ]
    runs = [words[1] for words in told if words[0] == "run"]
    assert runs == (["100", "500", "10"] if cooling else ["100", "10"])
    assert found[-1] < 0.5 * found[0] if cooling else found[-1] > 0.5 * found[0]


def test_interstitials_have_room():
    group = recipe({"interstitials": ["Si", "Si"], "repeat": [2, 2, 2]}).groups[0]
    atoms = starting_structure(group, None, np.random.default_rng(0))
    assert len(atoms) == 66
    distances = atoms.get_all_distances(mic=True)[64:]
    assert distances[distances > 0.0].min() > 1.6


def test_roomiest_place_of_diamond():
    atoms = bulk("Si", cubic=True)
    place = roomiest_place(atoms, np.random.default_rng(1), 2000)
    atoms.append("H")
    atoms.positions[-1] = place
    room = atoms.get_distances(-1, range(8), mic=True).min()
    assert room == pytest.approx(np.sqrt(3) / 4 * 5.43, rel=0.05)  # the empty tetrahedra


SALT = {"crystal": {"name": "NaCl", "crystalstructure": "rocksalt", "a": 5.64, "cubic": True}}


def salted(**changes):
    return recipe({"structure": SALT, "repeat": (1, 1, 2)} | changes).groups[0]


def test_vacancies_of_elements_keep_the_composition():
    rng = np.random.default_rng(1)
    taken = [starting_structure(salted(vacancies={"Na": 2, "Cl": 1}), None, rng) for _ in range(3)]
    assert [atoms.get_chemical_formula() for atoms in taken] == ["Cl7Na6"] * 3
    assert not np.allclose(taken[0].positions, taken[1].positions)
    with pytest.raises(InvalidInputError, match="expected at most the 8 Na atoms, got 9"):
        starting_structure(salted(vacancies={"Na": 9}), None, rng)
    with pytest.raises(InvalidInputError, match="expected at most the 0 K atoms, got 1"):
        starting_structure(salted(vacancies={"K": 1}), None, rng)


def test_vacuum_makes_a_slab():
    rng = np.random.default_rng(1)
    bulk_like, slab = (starting_structure(salted(vacuum=vacuum), 2.1, rng) for vacuum in (0.0, 9.0))
    np.testing.assert_allclose(slab.positions, bulk_like.positions)
    np.testing.assert_allclose(slab.cell.lengths() - bulk_like.cell.lengths(), [0.0, 0.0, 9.0], atol=1e-12)
    assert slab.pbc.all()


def test_summary_tells_copies_from_independent_frames():
    near, far = (
        list(sample(recipe({"interval": interval, "n_frames": 5}), seed=1)) for interval in (0.001, 0.2)
    )
    assert summarize(near)[0].correlation > 0.9
    assert abs(summarize(far)[0].correlation) < 0.6
    assert summarize(far)[0].n_frames == 5


def test_faults_name_the_group():
    with pytest.raises(
        InvalidInputError, match=r"groups\[0\] \(group 0\): vacancies must be fewer than the 8 atoms, got 8"
    ):
        list(sample(recipe({"vacancies": 8})))


def test_command_writes_frames_and_reports(tmp_path):
    (tmp_path / "recipe.yaml").write_text(recipe({"n_frames": 2}).model_dump_json())
    output = tmp_path / "frames.xyz"
    done = CliRunner().invoke(
        command, [str(tmp_path / "recipe.yaml"), "-o", str(output), "--seed", "5"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert "2 frames written to" in done.output
    written = read_frames(output)
    assert [frame.info["group"] for frame in written] == ["group 0", "group 0"]
    assert {"energy", "forces", "stress"} <= set(written[0].calc.results)


def test_what_is_broken_off_is_kept(tmp_path):
    values = recipe({"n_frames": 2}, {"name": "impossible", "vacancies": 8}).model_dump_json()
    (tmp_path / "recipe.yaml").write_text(values)
    output = tmp_path / "frames.xyz"
    done = CliRunner().invoke(command, [str(tmp_path / "recipe.yaml"), "-o", str(output)])
    assert isinstance(done.exception, InvalidInputError)
    assert "impossible" in str(done.exception)
    assert not output.exists()
    assert len(read_frames(tmp_path / "frames.partial.xyz")) == 2


def test_frames_that_are_alike_are_warned_of(tmp_path):
    (tmp_path / "recipe.yaml").write_text(recipe({"n_frames": 2, "interval": 0.001}).model_dump_json())
    done = CliRunner().invoke(command, [str(tmp_path / "recipe.yaml"), "-o", str(tmp_path / "frames.xyz")])
    assert "take a longer interval" in done.output
