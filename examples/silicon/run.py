"""A network potential for silicon: sampled, trained, exported, and run in LAMMPS beside its reference.

python run.py --output DIR          the potential of the README (about an hour on two cores)
python run.py --quick --output DIR   a quick one (some minutes)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from command import command_line, exit_code, write_summary
from physics import compare_physics
from presentation import Outcome, print_outcome, write_report
from stages import evaluate, sample_frames, stage, train

from nnpot.lammps_runtime import network_commands
from nnpot.reference.recipe import load_recipe

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run all stages; 0 when every bar is met, 1 when one is missed, 2 after an error."""
    arguments = command_line(__doc__).parse_args()
    inputs = HERE / "quick" if arguments.quick else HERE
    return exit_code(lambda: print_outcome(run(arguments.output, inputs), arguments.output))


def run(output: Path, inputs: Path) -> Outcome:
    """Sample, train, evaluate, simulate and report; everything that is made lies in ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    quick = inputs != HERE
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
    outcome = Outcome(quick, predictions, physics, times, history)
    write_summary(output, summary_of(outcome))
    write_report(outcome, output)
    return outcome


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """All figures."""
    return {
        "example": "silicon, quick" if outcome.quick else "silicon",
        "test": outcome.predictions.errors.to_dict(),
        "physics": outcome.physics.to_dict(),
        "bars": [vars(bar) | {"passed": bar.passed} for bar in outcome.bars()],
        "seconds": outcome.times,
    }


if __name__ == "__main__":
    sys.exit(main())
