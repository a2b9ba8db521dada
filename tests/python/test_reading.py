"""Frames from any file: which kind it is, what is kept, what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from vasp_outcar import outcar

from nnpot import FileFormatError, InvalidInputError
from nnpot.io import read_frames, write_frames, write_runner_data
from nnpot.units import UnitSystem

FRAME = """2
Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 group="liquid 300 K"
Si 0.0 0.0 0.0 0.1 0.2 0.3
Si 2.0 2.0 2.0 -0.1 -0.2 -0.3
"""


def write(tmp_path: Path, text: str, name: str = "frames.xyz") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def test_extended_xyz_gives_labels_and_group(tmp_path: Path) -> None:
    frames = read_frames(write(tmp_path, FRAME * 3))
    assert len(frames) == 3
    assert frames[2].info["group"] == "liquid 300 K"
    assert frames[2].get_potential_energy() == -3.5
    np.testing.assert_array_equal(frames[2].get_forces()[1], [-0.1, -0.2, -0.3])


def test_extended_xyz_in_other_units_is_converted(tmp_path: Path) -> None:
    text = FRAME.replace("energy", 'stress="1 2 3 2 4 5 3 5 6" energy')
    (frame,) = read_frames(write(tmp_path, text), units="atomic")
    bohr, hartree = UnitSystem.atomic.length, UnitSystem.atomic.energy
    assert frame.get_potential_energy() == pytest.approx(-3.5 * hartree)
    np.testing.assert_allclose(frame.get_stress(), np.array([1, 4, 6, 5, 3, 2]) * hartree / bohr**3)
    np.testing.assert_allclose(frame.get_forces()[0], np.array([0.1, 0.2, 0.3]) * hartree / bohr)
    np.testing.assert_allclose(frame.cell.lengths(), 5 * bohr)
    np.testing.assert_allclose(frame.positions[1], 2 * bohr)


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    (expected,) = read_frames(write(tmp_path, FRAME))
    (found,) = read_frames(write(tmp_path, FRAME.replace("\n", "\r\n")))
    assert found == expected
    assert found.info == expected.info


@pytest.mark.parametrize("name", ["frames.xyz.gz", "input.data.gz", "OUTCAR.gz"])
def test_compressed_files_are_read(tmp_path: Path, name: str) -> None:
    atoms = bulk("Si", cubic=True)
    atoms.rattle(0.1, seed=2)
    forces = np.random.default_rng(1).normal(size=(8, 3))
    atoms.calc = SinglePointCalculator(atoms, energy=-1.5, forces=forces, stress=np.arange(6.0))
    plain = tmp_path / Path(name).stem
    if plain.name == "OUTCAR":
        plain.write_text(outcar([atoms]))
    elif plain.name == "input.data":
        write_runner_data(plain, [atoms], "metal")
    else:
        write_frames(plain, [atoms])
    (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
    units = "metal" if plain.name == "input.data" else None
    (expected,), (found,) = read_frames(plain, units), read_frames(tmp_path / name, units)
    assert found == expected
    np.testing.assert_array_equal(found.get_forces(), expected.get_forces())


def test_a_file_that_only_claims_to_be_compressed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"frames\.xyz\.gz: expected a whole gzip file"):
        read_frames(write(tmp_path, FRAME, "frames.xyz.gz"))


def test_a_config_type_is_the_group_where_there_is_none(tmp_path: Path) -> None:
    own, other = FRAME.replace("group=", "config_type="), FRAME.replace("group=", "config_type=bulk group=")
    frames = read_frames(write(tmp_path, own + other))
    assert [frame.info["group"] for frame in frames] == ["liquid 300 K", "liquid 300 K"]


def test_formats_of_ase_are_read(tmp_path: Path) -> None:
    atoms = bulk("Si", cubic=True)
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0, forces=np.zeros((8, 3)))
    ase.io.write(tmp_path / "frames.traj", [atoms, atoms])
    frames = read_frames(tmp_path / "frames.traj")
    assert len(frames) == 2
    assert frames[1].get_potential_energy() == -1.0
    with pytest.raises(InvalidInputError, match="fixed units"):
        read_frames(tmp_path / "frames.traj", units="atomic")


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
@pytest.mark.parametrize("name", ["frames.xyz", "input.data"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(FileFormatError, match=f"{name}: the file is empty"):
        read_frames(write(tmp_path, text, name), units="metal")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("energy=-3.5", "energy=nan", r"frame 1 \(counted from 0\): energy must be a finite number, got nan"),
        (
            "-0.2 -0.3",
            "-0.2 NaN",
            r"frame 1 \(counted from 0\): forces of atom 1 must be a finite number, got nan",
        ),
        (
            "Si 2.0 2.0",
            "Si 2.0 inf",
            r"frame 1 \(counted from 0\): position of atom 1 must be a finite number, got inf",
        ),
    ],
)
def test_numbers_that_are_none_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path, FRAME + FRAME.replace(old, new))
    with pytest.raises(InvalidInputError, match=message):
        read_frames(path)


@pytest.mark.parametrize(
    ("cell", "pbc"),
    [
        ("0 0 0 0 0 0 0 0 0", "T T T"),
        ("5 0 0 0 5 0 0 0 0", "T T T"),
        ("5 0 0 0 5 0 5 5 0", "T T T"),
        ("5 0 0 0 5 0 5 5 1e-9", "F F F"),
        ("5 0 0 5 0.01 0 0 0 5", "T T F"),
        ("1e-3 0 0 0 1e-3 0 0 0 1e-3", "T T T"),
    ],
)
def test_a_cell_that_spans_nothing_is_refused(tmp_path: Path, cell: str, pbc: str) -> None:
    text = FRAME.replace("5 0 0 0 5 0 0 0 5", cell).replace("energy", f'pbc="{pbc}" energy')
    with pytest.raises(InvalidInputError, match=r"frame 0 .*: the cell must span at least 0\.5"):
        read_frames(write(tmp_path, text))


@pytest.mark.parametrize(
    ("cell", "pbc"),
    [("5 0 0 0 5 0 0 0 0", "T T F"), ("0 0 0 0 0 0 0 0 0", "F F F"), ("900 0 0 1 1 0 0 0 3", "T")],
)
def test_a_cell_of_fewer_directions_or_a_long_one_is_read(tmp_path: Path, cell: str, pbc: str) -> None:
    text = FRAME.replace("5 0 0 0 5 0 0 0 5", cell).replace("energy", f'pbc="{pbc}" energy')
    assert len(read_frames(write(tmp_path, text))) == 1


@pytest.mark.parametrize(("old", "new"), [("2.0 2.0 2.0", "2.0 1e9 2.0"), ("5 0 0 0 5", "5 0 0 0 5e10")])
def test_lengths_of_another_world_are_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InvalidInputError, match=r"frame 0 .*: (position|cell) must be within 1e\+08 Å"):
        read_frames(write(tmp_path, FRAME.replace(old, new)))


@pytest.mark.parametrize("name", ["x.data", "notes.txt", "in.unknown"])
def test_an_unknown_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileFormatError, match="unknown kind of file"):
        read_frames(write(tmp_path, "something else\n", name), units="metal")


def test_files_without_elements_are_refused(tmp_path: Path) -> None:
    dump = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\n"
    with pytest.raises(FileFormatError, match="does not state its elements and units"):
        read_frames(write(tmp_path, dump, "md.lammpstrj"), units="metal")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.xyz"):
        read_frames(tmp_path / "nowhere.xyz")


def test_a_directory_is_no_file_of_frames(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="expected a plain file, got a directory"):
        read_frames(tmp_path)


def test_published_sets_are_read(shared_data: Path) -> None:
    frames = read_frames(shared_data / "sw_silicon" / "test.xyz")
    assert len(frames) == 24
    assert len(read_frames(shared_data / "mlearn" / "Si" / "training.xyz")) == 214


def test_forces_on_fixed_atoms_are_kept(tmp_path: Path) -> None:
    frame = bulk("Si", cubic=True)
    forces = np.random.default_rng(1).normal(size=(8, 3))
    frame.calc = SinglePointCalculator(frame, energy=-34.0, forces=forces)
    expected = frame.get_forces()
    frame.set_constraint(FixAtoms([0, 1]))
    for name in ("frames.traj", "frames.xyz"):
        ase.io.write(tmp_path / name, frame)
        (read,) = read_frames(tmp_path / name)
        np.testing.assert_allclose(read.get_forces(), expected, rtol=0, atol=1e-7)
    assert "move_mask" in (tmp_path / "frames.xyz").read_text()


def test_a_pattern_is_no_name_of_a_file(tmp_path: Path) -> None:
    for name in ("cu2.xyz", "cu1.xyz", "au1.xyz"):
        write_frames(tmp_path / name, [bulk("Cu")])
    with pytest.raises(InvalidInputError, match=r"cu\*\.xyz: .*name each file: cu1\.xyz, cu2\.xyz$"):
        read_frames(tmp_path / "cu*.xyz")
    write_frames(tmp_path / "cu*.xyz", [bulk("Cu")])
    assert len(read_frames(tmp_path / "cu*.xyz")) == 1
