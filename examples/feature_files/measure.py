"""A training in a process of its own, and what it took.

python measure.py CONFIG RUN_DIR RESULT.json
"""

import itertools
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnpot.analysis.statistical_error import Estimate, median_of
from nnpot.errors import NnpotError

HIDDEN_GPU = "-1"
EPOCHS = 300
"""For which times are told."""


@dataclass(frozen=True)
class Cost:
    """What a training took."""

    device: str
    """CPU or GPU."""
    epochs: int
    seconds: float
    """In epochs, with the compilation in the first."""
    later_seconds: float
    """In all epochs but the first."""
    wall_seconds: float
    """From the reading of the file to the report."""
    peak_memory: float
    """MB, of the process."""
    load: float
    """Processes that ran in the mean of the minute before the start."""
    epoch_seconds: list[float]
    """Of each epoch."""

    @property
    def epochs_per_second(self) -> float:
        """Without the first, which compiles."""
        return (self.epochs - 1) / max(self.later_seconds, 1e-9)

    @property
    def seconds_of_all_epochs(self) -> Estimate:
        """Of `EPOCHS`: the first, and the median of the later for all others, with the scatter of these."""
        return Estimate(self.epoch_seconds[0]).plus(median_of(self.epoch_seconds[1:]).scaled(EPOCHS - 1))

    @property
    def summary(self) -> dict[str, Any]:
        """All of it, for JSON."""
        whole = {f"seconds_of_{EPOCHS}_epochs": self.seconds_of_all_epochs.value}
        return vars(self) | {"epochs_per_second": self.epochs_per_second} | whole


def measure(config: Path, run_dir: Path, device: str) -> Cost | None:
    """Train in a process that sees a GPU or none; None where there is none to be seen."""
    result = run_dir.with_suffix(".json")
    result.unlink(missing_ok=True)
    hidden = {} if device == "GPU" else {"CUDA_VISIBLE_DEVICES": HIDDEN_GPU}
    command = [sys.executable, __file__, str(config), str(run_dir), str(result), device]
    if subprocess.run(command, env=os.environ | hidden).returncode != 0:
        raise NnpotError(f"{run_dir}: the training on the {device} ended with an error, which is above")
    values = json.loads(result.read_text(encoding="utf-8"))
    return None if values is None else Cost(**values)


def main(config: Path, run_dir: Path, result: Path, device: str) -> None:
    """Train, and write the cost as JSON; ``null`` where a GPU is asked for and there is none."""
    from nnpot.training import load_config, train
    from nnpot.training.tensorflow_setup import tf

    if device == "GPU" and not tf.config.list_physical_devices("GPU"):
        result.write_text("null", encoding="utf-8")
        return
    load, start = os.getloadavg()[0], time.perf_counter()
    trained = train(load_config(config), run_dir)
    wall = time.perf_counter() - start
    rows = (run_dir / "log.csv").read_text(encoding="utf-8").splitlines()[1:]
    elapsed = [0.0, *(float(row.rsplit(",", 1)[1]) for row in rows)]
    epochs = [later - earlier for earlier, later in itertools.pairwise(elapsed)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    later = trained.seconds - epochs[0]
    cost = Cost(device, trained.epochs, trained.seconds, later, wall, peak, load, epochs)
    result.write_text(json.dumps(vars(cost)), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), sys.argv[4])
