"""Measures how long LAMMPS takes to read a big model on several ranks, with one or more builds of the plugin.

    python tests/measure_start.py                                            # this installation
    python tests/measure_start.py --plugin before=OLD_ENVIRONMENT/.../nnpot/lammps_plugin --turns 7

The builds take turns; each turn starts LAMMPS anew, which reads the model four times. The model has two
elements, 30 functions each and hidden layers of 256 nodes, random weights: 9 MB.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from ase import Atoms

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from random_model import random_model  # noqa: E402

from nnpot.lammps import plugin  # noqa: E402

FUNCTIONS = [
    f"{center} 2 {neighbor} {0.1 * width} {0.1 * shift} 5.0"
    for center in ("Si", "O")
    for neighbor in ("Si", "O")
    for width in range(1, 6)
    for shift in range(3)
]
READINGS = 4
SCRIPT = """
units metal
region box block 0 9 0 9 0 9
create_box 2 box
create_atoms 1 random 8 1 NULL overlap 1.5
mass 1 28
mass 2 16
plugin load {plugin}/nnpplugin.so
pair_style nnp extrapolation ignore
"""
READING = """
variable start timer
pair_coeff * * {model} Si O
variable end timer
print "READ $(v_end-v_start)"
variable start delete
variable end delete
"""


def write_model(directory: Path) -> None:
    places = np.random.default_rng(1).uniform(0.0, 8.0, (5, 32, 3))
    frames = [Atoms("Si16O16", positions, cell=[8.0] * 3, pbc=True) for positions in places]
    random_model(frames, FUNCTIONS, 2, "t", "scale_center", seed=1, hidden=(256, 256)).write(str(directory))


def seconds(folder: Path, plugin_directory: str, ranks: int) -> float:
    """The median time of a reading."""
    script = folder / "in.start"
    text = SCRIPT.format(plugin=plugin_directory) + READINGS * READING.format(model=folder / "model")
    script.write_text(text, encoding="utf-8")
    programs = Path(sys.executable).parent
    command = [
        programs / "mpiexec",
        "-n",
        str(ranks),
        programs / "lmp",
        "-in",
        script,
        "-log",
        "none",
        "-nocite",
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "LAMMPS_PLUGIN_PATH": os.devnull}
    run = subprocess.run(command, env=environment, text=True, capture_output=True)
    if run.returncode != 0:
        sys.exit(run.stdout + run.stderr)
    return statistics.median(map(float, re.findall(r"^READ (\S+)", run.stdout, re.MULTILINE)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--plugin", action="append", default=[], metavar="NAME=FOLDER", help="another build")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--ranks", type=int, default=4)
    options = parser.parse_args()
    builds = dict(given.split("=", 1) for given in options.plugin) | {"this": plugin.directory()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        write_model(folder / "model")
        size = sum(file.stat().st_size for file in (folder / "model").iterdir())
        times: dict[str, list[float]] = {build: [] for build in builds}
        for _ in range(options.turns):
            for build, directory in builds.items():
                times[build].append(seconds(folder, directory, options.ranks))
    print(f"model of {size / 1e6:.1f} MB, {options.ranks} ranks, {options.turns} turns")
    for build, found in times.items():
        ratio = statistics.median(a / b for a, b in zip(found, times["this"], strict=True))
        print(f"{build}: {statistics.median(found):.3f} s, {ratio:.2f} of this installation's")


if __name__ == "__main__":
    main()
