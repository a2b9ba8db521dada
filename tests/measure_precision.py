"""Measures how far ``precision="mixed"`` deviates from double: largest deviations, in terms of the bounds.

    python tests/measure_precision.py                        # all models and instruction sets: ten minutes
    python tests/measure_precision.py --models compact --structures 200 --sets generic

The models are those of tests/data/models, the one of `nnpot doctor`, random networks, and published ones
where ../shared/data holds them. Structures are drawn at random from families, the same ones for a seed
whatever else is asked for. Bounds are those of docs/engine.md, from
tests/python/precision_bounds.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell
from numpy.typing import NDArray

import nnpot
from nnpot import InvalidInputError, Potential
from nnpot.io import read_frames

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from precision_bounds import Deviations, deviations  # noqa: E402
from random_model import random_model  # noqa: E402
from reference_models import NAMES, reference_model  # noqa: E402
from structures import structure  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
SETS = ("generic", "avx2", "avx512")
PUBLISHED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "silicon (mlearn)": ("mlearn/Si/nnp", "atomic", ("mlearn/Si/training.xyz", "mlearn/Si/test.xyz")),
    "Cu2S": (
        "n2p2/Cu2S_PBE",
        "metal",
        ("n2p2/train/Cu2S_PBE.input.data", "n2p2/train/Cu2S_PBE_more.input.data"),
    ),
    "water": ("n2p2/H2O_RPBE-D3", "atomic", ("n2p2/train/H2O_RPBE-D3.input.data",)),
}
"""Folder, units, and files of their own data."""
RANDOM = {"random network, cosine": 1, "random network, tanh³": 2, "random network, polynomial": 6}
"""Cutoff types."""
FUNCTIONS = [
    f"{center} {rest}"
    for center in ("Si", "O")
    for rest in (
        "2 O 0.4 0.0 5.0",
        "2 Si 4.0 2.1 5.0",
        "3 Si O 0.05 -1 16 5.0",
        "9 O O 0.05 1 64 5.0",
        "3 Si Si 0.1 1 4 5.0",
        "12 0.4 1.0 5.0",
        "21 Si O 0.5 5.0 20 160 p3",
        "13 0.05 0.0 1 2 5.0",
    )
]
Row = dict[str, Any]


def main() -> int:
    """Print the tables; a process per instruction set."""
    options = parse()
    if options.child:
        json.dump(list(measured(options)), sys.stdout)
        return 0
    rows: list[Row] = []
    for name, process in [(name, start(name)) for name in options.sets]:
        output, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"measure_precision: {name}: no results (is it a set of this processor?)")
        rows += [row | {"set": name} for row in json.loads(output)]
    report(rows, options.sets)
    return 0


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--structures", type=int, default=30, help="of each family for each model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", nargs="+", help="names or beginnings of names (default: all)")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="instruction sets")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def start(instruction_set: str) -> subprocess.Popen[str]:
    """The same command, in a process that knows one instruction set."""
    environment = os.environ | {"NNPOT_INSTRUCTION_SET": instruction_set, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, *sys.argv[1:], "--child"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def measured(options: argparse.Namespace) -> Iterator[Row]:
    """A row per structure."""
    for name, potential in models():
        if options.models and not name.startswith(tuple(options.models)):
            continue
        double, mixed = potential("double"), potential("mixed")
        for family, atoms in structures(name, double, options.structures, options.seed):
            yield {"model": name, "family": family} | row_of(deviations(double, mixed, atoms))
        print(name, file=sys.stderr, flush=True)


def row_of(found: Deviations) -> Row:
    """What the tables are made of."""
    return {
        "energy, force": found.found[:2].tolist(),
        "largest force": found.force,
        "grade": found.grade,
        "bounds": found.of_the_bounds.tolist(),
        "everywhere": found.of_what_holds_everywhere.tolist(),
    }


def models() -> Iterator[tuple[str, Callable[[Any], Potential]]]:
    """Names, and what makes a potential of a precision."""
    for name in NAMES:
        reference = reference_model(name)
        yield name, lambda precision, of=reference: nnpot.load(of.folder, of.units, precision)
    doctor = Path(nnpot.__file__).parent / "data" / "doctor"
    yield "doctor", lambda precision: nnpot.load(doctor, precision=precision)
    frames = [structure(name) for name in ("crystal", "liquid", "triclinic", "cluster", "small_cell")]
    for name, cutoff_type in RANDOM.items():
        model = random_model(frames, FUNCTIONS, cutoff_type, "t", "scale_center", 3)
        yield name, lambda precision, model=model: Potential(model, precision)
    for name, (folder, units, _) in PUBLISHED.items():
        if (place := SHARED / folder).exists():
            yield name, lambda precision, at=place, of=units: nnpot.load(at, of, precision)


def structures(name: str, potential: Potential, n: int, seed: int) -> Iterator[tuple[str, Atoms]]:
    """All families; of published potentials their own data as well."""
    for family, draw in FAMILIES.items():
        if (potential.charges and family == "cluster") or (name in WINDOWS and family == "perfect crystal"):
            continue  # an Ewald sum is over a periodic cell; collinear bonds
        random = np.random.default_rng([seed, zlib.crc32(f"{name} {family}".encode())])
        found = 0
        while found < n:
            atoms = draw(random, potential.elements[:2])
            if potential.charges:
                atoms = neutral(atoms, potential)
            collinear = name in WINDOWS and has_collinear_images(atoms, potential.cutoff)
            if len(atoms) > 1 and not collinear and is_finite(potential, atoms):
                found += 1
                yield family, atoms
    if name in PUBLISHED:
        _, units, files = PUBLISHED[name]
        frames = [
            frame
            for file in files
            for frame in read_frames(SHARED / file, None if file.endswith(".xyz") else units)
        ]
        yield from (("own data", frame) for frame in frames[:: max(1, len(frames) // n)])


WINDOWS = ("compact",)
"""Windows of angles that hold 0° or 180° see exactly collinear neighbours in mixed precision alone."""


def is_finite(potential: Potential, atoms: Atoms) -> bool:
    """Whether double precision has an energy at all, far outside of what the networks know."""
    try:
        potential.predict(atoms)
    except InvalidInputError:
        return False
    return True


def has_collinear_images(atoms: Atoms, cutoff: float) -> bool:
    """Whether an atom may be its own neighbour: its images are exactly on a line."""
    if not atoms.pbc.any():
        return False
    return bool((1.0 / np.linalg.norm(np.linalg.inv(atoms.cell.array), axis=0)).min() <= cutoff)


def neutral(atoms: Atoms, potential: Potential) -> Atoms:
    """As many of each of the two elements."""
    atoms = atoms[: len(atoms) // 2 * 2]
    atoms.symbols = np.resize(potential.elements, len(atoms))
    return atoms


def dense(random: np.random.Generator, elements: Sequence[str]) -> Atoms:
    """Atoms anywhere, some far too close to each other."""
    return scattered(random, elements, (2, 41), (3.0, 9.0), (0.6, 2.2))


def liquid(random: np.random.Generator, elements: Sequence[str]) -> Atoms:
    """Atoms anywhere at distances of bonds."""
    return scattered(random, elements, (4, 65), (5.5, 11.0), (1.2, 2.2))


def cluster(random: np.random.Generator, elements: Sequence[str]) -> Atoms:
    """Not periodic."""
    atoms = scattered(random, elements, (2, 41), (3.0, 9.0), (0.6, 2.2))
    return Atoms(atoms.symbols, positions=atoms.positions)


def scattered(
    random: np.random.Generator,
    elements: Sequence[str],
    numbers: tuple[int, int],
    sides: tuple[float, float],
    distances: tuple[float, float],
) -> Atoms:
    """Atoms at random with a least distance; fewer than drawn where there is no room."""
    side, nearest = random.uniform(*sides), random.uniform(*distances)
    cell = side * (np.eye(3) + 0.1 * random.normal(size=(3, 3)) * random.integers(2))
    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1
    positions: NDArray[np.float64] = np.zeros((0, 3))
    wanted = int(random.integers(*numbers))
    for _ in range(10 * wanted):
        trial = random.uniform(size=3) @ cell
        to_images = trial + (shifts @ cell)[:, None] - positions
        if len(positions) < wanted and (np.linalg.norm(to_images, axis=2) > nearest).all():
            positions = np.vstack([positions, trial])
    return Atoms(random.choice(elements, len(positions)), positions=positions, cell=cell, pbc=True)


def crystal(elements: Sequence[str], lattice_constant: float, n: int) -> Atoms:
    """Diamond or zincblende of 2, 8, 16 or 64 atoms."""
    atoms = bulk("SiC", "zincblende", a=lattice_constant, cubic=n in (8, 64))
    atoms = make_supercell(atoms, np.eye(3, dtype=int) * (2 if n in (16, 64) else 1))
    atoms.symbols = np.resize(elements, n)
    return atoms


def compressed_crystal(random: np.random.Generator, elements: Sequence[str]) -> Atoms:
    """With atoms close to their sites, so that forces are small."""
    atoms = crystal(elements, 5.43 * random.uniform(0.55, 1.0), int(random.choice([2, 8, 16, 64])))
    atoms.rattle(10 ** random.uniform(-4, -1), rng=random)
    return atoms


def distorted_crystal(random: np.random.Generator, elements: Sequence[str]) -> Atoms:
    """Strained, with atoms far from their sites."""
    atoms = crystal(elements, 5.43 * random.uniform(0.8, 1.2), int(random.choice([2, 8, 16, 64])))
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.05 * random.normal(size=(3, 3))), scale_atoms=True)
    atoms.rattle(10 ** random.uniform(-2, -0.3), rng=random)
    return atoms


def perfect_crystal(random: np.random.Generator, elements: Sequence[str]) -> Atoms:
    """With forces that vanish."""
    return crystal(elements, 5.43 * random.uniform(0.55, 1.1), int(random.choice([2, 8])))


FAMILIES: dict[str, Callable[[np.random.Generator, Sequence[str]], Atoms]] = {
    "dense": dense,
    "liquid": liquid,
    "cluster": cluster,
    "compressed crystal": compressed_crystal,
    "distorted crystal": distorted_crystal,
    "perfect crystal": perfect_crystal,
}


def report(rows: Sequence[Row], sets: Sequence[str]) -> None:
    """Largest deviations of the bounds by family and by model, and what they are in units."""
    near = [row for row in rows if row["grade"] <= 1.0]
    print(f"{len(rows) // len(sets)} structures on each of {', '.join(sets)}")
    print("largest deviations of energy, forces and virial per atom, each over its bound")
    table(near, sets, "bounds", "family", "grade at most 1: the bounds")
    table(rows, sets, "bounds", "family", "all structures: the bounds (they may be exceeded)")
    table(rows, sets, "everywhere", "family", "all structures: what holds everywhere")
    table(rows, sets, "everywhere", "model", "all structures: what holds everywhere")
    print(f"\n{'largest of all sets':46} {'eV/atom':>8} {'eV/Å':>8} of the largest force")
    for name in dict.fromkeys((row["model"], row["family"]) for row in rows):
        ours = [row for row in rows if (row["model"], row["family"]) == name]
        energy, force = np.max([row["energy, force"] for row in ours], axis=0)
        share = max(row["energy, force"][1] / max(row["largest force"], 1e-300) for row in ours)
        print(f"{name[0]:26} {name[1]:19} {energy:8.1e} {force:8.1e} {share:8.1e}")


def table(rows: Sequence[Row], sets: Sequence[str], bound: str, what: str, title: str) -> None:
    """A line per family or model."""
    heads = " ".join(f"{name:>17}" for name in sets)
    print(f"\n{title}\n{what:26} {'structures':>10} {heads}")
    for name in [*dict.fromkeys(row[what] for row in rows), "all"]:
        ours = [row for row in rows if name in ("all", row[what])]
        largest = [np.max([row[bound] for row in ours if row["set"] == one], axis=0) for one in sets]
        cells = " ".join(" ".join(f"{value:5.3f}" for value in values) for values in largest)
        print(f"{name:26} {len(ours) // len(sets):10} {cells}")


if __name__ == "__main__":
    sys.exit(main())
