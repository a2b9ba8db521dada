"""Runs LAMMPS in processes of its own, reads the log of each, and measures their memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nnpot.benchmark import rank
from nnpot.errors import FileFormatError, NnpotError
from nnpot.lammps.runtime import lmp_command, mpi_command

NUMBER = r"([-+]?\d[\d.]*(?:[eE][-+]?\d+)?)"
LOOP = re.compile(rf"^Loop time of {NUMBER} on (\d+) procs for (\d+) steps with (\d+) atoms", re.MULTILINE)
SECTION = re.compile(rf"^([A-Z]\w+) +\|[^|]*\| +{NUMBER} +\|", re.MULTILINE)
CPU_USE = re.compile(rf"^{NUMBER}% CPU use", re.MULTILINE)
MEMORY = re.compile(r"Per MPI rank memory allocation .* ([\d.]+) Mbytes")
LIST_CUTOFF = re.compile(rf"master list distance cutoff = {NUMBER}")
STAGE = re.compile(rf"^nnpot stage (\S.*?) +{NUMBER}\s*$", re.MULTILINE)


@dataclass(frozen=True)
class LammpsLog:
    """The last run of a log; times in seconds, for all its steps, as means over MPI ranks."""

    loop: float
    n_steps: int
    n_atoms: int
    sections: dict[str, float]  # LAMMPS's timing breakdown: ``Pair``, ``Neigh``, ``Comm``, ...
    cpu_use: float
    """The part of the loop's time in which the processes had a core; 1 on a machine without other work."""
    allocated: float  # what LAMMPS knows to have allocated on the largest MPI rank, MB
    list_cutoff: float  # cutoff of the neighbor list, skin included, Å
    temperature: float  # at the end of the run, K; NaN where the log does not have it
    stages: dict[str, float] = field(default_factory=dict)
    """Stages of the engine: ``nnpot stage NAME SECONDS``, lines of a plugin with timers after a run."""

    @property
    def pair(self) -> float:
        """Seconds in the pair style."""
        return self.sections["Pair"]


def parse_log(text: str) -> LammpsLog:
    """Read the last run of a log; `FileFormatError` if none has ended or its timing breakdown is missing."""
    runs = list(LOOP.finditer(text))
    if not runs:
        raise FileFormatError("LAMMPS's log has no finished run (no line 'Loop time of ...')")
    last = runs[-1]
    after = text[last.start() :]
    sections = {match[1]: float(match[2]) for match in SECTION.finditer(after)}
    if "Pair" not in sections:
        raise FileFormatError(
            "LAMMPS's log has no timing breakdown after its last run (no line 'Pair | ...')"
        )
    return LammpsLog(
        loop=float(last[1]),
        n_steps=int(last[3]),
        n_atoms=int(last[4]),
        sections=sections,
        cpu_use=_last(CPU_USE, after, 100.0) / 100.0,
        allocated=_last(MEMORY, text[: last.start()], float("nan")),
        list_cutoff=_last(LIST_CUTOFF, text, float("nan")),
        temperature=_temperature(text[: last.start()]),
        stages={match[1]: float(match[2]) for match in STAGE.finditer(after)},
    )


def error_line(text: str) -> str | None:
    """The line with which LAMMPS stopped, without the place in its sources; None if there is none."""
    lines = [line for line in text.splitlines() if line.startswith("ERROR")]
    if not lines:
        return None
    line = re.sub(r"^ERROR(?: on proc \d+)?: *", "", lines[0])
    return re.sub(r"\s*\((?:src|/|\.\.)[^)]*\.cpp:\d+\)", "", line).strip()


def _last(pattern: re.Pattern[str], text: str, missing: float) -> float:
    found = pattern.findall(text)
    return float(found[-1]) if found else missing


def _temperature(text: str) -> float:
    """The second number of the last line of thermodynamic output: ``thermo_style custom step temp ...``."""
    words = text.rstrip().rsplit("\n", 1)[-1].split()
    try:
        return float(words[1])
    except (IndexError, ValueError):
        return float("nan")


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
