"""``nnpot train`` as a user calls it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from command_line import run
from training_data import alloy_values, write_alloy

from nnpot.cli.train import command
from nnpot.training import template


def test_the_template_is_printed() -> None:
    result = CliRunner().invoke(command, ["--template"])
    assert result.exit_code == 0 and result.output == template()


def test_a_misspelt_key_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    values = alloy_values(tmp_path / "train.xyz")
    values["training"]["epoch"] = values["training"].pop("epochs")
    config = tmp_path / "train.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    result = run("train", str(config), "-o", str(tmp_path / "run"))
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        f"nnpot: error: {config}: training.epoch is no known key; did you mean epochs?"
    ]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("arguments", [[], ["train.yaml"], ["-o", "run"]])
def test_incomplete_arguments(arguments: list[str]) -> None:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2 and "expected CONFIG and -o DIRECTORY" in result.output


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "train.yaml"
    config.write_text(yaml.safe_dump(alloy_values(Path("nowhere.xyz"))), encoding="utf-8")
    result = run("train", str(config), "-o", str(tmp_path / "run"))
    assert result.returncode == 2 and "nowhere.xyz" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.usefixtures("eagerly")
def test_errors_of_each_part_are_printed(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    config = tmp_path / "train.yaml"
    config.write_text(yaml.safe_dump(alloy_values(write_alloy(tmp_path), epochs=1)), encoding="utf-8")
    result = CliRunner().invoke(command, [str(config), "-o", str(tmp_path / "run")], catch_exceptions=False)
    for words in ("train", "validation", "meV/atom", "structures/s", "the weights of epoch 1 are kept"):
        assert words in result.output


def test_without_tensorflow_it_says_what_to_install(tmp_path: Path) -> None:
    config = tmp_path / "train.yaml"
    config.write_text(yaml.safe_dump(alloy_values(write_alloy(tmp_path))), encoding="utf-8")
    code = (
        "import sys\nsys.modules['keras'] = sys.modules['tensorflow'] = None\n"
        "from nnpot.cli.main import main\nmain(['train', *sys.argv[1:]])\n"
    )
    arguments = [str(config), "-o", str(tmp_path / "run")]
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1 and "[train]'" in result.stderr
