"""Tasks in processes: results, exceptions, and a task that kills its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from waiting import wait_until

from nnpot.errors import InvalidInputError, NnpotError
from nnpot.support import farm
from nnpot.support.farm import run_all, run_tasks


def square_or_fail(number: int) -> int:
    if number == 2:
        raise ValueError("two is refused")
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number**2


def test_a_failing_and_a_dying_task_cost_none_of_the_others() -> None:
    found = dict(run_tasks(square_or_fail, [0, 1, 2, 3, 4], workers=2))
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert [found[n] for n in (0, 1, 4)] == [0, 1, 16]
    assert isinstance(found[2], ValueError) and "two is refused" in str(found[2])
    assert isinstance(found[3], NnpotError) and "its process died" in str(found[3])


PARENT = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from test_farm import tell_and_wait
from nnpot.support.farm import run_tasks
if __name__ == "__main__":
    list(run_tasks(tell_and_wait, [sys.argv[2]], 1))
"""


def tell_and_wait(file: str) -> None:
    Path(file).write_text(str(os.getpid()))
    time.sleep(300)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script, file = tmp_path / "parent.py", tmp_path / "worker"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script), str(Path(__file__).parent), str(file)])
    wait_until(lambda: file.exists() and file.read_text() != "")
    worker = int(file.read_text())
    assert is_running(worker)
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_running(worker))


def test_a_scheduler_that_is_not_there() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InvalidInputError, match="no Dask scheduler answers"):
        list(run_tasks(square_or_fail, [1], 1, "tcp:///nonsense"))


def test_results_in_order_and_the_first_failure() -> None:
    assert run_all(square_or_fail, [4, 1, 0], workers=2) == [16, 1, 0]
    with pytest.raises(ValueError, match="two is refused"):
        run_all(square_or_fail, [2, 1], workers=1)


class TwoWords(Exception):
    """Cannot be made from its message alone, so it cannot be sent to another process."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def misbehave(kind: str) -> object:
    if kind == "exit":
        sys.exit(3)
    if kind == "interrupt":
        raise KeyboardInterrupt
    if kind == "gone":
        os._exit(0)
    if kind == "unsent":
        raise TwoWords("not", "converged")
    if kind == "result":
        return lambda: None
    if kind == "print":
        print("x" * 100_000)
        os.write(1, b"to the descriptor\n")
    return kind


def test_whatever_a_task_does_becomes_its_outcome(capfd: pytest.CaptureFixture[str]) -> None:
    kinds = ["exit", "interrupt", "gone", "unsent", "result", "print", "fine"]
    found = dict(run_tasks(misbehave, kinds, workers=2))
    said = {kind: str(found[number]) for number, kind in enumerate(kinds)}
    assert all(isinstance(found[n], NnpotError) for n in range(5))
    assert "called sys.exit()" in said["exit"] and "raised KeyboardInterrupt" in said["interrupt"]
    assert "its process died" in said["gone"] and "TwoWords: not converged" in said["unsent"]
    assert "cannot be sent" in said["result"]
    assert (said["print"], said["fine"]) == ("print", "fine")
    assert capfd.readouterr().out == "", "what tasks print is not the command's result"


def start_a_child_and_wait(file: str) -> str:
    if file:
        child = subprocess.Popen(["sleep", "600"])
        Path(file).write_text(f"{child.pid} {os.getpid()}")
        child.wait()
    return "fine"


def test_the_time_limit_ends_a_task_with_what_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time goes on while a task that has started something runs, and at no other time."""
    file, now = tmp_path / "processes", [0.0]

    def monotonic() -> float:
        processes = file.read_text().split() if file.exists() else []
        if processes and is_running(int(processes[1])):
            now[0] += 1.0
        return now[0]

    monkeypatch.setattr(farm, "time", SimpleNamespace(monotonic=monotonic))
    found = dict(run_tasks(start_a_child_and_wait, [str(file), ""], 1, time_limit=0.3))
    assert isinstance(found[0], NnpotError) and "did not end within 0.005 minutes" in str(found[0])
    assert found[1] == "fine"
    wait_until(lambda: not is_running(int(file.read_text().split()[0])))
