"""Energies of clusters from feature files: networks that see features and no positions, and what they cost.

python run.py --output DIR           349 frames of 965 atoms, 300 epochs (minutes)
python run.py --quick --output DIR   small clusters, few epochs: for a look at the steps
"""

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import clusters
import numpy as np
from measure import measure
from presentation import Outcome, results

from nnpot import load_feature_model
from nnpot.analysis.predictions import predict_frames
from nnpot.io import read_frames, write_feature_file
from nnpot.study import command_line, exit_code


@dataclass(frozen=True)
class Size:
    """How much is done; the first sizes are those of the source."""

    n_frames: int = 349
    n_test: int = 40
    n_molecules: int = 155
    n_helium: int = 500
    epochs: int = 300


QUICK = Size(200, 40, 5, 14, 100)


def main() -> int:
    """Run all parts; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    options = command_line(__doc__, quick="a look at the steps, with bars of its own").parse_args()
    size = QUICK if options.quick else Size()
    return exit_code(lambda: results(run(options.output, size)).show(options.output))


def run(output: Path, size: Size) -> Outcome:
    """Make the data, train on the CPU and where there is one on a GPU, judge the first on other frames."""
    output.mkdir(parents=True, exist_ok=True)
    for name, n_frames, seed in (("train", size.n_frames, 1), ("test", size.n_test, 2)):
        made = list(clusters.frames(n_frames, size.n_molecules, size.n_helium, seed))
        write_feature_file(output / f"{name}.features", made)
    config = output / "train.yaml"
    shutil.copy(Path(__file__).with_name("train.yaml"), config)
    config.write_text(config.read_text(encoding="utf-8") + f"  epochs: {size.epochs}\n", encoding="utf-8")
    costs = []
    for device in ("CPU", "GPU"):
        run_dir = output / f"run_{device.lower()}"
        shutil.rmtree(run_dir, ignore_errors=True)
        cost = measure(config, run_dir, device)
        costs += [] if cost is None else [cost]
    start = time.perf_counter()
    test = read_frames(output / "test.features")
    seconds = time.perf_counter() - start
    errors = predict_frames(load_feature_model(output / "run_cpu" / "model"), test, "test.features").errors
    energies = [frame.get_potential_energy() / len(frame) for frame in test]
    atoms = size.n_frames * (3 * size.n_molecules + size.n_helium)
    outcome = Outcome(
        size.n_frames,
        atoms,
        costs,
        errors,
        1e3 * float(np.std(energies)),
        seconds * size.n_frames / size.n_test,
        quick=size != Size(),
    )
    results(outcome).write(output)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
