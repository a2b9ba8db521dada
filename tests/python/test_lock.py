"""The second process that writes into a folder or a file is refused while the first lives."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nnpot.errors import InvalidInputError
from nnpot.support.lock import locked_file, locked_folder

HOLD = """
import sys
from pathlib import Path
from nnpot.support.lock import locked_folder
with locked_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused_and_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with (
        pytest.raises(
            InvalidInputError, match=rf"run: another process \(process {holder.pid} on .*\) is writing"
        ),
        locked_folder(folder),
    ):
        raise AssertionError("held twice")
    assert (folder / ".lock").exists(), "the lock of the first is still there"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (folder / ".lock").exists(), "a killed process leaves the file, not the lock"
    with locked_folder(folder):
        assert (folder / ".lock").read_text().startswith("process ")
    assert not folder.exists() or not any(folder.iterdir())


def test_a_folder_that_stays_empty_goes_again_and_one_with_a_result_stays(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wrong data"), locked_folder(tmp_path / "a" / "b"):
        raise ValueError("wrong data")
    assert not (tmp_path / "a").exists()
    with locked_folder(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "result").write_text("")
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["result"]
    with (
        pytest.raises(InvalidInputError, match="is a file; name a directory"),
        locked_folder(tmp_path / "a" / "b" / "result"),
    ):
        raise AssertionError("locked a file as a folder")


def test_files_are_held_one_by_one_and_devices_not_at_all(tmp_path: Path) -> None:
    one, other = tmp_path / "one.xyz", tmp_path / "other.xyz"
    with (
        locked_file(one),
        locked_file(other),
        locked_file(Path("/dev/null")),
        locked_file(Path("/dev/null")),
        pytest.raises(InvalidInputError, match=r"one\.xyz: another process"),
        locked_file(one),
    ):
        raise AssertionError("held twice")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", ["train", "train-forces", "learn", "md", "training", "networks", "generate", "sample"]
)
def test_every_command_that_writes_a_folder_or_a_long_result_holds_it(tmp_path: Path, command: str) -> None:
    folder, file = tmp_path / "run", tmp_path / "out.json"
    with (
        locked_folder(folder),
        locked_file(file),
        pytest.raises(InvalidInputError, match="another process .* is writing into it"),
    ):
        start(command, folder, file)


def start(command: str, folder: Path, file: Path) -> None:
    """Begin what a command does, on nothing."""
    if command == "train":
        from nnpot.training import TrainingConfig, train

        pytest.importorskip("tensorflow")
        values = {"data": {"train": "none.xyz"}, "descriptor": {"cutoff": 4.0}}
        train(TrainingConfig.model_validate(values), folder)
    elif command == "train-forces":
        from nnpot.training import DirectForceConfig, train_forces

        pytest.importorskip("tensorflow")
        values = {"data": {"train": "none.xyz"}, "features": {"kind": "spheres", "cutoff": 4.0}}
        train_forces(DirectForceConfig.model_validate(values), folder)
    elif command == "learn":
        pytest.importorskip("tensorflow")
        from learning_setup import copper_config

        from nnpot.learning.loop import learn

        learn(copper_config(folder.parent), folder)
    elif command == "md":
        from nnpot.benchmark.md import Settings, run_benchmark

        run_benchmark(Settings((), ("zero",)), folder)
    elif command == "training":
        from nnpot.benchmark.training import TrainingSettings, run_training_benchmark

        run_training_benchmark(TrainingSettings(), folder)
    elif command == "networks":
        from nnpot.benchmark.networks import NetworkSettings, run_network_benchmark

        run_network_benchmark(NetworkSettings(), folder)
    elif command == "generate":
        from nnpot.lattice.generate import GeneratorSettings, generate

        generate(GeneratorSettings(points=1), file)
    else:
        from nnpot.cli.main import group

        group.main(["sample", "silicon_sw", "-o", str(file)], standalone_mode=False)
