"""A network potential for silicon: sampled, trained, exported, and run in LAMMPS beside its reference.

python run.py --output DIR          the potential of the README (half an hour on two cores)
python run.py --quick --output DIR   a quick one (three minutes)
python run.py --seed 2 --output DIR  with other random numbers in samples, network and simulations
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from bars import summary_of_bars
from command import add_processes, command_line, count, exit_code, write_summary
from physics import FULL, QUICK, compare_physics
from presentation import Outcome, print_outcome, write_report
from stages import evaluate, sample_frames, stage, train

from nnpot.reference.recipe import load_recipe

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run all stages; the exit codes are those of `command.EXIT_CODES`."""
    parser = command_line(__doc__)
    add_processes(parser)
    parser.add_argument("--seed", type=count, default=1, help="of all random numbers (1)")
    arguments = parser.parse_args()
    inputs = HERE / "quick" if arguments.quick else HERE

    def example() -> bool:
        outcome = run(arguments.output, inputs, arguments.seed, arguments.processes)
        return print_outcome(outcome, arguments.output)

    return exit_code(example)


def run(output: Path, inputs: Path, seed: int = 1, processes: int = 2) -> Outcome:
    """Sample, train, evaluate, simulate and report; everything that is made lies in ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    quick = inputs != HERE
    times: dict[str, float] = {}
    with stage("sampling", "Sampling frames with Stillinger-Weber in LAMMPS", times):
        sample_frames(inputs / "sample.yaml", output, seed=seed)
    with stage("training", "Training the network in TensorFlow", times):
        history = train(inputs / "train.yaml", output, seed)
    with stage("evaluation", "Evaluating the exported model on frames it has never seen", times):
        predictions = evaluate(output)
    with stage("physics", "Simulating with both potentials in LAMMPS", times):
        reference = load_recipe(inputs / "sample.yaml").pair
        physics = compare_physics(reference, output, QUICK if quick else FULL, seed, processes)
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
        "bars": summary_of_bars(outcome.bars()),
        "seconds": outcome.times,
    }


if __name__ == "__main__":
    sys.exit(main())
