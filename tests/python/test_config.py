"""The configuration of a training: what is accepted, and what is said where it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from training_data import alloy_values

from nnpot.descriptors import DescriptorConfig, SymmetryFunctionGrid
from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.training import TrainingConfig, load_config, template
from nnpot.training.config import LongRangeConfig


def grid(values: dict[str, Any]) -> dict[str, Any]:
    return values["descriptor"]["symmetry_functions"][0]


def selection(values: dict[str, Any], **keys: object) -> None:
    values["descriptor"]["selection"] = keys


FAULTS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (
        lambda v: grid(v).update(eta=-0.5),
        r"descriptor\.symmetry_functions\[0\]\.eta must be >= 0 \(1/Å²\), got -0\.5",
    ),
    (lambda v: grid(v).update(eta=[]), r"functions\[0\]\.eta must hold at least one number, got \[\]"),
    (lambda v: grid(v).update(eta=[1, 1]), r"functions\[0\]\.eta must not repeat a value"),
    (lambda v: grid(v).update(eta=float("nan")), r"functions\[0\]\.eta\[0\] must be a finite number"),
    (lambda v: grid(v).update(zeta=[2]), r"functions\[0\] must not have zeta or lambda: it is radial"),
    (lambda v: grid(v).update(r_shift=4.5), r"symmetry_functions\[0\]\.r_shift must be below the cutoff 4 Å"),
    (lambda v: grid(v).update(type="G2"), r"functions\[0\]\.type must be 'radial'"),
    (lambda v: grid(v).update(rshift=1), r"functions\[0\]\.rshift is no known key; did you mean r_shift\?"),
    (
        lambda v: v["data"].update(atom_energies={"Cu": float("nan")}),
        r"data\.atom_energies.*must be a finite number",
    ),
    (lambda v: v["training"].update(epoch=5), r"training\.epoch is no known key; did you mean epochs\?"),
    (lambda v: v.update(trainnig={}), r"trainnig is no known key; did you mean training\?"),
    (
        lambda v: v["network"].update(qqq=1),
        r"network\.qqq is no known key; the keys here are hidden, activat",
    ),
    (lambda v: v["training"].update(epochs=0), r"training\.epochs must be greater than 0, got 0"),
    (
        lambda v: v["training"].update(precision="double"),
        r"training\.precision must be 'float64' or 'float32'",
    ),
    (lambda v: v["optimizer"].update(final_rate=1.0), r"optimizer must have final_rate <= initial_rate"),
    (lambda v: v["loss"].update(energy_weight=0, force_weight=0), r"must give weight to something"),
    (lambda v: v["data"].pop("train"), r"data\.train is missing"),
    (lambda v: v["data"].update(test=["t"], test_fraction=0.1), r"data must not have both"),
    (lambda v: v["data"].update(test_groups="t", test_fraction=0.1), r"data must not have both test_groups"),
    (lambda v: v["data"].update(test=["a", "a"]), r"data must not name a file twice in train, .*got a"),
    (
        lambda v: v["data"].update(test_groups=["a", "b"], validation_groups="b"),
        r"data must not have b in both validation_groups and test_groups",
    ),
    (lambda v: v["data"].update(labels={"stress_unit": "GPa"}), r"data\.labels must say by stress which key"),
    (
        lambda v: v["data"].update(labels={"stress": "s", "stress_order": "xx yy zz yz zx xy"}),
        r"data\.labels\.stress_order must name xx, yy, zz, yz, xz and xy, each once, got 'xx yy zz yz zx",
    ),
    (
        lambda v: v["data"].update(labels={"stress": "s", "stress_unit": "Pa"}),
        r"stress_unit must be 'eV/A\^3'",
    ),
    (lambda v: v["data"].update(validation_fraction=1.0), r"validation_fraction must be less than 1"),
    (lambda v: v["data"].update(units="imperial"), r"data\.units must be 'metal', 'real' or 'atomic'"),
    (lambda v: v.pop("descriptor"), r"must have a section descriptor, or a model in training\.start_from"),
    (lambda v: v["descriptor"].update(cutoff_type="cosin"), r"descriptor\.cutoff_type must be 'cosine'"),
    (lambda v: v["descriptor"].update(automatic={"zeta": 0.5}), r"automatic\.zeta must be >= 1, got 0\.5"),
    (lambda v: v["descriptor"].update(automatic={"resolution": "rough"}), r"resolution must be 'coarse', "),
    (lambda v: selection(v, method="cur"), r"selection must have count and no threshold with method cur"),
    (lambda v: selection(v, count=5), r"selection must have a method \(range, correlation, cur\)"),
    (lambda v: selection(v, method="range"), r"must have count or threshold, or both, with method range"),
    (lambda v: selection(v, method="correlation", threshold=1), r"must have a threshold below 1 with meth"),
    (lambda v: v["network"].update(hidden=[0]), r"network\.hidden\[0\] must be greater than 0"),
]


@pytest.mark.parametrize(("break_it", "message"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_one_line_that_names_the_key(
    tmp_path: Path, break_it: Callable[[dict[str, Any]], object], message: str
) -> None:
    values = alloy_values(tmp_path / "train.xyz")
    break_it(values)
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"train\.yaml: .*" + message) as caught:
        load_config(path)
    assert "\n" not in str(caught.value)


def test_text_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text("data: [train.xyz\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="not readable as YAML"):
        load_config(path)


def test_the_template_is_valid_and_names_every_key() -> None:
    values = yaml.safe_load(template())
    config = TrainingConfig.model_validate(values)
    _require_all_keys(config, values)


def _require_all_keys(model: BaseModel, values: dict[str, Any]) -> None:
    for name, field in type(model).model_fields.items():
        key = field.alias or name
        assert key in values, key
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            _require_all_keys(value, values[key])


def test_the_example_of_a_grid_in_the_template_is_valid_and_names_every_key() -> None:
    lines = [line.removeprefix("  #") for line in template().splitlines() if line.startswith("  #  ")]
    grids = yaml.safe_load("\n".join(lines))
    assert {key for entry in grids for key in entry} == {
        field.alias or name for name, field in SymmetryFunctionGrid.model_fields.items()
    }
    DescriptorConfig.model_validate({"cutoff": 5.0, "symmetry_functions": grids})


def test_the_example_of_charges_in_the_template_is_valid_and_names_every_key() -> None:
    section = template().split("long_range: null")[1].split("\n\n")[0].splitlines()[1:]
    values = yaml.safe_load("\n".join(line.removeprefix("  # ") for line in section))
    assert set(values) == set(LongRangeConfig.model_fields)
    LongRangeConfig.model_validate(values)


def test_the_defaults_of_the_template_are_the_defaults() -> None:
    values = yaml.safe_load(template())
    config = TrainingConfig.model_validate(values)
    needed = {"data": {"train": values["data"]["train"]}, "descriptor": values["descriptor"]}
    assert TrainingConfig.model_validate(needed) == config


def test_file_names_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump(alloy_values(Path("train.xyz"))), encoding="utf-8")
    assert load_config(path).data.train == [tmp_path / "train.xyz"]


def test_single_numbers_stand_for_lists_and_exponents_need_no_point(tmp_path: Path) -> None:
    values = alloy_values(tmp_path / "train.xyz", final_rate="1e-4")
    grid(values).update(eta=3)
    config = TrainingConfig.model_validate(values)
    assert config.descriptor.symmetry_functions[0].eta == [3.0]
    assert config.optimizer.final_rate == 1e-4


def test_the_fingerprint_ignores_what_does_not_change_the_weights(tmp_path: Path) -> None:
    plain = TrainingConfig.model_validate(alloy_values(tmp_path / "a.xyz"))
    same = TrainingConfig.model_validate(
        alloy_values(tmp_path / "b.xyz", max_minutes=1, checkpoint_seconds=1)
    )
    other = TrainingConfig.model_validate(alloy_values(tmp_path / "a.xyz", seed=1))
    assert plain.fingerprint() == same.fingerprint() != other.fingerprint()


def test_the_values_may_be_read_again() -> None:
    config = TrainingConfig.model_validate(alloy_values(Path("train.xyz"), name="nadam", members=2))
    assert TrainingConfig.model_validate(config.values()) == config


@pytest.mark.parametrize(("training", "epochs"), [({}, 50), ({"epochs": 7}, 7)])
def test_the_kalman_filter_has_fewer_epochs_where_none_are_given(
    tmp_path: Path, training: dict[str, Any], epochs: int
) -> None:
    values = alloy_values(tmp_path / "train.xyz") | {"training": training, "optimizer": {"name": "kalman"}}
    assert TrainingConfig.model_validate(values).training.epochs == epochs
    del values["optimizer"]
    assert TrainingConfig.model_validate(values).training.epochs == training.get("epochs", 1000)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("training", "threads", 100_000),
        ("training", "epochs", 10**12),
        ("training", "batch_size", 10**9),
        ("training", "seed", 10**30),
        ("network", "hidden", [10**9]),
        ("network", "hidden", [5] * 1000),
        ("network", "members", 10**6),
        ("descriptor", "cutoff", 1e6),
        ("descriptor", "automatic", {"n_radial": 10**7}),
        ("optimizer", "kalman", {"forces_per_update": 10**8}),
        ("long_range", "real_cutoff", 1e5),
        ("long_range", "alpha", 1e-9),
    ],
)
def test_numbers_that_would_bring_the_machine_down_are_refused(
    tmp_path: Path, section: str, key: str, value: object
) -> None:
    values = alloy_values(Path("train.xyz"))
    start = {"charges": {"Ni": 0.1}} if section == "long_range" else {}
    values[section] = start | values.get(section, {}) | {key: value}
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=rf"{section}\.{key}.* (must|List should)") as caught:
        load_config(path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
