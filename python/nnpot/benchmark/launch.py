"""Runs LAMMPS in processes of its own and measures their memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nnpot.benchmark import rank
from nnpot.benchmark.lammps_log import LammpsLog, error_line, parse_log
from nnpot.errors import NnpotError
from nnpot.lammps.runtime import lmp_command, mpi_command

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
MB = 1024.0  # KiB (what the system counts in) per MB of 2^20 bytes (LAMMPS's Mbytes)


@dataclass(frozen=True)
class Outcome:
    """A run that has ended well."""

    log: LammpsLog
    peak_memory: list[float]  # peak resident memory of each MPI rank, MB


def run_lammps(script: str, ranks: int = 1) -> Outcome:
    """Run an input script with the ``lmp`` of this environment, one thread per MPI rank.

    Raises `NnpotError` if LAMMPS is missing or fails; the message is the line with which it stopped.
    """
    with tempfile.TemporaryDirectory(prefix="nnpot-benchmark-") as name:
        folder = Path(name)
        (folder / "in.lammps").write_text(script, encoding="utf-8")
        output = _run(_command(folder, ranks), folder)
        log = folder / "log.lammps"
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        if error := error_line(text) or error_line(output.stdout):
            raise NnpotError(f"LAMMPS: {error}")
        if output.returncode != 0:
            last = (output.stderr.strip() or output.stdout.strip()).rsplit("\n", 1)[-1]
            raise NnpotError(f"LAMMPS ended with exit code {output.returncode}: {last or 'it said nothing'}")
        peaks = [float((folder / f"memory.{i}").read_text()) / MB for i in range(ranks)]
        return Outcome(parse_log(text), peaks)


def _command(folder: Path, ranks: int) -> list[str]:
    measured = [sys.executable, "-S", "-E", str(Path(rank.__file__)), str(folder / "memory")]
    launcher = mpi_command(ranks) if ranks > 1 else []
    return [*launcher, *measured, *lmp_command(), "-in", "in.lammps", "-nocite", "-screen", "none"]


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in a process group of its own, none of which is left behind after Ctrl-C."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **ONE_THREAD},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)
