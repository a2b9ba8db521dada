"""A network potential for silicon: sampled, trained, exported, and run in LAMMPS beside its reference.

python run.py --output DIR          the potential of the README (about an hour on two cores)
python run.py --demo --output DIR   a quick one (some minutes)
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from physics import compare_physics
from presentation import Outcome, print_outcome, write_report

from nnpot.analysis.predictions import Predictions, predict_frames
from nnpot.errors import NnpotError
from nnpot.files import atomic_directory, atomic_write
from nnpot.io import read_frames, write_frames
from nnpot.lammps_runtime import network_commands
from nnpot.potential import load
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample

HERE = Path(__file__).resolve().parent
TEST_FRACTION = 0.2
TRAIN_SEED, TEST_SEED = 1, 2


def main() -> int:
    """Run all stages; 0 when every bar is met, 1 when one is missed, 2 after an error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder of the results")
    parser.add_argument("--demo", action="store_true", help="the quick version")
    arguments = parser.parse_args()
    try:
        outcome = run(arguments.output, HERE / "demo" if arguments.demo else HERE)
    except (NnpotError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0 if print_outcome(outcome, arguments.output) else 1


def run(output: Path, inputs: Path) -> Outcome:
    """Sample, train, evaluate, simulate and report; everything that is made lies in ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    demo = inputs != HERE
    times: dict[str, float] = {}
    with stage("sampling", "Sampling frames with Stillinger-Weber in LAMMPS", times):
        sample_frames(inputs / "sample.yaml", output)
    with stage("training", "Training the network in TensorFlow", times):
        history = train(inputs / "train.yaml", output)
    with stage("evaluation", "Evaluating the exported model on frames it has never seen", times):
        predictions = evaluate(output)
    with stage("physics", "Simulating with both potentials in LAMMPS", times):
        reference = load_recipe(inputs / "sample.yaml").pair
        physics = compare_physics(reference, network_commands(output / "model", ["Si"]))
    outcome = Outcome(demo, predictions, physics, times, history)
    write_summary(outcome, output)
    write_report(outcome, output)
    return outcome


@contextlib.contextmanager
def stage(name: str, title: str, times: dict[str, float]) -> Any:
    """Say what is being done, and keep how long it took."""
    print(f"{title} ...", flush=True)
    start = time.perf_counter()
    yield
    times[name] = time.perf_counter() - start
    print(f"  done in {times[name]:.0f} s", flush=True)


def sample_frames(recipe: Path, output: Path) -> None:
    """Write train.xyz and, from trajectories of its own, test.xyz; two processes at once."""
    jobs = [
        (recipe, output / "train.xyz", TRAIN_SEED, 1.0),
        (recipe, output / "test.xyz", TEST_SEED, TEST_FRACTION),
    ]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(sample_one, *job) for job in jobs]:
            done.result()


def sample_one(recipe: Path, file: Path, seed: int, fraction: float) -> None:
    """Sample a fraction of a recipe's frames; only the whole one shows its progress."""
    with contextlib.ExitStack() as stack:
        if fraction < 1.0:
            stack.enter_context(contextlib.redirect_stderr(stack.enter_context(open(os.devnull, "w"))))
        write_frames(file, list(sample(load_recipe(recipe).reduced(fraction), seed)))


def train(config_file: Path, output: Path) -> Path:
    """Train on train.xyz and copy the model to where it is looked for; gives the log."""
    from nnpot.training import load_config
    from nnpot.training import train as train_network

    config = load_config(config_file)
    data = config.data.model_copy(update={"train": [output / "train.xyz"]})
    shutil.rmtree(output / "training", ignore_errors=True)
    train_network(config.model_copy(update={"data": data}), output / "training")
    with atomic_directory(output / "model") as model:
        shutil.copytree(output / "training" / "model", model, dirs_exist_ok=True)
    return output / "training" / "log.csv"


def evaluate(output: Path) -> Predictions:
    """What the exported model says about test.xyz."""
    file = output / "test.xyz"
    return predict_frames(load(output / "model"), read_frames(file), file)


def write_summary(outcome: Outcome, output: Path) -> None:
    """All figures in summary.json."""
    summary = {
        "example": "silicon, demo" if outcome.demo else "silicon",
        "test": outcome.predictions.errors.to_dict(),
        "physics": outcome.physics.to_dict(),
        "bars": [vars(bar) | {"passed": bar.passed} for bar in outcome.bars()],
        "seconds": outcome.times,
    }
    with atomic_write(output / "summary.json") as stream:
        json.dump(summary, stream, indent=2, ensure_ascii=False)
        stream.write("\n")


if __name__ == "__main__":
    sys.exit(main())
