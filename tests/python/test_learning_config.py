"""learn.yaml: the template, what is refused, and the trainings that come of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from learning_setup import copper_config, copper_values

from nnpot.errors import InvalidInputError
from nnpot.learning import LearningConfig, load_config, template


def write(folder: Path, values: dict[str, Any]) -> Path:
    path = folder / "learn.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def test_the_template_is_valid_and_names_every_key() -> None:
    values = yaml.safe_load(template())
    config = LearningConfig.model_validate(values)
    assert set(values) == set(LearningConfig.model_fields)
    for section in ("start", "reference", "retraining", "exploration", "trust", "selection"):
        assert set(values[section]) == set(type(getattr(config, section)).model_fields), section
    run = config.exploration.stages[0].runs[0]
    assert set(values["exploration"]["stages"][0]["runs"][0]) == set(type(run).model_fields)


def test_defaults_are_those_that_the_template_states(tmp_path: Path) -> None:
    stated = LearningConfig.model_validate(yaml.safe_load(template()))
    short = yaml.safe_load(template())
    for section, keys in {
        "start": ("frames", "seed"),
        "reference": ("ase", "workers", "scheduler", "largest_force"),
        "retraining": tuple(short["retraining"]),
        "exploration": ("timestep", "interval", "workers"),
        "trust": ("grade", "share"),
        "selection": ("most_frames", "smallest_distance"),
    }.items():
        for key in keys:
            del short[section][key]
    for key in ("max_rounds", "seed", "test"):
        del short[key]
    assert LearningConfig.model_validate(short) == stated


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        ("start", {"recipe": "silicon_sw"}, "start must have exactly one of frames and recipe"),
        ("reference", {"ase": None}, "reference must have exactly one of lammps and ase"),
        ("reference", {"ase": {"calculator": "EMT"}}, "reference.ase.calculator"),
        ("trust", {"force_spread": {"low": 2.0, "high": 1.0}}, "trust.force_spread must have high > low"),
        ("trust", {"share": 1.5}, "trust.share must be less than or equal to 1"),
        ("training", {"network": {"members": 1}}, "training must have network.members of 2 or more"),
        ("training", {"training": {"start_from": "x"}}, "must not have training.start_from"),
        ("exploration", {"stages": []}, "exploration.stages must hold at least 1 entry"),
        (
            "exploration",
            {"interval": 0.03},
            "expected durations of at least the interval of 0.03 ps, got 0.02",
        ),
        ("selection", {"most_frame": 3}, "selection.most_frame is no known key; did you mean most_frames"),
    ],
)
def test_what_is_refused(tmp_path: Path, section: str, change: dict[str, Any], message: str) -> None:
    values = copper_values(tmp_path)
    values[section] = values[section] | change
    with pytest.raises(InvalidInputError) as error:
        load_config(write(tmp_path, values))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_files_are_relative_to_the_configuration(tmp_path: Path) -> None:
    values = copper_values(tmp_path, start={"frames": ["first.xyz"]}, test="held_out.xyz")
    values["exploration"]["stages"][0]["runs"][0]["structure"] = {"file": "start.vasp"}
    values["reference"] = {"lammps": {"pair_style": "eam", "pair_coeff": ["* * {here}/Cu.eam"]}}
    config = load_config(write(tmp_path, values))
    assert config.start.frames == [tmp_path / "first.xyz"]
    assert config.test == [tmp_path / "held_out.xyz"]
    assert config.exploration.stages[0].runs[0].structure.file == tmp_path / "start.vasp"
    assert config.reference.lammps is not None
    assert config.reference.lammps.pair_coeff == [f'* * "{tmp_path}/Cu.eam"']


def test_trainings(tmp_path: Path) -> None:
    config = copper_config(tmp_path, retraining={"epochs": 3, "initial_rate": 1e-3})
    data = [tmp_path / "a.xyz", tmp_path / "b.xyz"]
    first, further = config.first_training(data), config.further_training(data, tmp_path / "round_00")
    assert first.data.train == further.data.train == data
    assert first.network.hidden == [4] and first.training.epochs == 6 and first.training.start_from is None
    assert first.descriptor is not None and further.descriptor is None
    assert further.network.members == 2 and further.training.start_from == tmp_path / "round_00"
    assert further.training.epochs == 3 and further.training.batch_size == 4
    assert further.optimizer.initial_rate == 1e-3


def test_a_committee_has_four_members_unless_said_otherwise(tmp_path: Path) -> None:
    values = copper_values(tmp_path)
    values["training"]["network"] = {"hidden": [5]}
    assert LearningConfig.model_validate(values).training.network.members == 4
    del values["training"]["network"]
    assert LearningConfig.model_validate(values).training.network.members == 4


def test_only_means_may_change_between_the_parts_of_a_loop(tmp_path: Path) -> None:
    config = copper_config(tmp_path)
    same = copper_config(tmp_path, max_rounds=9, reference=config.reference.model_copy(update={"workers": 3}))
    assert same.fingerprint() == config.fingerprint()
    assert copper_config(tmp_path, seed=1).fingerprint() != config.fingerprint()
