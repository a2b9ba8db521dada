"""The blocks of atoms that the benchmark repeats."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.io.lammpsdata import read_lammps_data

from nnpot.benchmark.systems import SILICON, System, crystal_system, data_system
from nnpot.errors import FileFormatError, InvalidInputError

DATA = """\
two molecules, tilted

4 atoms
2 atom types

-1.0 7.0 xlo xhi
0.0 9.0 ylo yhi
0.0 10.0 zlo zhi
-3.0 0.0 0.5 xy xz yz

Atoms

1 1 0.0 0.0 0.0
2 2 1.0 0.0 0.0
4 1 4.0 4.0 4.0
3 2 4.0 5.0 4.0
"""


def block(n_atoms: int) -> System:
    atoms = Atoms("Si" * n_atoms, positions=np.zeros((n_atoms, 3)), cell=[9, 9, 9], pbc=True)
    return System("block", ("Si",), atoms, Path("block.data"))


@pytest.mark.parametrize(
    ("n_atoms", "size", "expected"),
    [
        (512, 512, (1, 1, 1)),
        (512, 4096, (2, 2, 2)),
        (512, 32768, (4, 4, 4)),
        (128, 4096, (2, 4, 4)),
        (144, 1152, (2, 2, 2)),
        (8640, 100, (1, 1, 1)),
    ],
)
def test_blocks_are_repeated_to_the_nearest_size(
    n_atoms: int, size: int, expected: tuple[int, int, int]
) -> None:
    assert block(n_atoms).replication(size) == expected


@pytest.mark.parametrize("n_atoms", [128, 512, 8640])
def test_a_million_atoms_are_met_and_almost_cubic(n_atoms: int) -> None:
    first, second, third = block(n_atoms).replication(1_000_000)
    assert abs(first * second * third * n_atoms - 1_000_000) < 0.05e6
    assert third <= 2 * first


def test_neighbors_are_counted_through_the_boundary() -> None:
    atoms = bulk("Si", "diamond", a=5.431, cubic=True)
    system = System("Si", ("Si",), atoms, Path("Si.data"))
    assert [system.neighbors(radius) for radius in (2.3, 2.5, 3.9, 6.0)] == [0, 4, 16, 46]


def test_data_for_charges_have_them(tmp_path: Path) -> None:
    atoms = bulk("NaCl", "rocksalt", a=5.64, cubic=True)
    system = System("salt", ("Na", "Cl"), atoms, tmp_path / "salt.block.data")
    assert system.data_of("atomic") == system.data
    file = system.data_of("charge")
    assert "Atoms # charge" in file.read_text()
    read = read_lammps_data(file, Z_of_type={1: 11, 2: 17})
    assert read.symbols.indices().keys() == {"Na", "Cl"}
    np.testing.assert_allclose(read.positions, atoms.positions, atol=1e-6)
    np.testing.assert_allclose(read.get_initial_charges(), 0.0)


def test_the_crystal_is_at_its_temperature(tmp_path: Path) -> None:
    system = crystal_system(SILICON, 300.0, 216, tmp_path)
    assert len(system.atoms) == 216
    moved = system.atoms.positions - SILICON.cells(3).positions
    moved -= np.round(moved / system.atoms.cell.lengths()) * system.atoms.cell.lengths()
    assert 0.03 < np.sqrt(np.mean((moved - moved.mean(0)) ** 2)) < 0.15, "Å, per direction"
    assert "216 atoms" in system.data.read_text().replace("\t", " ")


def test_a_data_file_keeps_cell_and_elements(tmp_path: Path) -> None:
    packed = tmp_path / "mix.data.gz"
    packed.write_bytes(gzip.compress(DATA.encode()))
    system = data_system(packed, ("H", "O"), tmp_path)
    assert (system.name, system.elements) == ("mix", ("H", "O"))
    assert system.atoms.get_chemical_formula() == "H2O2"
    assert system.atoms.cell.array.tolist() == [[8, 0, 0], [-3, 9, 0], [0, 0.5, 10]]
    assert system.neighbors(1.1) == 1.0
    assert system.data == tmp_path / "mix.block.data"
    again = data_system(system.data, ("H", "O"), tmp_path)
    np.testing.assert_allclose(
        again.atoms.get_all_distances(mic=True)[0], system.atoms.get_distances(0, range(4), mic=True)
    )


def test_the_users_file_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "mix.data"
    file.write_text(DATA)
    data_system(file, ("H", "O"), tmp_path)
    assert file.read_text() == DATA


def test_types_without_element_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mix.data").write_text(DATA)
    with pytest.raises(InvalidInputError, match="atom type 2"):
        data_system(tmp_path / "mix.data", ("H",), tmp_path)
    with pytest.raises(InvalidInputError, match="'Q'"):
        data_system(tmp_path / "mix.data", ("H", "Q"), tmp_path)


@pytest.mark.parametrize("text", ["", "not\na\ndata file\n", DATA.replace("4.0 4.0 4.0", "4.0 four 4.0")])
def test_a_damaged_data_file_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "mix.data").write_text(text)
    with pytest.raises(FileFormatError, match=r"mix\.data: is no LAMMPS data file"):
        data_system(tmp_path / "mix.data", ("H", "O"), tmp_path)
