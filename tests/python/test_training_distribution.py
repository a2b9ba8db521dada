"""Several workers, and several devices of one worker, give what one gives."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import quick_training
import yaml
from training_data import alloy_values, write_alloy

from nnpot.training import TrainingConfig, train

pytest.importorskip("tensorflow")

from nnpot.errors import InvalidInputError
from nnpot.training.optimizers.distributed import find_distribution
from nnpot.training.session.checkpoint import COLUMNS

TWO_DEVICES = """
import sys
from nnpot.training.optimizers import distributed
from nnpot.training.tensorflow_setup import tf
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
mirrored = lambda: distributed.Distribution(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
from nnpot.training.session import run
from nnpot.training.potentials import job
job.find_distribution = mirrored
run.write_report = lambda run_dir, *_: run_dir
from nnpot.cli.main import main
main(sys.argv[1:])
"""
"""Stands for a machine with two GPUs."""

PLAIN = """
import sys
from nnpot.training.session import run
run.write_report = lambda run_dir, *_: run_dir
from nnpot.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    frames = write_alloy(tmp_path_factory.mktemp("frames"), 13)
    options = {"precision": "float64", "epochs": 3, "threads": 1, "clip_norm": 0.5, "members": 2, "l2": 1e-3}
    return alloy_values(frames, **options)


@pytest.fixture(scope="module")
def alone(values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    run_dir = tmp_path_factory.mktemp("alone") / "run"
    with quick_training.uncompiled(), quick_training.unreported():
        train(TrainingConfig.model_validate(values), run_dir)
    return run_dir


def start(program: str, config: Path, run_dir: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, "train", str(config), "-o", str(run_dir)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", **environment},
    )


def free_ports(n: int) -> list[int]:
    """Beyond those that the system gives to programs which ask for any: nobody takes them meanwhile."""
    found: list[int] = []
    for port in random.sample(range(61000, 65536), 4536):
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == n:
            return found
    raise AssertionError(f"fewer than {n} ports are free")


def write_config(values: dict[str, Any], directory: Path) -> Path:
    path = directory / "train.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def require_the_same(run_dir: Path, alone: Path) -> None:
    with np.load(run_dir / "checkpoint.npz") as found, np.load(alone / "checkpoint.npz") as expected:
        names = [name for name in expected if name.startswith(("weights", "best_weights"))]
        assert len(names) == 2 * 2 * 6
        for name in names:
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-7, atol=1e-9)
        errors = slice(1, COLUMNS.index("seconds"))
        np.testing.assert_allclose(found["history"][:, errors], expected["history"][:, errors], rtol=1e-6)
    for member in ("model_1", "model_2"):
        assert {path.name for path in (run_dir / member).iterdir()} >= {"input.nn", "scaling.data"}


def test_two_workers_give_the_result_of_one(values: dict[str, Any], alone: Path, tmp_path: Path) -> None:
    config, run_dir = write_config(values, tmp_path), tmp_path / "run"
    hosts = [f"127.0.0.1:{port}" for port in free_ports(2)]
    workers = []
    for index in range(2):
        cluster = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        workers.append(start(PLAIN, config, run_dir, TF_CONFIG=json.dumps(cluster)))
    for worker in workers:
        output, _ = worker.communicate(timeout=300)
        assert worker.returncode == 0, output
    require_the_same(run_dir, alone)
    require_the_same(run_dir / "worker_1", alone)


def test_two_devices_give_the_result_of_one(values: dict[str, Any], alone: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    process = start(TWO_DEVICES, write_config(values, tmp_path), run_dir)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    require_the_same(run_dir, alone)


@pytest.mark.parametrize("text", ["no json", '{"cluster": {}}', "[]"])
def test_a_wrong_cluster_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(InvalidInputError, match="TF_CONFIG must name the workers and this one"):
        find_distribution()


def test_one_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert not find_distribution().together
