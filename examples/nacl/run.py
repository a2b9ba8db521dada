"""Network potentials for NaCl with and without charges, sampled, trained, and run in LAMMPS.

python run.py --output DIR           the networks of the README (20 minutes on two cores)
python run.py --quick --output DIR   all stages, small and short (some minutes)
python run.py --only physics --output DIR   simulate and report with the frames and networks that are there
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from comparison import Outcome, main_networks
from cost import measure
from networks import LONG, RECIPROCAL, SHORT, Network, train_networks
from physics import FULL, QUICK, Plan, compare_physics, melt_starts
from presentation import results

from nnpot.reference.recipe import load_recipe
from nnpot.study import add_stages, changed, command_line, exit_code, sample_frames, stage
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
    cutoffs: tuple[float, ...]
    """Å; the first is that of the main networks."""
    plan: Plan
    cost_cutoffs: tuple[float, ...]
    cost_atoms: int
    cost_seconds: float
    """Of each run that is timed."""
    cost_rounds: int
    quick: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)
    """What is not as the file says, in the trainings."""

    def networks(self) -> list[Network]:
        """With and without charges at each cutoff, and at the first with the other form too."""
        both = [Network(kind, cutoff) for cutoff in self.cutoffs for kind in (SHORT, LONG)]
        return [*both, Network(RECIPROCAL, self.cutoffs[0])]


WHOLE = Version(
    HERE / "sample.yaml", 1.0, HERE / "train.yaml", (5.5, 4.0, 6.0, 8.0), FULL, (5.5, 6.0), 8000, 5.0, 5
)
FEW_FRAMES = {"descriptor": {"automatic": {"n_radial": 8, "n_angular": 1}}, "training": {"epochs": 6}}
SMALL = replace(
    WHOLE,
    fraction=0.25,
    cutoffs=(5.5, 6.0),
    plan=QUICK,
    cost_atoms=1000,
    cost_seconds=0.5,
    quick=True,
    changes=FEW_FRAMES,
)


def main() -> int:
    """Run all stages; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    parser = command_line(__doc__)
    add_stages(parser, STAGES)
    options = parser.parse_args()
    stages = (options.only,) if options.only else STAGES

    def study() -> bool:
        outcome = run(options.output, SMALL if options.quick else WHOLE, stages, options.processes)
        return outcome is None or results(outcome).show(options.output)

    return exit_code(study)


def run(
    output: Path, version: Version, stages: tuple[str, ...] = STAGES, processes: int = 1
) -> Outcome | None:
    """Sample, train, simulate and report; without the last stage there is no outcome.

    What the folder has already of trainings and simulations is not done again.
    """
    output = output.resolve()  # part of what names a kept result
    output.mkdir(parents=True, exist_ok=True)
    times: dict[str, float] = {}
    recipe = load_recipe(version.recipe)
    if "sampling" in stages:
        with stage("sampling", "Sampling frames of NaCl with Ewald sums in LAMMPS", times):
            sample_frames(version.recipe, output, version.fraction)
    if stages == ("sampling",):
        return None
    names = version.networks()
    with stage("training", f"Training {len(names)} networks in TensorFlow", times):
        base = changed(load_config(version.training), version.changes)
        networks = train_networks(names, base, output, processes)
    if "physics" not in stages:
        return None
    main = main_networks(networks, version.cutoffs[0])
    with stage("physics", "Simulating with the reference and the networks in LAMMPS", times):
        behaviours = compare_physics(recipe, main, output, version.plan, processes)
    with stage("cost", "Timing the networks", times):
        start = melt_starts(recipe, output, version.plan, processes)[version.plan.conserving_repeat]
        timing = (version.cost_seconds, version.cost_rounds, version.cost_atoms)
        cost = measure(networks, version.cost_cutoffs, start, output, *timing)
    short, cutoff = version.plan != FULL, version.cutoffs[0]
    outcome = Outcome(short, networks, cutoff, behaviours, cost, times, version.quick)
    results(outcome).write(output)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
