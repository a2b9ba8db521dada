"""Trains in a process of its own and measures it; a run that has ended stays on the disk."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nnpot import _core
from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.support.digested import read_record, write_record
from nnpot.support.files import atomic_write

RESULT, CONFIGURATION, OUTPUT, RUN = "result.json", "train.yaml", "output.txt", "run"
COLUMNS = {
    "seconds": "seconds",
    "validation_force_rmse_mev_per_angstrom": "force_rmse",
    "validation_energy_rmse_mev_per_atom": "energy_rmse",
    "validation_loss": "loss",
}
"""Columns of a training's log.csv, and what they are called here."""


@dataclass(frozen=True)
class TrainingRun:
    """A training that was made. Lists have a value per epoch, NaN where there are no such labels."""

    label: str
    round: int
    seconds: list[float]
    """Time in epochs so far, compilation and validation included."""
    force_rmse: list[float]
    """The error of the validation frames, meV/Å."""
    energy_rmse: list[float]
    """The same, meV/atom."""
    loss: list[float]
    wall_seconds: float
    """The time of the whole process: start, descriptors, training, report."""
    cpu_seconds: float
    peak_memory: float
    """Peak resident memory of the process, MB."""
    load: float
    """The load of the machine before the run (its average over a minute)."""
    cutoff: float
    """Å."""
    n_functions: dict[str, int]
    """Symmetry functions of each element."""

    @property
    def epochs(self) -> int:
        """How many were done."""
        return len(self.seconds)

    @property
    def best(self) -> int:
        """Index of the epoch whose weights were kept."""
        known = [math.inf if math.isnan(loss) else loss for loss in self.loss]
        return known.index(min(known))

    def epoch_seconds(self) -> list[float]:
        """The time of each epoch but the first, in which TensorFlow compiles."""
        pairs = zip(self.seconds, self.seconds[1:], strict=False)
        return [after - before for before, after in pairs]

    def reached(self, force_rmse: float) -> int | None:
        """Index of the first epoch with a validation error of the forces as small as this."""
        return next((i for i, value in enumerate(self.force_rmse) if value <= force_rmse), None)


def run_training(values: dict[str, Any], folder: Path, label: str, number: int) -> TrainingRun:
    """Train with ``nnpot train`` in a process of its own.

    Parameters
    ----------
    values
        The configuration.
    folder
        Made anew; it keeps the configuration, the output and the run.
    label, number
        Whose run it is.

    Raises
    ------
    NnpotError
        If the training fails; the message is the line with which it stopped.
    """
    remove(folder)
    folder.mkdir(parents=True)
    with atomic_write(folder / CONFIGURATION) as stream:
        json.dump(values, stream, indent=2, ensure_ascii=False)  # JSON is YAML
    load = os.getloadavg()[0]
    start = time.monotonic()
    code, usage = _run(folder)
    wall = time.monotonic() - start
    if code != 0:
        raise NnpotError(_last_line(folder / OUTPUT) or f"nnpot train ended with exit code {code}")
    model = _core.Model.read(str(sorted((folder / RUN).glob("model*"))[0]), None)
    return TrainingRun(
        label,
        number,
        **read_log(folder / RUN / "log.csv"),
        wall_seconds=wall,
        cpu_seconds=usage[0],
        peak_memory=usage[1],
        load=load,
        cutoff=model.cutoff,
        n_functions={element: len(model.functions(element)) for element in model.elements},
    )


def _run(folder: Path) -> tuple[int, tuple[float, float]]:
    """Exit code, CPU seconds and peak memory (MB) of a training; nothing of it is left after Ctrl-C."""
    code = "from nnpot.cli.main import main; main()"
    command = [sys.executable, "-c", code, "train", str(folder / CONFIGURATION), "-o", str(folder / RUN)]
    with open(folder / OUTPUT, "wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, (usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0)


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("nnpot: error: ") if lines else ""


def read_log(path: Path) -> dict[str, list[float]]:
    """The columns of a training's log that a benchmark needs, by the names that they have here."""
    with open(path, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        name: [float(row[column]) if row[column] else math.nan for row in rows]
        for column, name in COLUMNS.items()
    }


def keep(run: TrainingRun, made_with: dict[str, Any], folder: Path) -> None:
    """Write down a run and what it was made with."""
    write_record(folder / RESULT, {"made_with": made_with, "run": asdict(run)})


def remove(folder: Path) -> None:
    """Remove a run, whole or broken off, and nothing else.

    Raises
    ------
    InvalidInputError
        If the folder is not one of ours.
    """
    if folder.exists() and not (folder / CONFIGURATION).is_file():
        raise InvalidInputError(f"{folder}: is no run of a benchmark; name another --output")
    shutil.rmtree(folder, ignore_errors=True)


def kept(folder: Path) -> tuple[TrainingRun, dict[str, Any]] | None:
    """A run that `keep` has written, and what it was made with; None where there is none.

    Raises
    ------
    FileFormatError
        If it cannot be read.
    """
    path = folder / RESULT
    if not path.is_file():
        return None
    advice = "remove it to make it again"
    content = read_record(path, "result of a run", advice)
    try:
        return TrainingRun(**content["run"]), dict(content["made_with"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{path}: is not a run ({error}); {advice}") from error
