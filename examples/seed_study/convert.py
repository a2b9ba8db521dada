"""The frames of the mlearn repository as extended XYZ, as run.py reads them.

python convert.py MLEARN/data/Si OUTPUT    training.json and test.json become training.xyz and test.xyz
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.errors import FileFormatError
from nnpot.io import write_frames
from nnpot.study import exit_code

STRESS = "virial_stress"
STRESS_KBAR = "virial_stress_kbar"
"""kbar, positive under compression, xx yy zz xy yz xz (docs/training/data.md)."""


def main(arguments: list[str] | None = None) -> int:
    """Convert both files; 0, or 2 after an error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="folder with training.json and test.json")
    parser.add_argument("output", type=Path, help="folder of the results, made where it is missing")
    options = parser.parse_args(arguments)

    def convert() -> bool:
        options.output.mkdir(parents=True, exist_ok=True)
        for name in ("training", "test"):
            frames = read_mlearn(options.source / f"{name}.json")
            write_frames(options.output / f"{name}.xyz", frames)
            print(f"{len(frames)} frames in {options.output / f'{name}.xyz'}")
        return True

    return exit_code(convert)


def read_mlearn(file: Path) -> list[Atoms]:
    """All frames of one of the JSON files, with energy (eV), forces (eV/Å) and group."""
    try:
        return [_frame(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FileFormatError(f"{file}: not a file of the mlearn data ({error!r})") from error


def _frame(entry: dict[str, Any]) -> Atoms:
    sites, outputs = entry["structure"]["sites"], entry["outputs"]
    atoms = Atoms(
        [site["species"][0]["element"] for site in sites],
        positions=[site["xyz"] for site in sites],
        cell=entry["structure"]["lattice"]["matrix"],
        pbc=True,
    )
    atoms.calc = SinglePointCalculator(atoms, energy=outputs["energy"], forces=outputs["forces"])
    atoms.info |= {"group": entry["group"], "description": entry["description"]}
    if STRESS in outputs:
        atoms.info[STRESS_KBAR] = outputs[STRESS]
    return atoms


if __name__ == "__main__":
    sys.exit(main())
