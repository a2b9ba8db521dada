"""LAMMPS in processes of its own: what it says, how much memory it takes, and how it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONGEST, wait_until

from nnpot.benchmark import launch, rank
from nnpot.benchmark.launch import run_lammps
from nnpot.errors import NnpotError

SCRIPT = """\
units metal
lattice diamond 5.431
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 28.0855
pair_style zero 4.0
pair_coeff * *
thermo_style custom step temp
run 2
run 3
"""
HOLDS_MEMORY = "import sys; block = b'x' * (int(sys.argv[1]) * 2**20); print(len(block))"


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_gives_its_log_and_the_memory_of_every_rank(ranks: int) -> None:
    outcome = run_lammps(SCRIPT, ranks)
    assert (outcome.log.n_steps, outcome.log.n_atoms) == (3, 216)
    assert outcome.log.list_cutoff == 6.0
    assert len(outcome.peak_memory) == ranks
    assert all(5.0 < peak < 500.0 for peak in outcome.peak_memory)


@pytest.mark.parametrize("ranks", [1, 2])
def test_an_error_of_lammps_is_one_line(ranks: int) -> None:
    with pytest.raises(NnpotError) as caught:
        run_lammps(SCRIPT.replace("pair_style zero", "pair_style zorro"), ranks)
    assert "pair style 'zorro'" in str(caught.value).lower() or "zorro" in str(caught.value)
    assert str(caught.value).startswith("LAMMPS: ") and "\n" not in str(caught.value)
    assert ".cpp" not in str(caught.value)


def test_a_crash_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = [sys.executable, "-c", "import os; os.abort()"]
    monkeypatch.setattr(launch, "lmp_command", lambda: crash)
    with pytest.raises(NnpotError, match="LAMMPS ended with exit code"):
        run_lammps(SCRIPT)


def test_the_peak_is_that_of_the_command_and_what_it_starts(tmp_path: Path) -> None:
    inner = [sys.executable, "-c", HOLDS_MEMORY, "200"]
    outer = [sys.executable, "-c", f"import subprocess; subprocess.run({inner!r}, check=True)"]
    for command in (inner, outer):
        arguments = [sys.executable, str(rank.__file__), str(tmp_path / "memory"), *command]
        assert os.spawnve(os.P_WAIT, sys.executable, arguments, {**os.environ, "PMI_RANK": "3"}) == 0
        assert 200.0 < float((tmp_path / "memory.3").read_text()) / 1024.0 < 300.0


def test_nothing_is_left_behind_after_an_interruption(tmp_path: Path) -> None:
    """The process that stands for LAMMPS writes down its number and would sleep for long."""
    mark = tmp_path / "pid"
    sleeper = (
        f"import os, time, pathlib; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    code = (
        "import sys\nfrom nnpot.benchmark import launch\n"
        f"launch.lmp_command = lambda: [sys.executable, '-c', {sleeper!r}]\nlaunch.run_lammps('')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: mark.is_file() and mark.read_text() != "")
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=LONGEST)[1]
    wait_until(lambda: not Path(f"/proc/{mark.read_text()}").exists())
