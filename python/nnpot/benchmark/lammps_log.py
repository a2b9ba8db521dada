"""What the log of LAMMPS says about its last run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nnpot.errors import FileFormatError

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
    """Read the last run of a log.

    Raises `FileFormatError` if no run has come to its end, or its timing breakdown is missing.
    """
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
