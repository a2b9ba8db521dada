"""The command nnpot benchmark."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from command_line import run
from training_data import alloy_values, write_alloy
from training_runs import made_up

from nnpot.benchmark.training_run import TrainingRun
from nnpot.cli.main import group
from nnpot.doctor import CASE
from nnpot.errors import NnpotError
from nnpot.training import load_config


def test_help_of_the_group_and_of_the_command() -> None:
    text = run("benchmark", "--help").stdout
    assert all(f"\n  {name} " in text for name in ("md", "training", "networks"))
    text = run("benchmark", "md", "--help").stdout
    for option in ("--model", "--styles", "--sizes", "--ranks", "--data", "--repeat", "--stages"):
        assert f"\n  {option} " in text.replace("-o, --output", "")


def test_a_small_benchmark_leaves_its_files(tmp_path: Path) -> None:
    output = tmp_path / "out"
    result = run(
        "benchmark", "md", "--model", f"ours={CASE}", "--styles", "sw", "--sizes", "64", "--repeat", "2",
        "--seconds", "0.05", "--reference", "sw", "--stages", "-o", str(output),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("\n") == 1 and "NNPOT_STAGE_TIMERS" in result.stderr
    for word in ("ours", "sw", "Pair / sw", "CPU %", str(output / "report.html")):
        assert word in result.stdout
    with open(output / "runs.csv", encoding="utf-8", newline="") as stream:
        assert [row["label"] for row in csv.DictReader(stream)] == ["ours", "sw"] * 2
    for name in ("report.html", "summary.json", "summary.csv", "settings.json", "cost_64_atoms_1_ranks.png"):
        assert (output / name).is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--styles", "swx"], "unknown style 'swx'"),
        (["--styles", ","], "expected values with commas"),
        (["--sizes", "64,many"], "many"),
        (["--ranks", "0"], "0"),
        (["--data", "missing.data"], "--elements"),
        (["--data", "missing.data", "--elements", "Si"], "missing.data"),
        (["--model", "=x"], "LABEL=DIR"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    result = run("benchmark", "md", *arguments, "-o", str(tmp_path / "out"))
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interruption_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nnpot.benchmark.md.run_benchmark", interrupted)
    result = CliRunner().invoke(group, ["benchmark", "md", "-o", str(tmp_path)])
    assert result.exit_code == 130
    assert "repeat to go on" in result.output


def test_trainings_leave_their_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def pretended(values: dict[str, Any], folder: Path, label: str, number: int) -> TrainingRun:
        folder.mkdir(parents=True)
        (folder / "train.yaml").write_text(json.dumps(values), encoding="utf-8")
        return made_up(label, number, [300.0, 90.0, 60.0])

    monkeypatch.setattr("nnpot.benchmark.training.run_training", pretended)
    config, output = tmp_path / "train.yaml", tmp_path / "out"
    config.write_text(yaml.safe_dump(alloy_values(write_alloy(tmp_path))), encoding="utf-8")
    arguments = [
        str(config), "-o", str(output), "--optimizers", "adam,sgd", "--memory", "stored,on_the_fly",
        "--minutes", "0.5", "--threads", "1", "--seeds", "2", "--set", "sgd:optimizer.clip_norm=1.5",
        "--target-force", "80", "--json", str(tmp_path / "copy.json"),
    ]  # fmt: skip
    result = CliRunner().invoke(group, ["benchmark", "training", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    for word in ("adam", "on_the_fly", "structures/s", "80 meV/Å", str(output / "report.html")):
        assert word in result.output
    assert (tmp_path / "copy.json").read_text() == (output / "summary.json").read_text()
    trained = load_config(output / "runs" / "sgd-on_the_fly-2" / "train.yaml")
    assert (trained.training.max_minutes, trained.training.threads, trained.training.seed) == (0.5, 1, 1)
    assert trained.optimizer.clip_norm == 1.5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.yaml"], "missing.yaml"),
        (["missing.yaml", "--throughput"], "without CONFIG"),
        (["--set", "epochs=3"], "expected [OPTIMIZER:]SECTION.KEY=VALUE"),
        (["--throughput", "--optimizers", "adm"], "adm: optimizer.name must be"),
        (["--seeds", "0"], "0"),
        (["--json", "nowhere/at/all.json"], "nowhere/at"),
    ],
)
def test_bad_options_of_trainings_are_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(group, ["benchmark", "training", *arguments, "-o", str(tmp_path / "out")])
    assert isinstance(result.exception, (NnpotError, OSError, SystemExit)) and result.exit_code != 0
    assert says in result.output + str(result.exception)
