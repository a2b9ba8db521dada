"""One check of labels: standard names and others, in every kind of file."""

from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.units import GPa

from nnpot import FileFormatError, InvalidInputError
from nnpot.io import LabelKeys, StressKey, read_frames
from nnpot.io.labels import checked

NAMES = {"standard": ("energy", "forces", "stress"), "others": ("REF_energy", "REF_forces", "REF_stress")}
KEYS = {
    "standard": LabelKeys(),
    "others": LabelKeys("REF_energy", "REF_forces", StressKey("REF_stress")),
}
STRESS = "1 2 3 2 4 5 3 5 6"


def write(
    tmp_path: Path, names: str, energy: str = "-3.5", columns: str = "R:3", stress: str = STRESS, n: int = 3
) -> Path:
    """Two frames, the second with other labels."""
    e, f, s = NAMES[names]
    lattice = 'Lattice="6 0 0 0 6 0 0 0 6"'

    def frame(energy: str, columns: str, stress: str, n: int) -> str:
        row = " ".join(["0.5"] * n)
        return (
            f'2\n{lattice} Properties=species:S:1:pos:R:3:{f}:{columns} {e}="{energy}" {s}="{stress}"\n'
            f"Cu 0 0 0 {row}\nCu 2.5 0 0 {row}\n"
        )

    path = tmp_path / "frames.xyz"
    path.write_text(frame("-3.5", "R:3", STRESS, 3) + frame(energy, columns, stress, n))
    return path


@pytest.mark.parametrize("names", NAMES)
def test_labels_are_taken(tmp_path: Path, names: str) -> None:
    _, frame = read_frames(write(tmp_path, names, energy="-3.1D+00"), labels=KEYS[names])
    assert frame.get_potential_energy() == -3.1
    np.testing.assert_array_equal(frame.get_forces(), np.full((2, 3), 0.5))
    np.testing.assert_array_equal(frame.get_stress(), [1, 4, 6, 5, 3, 2])


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(
    ("energy", "got"),
    [
        ("None", "'None'"),
        ("********", r"'\*{8}'"),
        ("T", "'T'"),
        ("F", "'F'"),
        ("-3.1 -3.2", r"2 numbers \(-3.1 -3.2\)"),
        ("-3.1 eV", "'-3.1 eV'"),
        ("-3,1", r"2 numbers \(-3 1\)"),
        ("1_000", "'1_000'"),
        ("null", "'null'"),
        ("", "''"),
        ("_JSON {}", "'{}'"),
    ],
)
def test_an_energy_is_a_single_number(tmp_path: Path, names: str, energy: str, got: str) -> None:
    place = rf"frames\.xyz: frame 1 \(counted from 0\): {NAMES[names][0]}"
    with pytest.raises(InvalidInputError, match=f"{place} must be a single number, got {got}$"):
        read_frames(write(tmp_path, names, energy), labels=KEYS[names])


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("energy", ["nan", "inf", "-Infinity", "1e999"])
def test_an_energy_is_finite(tmp_path: Path, names: str, energy: str) -> None:
    with pytest.raises(InvalidInputError, match=r"frame 1 .*: energy must be a finite number, got"):
        read_frames(write(tmp_path, names, energy), labels=KEYS[names])


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(
    ("columns", "n", "got"),
    [("R:2", 2, r"shape \(2, 2\)"), ("R:1", 1, "2 numbers"), ("S:3", 3, "'"), ("R:9", 9, r"shape \(2, 9\)")],
)
def test_forces_are_a_vector_for_each_atom(
    tmp_path: Path, names: str, columns: str, n: int, got: str
) -> None:
    place = rf"frame 1 \(counted from 0\): {NAMES[names][1]} must be numbers of shape \(2, 3\), got .*"
    with pytest.raises(InvalidInputError, match=place + got):
        read_frames(write(tmp_path, names, columns=columns, n=n), labels=KEYS[names])


@pytest.mark.parametrize("names", NAMES)
def test_a_stress_is_symmetric(tmp_path: Path, names: str) -> None:
    place = rf"frame 1 \(counted from 0\): {NAMES[names][2]} must be a symmetric tensor"
    with pytest.raises(InvalidInputError, match=place):
        read_frames(write(tmp_path, names, stress="1 2 3 4 5 6 7 8 9"), labels=KEYS[names])


@pytest.mark.parametrize("name", ["virial", "virials"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("1 2 3 4 5 6 7 8 9", "symmetric tensor"),
        ("1 2 3 4 5 6", "9 numbers, .*whose order is not known"),
        ("1 2 3", "numbers of shape"),
        ("text", "numbers of shape"),
    ],
)
def test_a_virial_is_checked_like_a_stress(tmp_path: Path, name: str, values: str, message: str) -> None:
    path = tmp_path / "frames.xyz"
    path.write_text(f'1\nLattice="6 0 0 0 6 0 0 0 6" {name}="{values}"\nCu 0 0 0\n')
    with pytest.raises(InvalidInputError, match=rf"frame 0 .*: {name} must be .*{message}"):
        read_frames(path)


@pytest.mark.parametrize(
    ("column", "n", "message"),
    [
        ("stress:R:1", 1, r"line 2: stress is of the whole frame, got a column of atoms"),
        ("energy:R:1", 1, r"line 2: energy is of the whole frame"),
        ("charge:R:2", 2, r"charges must be numbers of shape \(2,\), got"),
        ("magmoms:R:2", 2, r"magmoms must be numbers of shape \(2,\) or \(2, 3\), got"),
        ("energies:R:3", 3, r"energies must be numbers of shape \(2,\), got"),
        ("charge:S:1", 1, r"charges must be numbers of shape \(2,\), got"),
    ],
)
def test_what_atoms_have_is_checked(tmp_path: Path, column: str, n: int, message: str) -> None:
    row = " ".join(["1.0"] * n)
    path = tmp_path / "frames.xyz"
    path.write_text(f"2\nProperties=species:S:1:pos:R:3:{column}\nCu 0 0 0 {row}\nCu 2.5 0 0 {row}\n")
    with pytest.raises((InvalidInputError, FileFormatError), match=rf"frame 0 \(counted from 0\): {message}"):
        read_frames(path)


@pytest.mark.parametrize("n_atoms", [1, 6])
@pytest.mark.parametrize("name", ["stress:R:1", "stress:R:3", "dipole:R:3", "energy:R:1"])
def test_a_column_is_no_value_of_the_frame_whatever_its_length(
    tmp_path: Path, name: str, n_atoms: int
) -> None:
    """Six numbers in a column would pass for a stress."""
    path = tmp_path / "frames.xyz"
    rows = "".join(f"Cu {2.5 * x} 0 0 {'1 ' * int(name[-1])}\n" for x in range(n_atoms))
    path.write_text(f"{n_atoms}\nProperties=species:S:1:pos:R:3:{name}\n{rows}")
    with pytest.raises(FileFormatError, match="is of the whole frame, got a column of atoms"):
        read_frames(path)


@pytest.mark.parametrize("name", ["stress", "virial", "virials"])
def test_six_numbers_are_read_in_the_order_that_is_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / "frames.xyz"
    path.write_text(f'1\nLattice="6 0 0 0 6 0 0 0 6" {name}="1 2 3 4 5 6"\nCu 0 0 0\n')
    with pytest.raises(InvalidInputError, match=f"frame 0 .*: {name} must be 9 numbers.*stress_order"):
        read_frames(path)
    vasp = LabelKeys(stress=StressKey(name, "kbar", "xx yy zz xy yz xz", True))
    (frame,) = read_frames(path, labels=vasp)
    np.testing.assert_allclose(frame.get_stress(), -0.1 * GPa * np.array([1.0, 2.0, 3.0, 5.0, 6.0, 4.0]))


@pytest.mark.parametrize("values", ["1", "1 2 3", "1 2 3 4 5", "1 2 3 4 5 6 7 8 9 10", "text", "T"])
def test_other_numbers_of_a_stress_are_refused(tmp_path: Path, values: str) -> None:
    path = tmp_path / "frames.xyz"
    path.write_text(f'1\nLattice="6 0 0 0 6 0 0 0 6" stress="{values}"\nCu 0 0 0\n')
    with pytest.raises(InvalidInputError, match=r"frame 0 .*: stress must be numbers of shape \(6,\) or"):
        read_frames(path)


@pytest.mark.parametrize("name", ["frames.traj", "frames.db", "frames.json"])
def test_labels_of_other_files_are_checked(tmp_path: Path, name: str) -> None:
    atoms = Atoms("Cu2", positions=[[0, 0, 0], [2.5, 0, 0]])
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0, forces=np.zeros((2, 3)))
    atoms.calc.results["forces"] = np.zeros((2, 2))
    ase.io.write(tmp_path / name, atoms)
    with pytest.raises(
        (InvalidInputError, FileFormatError),
        match=rf"{name}: frame 0 \(counted from 0\).*(forces must be numbers of shape|cannot be read)",
    ):
        read_frames(tmp_path / name)


@pytest.mark.parametrize("value", [None, object(), [[1.0], [1.0, 2.0]], 1j, b"1", "", np.array("2001", "M8")])
def test_what_is_no_number_is_refused_whatever_it_is(value: object) -> None:
    with pytest.raises(InvalidInputError, match="here must be a single number, got "):
        checked("energy", value, 1, "here")


def test_a_text_that_is_a_number_is_one() -> None:
    assert checked("energy", "-3.5", 1, "here") == -3.5
    np.testing.assert_array_equal(checked("charges", "1 2", 2, "here"), [1.0, 2.0])
