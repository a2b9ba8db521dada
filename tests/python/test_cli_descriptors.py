"""``nnpot descriptors`` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ase.build import bulk
from ase.io import write
from click.testing import CliRunner, Result
from command_line import run
from training_data import alloy_values, write_alloy

from nnpot import _core
from nnpot.cli.descriptors import command
from nnpot.descriptors import DescriptorConfig, automatic_lines, symmetry_function_lines
from nnpot.errors import InvalidInputError


def call(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("alloy")
    values = alloy_values(write_alloy(directory))
    values["descriptor"]["selection"] = {"method": "correlation", "threshold": 0.95}
    path = directory / "train.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def test_elements_and_cutoff_are_enough(tmp_path: Path) -> None:
    result = call("--elements", "O,H", "--cutoff", 6, "--lines", tmp_path / "lines")
    assert result.exit_code == 0 and "H: 64 functions (16 radial, 48 angular)" in result.output
    lines = (tmp_path / "lines").read_text(encoding="utf-8").splitlines()
    config = DescriptorConfig.model_validate({"cutoff": 6.0, "lines": lines})
    taken_back = symmetry_function_lines(config, ["H", "O"])
    assert len(taken_back) == 128
    written = _core.SymmetryFunctions(["H", "O"], taken_back, 1)
    made = _core.SymmetryFunctions(["H", "O"], automatic_lines(["H", "O"], 6.0), 1)
    assert all(written.functions(element) == made.functions(element) for element in ("H", "O"))


def test_a_configuration_is_shown_with_its_selection(config: Path) -> None:
    result = call(config)
    assert result.exit_code == 0 and "correlates with" in result.output
    assert "Cu: 6 functions" not in result.output, "some of the six correlate by more than 0.95"
    assert result.output.count("functions (") == 2


def test_frames_without_labels_give_a_page(tmp_path: Path) -> None:
    frames = [bulk("Cu", cubic=True) * (2, 1, 1) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame.rattle(0.1, seed=number)
    write(tmp_path / "copper.xyz", frames)
    result = call("--cutoff", 4, "--resolution", "coarse", "--data", tmp_path / "copper.xyz", "-o", tmp_path)
    assert result.exit_code == 0 and "Cu: 24 functions (8 radial, 16 angular)" in result.output
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<img") == 4 and page.count("<table>") == 1
    assert (tmp_path / "correlation_Cu.png").exists()


def test_lines_alone_go_to_stdout(config: Path) -> None:
    result = run("descriptors", str(config), "--lines", "-", "--count", "2")
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) == 4
    assert all(line.startswith("symfunction_short ") for line in result.stdout.splitlines())


def test_lines_do_not_replace_what_they_are_made_from(config: Path) -> None:
    before = config.read_bytes()
    result = run("descriptors", str(config), "--lines", str(config))
    assert result.returncode == 2 and "would be overwritten; name another file" in result.stderr
    data = config.parent / "frames.xyz"
    write(data, bulk("Cu"))
    result = run("descriptors", "--cutoff", "4", "--data", str(data), "--lines", str(data))
    assert result.returncode == 2 and "would be overwritten" in result.stderr
    assert config.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected either CONFIG or --cutoff"),
        (["--cutoff", 5], "--cutoff needs --elements or --data"),
        (["--cutoff", 5, "--elements", "Si", "--count", 5], "a selection needs frames"),
    ],
)
def test_incomplete_arguments(arguments: list[object], message: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2 and message in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cutoff", "-5", "--elements", "Si"], "--cutoff must be greater than 0, got -5.0"),
        (["--cutoff", "5", "--elements", "Si,Xy"], "--elements: 'Xy' is no symbol of an element"),
    ],
)
def test_faults_are_one_line(arguments: list[str], message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call(*arguments)
    assert str(caught.value) == message
