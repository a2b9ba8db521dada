"""A process ends normally while daemon threads are in the core."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nnpot import _core

# Most of a call is without the GIL: when the interpreter ends, nearly all threads are in one.
SCRIPT = """
import sys, threading, warnings
import ase.build
import nnpot

warnings.simplefilter("ignore")  # of a committee of equal members
model = sys.argv[1]
atoms = ase.build.bulk("Si", cubic=True) * (3, 3, 3)
atoms.rattle(0.1, seed=1)
one, two = nnpot.load(model), nnpot.load([model, model])
functions = one.symmetry_functions()
place = atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc
calls = [
    lambda: one.predict(atoms),
    lambda: two.predict(atoms, uncertainty=True),
    lambda: list(one.predict_many([atoms], threads=1)),
    lambda: list(one.predict_many([atoms] * 3, threads=2)),
    lambda: functions.values(*place),
    lambda: functions.jacobian(*place),
]
begun = [threading.Event() for _ in calls]

def repeat(call, event):
    while True:
        call()
        event.set()

for call, event in zip(calls, begun):
    threading.Thread(target=repeat, args=(call, event), daemon=True).start()
for event in begun:
    event.wait()
print("end")
"""


@pytest.mark.parametrize("attempt", range(2))
def test_the_process_ends_normally(attempt: int, model: _core.Model, tmp_path: Path) -> None:
    model.write(str(tmp_path / "model"))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "model")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")
