"""examples/seed_study, on a handful of frames in place of its data."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from ase import Atoms
from ase.build import bulk
from example_modules import EXAMPLES, run_of
from structures import emt_labelled

import nnpot
from nnpot.analysis.errors import compare
from nnpot.io import read_frames, write_frames
from nnpot.study import changed
from nnpot.training import load_config

pytest.importorskip("tensorflow")

EXAMPLE = EXAMPLES / "seed_study"
NAMES = ("dft_silicon", "sw_silicon_training")
EPOCHS = 3
EXPECTED = {(NAMES[0], False): (4, 20), (NAMES[0], True): (1, 20)}
EXPECTED |= {(NAMES[1], False): (1, 100), (NAMES[1], True): (1, 25)}
"""Members of a committee and epochs, of the whole and of the quick version."""
ENERGY, FORCE = "energy_rmse_mev_per_atom", "force_rmse_mev_per_angstrom"


def no_report(_: object, directory: Path) -> Path:
    return directory / "report.html"


@pytest.fixture(scope="module", autouse=True)
def modules() -> Iterator[SimpleNamespace]:
    """The modules of the example.

    The reports of the trainings, which take longer than these trainings, have tests of their own.
    """
    with run_of(EXAMPLE) as run, pytest.MonkeyPatch.context() as patch:
        patch.setattr("nnpot.training.session.run.write_report", lambda run_dir, *_: no_report(None, run_dir))
        names = ("study", "seeds", "outcome")
        yield SimpleNamespace(run=run, **{name: sys.modules[name] for name in names})


def copper_frames(n_frames: int) -> list[Atoms]:
    """Distorted cells of 4 and 8 atoms with energies and forces of ASE's EMT."""
    random = np.random.default_rng(7)
    frames = []
    for number in range(n_frames):
        atoms = bulk("Cu", "fcc", a=3.6 + 0.05 * random.normal(), cubic=True) * (1 + number % 2, 1, 1)
        atoms.positions += 0.1 * random.normal(size=(len(atoms), 3))
        atoms.info["group"] = f"{len(atoms)} atoms"
        frames.append(emt_labelled(atoms))
    return frames


class Example:
    """An example with data and a configuration of its own, and what it left behind."""

    def __init__(self, name: str, directory: Path, n_seeds: int = 2, validation: float = 0.2) -> None:
        self.seeds, self.validation = range(1, n_seeds + 1), validation
        self.main = sys.modules["run"].main
        self.study = sys.modules["study"].STUDIES[name]
        self.data, self.output = directory / "data", directory / "output"
        self.data.mkdir()
        frames = copper_frames(16)
        write_frames(self.data / self.study.train_file, frames[:12])
        write_frames(self.data / self.study.test_file, frames[12:])
        self.config = self.configure(directory / "tiny.yaml")

    def configure(self, file: Path, hidden: int = 4) -> Path:
        """Write a configuration for a few seconds of training."""
        radial = {"type": "radial", "eta": 0.5, "r_shift": [2.2, 2.8]}
        values = {
            "data": {"train": ["nowhere.xyz"], "validation_fraction": self.validation},
            "descriptor": {"cutoff": 3.5, "symmetry_functions": [radial]},
            "network": {"hidden": [hidden]},
            "training": {"epochs": EPOCHS, "batch_size": 4, "threads": 2},
        }
        file.write_text(yaml.safe_dump(values), encoding="utf-8")
        return file

    def run(self, *options: object, output: Path | None = None) -> int:
        """The exit code of the command."""
        given = {"--data": self.data, "--config": self.config, "--seeds": len(self.seeds)}
        words = [word for pair in given.items() for word in pair]
        words = [self.study.name, *words, "--output", output or self.output, *options]
        return self.main([str(word) for word in words])

    def summary(self, output: Path | None = None) -> dict[str, Any]:
        """What summary.json says."""
        return json.loads(((output or self.output) / "summary.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dft(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The one example after it ran with two seeds."""
    example = Example("dft_silicon", tmp_path_factory.mktemp("dft"))
    assert example.run() == 1, "three epochs cannot be enough"
    return example


@pytest.fixture(scope="module")
def sw(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The other one with one seed, in its quick version, without validation frames."""
    example = Example("sw_silicon_training", tmp_path_factory.mktemp("sw"), n_seeds=1, validation=0.0)
    assert example.run("--quick") == 1, "three epochs cannot be enough"
    return example


@pytest.fixture(params=["dft", "sw"])
def finished(request: pytest.FixtureRequest) -> Example:
    """Each example after it ran."""
    example: Example = request.getfixturevalue(request.param)
    return example


@pytest.fixture
def example(tmp_path: Path) -> Example:
    """One that has not run."""
    return Example("dft_silicon", tmp_path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quick", [False, True])
def test_the_configurations_are_valid(name: str, quick: bool, modules: SimpleNamespace) -> None:
    study = modules.study.STUDIES[name]
    config = changed(load_config(study.config_file), study.quick_changes if quick else {})
    assert (config.network.members, config.training.epochs) == EXPECTED[name, quick]
    assert [path.name for path in config.data.train] == [study.train_file]
    assert not config.data.test, "the test frames are for the end"
    assert config.training.threads == 2, "the bars are for two cores"


def test_errors_are_those_of_the_exported_models_on_the_test_frames(finished: Example) -> None:
    summary = finished.summary()
    assert [found["seed"] for found in summary["seeds"]] == list(finished.seeds)
    frames = read_frames(finished.data / finished.study.test_file)
    for found in summary["seeds"]:
        potential = nnpot.load(finished.output / f"seed_{found['seed']}" / "model")
        expected = compare(frames, [potential.predict(frame) for frame in frames]).to_dict()
        for name in (ENERGY, FORCE):
            assert found["test"][name] == pytest.approx(expected[name], rel=1e-9)
        assert set(found["test"]["groups"]) == {"4 atoms", "8 atoms"}


def test_bars_are_for_the_median_of_the_seeds(dft: Example, sw: Example) -> None:
    for example, goal in ((dft, dft.study.goal), (sw, sw.study.quick_goal)):
        summary = example.summary()
        errors = [found["test"][FORCE] for found in summary["seeds"]]
        assert len(set(errors)) == len(example.seeds), "every seed has a network of its own"
        found = {bar["unit"]: (bar["value"], bar["limit"]) for bar in summary["bars"]}
        assert found["meV/Å"] == (pytest.approx(np.median(errors)), goal.force)
        assert found["meV/atom"][1] == goal.energy
        minutes = [run["minutes"] for run in summary["seeds"]]
        assert all(0.0 < run["epoch_minutes"] < run["minutes"] for run in summary["seeds"])
        assert found["min"] == (max(minutes), goal.minutes)
        assert not summary["bars"][1]["passed"]


def test_the_test_file_takes_no_part_in_training(finished: Example) -> None:
    for seed in finished.seeds:
        run = finished.output / f"seed_{seed}"
        config = json.loads((run / "config.json").read_text())
        assert config["data"]["train"] == [str(finished.data / finished.study.train_file)]
        assert config["data"]["test"] == []
        parts = {"train", "validation"} if finished.validation else {"train"}
        assert set(json.loads((run / "result.json").read_text())["errors"]) == parts


def test_the_report_shows_all_potentials(finished: Example) -> None:
    page = (finished.output / "report.html").read_text(encoding="utf-8")
    for other in finished.study.published:
        assert other.name.replace("'", "&#x27;") in page
    assert "nnpot, this run" in page
    assert ("median of 2 seeds" in page) == (len(finished.seeds) == 2)
    assert "largest force error" in page
    pictures = {file.stem for file in finished.output.glob("*.png")}
    parity = {"parity_energy_test", "parity_forces_test"}
    assert pictures >= {"comparison_energy", "comparison_force", "learning_curve", *parity}


def test_what_is_finished_is_not_trained_again(
    dft: Example, modules: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    before = dft.summary()
    monkeypatch.setattr(modules.seeds, "train", refuse)
    monkeypatch.setattr("nnpot.study.results.Report.write", no_report)
    assert dft.run() == 1
    assert dft.summary() == before
    with pytest.raises(AssertionError, match="trained again"):
        dft.run("--seeds", "3")


def test_a_broken_off_seed_goes_on(dft: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnpot.study.results.Report.write", no_report)
    output = tmp_path / "output"
    shutil.copytree(dft.output, output)
    (output / "seed_2" / "result.json").unlink()
    shutil.rmtree(output / "seed_2" / "model")
    assert dft.run(output=output) == 1
    weights = "seed_2/model/weights.029.data"
    assert (output / weights).read_bytes() == (dft.output / weights).read_bytes()
    whole, broken = (dft.summary(where)["seeds"][1] for where in (None, output))
    assert whole["epochs"] == broken["epochs"] == EPOCHS
    assert broken["minutes"] > whole["epoch_minutes"], "the part before counts"


def test_another_configuration_does_not_mix(
    dft: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = dft.configure(tmp_path / "other.yaml", hidden=5)
    assert dft.run("--config", other) == 2
    assert "network.hidden was [4], is [5]" in capsys.readouterr().err


def test_an_interrupted_training_is_not_judged(
    example: Example,
    modules: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = []

    def interrupted(_: object, directory: Path, resume: bool) -> SimpleNamespace:
        directory.mkdir(exist_ok=True)
        calls.append((directory.name, resume))
        return SimpleNamespace(interrupted=True)

    monkeypatch.setattr(modules.seeds, "train", interrupted)
    assert example.run() == 130
    assert example.run() == 130
    assert calls == [("seed_1", False), ("seed_1", True)]
    assert "goes on" in capsys.readouterr().err
    assert not (example.output / "summary.json").exists()


@pytest.mark.parametrize(("name", "advice"), [(NAMES[0], "mlearn"), (NAMES[1], "nnpot sample")])
def test_without_data_it_says_where_to_get_them(
    name: str, advice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Example(name, tmp_path)
    (example.data / example.study.test_file).unlink()
    assert example.run() == 2
    line = capsys.readouterr().err
    assert line.startswith(f"error: {example.data / 'test.xyz'}: not found")
    assert advice in line
    assert line.count("\n") == 1
    assert not example.output.exists()


def test_a_configuration_must_not_train_on_the_test_file(
    example: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = yaml.safe_load(example.config.read_text())
    values["data"]["validation"] = [str(example.data / "test.xyz")]
    example.config.write_text(yaml.safe_dump(values))
    assert example.run() == 2
    assert "test.xyz: is for the end" in capsys.readouterr().err


def test_frames_of_the_mlearn_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("convert_mlearn", EXAMPLE / "convert.py")
    assert spec is not None and spec.loader is not None
    convert = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(convert)
    cell, positions = np.diag([5.4, 5.5, 5.6]).tolist(), [[0.0, 0.1, 0.2], [1.3, 1.4, 1.5]]
    sites = [{"species": [{"element": "Si", "occu": 1}], "xyz": xyz} for xyz in positions]
    stress = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    outputs = {"energy": -10.5, "forces": [[0.1, 0.2, 0.3], [-0.1, -0.2, -0.3]], "virial_stress": stress}
    structure = {"lattice": {"matrix": cell}, "sites": sites}
    entry = {
        "structure": structure,
        "outputs": outputs,
        "group": "Elastic",
        "description": "mode 0, strained",
    }
    for name in ("training", "test"):
        (tmp_path / f"{name}.json").write_text(json.dumps([entry]))
    assert convert.main([str(tmp_path), str(tmp_path / "made")]) == 0
    (frame,) = read_frames(tmp_path / "made" / "test.xyz")
    expected = Atoms("Si2", positions=positions, cell=cell, pbc=True)
    np.testing.assert_allclose(frame.positions, expected.positions, atol=1e-8)
    np.testing.assert_allclose(frame.cell, expected.cell, atol=1e-8)
    assert frame.get_potential_energy() == pytest.approx(-10.5)
    np.testing.assert_allclose(frame.get_forces(), outputs["forces"], atol=1e-8)
    assert frame.info["group"] == "Elastic"
    np.testing.assert_allclose(frame.info["virial_stress_kbar"], stress)
    (tmp_path / "test.json").write_text("[{}]")
    assert convert.main([str(tmp_path), str(tmp_path / "made")]) == 2
    assert "test.json: not a file of the mlearn data" in capsys.readouterr().err
