"""What the benchmark runs: blocks of atoms at a temperature, repeated to the sizes that are asked for."""

from __future__ import annotations

import gzip
import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ase import Atoms
from ase.build import bulk
from ase.data import atomic_numbers, reference_states
from ase.io.lammpsdata import read_lammps_data, write_lammps_data
from ase.neighborlist import neighbor_list

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.support.files import atomic_write

SEED = 20240607
EQUILIBRATION = 0.4  # ps, from velocities of twice the temperature: half of that energy goes to the positions
ELONGATION_WEIGHT = 0.02
"""How much a block that is twice as long as wide counts, as a relative deviation from the size."""


@dataclass(frozen=True)
class Crystal:
    """A cubic crystal and the potential that brings it to its temperature."""

    element: str
    structure: str
    lattice_constant: float  # Å
    block: int  # cubic cells in each direction of the block that is made and then repeated
    pair: PairCommands

    @property
    def name(self) -> str:
        """A name for tables and files."""
        return f"{self.element} {self.structure}"

    def cells(self, n: int) -> Atoms:
        """The perfect crystal, n cubic cells in each direction."""
        crystal: Atoms = bulk(self.element, self.structure, a=self.lattice_constant, cubic=True).repeat(n)
        return crystal


POD = PairCommands("pod", ("* * {potentials}/Ta_param.pod {potentials}/Ta_coeff.pod Ta",))
UF3 = PairCommands("uf3 3", ("* * {potentials}/Nb.uf3 Nb",))
SW = PairCommands("sw", ("* * {potentials}/Si.sw Si",))
CUBIC_CELLS = {"fcc": 4, "bcc": 4, "diamond": 4}
"""In each direction of a block, for crystals whose cells a cubic block is made of."""
SILICON = Crystal("Si", "diamond", 5.431, 4, SW)
TANTALUM = Crystal("Ta", "bcc", 3.304, 4, POD)
NIOBIUM = Crystal("Nb", "bcc", 3.300, 4, UF3)


def crystal_of(element: str, pair: PairCommands) -> Crystal | None:
    """The crystal of an element, if it has a cubic one; ``pair`` brings it to its temperature."""
    state: dict[str, Any] = reference_states[atomic_numbers[element]] or {}
    cells = CUBIC_CELLS.get(str(state.get("symmetry")))
    if cells is None:
        return None
    return Crystal(element, str(state["symmetry"]), float(state["a"]), cells, pair)


@dataclass(frozen=True)
class System:
    """A block of atoms, periodic in three directions, in memory and as a LAMMPS data file."""

    name: str
    elements: tuple[str, ...]  # LAMMPS type ``i + 1`` is ``elements[i]``
    atoms: Atoms
    data: Path  # for ``atom_style atomic``; see `data_of`

    def data_of(self, atom_style: str) -> Path:
        """The data file for an atom style; charges in it are 0."""
        if atom_style == "atomic":
            return self.data
        file = self.data.with_suffix(f".{atom_style}.data")
        _write_data(file, self.atoms, self.elements, atom_style)
        return file

    def replication(self, size: int) -> tuple[int, int, int]:
        """How often to repeat the block for a number of atoms: nearest to it, and not far from cubic."""
        wanted = size / len(self.atoms)
        edge = wanted ** (1 / 3)
        candidates = [
            (first, second, max(1, third))
            for first, second in itertools.product(range(max(1, int(0.6 * edge)), int(edge) + 3), repeat=2)
            for third in (int(wanted / (first * second)), int(wanted / (first * second)) + 1)
        ]

        def deviation(counts: tuple[int, int, int]) -> float:
            elongation = max(counts) / min(counts) - 1.0
            return abs(math.prod(counts) / wanted - 1.0) + ELONGATION_WEIGHT * elongation

        best = min(candidates, key=deviation)
        first, second, third = sorted(best)
        return first, second, third

    def neighbors(self, radius: float) -> float:
        """The mean number of neighbors within a radius in Å."""
        return len(neighbor_list("i", self.atoms, radius)) / len(self.atoms)


def crystal_system(crystal: Crystal, temperature: float, smallest: int, folder: Path) -> System:
    """A block of a crystal, brought to a temperature (K) in LAMMPS, with its data file in a folder.

    It has no more atoms than ``smallest``, the fewest that will be asked for, or is one cell.
    """
    cell = len(crystal.cells(1))
    perfect = crystal.cells(max(1, min(crystal.block, round((smallest / cell) ** (1 / 3)))))
    with open_lammps() as lammps:
        system = LammpsSystem(lammps, perfect, [crystal.element], crystal.pair)
        system.set_temperature(2.0 * temperature, SEED)
        system.thermostat(temperature, SEED)
        system.run(EQUILIBRATION)
        atoms = system.snapshot()
    return _written(crystal.name, (crystal.element,), atoms, folder)


def data_system(file: Path, elements: tuple[str, ...], folder: Path) -> System:
    """The atoms of a LAMMPS data file (perhaps compressed: ``.gz``).

    ``elements``: one per atom type. Raises `InvalidInputError` if there are fewer elements than atom types,
    or one that does not exist; `FileFormatError` if the file cannot be understood.
    """
    for symbol in elements:
        if symbol not in atomic_numbers or symbol == "X":
            raise InvalidInputError(f"--elements: unknown element {symbol!r}")
    numbers = {i + 1: atomic_numbers[symbol] for i, symbol in enumerate(elements)}
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as stream:
            atoms = read_lammps_data(stream, Z_of_type=numbers, read_image_flags=False)
    except KeyError as error:
        raise InvalidInputError(
            f"{file}: has an atom type {error.args[0]}, but --elements names only {len(elements)}; "
            "name one for each type"
        ) from error
    except OSError:
        raise
    except Exception as error:  # ASE's reader has no error of its own for a damaged file
        raise FileFormatError(f"{file}: is no LAMMPS data file that ASE reads ({error})") from error
    bare = Atoms(atoms.numbers, atoms.positions - atoms.get_celldisp().T, cell=atoms.cell, pbc=True)
    name = file.name.removesuffix(".gz").removesuffix(".data")
    return _written(name, tuple(dict.fromkeys(elements)), bare, folder)


def _written(name: str, elements: tuple[str, ...], atoms: Atoms, folder: Path) -> System:
    data = (folder / f"{name.replace(' ', '_')}.block.data").resolve()  # never the name of what was read
    _write_data(data, atoms, elements, "atomic")
    return System(name, elements, atoms, data)


def _write_data(file: Path, atoms: Atoms, elements: tuple[str, ...], atom_style: str) -> None:
    with atomic_write(file) as stream:
        write_lammps_data(stream, atoms, specorder=list(elements), masses=True, atom_style=atom_style)
