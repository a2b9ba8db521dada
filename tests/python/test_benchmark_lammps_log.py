"""Reading LAMMPS's log: the last run of it, and why it stopped."""

from __future__ import annotations

import math

import pytest

from nnpot.benchmark.launch import error_line, parse_log
from nnpot.errors import FileFormatError

HEAD = """\
LAMMPS (22 Jul 2025 - Update 4)
Neighbor list info ...
  update: every = 1 steps, delay = 0 steps, check = yes
  max neighbors/atom: 2000, page size: 100000
  master list distance cutoff = 8
"""


def run_text(steps: int, loop: float, pair: float, temperature: float, memory: float = 4.5) -> str:
    """A run as LAMMPS writes it, on two ranks."""
    return f"""\
Per MPI rank memory allocation (min/avg/max) = 3.5 | 4 | {memory} Mbytes
   Step          Temp     
         0   300          
        {steps}   {temperature}
Loop time of {loop} on 2 procs for {steps} steps with 4096 atoms

Performance: 0.217 ns/day, 110.707 hours/ns, 5.018 timesteps/s, 20.555 katom-step/s
48.6% CPU use with 2 MPI tasks x 1 OpenMP threads

MPI task timing breakdown:
Section |  min time  |  avg time  |  max time  |%varavg| %total
---------------------------------------------------------------
Pair    | 0.1        | {pair}     | 7.9504     |   0.0 | 99.74
Neigh   | 0          | 6.5713e-05 | 0          |   0.0 |  0.00
Other   |            | 0.005557   |            |       |  0.07

Nlocal:           4096 ave        4096 max        4096 min
Total # of neighbors = 845424
"""


def test_the_last_run_counts() -> None:
    log = parse_log(HEAD + run_text(3, 9.0, 8.0, 310.0, 3.0) + run_text(40, 2.5, 2.25, 298.5))
    assert (log.n_steps, log.n_atoms, log.loop, log.pair) == (40, 4096, 2.5, 2.25)
    assert log.sections == {"Pair": 2.25, "Neigh": 6.5713e-05, "Other": 0.005557}
    assert (log.cpu_use, log.allocated, log.list_cutoff, log.temperature) == (0.486, 4.5, 8.0, 298.5)
    assert log.stages == {}


def test_stages_are_those_of_the_last_run() -> None:
    first = run_text(3, 9.0, 8.0, 310.0) + "nnpot stage radial 7.0\n"
    last = run_text(40, 2.5, 2.25, 298.5) + "nnpot stage radial 1.5\nnnpot stage angular forward 5e-1\n"
    assert parse_log(HEAD + first + last).stages == {"radial": 1.5, "angular forward": 0.5}


def test_a_line_that_only_looks_like_a_stage_is_none() -> None:
    text = HEAD + run_text(40, 2.5, 2.25, 298.5) + "nnpot stage radial\nnnpot stages 1.0\n"
    assert parse_log(text).stages == {}


def test_what_the_log_does_not_have_is_not_a_number() -> None:
    text = run_text(40, 2.5, 2.25, 298.5).split("\n", 4)[4]
    log = parse_log(text)
    assert math.isnan(log.temperature) and math.isnan(log.allocated) and math.isnan(log.list_cutoff)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "no finished run"),
        (HEAD + run_text(40, 2.5, 2.25, 298.5).replace("Pair ", "Bond "), "no timing breakdown"),
    ],
)
def test_a_log_without_times_is_refused(text: str, says: str) -> None:
    with pytest.raises(FileFormatError, match=says):
        parse_log(text)


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: Unknown pair style: snip (src/src/force.cpp:278)",
        "ERROR on proc 1: Unknown pair style: snip (/tmp/build/src/force.cpp:278)",
    ],
)
def test_the_line_of_an_error_is_without_sources(line: str) -> None:
    assert error_line(f"{HEAD}{line}\nLast input line: pair_style snip\n") == "Unknown pair style: snip"


def test_a_word_in_a_line_is_no_error() -> None:
    assert error_line("the ERROR is not at the start\n") is None
