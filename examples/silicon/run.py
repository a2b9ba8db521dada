"""A network potential for silicon: sampled, trained, exported, and run in LAMMPS beside its reference.

python run.py --output DIR          the potential of the README (about an hour on two cores)
python run.py --demo --output DIR   a quick one (some minutes)
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from physics import compare_physics
from presentation import Outcome, print_outcome, write_report
from stages import evaluate, sample_frames, stage, train

from nnpot.errors import NnpotError
from nnpot.files import atomic_write
from nnpot.lammps_runtime import network_commands
from nnpot.reference.recipe import load_recipe

HERE = Path(__file__).resolve().parent


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
