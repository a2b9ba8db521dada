"""Extended XYZ: what is read is what the file says, and all else is refused by file, frame and line."""

from __future__ import annotations

import bz2
import io
import lzma
import os
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot import FileFormatError, UnknownElementError
from nnpot.io import read_frames

HEAD = 'Lattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 pbc="T T F"'
FRAME = f"2\n{HEAD}\nCu 0.0 0.0 0.0 0.1 0.0 0.25\nCu 2.5 0.0 0.0 -0.1 0.0 -0.25\n"
SECOND = FRAME.replace("-3.5", "-3.25").replace("2.5 ", "2.625 ")


def write(tmp_path: Path, text: str | bytes, name: str = "frames.xyz") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def same(found: list[Atoms], expected: list[Atoms]) -> None:
    assert found == expected, "elements, positions, cell and periodic directions"
    for one, other in zip(found, expected, strict=True):
        assert one.calc.results.keys() == other.calc.results.keys()
        for name, value in other.calc.results.items():
            np.testing.assert_array_equal(one.calc.results[name], value)


@pytest.mark.parametrize(
    "header",
    [
        HEAD,
        f'{HEAD} stress="1 2 3 2 4 5 3 5 6" ninefold="9 8 7 8 6 5 7 5 4" name=\'a "b" c\' free_energy=-4',
        f"{HEAD} dipole=[1 2 3] note={{with blanks}} converged key-2=1e5 n=3 escaped=a\\ b _x = spaced out",
        'Properties=species:S:1:pos:R:3:forces:R:3 energy = -3.5 pbc="F F F" json="_JSON [[1, 2], [3, 4]]"',
        'Lattice="6 0 0 1 6 0 0 0 6" Properties="species:S:1:pos:R:3:charge:R:1:tag:I:1:fixed:L:1" '
        'pbc=T flags="T F T" empty=""',
        "Lattice={6 0 0 0 0 0 0 0 6} Properties=Z:I:1:pos:R:3:magmoms:R:3 energy=3 pbc=[T F F] magmom=2",
    ],
)
def test_all_that_ase_reads_is_read_alike(tmp_path: Path, header: str) -> None:
    rows = "Cu 0.0 1.5 0.0 0.5 7 T\nCu 2.5 0.0 1e-3 -0.25 -8 F\n"
    if "=Z:" in header:
        rows = rows.replace("Cu", "29")
    rows = rows.replace(" T", " 3").replace(" F", " 4") if "fixed" not in header else rows
    path = write(tmp_path, f"2\n{header}\n{rows}" * 2)
    found, expected = read_frames(path), ase.io.read(path, ":")
    for frame in found:
        frame.calc.results.pop("stress", None)
    for frame in expected:
        frame.calc.results.pop("stress", None)
    same(found, expected)
    for name, value in expected[0].info.items():
        np.testing.assert_array_equal(found[0].info.get(name, "nothing"), value if name != "empty" else "")
    for name, value in expected[0].arrays.items():
        np.testing.assert_array_equal(found[0].arrays[name], value)


def test_plain_xyz_with_more_columns_is_a_cluster(tmp_path: Path) -> None:
    (frame,) = read_frames(write(tmp_path, "2\nBob's molecule, E = -3.0\nO 0 0 0 9 9\nH 0 0 1.0 9 9\n"))
    assert frame.get_chemical_symbols() == ["O", "H"] and not frame.pbc.any()
    np.testing.assert_array_equal(frame.positions, [[0, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n2\n", "\n\n  \n2\n") + "\n\n",
        lambda text: text.replace("-0.25", "-0.25d0").replace("-3.5", "-3.5D+00"),
        lambda text: text.replace("-0.25", "-2.5D-1").replace("Cu", "CU"),
        lambda text: text.replace("Lattice", "lattice").replace("Properties", "properties"),
        lambda text: text.replace("6 0 0 0 6 0 0 0 6", "6, 0, 0, 0, 6, 0, 0, 0, 6"),
        lambda text: text.removesuffix("\n"),
    ],
    ids=[
        "windows",
        "old mac",
        "mark",
        "blank lines",
        "fortran",
        "fortran 2",
        "small",
        "commas",
        "no line end",
    ],
)
def test_the_same_frames_however_they_are_written(tmp_path: Path, change: object) -> None:
    expected = read_frames(write(tmp_path, FRAME + SECOND, "plain.xyz"))
    assert expected[1].get_potential_energy() == -3.25 and expected[1].get_forces()[1, 2] == -0.25
    same(read_frames(write(tmp_path, change(FRAME + SECOND))), expected)  # type: ignore[operator]


@pytest.mark.parametrize(("ending", "pack"), [(".bz2", bz2.compress), (".xz", lzma.compress)])
def test_other_compressions_are_read_and_damage_is_said(tmp_path: Path, ending: str, pack: object) -> None:
    packed = pack(FRAME.encode())  # type: ignore[operator]
    same(read_frames(write(tmp_path, packed, f"a.xyz{ending}")), read_frames(write(tmp_path, FRAME)))
    for bad in (packed[:-10], FRAME.encode()):
        with pytest.raises(
            FileFormatError, match=rf"b\.xyz{ending}: expected a whole .* file, got a damaged"
        ):
            read_frames(write(tmp_path, bad, f"b.xyz{ending}"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Cu 2.5 0.0 0.0 -0.1 0.0 -0.25\n", "", r"line 7: expected 2 atoms, got 1 and the end of the file"),
        ("Cu 2.5", "\nCu 2.5", r"line 8: expected 7 words for atom 1, as the columns say, got 0"),
        ("0.0 -0.25", "-0.25", r"line 8: expected 7 words for atom 1, .*got 6"),
        ("0.0 -0.25", "0.0 -0.25 7.0", r"line 8: expected 7 words for atom 1, .*got 8"),
        ("-0.25", "abc", r"line 8: expected a number in forces of atom 1, got 'abc'"),
        ("-0.25", "1_0", r"line 8: expected a number in forces of atom 1, got '1_0'"),
        ("-0.25", "********", r"line 8: expected a number in forces of atom 1, got '\*{8}'"),
        ("2\n", "two\n", r"line 5: expected the number of atoms of a frame, .*got 'two'"),
        ("2\n", "0\n", r"line 5: expected the number of atoms of a frame, .*got '0'"),
        ("2\n", "-2\n", r"line 5: expected the number of atoms of a frame, .*got '-2'"),
        ("2\n", "3\n", r"line 8: expected 3 atoms, got 2 and the end"),
        ("2\n", f"{10**9}\n", r"line 8: expected 1000000000 atoms, got 2 and the end"),
        ("2\n", f"{10**30}\n", r"line 5: expected the number of atoms"),
        (
            '"6 0 0 0 6 0 0 0 6"',
            '"6 0 0 0 6 0 0 0"',
            r"expected 9 numbers in Lattice, .*got '6 0 0 0 6 0 0 0'",
        ),
        ('"6 0 0 0 6 0 0 0 6"', "a", r"expected 9 numbers in Lattice, .*got 'a'"),
        ("T T F", "T F", r"expected pbc as three letters T or F, got 'T F'"),
        ("T T F", "yes", r"expected pbc as three letters T or F, got 'yes'"),
        ("species:S:1:", "", r"line 6: there are no species .expected species:S:1"),
        ("pos:R:3", "r:R:3", r"line 6: there are no positions .expected pos:R:3"),
        ("pos:R:3", "pos:R:2", r"line 6: expected 3 column.s. of positions in Properties, got 2"),
        ("pos:R:3", "pos:S:3", r"line 6: expected positions of type R in Properties, got type S"),
        ("forces:R:3", "forces:R:-3", r"expected 'name:type:number' .*got 'forces:R:-3'"),
        ("forces:R:3", "forces:R:1000000000", r"expected 'name:type:number' .*got 'forces:R:1000000000'"),
        ("forces:R:3", "forces:R", r"expected 'name:type:number' .*got 'forces:R'"),
        ("forces:R:3", "forces:Q:3", r"expected 'name:type:number' .*got 'forces:Q:3'"),
        ("forces:R:3", "positions:R:3", r"positions stands twice in Properties"),
        ("forces:R:3", "a:I:3", r"expected a whole number in a of atom 0, got '0\.1'"),
        ("forces:R:3", "a:L:3", r"expected T or F in a of atom 0, got '0\.1'"),
        ("forces:R:3", "masses:S:3", r"expected masses of type R in Properties, got type S"),
        ("energy=-3.5", "energy=-3.5 energy=-3.6", r"energy stands twice, as '-3\.5' and as '-3\.6'"),
        ("Lattice=", 'lattice="9 0 0 0 9 0 0 0 9" Lattice=', "Lattice stands twice"),
        ("forces:R:3", "stress:R:3", "stress is of the whole frame, got a column of atoms"),
    ],
)
def test_a_damaged_frame_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path, FRAME + FRAME.replace(old, new, 1))
    with pytest.raises(FileFormatError, match=rf"frames\.xyz: frame 1 \(counted from 0\): .*{message}"):
        read_frames(path)


@pytest.mark.parametrize(
    ("symbol", "shown"),
    [("Sj", "'Sj'"), ("X", "'X'"), ("29", "'29'"), ("Cu1", "'Cu1'"), ("é" * 99, r"'é+\.\.\.é+'")],
)
def test_an_unknown_element_is_refused(tmp_path: Path, symbol: str, shown: str) -> None:
    with pytest.raises(
        UnknownElementError, match=rf"frame 0 .*line 4: expected the symbol .* atom 1, got {shown}"
    ):
        read_frames(write(tmp_path, FRAME.replace("Cu 2.5", f"{symbol} 2.5")))


@pytest.mark.parametrize(
    "comment",
    [
        "fcc lattice, energy and stress minimised, properties of group A, pbc, virial",
        "Lattice",
        "converged energy",
        "",
    ],
)
def test_words_of_a_plain_comment_are_no_labels(tmp_path: Path, comment: str) -> None:
    (frame,) = read_frames(write(tmp_path, f"2\n{comment}\nCu 0 0 0\nCu 2.5 0 0\n"))
    assert frame.calc is None and not frame.cell.any() and not frame.pbc.any()
    assert "group" not in frame.info


def test_a_value_in_a_plain_comment_is_one(tmp_path: Path) -> None:
    (frame,) = read_frames(write(tmp_path, "1\nenergy=-3.5 of the lattice energy=-3.5\nCu 0 0 0\n"))
    assert frame.get_potential_energy() == -3.5


def test_what_says_the_same_twice_is_read(tmp_path: Path) -> None:
    found = read_frames(write(tmp_path, FRAME.replace("energy=-3.5", "energy=-3.5 a=1 energy=-3.5 a=2")))
    assert found[0].get_potential_energy() == -3.5


@pytest.mark.parametrize("number", ["0", "119", "-1"])
def test_an_atomic_number_of_no_element_is_refused(tmp_path: Path, number: str) -> None:
    text = FRAME.replace("species:S:1", "Z:I:1").replace("Cu 2", f"{number} 2").replace("Cu", "29")
    with pytest.raises(UnknownElementError, match=rf"an atomic number from 1 to 118 .*got {number};"):
        read_frames(write(tmp_path, text))


def test_species_and_numbers_must_be_of_the_same_elements(tmp_path: Path) -> None:
    """Other words are labels."""
    text = "2\nProperties=species:S:1:Z:I:1:pos:R:3\nCu_1 29 0 0 0\nCu 29 2.5 0 0\n"
    (frame,) = read_frames(write(tmp_path, text))
    assert frame.get_chemical_symbols() == ["Cu", "Cu"]
    with pytest.raises(
        UnknownElementError, match="line 4: atom 1 is 'Cu' and has the atomic number 28, that of Ni"
    ):
        read_frames(write(tmp_path, text.replace("Cu 29", "Cu 28")))


@pytest.mark.parametrize("n_lost", [1, 2, 3])
def test_a_file_cut_within_its_last_number_is_refused(tmp_path: Path, n_lost: int) -> None:
    whole = (FRAME + SECOND).removesuffix("\n")
    assert len(read_frames(write(tmp_path, whole))) == 2
    with pytest.raises(FileFormatError, match="frame 1 .*line 8: (the last line has no|expected a num)"):
        read_frames(write(tmp_path, whole[:-n_lost]))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("1\n\nAr 0.125 0.125 0.12", "0.12"),
        ("1\n\nAr 0.1 0.2 0.125\n1\n\nAr 0.1 0.2 0.25", "0.25"),
        ("2\nProperties=pos:R:3:species:S:1\n0 0 0 Si\n0 0 2 S", "S"),
    ],
)
def test_other_ends_that_look_cut_are_refused(tmp_path: Path, text: str, end: str) -> None:
    with pytest.raises(FileFormatError, match=f"has no line end, and '{end}' at its end is shorter"):
        read_frames(write(tmp_path, text))
    read_frames(write(tmp_path, text + "\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_said(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(FileFormatError, match="frames.xyz:1: expected a line of text, .*save it again"):
        read_frames(write(tmp_path, FRAME.encode(encoding)))


def test_a_comment_in_another_encoding_does_not_matter(tmp_path: Path) -> None:
    (frame,) = read_frames(write(tmp_path, FRAME.replace("energy", "by=Å energy").encode("latin-1")))
    assert frame.get_potential_energy() == -3.5


@pytest.mark.parametrize("name", ["frames.xyz", "input.data", "a.features", "frames.traj", "a.xyz.gz"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(FileFormatError, match=rf"{name}: expected a plain file, got a pipe or a device"):
        read_frames(path, "metal")


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a small compressed file has that unpacks to gigabytes of nothing."""
    monkeypatch.setattr("nnpot.io.text_lines.LONGEST_LINE", 1000)
    with pytest.raises(FileFormatError, match="frames.xyz:2: expected a line of text, .*a line without end"):
        read_frames(write(tmp_path, "2\n" + " " * 2000))


def test_fixed_atoms_and_texts_of_atoms_survive(tmp_path: Path) -> None:
    atoms = Atoms("Cu2", positions=[[0, 0, 0], [2.5, 0, 0]])
    atoms.set_array("label", np.array(["a", "b"]))
    atoms.calc = SinglePointCalculator(atoms, energy=1.0)
    buffer = io.StringIO()
    ase.io.write(buffer, atoms, format="extxyz")
    (frame,) = read_frames(write(tmp_path, buffer.getvalue()))
    assert frame.arrays["label"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("mark", "second"), [('title="abc ', '"'), ("title='abc ", "'"), ("title={abc ", "}"), ("title=[a ", "]")]
)
def test_a_mark_that_is_not_closed_is_said(tmp_path: Path, mark: str, second: str) -> None:
    path = write(tmp_path, FRAME + FRAME.replace("Lattice", f"{mark}Lattice"))
    with pytest.raises(FileFormatError, match=rf"frame 1 .*: line 6: expected \{second} behind"):
        read_frames(path)


def test_an_apostrophe_in_prose_is_no_mark(tmp_path: Path) -> None:
    (frame,) = read_frames(write(tmp_path, "1\nthat's copper\nCu 0 0 0\n"))
    assert str(frame.symbols) == "Cu"


@pytest.mark.parametrize(("old", "new", "line"), [("Cu 0.0", "Cq 0.0", 3), ("Cu 2.5", "Cu no", 4)])
def test_an_error_of_an_atom_names_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    path = write(tmp_path, FRAME.replace("2\n", "3\n", 1).replace(old, new) + "Cu 0 3 0 0 0 0\n")
    with pytest.raises((FileFormatError, UnknownElementError), match=rf": line {line}: expected"):
        read_frames(path)
