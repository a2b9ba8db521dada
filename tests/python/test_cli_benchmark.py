"""The command nnpot benchmark."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import run

from nnpot.cli.main import group
from nnpot.doctor import CASE


def test_help_of_the_group_and_of_the_command() -> None:
    assert "\n  md " in run("benchmark", "--help").stdout
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
