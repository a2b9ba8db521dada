"""A network potential for SiO2: sampled, trained, exported, and run in LAMMPS beside Vashishta's.

python run.py --output DIR           the potential of the README (75 minutes on two cores)
python run.py --quick --output DIR   all stages, small and short (some minutes)
python run.py --only physics --output DIR   simulate and report with the frames and the model that are there
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from bars import summary_of_bars
from command import add_stages, command_line, exit_code, positive, write_summary
from comparison import Outcome, figures
from physics import FULL, QUICK, Plan, compare_physics
from presentation import print_outcome, write_report
from stages import evaluate, sample_frames, stage, train

from nnpot.reference.recipe import load_recipe

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


WHOLE = Version(HERE / "sample.yaml", 1.0, HERE / "train.yaml", FULL)
SMALL = Version(HERE / "sample.yaml", 0.2, HERE / "quick.yaml", QUICK, quick=True)


def main() -> int:
    """Run all stages; the exit codes are those of `command.EXIT_CODES`."""
    parser = command_line(__doc__)
    add_stages(parser, STAGES)
    parser.add_argument("--times", type=positive, default=1.0, help="factor of the simulated times (1)")
    arguments = parser.parse_args()
    stages = STAGES if arguments.only is None else (arguments.only,)
    version = SMALL if arguments.quick else WHOLE
    version = replace(version, plan=version.plan.shortened(arguments.times))

    def example() -> bool:
        outcome = run(arguments.output, version, stages, arguments.processes)
        return outcome is None or print_outcome(outcome, arguments.output)

    return exit_code(example)


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
            log = train(version.training, output)
    if "physics" not in stages:
        return None
    with stage("evaluation", "Evaluating the exported model on frames it has never seen", times):
        predictions = evaluate(output)
    with stage("physics", "Simulating with both potentials in LAMMPS", times):
        physics = compare_physics(load_recipe(version.recipe), output, version.plan, processes)
    outcome = Outcome(version.plan != FULL, predictions, physics, times, log, version.quick)
    write_summary(output, summary_of(outcome))
    write_report(outcome, output)
    return outcome


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """All figures."""
    return {
        "example": "silica, shortened" if outcome.short else "silica",
        "test": outcome.predictions.errors.to_dict(),
        "physics": figures(outcome),
        "bars": summary_of_bars(outcome.bars()),
        "seconds": outcome.times,
    }


if __name__ == "__main__":
    sys.exit(main())
