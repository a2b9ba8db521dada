"""Killed at random moments, a run goes on to the weights of the unbroken one."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from training_data import alloy_values, write_alloy

pytest.importorskip("tensorflow")

EPOCHS, KILLS = 25, 10

KILLER = """
import json, os, random, signal, sys, time, traceback
import nnpot.training.run  # once for all children
from nnpot.training import load_config, train
from nnpot.training.tensorflow_setup import tf

tf.config.run_functions_eagerly(True)  # compiling would take longer than all epochs
nnpot.training.run.write_report = lambda run_dir, *_: run_dir
config, directory, n_kills = load_config(sys.argv[1]), sys.argv[2], int(sys.argv[3])
moment = random.Random(7)

def start(run_dir):
    child = os.fork()
    if child == 0:
        try:
            train(config, run_dir, resume=True)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child

def epochs_done(run_dir):
    try:
        with open(os.path.join(run_dir, "log.csv")) as stream:
            return len(stream.readlines()) - 1
    except OSError:
        return 0

def finish(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

broken, unbroken = os.path.join(directory, "broken"), os.path.join(directory, "unbroken")
began = time.monotonic()
assert finish(start(unbroken)) == 0
whole = time.monotonic() - began
killed_at = []
for number in range(n_kills):
    child, before = start(broken), epochs_done(broken)
    if number % 2:  # while epochs run; the others at any moment, reading of the data included
        while epochs_done(broken) <= before and os.waitpid(child, os.WNOHANG)[0] == 0:
            time.sleep(0.001)
    time.sleep(moment.uniform(0.0, 0.1 * whole))
    os.kill(child, signal.SIGKILL)
    assert finish(child) == -signal.SIGKILL
    killed_at.append(epochs_done(broken))
assert finish(start(broken)) == 0
print(json.dumps(killed_at))
"""


def test_ten_kills_at_random_moments_change_nothing(tmp_path: Path) -> None:
    config = tmp_path / "train.yaml"
    frames = write_alloy(tmp_path, 6)
    values = alloy_values(frames, epochs=EPOCHS, checkpoint_seconds=0, batch_size=8, hidden=[4])
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(config), str(tmp_path), str(KILLS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    killed_at = json.loads(done.stdout.splitlines()[-1])
    assert len({epoch for epoch in killed_at if 0 < epoch < EPOCHS}) >= 4, f"too little tested: {killed_at}"
    broken, unbroken = tmp_path / "broken", tmp_path / "unbroken"
    for name in ("input.nn", "scaling.data", "weights.029.data", "weights.079.data"):
        assert (broken / "model" / name).read_bytes() == (unbroken / "model" / name).read_bytes()
    assert log_without_times(broken) == log_without_times(unbroken)
    assert sorted(os.listdir(broken)) == sorted(os.listdir(unbroken)), "something is left over from the kills"


def log_without_times(run_dir: Path) -> list[dict[str, str]]:
    with open(run_dir / "log.csv", encoding="utf-8") as stream:
        return [{**row, "seconds": ""} for row in csv.DictReader(stream)]
