"""A network potential for SiO2: sampled, trained, exported, and run in LAMMPS beside Vashishta's.

python run.py --output DIR           the potential of the README (75 minutes on two cores)
python run.py --quick --output DIR   all stages, small and short (some minutes)
python run.py --only physics --output DIR   simulate and report with the frames and the model that are there
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from comparison import Outcome
from physics import FULL, QUICK, Plan, compare_physics
from presentation import results

from nnpot.reference.recipe import load_recipe
from nnpot.study import (
    add_stages,
    changed,
    command_line,
    evaluate,
    exit_code,
    positive,
    sample_frames,
    stage,
    train_on,
)
from nnpot.training import load_config

HERE = Path(__file__).resolve().parent
STAGES = ("sampling", "training", "physics")


@dataclass(frozen=True)
class Version:
    """How much of everything."""

    recipe: Path
    fraction: float
    """Of the recipe's frames."""
    training: Path
    plan: Plan
    quick: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)
    """What is not as the file says, in the training."""


WHOLE = Version(HERE / "sample.yaml", 1.0, HERE / "train.yaml", FULL)
FEW_FRAMES = {"optimizer": {"kalman": {"forgetting_rate": 0.998}}, "training": {"epochs": 50}}
SMALL = replace(WHOLE, fraction=0.2, plan=QUICK, quick=True, changes=FEW_FRAMES)


def main() -> int:
    """Run all stages; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    parser = command_line(__doc__)
    add_stages(parser, STAGES)
    parser.add_argument("--times", type=positive, default=1.0, help="factor of the simulated times (1)")
    options = parser.parse_args()
    stages = (options.only,) if options.only else STAGES
    version = SMALL if options.quick else WHOLE
    version = replace(version, plan=version.plan.shortened(options.times))

    def study() -> bool:
        outcome = run(options.output, version, stages, options.processes)
        return outcome is None or results(outcome).show(options.output)

    return exit_code(study)


def run(
    output: Path, version: Version, stages: tuple[str, ...] = STAGES, processes: int = 1
) -> Outcome | None:
    """Sample, train, evaluate, simulate and report; without the last stage there is no outcome."""
    output.mkdir(parents=True, exist_ok=True)
    times: dict[str, float] = {}
    log = output / "training" / "log.csv"
    if "sampling" in stages:
        with stage("sampling", "Sampling frames with Vashishta's potential in LAMMPS", times):
            sample_frames(version.recipe, output, version.fraction)
    if "training" in stages:
        with stage("training", "Training the network in TensorFlow", times):
            config = changed(load_config(version.training), version.changes)
            log = train_on(output / "train.xyz", config, output)
    if "physics" not in stages:
        return None
    with stage("evaluation", "Evaluating the exported model on frames it has never seen", times):
        predictions = evaluate(output / "model", output / "test.xyz")
    with stage("physics", "Simulating with both potentials in LAMMPS", times):
        physics = compare_physics(load_recipe(version.recipe), output, version.plan, processes)
    outcome = Outcome(version.plan != FULL, predictions, physics, times, log, version.quick)
    results(outcome).write(output)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
