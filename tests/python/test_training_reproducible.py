"""A seed gives the same network twice, whatever else runs and in whatever order sets are."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from feature_data import write_features
from training_data import write_alloy

pytest.importorskip("tensorflow")

TRAININGS = """
import sys
from pathlib import Path
import numpy as np
from feature_data import feature_config
from test_training_forces import config as force_config
from training_data import alloy_config
import nnpot.training.session.run
from nnpot.training import train, train_forces
from nnpot.training.lattice import LatticeNetworkSettings, LatticeSamples, train_lattice_network
from nnpot.training.tensorflow_setup import tf

tf.config.run_functions_eagerly(True)  # compiled: test_training_run.py
nnpot.training.session.run.write_report = lambda run_dir, *_: run_dir
data, out = Path(sys.argv[1]), Path(sys.argv[2])
alloy, few = data / "train.xyz", {"epochs": 2, "stress_weight": 1.0}
train(alloy_config(alloy, name="kalman", members=2, hidden=[5], epochs=2), out / "kalman")
train(alloy_config(alloy, jacobian="on_the_fly", members=2, dropout=0.1, **few), out / "on_the_fly")
train(feature_config(data / "frames.features", 2), out / "features")
train_forces(force_config(alloy, "equivariant", epochs=2), out / "forces")
random = np.random.default_rng(1)
samples = LatticeSamples(random.normal(size=(200, 3, 9)), random.normal(size=200))
settings = LatticeNetworkSettings(hidden=(8,), scale=True, linear_part=True, epochs=2, seed=3)
network, _ = train_lattice_network(settings, samples, samples.take(np.arange(20)))
for number, values in enumerate(network.layers.get_weights()):
    (out / f"lattice_{number}").write_bytes(values.tobytes())
"""
NUMBERS = ("weights.*.data", "scaling.data", "input.nn", "*.network", "lattice_*")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """What two processes that run at the same time write, by the name of the file."""
    data = tmp_path_factory.mktemp("data")
    write_alloy(data, 8)
    write_features(data, n_frames=12)
    folders, processes = [], []
    for number in ("1", "2"):
        folders.append(tmp_path_factory.mktemp("runs"))
        variables = {"PYTHONHASHSEED": number, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", TRAININGS, str(data), str(folders[-1])]
        processes.append(
            subprocess.Popen(command, env=os.environ | variables, stderr=subprocess.PIPE, text=True)
        )
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors[-3000:]
    return [
        {str(path.relative_to(folder)): path.read_bytes() for name in NUMBERS for path in folder.rglob(name)}
        for folder in folders
    ]


@pytest.mark.parametrize("kind", ["kalman", "on_the_fly", "features", "forces", "lattice"])
def test_every_trainer_gives_the_same_weights_twice(kind: str, outcomes: list[dict[str, bytes]]) -> None:
    first, second = ({n: text for n, text in found.items() if n.startswith(kind)} for found in outcomes)
    assert len(first) >= 2 and first == second
