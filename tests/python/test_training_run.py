"""Whole trainings: what they leave behind, and what breaks them off."""

from __future__ import annotations

import csv
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import quick_training
import yaml
from busy import busy_processes
from training_data import alloy_config, alloy_values, write_alloy
from waiting import LONGEST, wait_until

import nnpot
from nnpot import _core
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.support import digested
from nnpot.training import TrainingConfig, train
from nnpot.training.data.frames import load_frames
from nnpot.training.potentials.job import PotentialJob, TrainingResult
from nnpot.training.session import checkpoint, epochs
from nnpot.training.session.checkpoint import COLUMNS, Stop

pytest.importorskip("tensorflow")

EPOCHS = 12
WEIGHTS = ("weights.029.data", "weights.079.data")


def same_weights(first: Path, second: Path) -> bool:
    """Whether two model directories hold the same weights, bit for bit."""
    return all((first / name).read_bytes() == (second / name).read_bytes() for name in WEIGHTS)


@pytest.fixture(scope="module")
def frames_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_alloy(tmp_path_factory.mktemp("frames"))


@pytest.fixture(scope="module")
def unbroken(frames_file: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    return train(alloy_config(frames_file, epochs=EPOCHS), tmp_path_factory.mktemp("unbroken") / "run")


@pytest.fixture(scope="module")
def uncompiled(frames_file: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """An unbroken run without compiling, for tests that train several times."""
    with quick_training.uncompiled(), quick_training.unreported():
        return train(alloy_config(frames_file, epochs=EPOCHS), tmp_path_factory.mktemp("uncompiled") / "run")


def read_log(run_dir: Path) -> list[dict[str, str]]:
    with open(run_dir / "log.csv", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_a_run_leaves_model_log_report_and_checkpoint(unbroken: TrainingResult) -> None:
    run_dir = unbroken.model.parent
    assert {"model", "log.csv", "report.html", "checkpoint.npz"} <= set(os.listdir(run_dir))
    rows = read_log(run_dir)
    assert list(rows[0]) == list(COLUMNS)
    assert [int(row["epoch"]) for row in rows] == list(range(1, EPOCHS + 1))
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    assert float(rows[-1]["learning_rate"]) < float(rows[0]["learning_rate"])
    report = unbroken.report.read_text(encoding="utf-8")
    for text in ("Learning curves", "What was trained", "config.json", "validation", "8 atoms"):
        assert text in report
    assert "train.xyz: frame" in report, "the worst frames say where they are"


def test_the_exported_model_is_the_best_epoch(unbroken: TrainingResult) -> None:
    best = min(read_log(unbroken.model.parent), key=lambda row: float(row["validation_loss"]))
    assert int(best["epoch"]) == unbroken.best_epochs[0]
    logged = float(best["validation_force_rmse_mev_per_angstrom"])
    assert unbroken.errors["validation"].force_rmse_mev_per_angstrom == pytest.approx(logged, rel=1e-3)
    logged = float(best["validation_energy_rmse_mev_per_atom"])
    assert unbroken.errors["validation"].energy_rmse_mev_per_atom == pytest.approx(logged, rel=1e-3)
    assert _core.Model.read(str(unbroken.model), None).info["best_epoch"] == str(unbroken.best_epochs[0])


@pytest.mark.usefixtures("eagerly", "unreported")
def test_float64_without_validation_frames(frames_file: Path, tmp_path: Path) -> None:
    values = alloy_values(frames_file, precision="float64", epochs=2)
    values["data"]["validation_fraction"] = 0.0
    result = train(TrainingConfig.model_validate(values), tmp_path / "run")
    assert set(result.errors) == {"train"}
    assert "seed 0" in (result.model / "model.info").read_text(encoding="utf-8")


def test_a_killed_run_resumes_to_the_weights_of_an_unbroken_one(
    unbroken: TrainingResult, frames_file: Path, tmp_path: Path
) -> None:
    """In two processes whose sets have other orders, the first beside four that keep the machine busy."""
    values = alloy_values(frames_file, epochs=EPOCHS, checkpoint_seconds=0)
    run_dir = tmp_path / "run"
    with busy_processes(4):
        process = start(values, run_dir, last=4, PYTHONHASHSEED="7")
        wait_for_epoch(process, run_dir, 3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (run_dir / "model").exists()
    assert 3 <= len(read_log(run_dir)) <= 4
    result = train(TrainingConfig.model_validate(values), run_dir, resume=True)
    assert result.epochs == EPOCHS
    assert same_weights(result.model, unbroken.model)
    without_seconds = [{**row, "seconds": ""} for row in read_log(run_dir)]
    assert without_seconds == [{**row, "seconds": ""} for row in read_log(unbroken.model.parent)]


SLOWED = """
import sys, time
from nnpot.training.optimizers import trainer
plain = trainer.Trainer.run_epoch
def slow(self, epoch):
    time.sleep(600.0 if epoch > last else 0.1)
    return plain(self, epoch)
trainer.Trainer.run_epoch = slow
from nnpot.cli.main import main
last = int(sys.argv.pop(1))
main(sys.argv[1:])
"""


def start(
    values: dict[str, object], run_dir: Path, last: int = 1000, **variables: str
) -> subprocess.Popen[str]:
    """Train in a process of its own, slowed down by 0.1 s an epoch and so that no epoch follows the last."""
    config = run_dir.parent / "train.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    command = [sys.executable, "-c", SLOWED, str(last), "train", str(config), "-o", str(run_dir)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | variables
    )


def wait_for_epoch(process: subprocess.Popen[str], run_dir: Path, epoch: int) -> None:
    log = run_dir / "log.csv"

    def has_come() -> bool:
        assert process.poll() is None, process.communicate()[1]
        return log.exists() and log.read_bytes().count(b"\n") > epoch

    wait_until(has_come)


def test_ctrl_c_ends_with_a_complete_model(frames_file: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    process = start(alloy_values(frames_file, epochs=1000), run_dir)
    wait_for_epoch(process, run_dir, 2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=LONGEST)
    assert process.returncode == 130, stderr
    assert "interrupted" in stdout and "Traceback" not in stderr
    assert nnpot.load(run_dir / "model").elements == ["Cu", "Au"]
    assert (run_dir / "report.html").exists()


@pytest.mark.usefixtures("eagerly", "unreported")
def test_a_full_disk_loses_nothing(
    uncompiled: TrainingResult, frames_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = tmp_path / "run"
    config = alloy_config(frames_file, epochs=EPOCHS, checkpoint_seconds=0)
    monkeypatch.setattr(digested, "atomic_write", failing_after(4, digested.atomic_write))
    with pytest.raises(OSError, match="No space left"):
        train(config, run_dir)
    assert sorted(os.listdir(run_dir)) == ["checkpoint.npz", "config.json", "log.csv"]
    identity = checkpoint.Identity(config.fingerprint(), load_frames(config.data).fingerprint())
    assert checkpoint.read_checkpoint(run_dir / "checkpoint.npz", identity).epoch == 3
    monkeypatch.undo()
    assert same_weights(train(config, run_dir, resume=True).model, uncompiled.model)


@pytest.mark.usefixtures("eagerly", "unreported")
def test_an_export_that_fails_leaves_the_model_before(
    uncompiled: TrainingResult, frames_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = tmp_path / "run"
    config = alloy_config(frames_file, epochs=EPOCHS)
    monkeypatch.setattr(epochs, "_reason_to_stop", stop_after(2))
    first = train(config, run_dir)
    before = {path.name: path.read_bytes() for path in first.model.iterdir()}
    monkeypatch.undo()
    monkeypatch.setattr(PotentialJob, "verify", full_disk)
    with pytest.raises(OSError, match="No space left"):
        train(config, run_dir, resume=True)
    assert {path.name: path.read_bytes() for path in first.model.iterdir()} == before
    monkeypatch.undo()
    assert same_weights(train(config, run_dir, resume=True).model, uncompiled.model)


@pytest.mark.usefixtures("eagerly")
def test_without_a_finished_epoch_there_is_no_model(
    frames_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "_reason_to_stop", stop_after(0))
    with pytest.raises(NnpotError, match="interrupted before the first epoch was done"):
        train(alloy_config(frames_file), tmp_path / "run")
    assert not (tmp_path / "run" / "model").exists()


def stop_after(n: int) -> Callable[..., Stop | None]:
    """An interruption after some epochs."""
    return lambda state, *_: Stop.INTERRUPTED if state.epoch >= n else None


def full_disk(*_: object) -> float:
    raise OSError(errno.ENOSPC, "No space left on device")


def failing_after(n: int, write: Callable[..., object]) -> Callable[..., object]:
    """``atomic_write`` on a disk that is full in the middle of the file that follows n whole ones."""
    calls = 0

    @contextmanager
    def limited(path: Path, mode: str) -> Iterator[object]:
        nonlocal calls
        calls += 1
        with write(path, mode) as stream:  # type: ignore[attr-defined]
            yield stream
            if calls > n:
                raise OSError(errno.ENOSPC, "No space left on device", str(path))

    return limited


def test_an_existing_run_is_not_overwritten(unbroken: TrainingResult, frames_file: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"holds a run already .*--resume"):
        train(alloy_config(frames_file, epochs=EPOCHS), unbroken.model.parent)


def test_resuming_with_another_configuration_is_refused(unbroken: TrainingResult, frames_file: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"training\.batch_size was 3, is 4"):
        train(alloy_config(frames_file, epochs=EPOCHS, batch_size=4), unbroken.model.parent, resume=True)


def test_resuming_with_other_data_is_refused(unbroken: TrainingResult, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="written with other data"):
        train(alloy_config(write_alloy(tmp_path, 12), epochs=EPOCHS), unbroken.model.parent, resume=True)


@pytest.mark.usefixtures("eagerly", "unreported")
def test_a_diverging_run_names_the_epoch(frames_file: Path, tmp_path: Path) -> None:
    config = alloy_config(frames_file, initial_rate=1e30, final_rate=1e30)
    with pytest.raises(InvalidInputError, match=r"in epoch [12]; lower optimizer.initial_rate"):
        train(config, tmp_path / "run")
