"""A network potential for silicon: sampled, trained, exported, and run in LAMMPS beside its reference.

python run.py --output DIR          the potential of the README (half an hour on two cores)
python run.py --quick --output DIR   a quick one (three minutes)
python run.py --seed 2 --output DIR  with other random numbers in samples, network and simulations
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from physics import FULL, QUICK, compare_physics
from presentation import Outcome, results

from nnpot.reference.recipe import load_recipe
from nnpot.study import (
    add_processes,
    command_line,
    count,
    evaluate,
    exit_code,
    sample_frames,
    seeded,
    stage,
    train_on,
)
from nnpot.training import load_config

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run all stages; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    parser = command_line(__doc__)
    add_processes(parser)
    parser.add_argument("--seed", type=count, default=1, help="of all random numbers (1)")
    options = parser.parse_args()
    inputs = HERE / "quick" if options.quick else HERE
    return exit_code(
        lambda: results(run(options.output, inputs, options.seed, options.processes)).show(options.output)
    )


def run(output: Path, inputs: Path, seed: int = 1, processes: int = 2) -> Outcome:
    """Sample, train, evaluate, simulate and report; everything that is made lies in ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    quick = inputs != HERE
    times: dict[str, float] = {}
    with stage("sampling", "Sampling frames with Stillinger-Weber in LAMMPS", times):
        sample_frames(inputs / "sample.yaml", output, seed=seed)
    with stage("training", "Training the network in TensorFlow", times):
        log = train_on(output / "train.xyz", seeded(load_config(inputs / "train.yaml"), seed), output)
    with stage("evaluation", "Evaluating the exported model on frames it has never seen", times):
        predictions = evaluate(output / "model", output / "test.xyz")
    with stage("physics", "Simulating with both potentials in LAMMPS", times):
        reference = load_recipe(inputs / "sample.yaml").pair
        physics = compare_physics(reference, output, QUICK if quick else FULL, seed, processes)
    outcome = Outcome(quick, predictions, physics, times, log)
    results(outcome).write(output)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
