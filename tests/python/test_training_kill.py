"""Killed at random moments, a run goes on to the weights of the unbroken one.

The moments are counted in calls of functions, so that they are the same on a machine of any speed.
"""

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
SHORTER = 20

KILLER = """
import json, os, random, signal, sys, traceback
import nnpot.training.session.run  # once for all children
from nnpot.training import load_config, train
from nnpot.training.tensorflow_setup import tf

tf.config.run_functions_eagerly(True)  # compiling would take longer than all epochs
nnpot.training.session.run.write_report = lambda run_dir, *_: run_dir
shorter, config = load_config(sys.argv[1]), load_config(sys.argv[2])
directory, n_kills = sys.argv[3], int(sys.argv[4])
moment = random.Random(7)

def watch_calls(last, epoch, told):
    # count what is called from the start of the n-th epoch of this process on, and kill it at the last
    calls, epochs = 0, 0
    def count(frame, event, argument):
        nonlocal calls, epochs
        if event not in ("call", "c_call"):
            return
        epochs += event == "call" and frame.f_code.co_name == "run_epoch"
        calls += epochs >= epoch
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(count)
    return lambda: os.write(told, str(calls).encode())

def start(run_dir, config, last=-1, epoch=0):
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            tell = watch_calls(last, epoch, told)
            train(config, run_dir, resume=True)
            tell()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(told)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(heard) as pipe:
        return code, pipe.read()

def epochs_done(run_dir):
    try:
        with open(os.path.join(run_dir, "log.csv")) as stream:
            return len(stream.readlines()) - 1
    except OSError:
        return 0

broken, unbroken = os.path.join(directory, "broken"), os.path.join(directory, "unbroken")
code, calls = start(unbroken, config)
assert code == 0
killed_at = []
for number in range(n_kills):
    # every second one while epochs run; the others at any moment, reading of the data included
    last = int(moment.uniform(0.0, 0.1) * int(calls))
    code, _ = start(broken, shorter, last, epoch=2 if number % 2 else 0)
    assert code == -signal.SIGKILL, code
    killed_at.append(epochs_done(broken))
assert start(broken, shorter)[0] == 0
assert epochs_done(broken) == shorter.training.epochs
assert start(broken, config)[0] == 0
print(json.dumps(killed_at))
"""


def test_ten_kills_at_random_moments_change_nothing(tmp_path: Path) -> None:
    """Nor does it that the run was to be shorter at first, where the rates do not depend on its length."""
    frames = write_alloy(tmp_path, 6)
    plateau = {"schedule": "plateau", "plateau_patience": 3, "initial_rate": 0.05}
    configs = []
    for epochs in (SHORTER, EPOCHS):
        values = alloy_values(
            frames, epochs=epochs, checkpoint_seconds=0, batch_size=8, hidden=[4], **plateau
        )
        configs.append(tmp_path / f"{epochs}.yaml")
        configs[-1].write_text(yaml.safe_dump(values), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", KILLER, *map(str, configs), str(tmp_path), str(KILLS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    killed_at = json.loads(done.stdout.splitlines()[-1])
    assert len({epoch for epoch in killed_at if 0 < epoch < SHORTER}) >= 4, f"too little tested: {killed_at}"
    broken, unbroken = tmp_path / "broken", tmp_path / "unbroken"
    for name in ("input.nn", "scaling.data", "weights.029.data", "weights.079.data"):
        assert (broken / "model" / name).read_bytes() == (unbroken / "model" / name).read_bytes()
    assert log_without_times(broken) == log_without_times(unbroken)
    assert sorted(os.listdir(broken)) == sorted(os.listdir(unbroken)), "something is left over from the kills"


def log_without_times(run_dir: Path) -> list[dict[str, str]]:
    with open(run_dir / "log.csv", encoding="utf-8") as stream:
        return [{**row, "seconds": ""} for row in csv.DictReader(stream)]
