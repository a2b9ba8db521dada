"""Active learning of silicon: from 20 frames of crystal at 300 K to the liquid at 2500 K, without help.

python run.py --output DIR           the loop of the README (half an hour at most on two cores)
python run.py --quick --output DIR   the same on a few frames, to see that it works
"""

import os
import shutil
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from ase import Atoms
from ase.build import bulk
from presentation import Outcome, results

from nnpot.analysis.radial_distribution import Simulation, simulate_radial_distribution
from nnpot.io import write_frames
from nnpot.lammps.runtime import network_commands
from nnpot.learning import LearningConfig, load_config
from nnpot.learning.judgement import judge
from nnpot.learning.loop import LearningResult, learn
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample, scale_to_density
from nnpot.study import command_line, exit_code

HERE = Path(__file__).resolve().parent
LIQUID = "liquid 2500 K"
"""The group of the test frames that the bar is about."""
TEST_SEED = 2
SIMULATION = Simulation(temperature=2500.0, duration=10.0, melt=5000.0, equilibration=3.0)
QUICK_SIMULATION = Simulation(temperature=2500.0, duration=0.1, melt=5000.0, equilibration=0.1, r_max=5.0)
DENSITY = 2.45
"""Of the liquid, g/cm³."""


def main() -> int:
    """Run all stages; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    options = command_line(__doc__).parse_args()
    inputs = HERE / "quick" if options.quick else HERE
    return exit_code(lambda: results(run(options.output, inputs)).show(options.output), "nnpot.learning")


def run(output: Path, inputs: Path) -> Outcome:
    """Sample test frames, run the loop, judge and report; everything that is made lies in ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    quick = inputs != HERE
    print("Sampling test frames with Stillinger-Weber in LAMMPS ...", flush=True)
    write_frames(output / "test.xyz", list(sample(load_recipe(inputs / "test.yaml"), TEST_SEED)))
    config = load_config(inputs / "learn.yaml")
    config = config.model_copy(update={"test": [output / "test.xyz"]})
    print("Learning ...", flush=True)
    shutil.rmtree(output / "loop", ignore_errors=True)
    start = time.perf_counter()
    result = learn(config, output / "loop")
    minutes = (time.perf_counter() - start) / 60.0
    print("Judging the committee ...", flush=True)
    outcome = judged(config, result, minutes, quick)
    results(outcome).write(output)
    return outcome


def judged(config: LearningConfig, result: LearningResult, minutes: float, quick: bool) -> Outcome:
    """Errors on the test frames, and the liquid of the committee beside that of Stillinger-Weber."""
    test = judge(result.models, result.test_frames)
    liquid = judge(result.models, [frame for frame in result.test_frames if frame.info["group"] == LIQUID])
    assert test is not None and liquid is not None, "there are test frames of the liquid"
    reference = config.reference.lammps
    assert reference is not None, "the teacher is a pair style"
    simulation = QUICK_SIMULATION if quick else SIMULATION
    pairs = {
        "Stillinger-Weber": reference.pair,
        "committee": network_commands(result.models, config.elements),
    }
    atoms = liquid_cell(2 if quick else 3)
    curves = {
        name: simulate_radial_distribution(atoms, config.elements, pair, simulation)
        for name, pair in pairs.items()
    }
    return Outcome(quick, config, result.rounds, minutes, test, liquid, curves)


def liquid_cell(repeat: int) -> Atoms:
    """A crystal at the density of the liquid, to be melted."""
    atoms = bulk("Si", "diamond", a=5.431, cubic=True).repeat(repeat)
    scale_to_density(atoms, DENSITY)
    return atoms


if __name__ == "__main__":
    sys.exit(main())
