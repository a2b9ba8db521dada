"""Some dozens of the cases of each fuzzing script, in this process; the scripts run thousands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import frames
import pytest
from fuzzing import FAULTS, outcome_of
from mutations import MUTATIONS, mutated

from nnpot import FileFormatError


def test_damaged_frames_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    outcomes = Counter()
    for number in range(60):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcomes[outcome_of(frames.case, 7, number, folder)] += 1
    assert not [outcome for outcome in outcomes if outcome.startswith(FAULTS)]
    assert outcomes["read"] >= 3 and outcomes["refused: FileFormatError"] >= 20, outcomes


@pytest.mark.parametrize("name", frames.FILES)
def test_the_whole_files_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(frames.FILES[name])
    assert len(frames.read_frames(path, "atomic" if name == "input.data" else None)) == 2


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: getattr(mutation, "__name__", "?"))
def test_a_mutation_changes_the_file_and_survives_an_empty_one(mutation: object) -> None:
    found = {mutation(frames.RUNNER, Random(seed)) for seed in range(20)}  # type: ignore[operator]
    assert len(found - {frames.RUNNER}) >= 1
    assert isinstance(mutation(b"", Random(1)), bytes)  # type: ignore[operator]


def test_the_same_seed_gives_the_same_case() -> None:
    assert mutated(frames.EXTXYZ, Random("1 5")) == mutated(frames.EXTXYZ, Random("1 5"))
    assert len({mutated(frames.EXTXYZ, Random(f"1 {n}")) for n in range(30)}) > 20


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (FileFormatError("a: one line"), "refused: FileFormatError"),
        (FileFormatError("two\nlines"), "message of 9 characters, 2 lines"),
        (KeyError("x"), "traceback: KeyError"),
        (SystemExit(3), "traceback: SystemExit"),
    ],
)
def test_what_comes_of_a_case_is_told_apart(tmp_path: Path, error: BaseException, outcome: str) -> None:
    def case(random: Random, folder: Path) -> str:
        raise error

    assert outcome_of(case, 1, 1, tmp_path).startswith(outcome)


SCRIPT = """
import os, sys, time
from fuzzing import main

def case(random, folder):
    number = int(folder.name)
    if number == 1:
        time.sleep(600)
    if number == 2:
        os.abort()
    return "read" if number != 3 else str(1 / 0)

if __name__ == "__main__":
    sys.exit(main("test", case, 5))
"""


def test_the_runner_outlives_hangs_and_crashes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), "--limit", "3", "--jobs", "1", "--keep", str(tmp_path / "kept")]
    environment = os.environ | {"PYTHONPATH": str(Path(frames.__file__).parent)}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 1, result.stderr
    for text in (
        "2  read",
        "hang: more than 3 s",
        "crash: exit code -6",
        "ZeroDivisionError",
        "3 with a fault",
    ):
        assert text in result.stdout
    assert "--seed 1 --only 2" in result.stdout
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["1", "2", "3"]
