"""nnpot benchmark training: order of the runs, going on, failures, what is written; one small real run."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from ase.neighborlist import neighbor_list
from training_data import alloy_values, write_alloy
from training_runs import made_up

from nnpot.benchmark import training
from nnpot.benchmark.training import TrainingBenchmark, TrainingSettings, run_training_benchmark
from nnpot.benchmark.training_report import TrainingPresentation, notes
from nnpot.benchmark.training_run import TrainingRun, kept, read_log, run_training
from nnpot.benchmark.training_sets import THROUGHPUT, TrainingSet, synthetic_cells, write_builtin
from nnpot.descriptors.lines import symmetry_function_lines
from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.training import load_config
from nnpot.training.data.frames import Split
from nnpot.training.session.checkpoint import COLUMNS


class FakeTraining:
    """Stands for `run_training`, with a memory of what was run."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []
        self.broken = ""
        self.interrupt_after = 10**6
        self.errors = [300.0, 90.0, 60.0]

    def __call__(self, values: dict[str, Any], folder: Path, label: str, number: int) -> TrainingRun:
        if len(self.made) >= self.interrupt_after:
            raise KeyboardInterrupt
        self.made.append((label, values["training"]["seed"]))
        if label == self.broken:
            raise NnpotError("training: the loss is nan")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "train.yaml").touch()
        return made_up(label, number, self.errors)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    made = FakeTraining()
    monkeypatch.setattr(training, "run_training", made)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> TrainingSettings:
    config = tmp_path / "train.yaml"
    values = alloy_values(write_alloy(tmp_path), epochs=3)
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    return TrainingSettings(config, optimizers=("adam", "sgd"), seeds=2)


def test_the_cases_take_turns(fake: FakeTraining, settings: TrainingSettings, tmp_path: Path) -> None:
    bench = run_training_benchmark(settings, tmp_path / "out")
    assert fake.made == [("adam", 0), ("sgd", 0), ("adam", 1), ("sgd", 1)]
    assert [(run.label, run.round) for run in bench.runs] == [
        ("adam", 1),
        ("sgd", 1),
        ("adam", 2),
        ("sgd", 2),
    ]


def test_an_interruption_is_continued_and_seeds_are_added(
    fake: FakeTraining, settings: TrainingSettings, tmp_path: Path
) -> None:
    fake.interrupt_after = 3
    with pytest.raises(KeyboardInterrupt):
        run_training_benchmark(settings, tmp_path / "out")
    fake.interrupt_after = 10**6
    fake.made.clear()
    bench = run_training_benchmark(replace(settings, seeds=3), tmp_path / "out")
    assert fake.made == [("sgd", 1), ("adam", 2), ("sgd", 2)]
    assert len(bench.runs) == 6


def test_another_target_needs_no_new_runs(
    fake: FakeTraining, settings: TrainingSettings, tmp_path: Path
) -> None:
    run_training_benchmark(settings, tmp_path / "out")
    fake.made.clear()
    run_training_benchmark(replace(settings, target_force=10.0), tmp_path / "out")
    assert fake.made == []


def test_runs_of_another_configuration_are_refused(
    fake: FakeTraining, settings: TrainingSettings, tmp_path: Path
) -> None:
    run_training_benchmark(settings, tmp_path / "out")
    other = replace(settings, changes=(training.Change("training.epochs", 4),))
    with pytest.raises(InvalidInputError, match="made with another configuration.*--fresh"):
        run_training_benchmark(other, tmp_path / "out")
    fake.made.clear()
    run_training_benchmark(other, tmp_path / "out", fresh=True)
    assert len(fake.made) == 4


def test_a_case_that_fails_is_a_line_and_the_others_go_on(
    fake: FakeTraining, settings: TrainingSettings, tmp_path: Path
) -> None:
    fake.broken = "adam"
    with pytest.warns(UserWarning, match="adam is left out: training: the loss is nan"):
        bench = run_training_benchmark(settings, tmp_path / "out")
    assert fake.made == [("adam", 0), ("sgd", 0), ("sgd", 1)]
    assert {run.label for run in bench.runs} == {"sgd"}
    fake.broken = "sgd"
    with pytest.warns(UserWarning), pytest.raises(NnpotError, match="nothing could be measured: sgd: "):
        run_training_benchmark(replace(settings, optimizers=("sgd",)), tmp_path / "other")


def test_a_damaged_run_is_named(fake: FakeTraining, settings: TrainingSettings, tmp_path: Path) -> None:
    run_training_benchmark(settings, tmp_path / "out")
    result = tmp_path / "out" / "runs" / "adam-1" / "result.json"
    result.write_text(result.read_text()[:50])
    with pytest.raises(
        FileFormatError, match=r"adam-1/result\.json: the result of a run is damaged: .* remove it"
    ):
        run_training_benchmark(settings, tmp_path / "out")


def test_only_runs_of_a_benchmark_are_removed(
    fake: FakeTraining, settings: TrainingSettings, tmp_path: Path
) -> None:
    mine = tmp_path / "out" / "runs" / "sgd-2" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.touch()
    with pytest.raises(InvalidInputError, match="sgd-2: is no run of a benchmark"):
        run_training_benchmark(settings, tmp_path / "out", fresh=True)
    with pytest.raises(InvalidInputError, match="sgd-2: is no run of a benchmark"):
        run_training({}, mine.parent, "sgd", 2)
    assert mine.exists()


def test_throughput_and_a_configuration_exclude_each_other(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="give it without CONFIG"):
        run_training_benchmark(replace(settings, throughput=True), tmp_path / "out")


def test_all_optimizers_have_the_same_data(settings: TrainingSettings, tmp_path: Path) -> None:
    other = replace(settings, changes=(training.Change("data.validation_fraction", 0.5, "sgd"),))
    with pytest.raises(InvalidInputError, match="all optimizers train on the same data"):
        run_training_benchmark(other, tmp_path / "out")


def test_the_synthetic_cells_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    config = load_config(write_builtin(tmp_path, THROUGHPUT))
    assert config.descriptor is not None
    assert len(symmetry_function_lines(config.descriptor, ["Si"])) == 27
    first, second = frames = synthetic_cells(2)
    assert [len(frame) for frame in frames] == [64, 64]
    assert 28.0 < TrainingSet("cells", Split(frames, [], [])).neighbors(config.descriptor.cutoff) < 32.0
    assert max(np.bincount(neighbor_list("i", first, config.descriptor.cutoff))) <= 34
    bond = second.positions - first.positions
    work = -0.5 * np.sum((first.get_forces() + second.get_forces()) * bond)
    assert second.get_potential_energy() - first.get_potential_energy() == pytest.approx(work)


def test_the_log_is_read_with_its_gaps(tmp_path: Path) -> None:
    rows = [["1"] + ["0.5"] * (len(COLUMNS) - 2) + ["2.5"], ["2"] + [""] * (len(COLUMNS) - 2) + ["3"]]
    (tmp_path / "log.csv").write_text("\n".join(map(",".join, [COLUMNS, *rows])) + "\n")
    log = read_log(tmp_path / "log.csv")
    assert log["seconds"] == [2.5, 3.0] and log["force_rmse"][0] == 0.5
    assert math.isnan(log["force_rmse"][1])


def test_everything_is_written(fake: FakeTraining, settings: TrainingSettings, tmp_path: Path) -> None:
    bench = run_training_benchmark(settings, tmp_path / "out")
    shown = TrainingPresentation(bench, ["nnpot", "benchmark", "training", "a b"])
    page = shown.write(tmp_path / "out").read_text(encoding="utf-8")
    for word in ("structures/s", "s to target", "sgd", "&#x27;a b&#x27;", "13 training and 3 validation"):
        assert word in page
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {
        "force_error_in_time.png", "structures_per_second.png"
    }  # fmt: skip
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert [row["seconds_to_target"]["median"] for row in summary["results"]] == [2.5, 2.5]
    assert summary["configurations"]["sgd"]["optimizer"]["name"] == "sgd"
    assert summary["runs"][0]["force_rmse"] == fake.errors
    with open(tmp_path / "out" / "runs.csv", encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [line["epochs_to_target"] for line in lines] == ["2"] * 4
    with open(tmp_path / "out" / "summary.csv", encoding="utf-8", newline="") as stream:
        assert [row["structures_per_second_low"] for row in csv.DictReader(stream)] == ["26"] * 2


def test_without_validation_there_are_rates_only(
    fake: FakeTraining, settings: TrainingSettings, tmp_path: Path
) -> None:
    fake.errors = [math.nan] * 3
    without = replace(settings, changes=(training.Change("data.validation_fraction", 0.0),))
    shown = TrainingPresentation(run_training_benchmark(without, tmp_path / "out"), ["nnpot"])
    page = shown.write(tmp_path / "out").read_text(encoding="utf-8")
    assert "No validation frames" in page and "s to target" not in page
    assert "NaN" not in (tmp_path / "out" / "summary.json").read_text(encoding="utf-8")


def test_a_busy_machine_is_said(fake: FakeTraining, settings: TrainingSettings, tmp_path: Path) -> None:
    bench = run_training_benchmark(settings, tmp_path / "out")
    assert not any("busy" in line for line in notes(TrainingPresentation(bench, [])))
    bench.runs[0] = replace(bench.runs[0], load=1000.0)
    assert any("busy: before 1 of 4 runs" in line for line in notes(TrainingPresentation(bench, [])))


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="trains: TensorFlow comes with nnpot[train]")
def test_a_small_real_benchmark(settings: TrainingSettings, tmp_path: Path) -> None:
    quick = (training.Change("training.batch_size", 16), training.Change("network.hidden", [3]))
    only = replace(settings, optimizers=("adam",), seeds=1, changes=quick)
    bench: TrainingBenchmark = run_training_benchmark(only, tmp_path / "out")
    (run,) = bench.runs
    assert run.epochs == 3 and run.n_functions == {"Cu": 16, "Au": 16} and run.cutoff == 4.0
    assert all(value > 0.0 for value in run.force_rmse + run.epoch_seconds())
    assert run.seconds[-1] < run.wall_seconds and run.peak_memory > 200.0
    found = kept(tmp_path / "out" / "runs" / "adam-1")
    assert found is not None and found[0] == run
