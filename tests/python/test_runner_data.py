"""RuNNer's input.data: reading, writing, and bad input with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given
from hypothesis import strategies as st
from structures import structure

from nnpot import FileFormatError, InvalidInputError, UnknownElementError
from nnpot.io import read_frames, write_runner_data
from nnpot.io.labels import is_test_frame
from nnpot.units import UnitSystem

FRAME = """begin
comment quenched   from 2000 K
lattice 10.0 0.0 0.0
lattice 0.0 11.0 0.0
lattice 1.0 0.0 12.0
atom 0.0 0.0 0.0 Si 0.5 0.0 0.1 0.2 0.3
atom 2.0 2.0 2.0 O -0.5 0.0 -0.1 -0.2 -0.3
energy -7.5
charge 0.0
end
"""
CLUSTER = """begin set=test
atom 0 0 0 H 0 0 0 0 0
atom 1.4 0 0 H 0 0 0 0 0
energy -1.1
end
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "input.data"
    path.write_bytes(text.encode())
    return path


def labelled(name: str) -> Atoms:
    atoms = structure(name)
    random = np.random.default_rng(9)
    atoms.calc = SinglePointCalculator(atoms, energy=-31.25, forces=random.normal(size=(len(atoms), 3)))
    return atoms


def test_frames_are_read_in_the_stated_units(tmp_path: Path) -> None:
    crystal, cluster = read_frames(write(tmp_path, FRAME + CLUSTER), units="atomic")
    bohr, hartree = UnitSystem.atomic.length, UnitSystem.atomic.energy
    assert crystal.get_chemical_symbols() == ["Si", "O"]
    assert crystal.pbc.all()
    np.testing.assert_allclose(crystal.cell.array[2], [bohr, 0.0, 12 * bohr])
    np.testing.assert_allclose(crystal.positions[1], 2 * bohr)
    assert crystal.get_potential_energy() == pytest.approx(-7.5 * hartree)
    np.testing.assert_allclose(crystal.get_forces()[0], np.array([0.1, 0.2, 0.3]) * hartree / bohr)
    np.testing.assert_array_equal(crystal.get_charges(), [0.5, -0.5])
    assert crystal.info == {"comment": "quenched from 2000 K", "charge": 0.0}
    assert not cluster.pbc.any()
    assert cluster.info == {"set": "test"}


def test_windows_line_ends_blank_lines_and_comments_change_nothing(tmp_path: Path) -> None:
    lenient = "\n# a comment\n\n" + FRAME.replace("energy", "\n! another\n   \n   energy") + "\n\n"
    (expected,) = read_frames(write(tmp_path, FRAME), units="metal")
    (found,) = read_frames(write(tmp_path, lenient.replace("\n", "\r\n")), units="metal")
    assert found == expected
    assert found.get_potential_energy() == expected.get_potential_energy()
    assert found.info == expected.info


def test_an_unknown_keyword_is_a_warning_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, FRAME.replace("charge", "spin"))
    with pytest.warns(UserWarning, match=r"input\.data:9: unknown keyword 'spin'"):
        read_frames(path, units="metal")


def test_atoms_without_forces_give_a_frame_without_forces(tmp_path: Path) -> None:
    text = FRAME.replace(" 0.1 0.2 0.3", "").replace(" -0.1 -0.2 -0.3", "")
    (frame,) = read_frames(write(tmp_path, text), units="metal")
    assert "forces" not in frame.calc.results


def test_units_have_to_be_stated(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="does not state its units.*--data-units.*metal"):
        read_frames(write(tmp_path, FRAME))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("energy -7.5", "energy nan", r":8: expected a finite number, got 'nan'"),
        ("energy -7.5", "energy -7,5", r":8: expected a number, got '-7,5'"),
        ("energy -7.5", "energy", r":8: expected 1 number after 'energy', got 0"),
        ("energy -7.5", "energy -7.5\nenergy -7.6", r":9: second 'energy'"),
        ("2.0 2.0 2.0 O", "2.0 inf 2.0 O", r":7: expected a finite number, got 'inf'"),
        ("-0.1 -0.2 -0.3", "-0.1 -0.2", r":7: expected 'atom x y z"),
        (" 0.1 0.2 0.3", "", r":7: some atoms of .*:1 have forces, others not"),
        ("lattice 1.0 0.0 12.0\n", "", r":9: expected 3 'lattice' lines in .*:1, .*got 2"),
        ("lattice 1.0 0.0 12.0", "lattice 1.0 0.0", r":5: expected 3 numbers after 'lattice', got 2"),
        ("end\n", "", r"no 'end' for .*:1; the file is cut short"),
        ("end\n", "begin\n", r":10: expected 'end' of .*:1, got 'begin'"),
        ("end\n", "end\natom 0 0 0 Si 0 0\n", r":11: expected 'begin', got 'atom'"),
    ],
)
def test_bad_input_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path, FRAME.replace(old, new, 1))
    with pytest.raises(FileFormatError, match=message):
        read_frames(path, units="metal")


@pytest.mark.parametrize("damage", ["cut", "checksum"])
def test_damaged_compressed_frames_are_refused(tmp_path: Path, damage: str) -> None:
    """Far behind the first block, so that it is found while frames are read."""
    numbers = np.random.default_rng(1).random((6000, 3)) * 9.0
    atoms = "".join(f"atom {x:.15f} {y:.15f} {z:.15f} Si 0 0 0 0 0\n" for x, y, z in numbers)
    packed = gzip.compress(f"begin\n{atoms}energy 0\ncharge 0\nend\n".encode())
    bad = packed[: len(packed) // 2] if damage == "cut" else packed[:-8] + bytes(8)
    path = tmp_path / "input.data.gz"
    path.write_bytes(bad)
    with pytest.raises(FileFormatError, match=r"input\.data\.gz: expected a whole gzip file.*line \d+"):
        read_frames(path, units="metal")


def test_a_frame_without_atoms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r":3: the frame of .*:1 has no atoms"):
        read_frames(write(tmp_path, "begin\nenergy 0\nend\n"), units="metal")


@pytest.mark.parametrize("symbol", ["Sj", "X", "14"])
def test_an_unknown_element_is_refused_with_its_line(tmp_path: Path, symbol: str) -> None:
    with pytest.raises(UnknownElementError, match=rf":6: unknown element '{symbol}'"):
        read_frames(write(tmp_path, FRAME.replace("Si", symbol)), units="metal")


@pytest.mark.parametrize("units", list(UnitSystem))
@pytest.mark.parametrize("name", ["crystal", "triclinic", "cluster"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str, units: UnitSystem) -> None:
    frame = labelled(name)
    frame.info.update({"comment": "two\nlines", "set": "train"})
    write_runner_data(tmp_path / "input.data", [frame, frame], units)
    first, second = read_frames(tmp_path / "input.data", units)
    assert first == second
    assert (first.pbc == frame.pbc).all()
    assert first.info == {"comment": "two lines", "set": "train", "charge": 0.0}
    np.testing.assert_allclose(first.positions, frame.positions, rtol=1e-14)
    np.testing.assert_allclose(first.cell.array, frame.cell.array, rtol=1e-14)
    np.testing.assert_allclose(first.get_forces(), frame.get_forces(), rtol=1e-14)
    assert first.get_potential_energy() == pytest.approx(-31.25, rel=1e-14)


@given(energy=st.floats(-1e6, 1e6), x=st.floats(-1e4, 1e4), force=st.floats(-1e4, 1e4))
def test_every_number_survives_in_the_units_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, energy: float, x: float, force: float
) -> None:
    frame = Atoms("Si", positions=[[x, 0.0, 0.0]])
    frame.calc = SinglePointCalculator(frame, energy=energy, forces=np.array([[force, 0.0, 0.0]]))
    path = tmp_path_factory.mktemp("round") / "input.data"
    write_runner_data(path, [frame], "metal")
    (found,) = read_frames(path, "metal")
    assert found.get_potential_energy() == energy
    assert found.positions[0, 0] == x
    assert found.get_forces()[0, 0] == force


def test_a_slab_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidInputError, match="frame 0 .counted from 0. is periodic in some directions only"
    ):
        write_runner_data(tmp_path / "input.data", [labelled("slab")], "metal")
    assert not (tmp_path / "input.data").exists()


def test_a_frame_without_forces_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="frame 1 .counted from 0. has no energy"):
        write_runner_data(tmp_path / "input.data", [labelled("crystal"), structure("crystal")], "metal")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("charge", "neutral", r"info\['charge'\] must be a single number, got 'neutral'"),
        ("charge", [1.0, 2.0], "must be a single number, got 2 numbers"),
        ("charge", None, "must be a single number, got 'None'"),
        ("charge", True, "must be a single number, got 'T'"),
        ("charge", float("nan"), "must be a finite number, got nan"),
        ("set", "test fold 1", r"info\['set'\] must be 'train' or 'test', got 'test fold 1'"),
        ("set", "a\nend", "must be 'train' or 'test'"),
        ("set", "tset", "must be 'train' or 'test'"),
    ],
)
def test_what_the_format_cannot_say_is_refused(
    tmp_path: Path, name: str, value: object, message: str
) -> None:
    frame = labelled("crystal")
    frame.info[name] = value
    with pytest.raises(InvalidInputError, match=rf"input.data: frame 0 \(counted from 0\): .*{message}"):
        write_runner_data(tmp_path / "input.data", [frame], "metal")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("tag", "charge"), [("test", "-1"), ("train", np.int64(2))])
def test_tag_and_charge_come_back(tmp_path: Path, tag: str, charge: object) -> None:
    frame = labelled("crystal")
    frame.info |= {"set": tag, "charge": charge}
    write_runner_data(tmp_path / "input.data", [frame], "metal")
    (found,) = read_frames(tmp_path / "input.data", "metal")
    assert found.info["set"] == tag and found.info["charge"] == float(str(charge))


@pytest.mark.parametrize("mark", ["set=test", "set=TEST", "SET=Test", "set = test", "set=test # kept away"])
def test_a_mark_of_a_test_frame_is_taken_in_any_spelling(tmp_path: Path, mark: str) -> None:
    (frame,) = read_frames(write(tmp_path, CLUSTER.replace("set=test", mark)), "atomic")
    assert is_test_frame(frame)


@pytest.mark.parametrize("mark", ["set=TRAIN", "set= train", ""])
def test_a_mark_of_a_training_frame_is_none_of_a_test(tmp_path: Path, mark: str) -> None:
    (frame,) = read_frames(write(tmp_path, CLUSTER.replace("set=test", mark)), "atomic")
    assert not is_test_frame(frame) and frame.info.get("set") == ("train" if mark else None)


@pytest.mark.parametrize("mark", ["set=tset", "set=validation", "'set=test'", "test", "set=test set=train"])
def test_a_mark_that_nobody_knows_is_refused(tmp_path: Path, mark: str) -> None:
    path = write(tmp_path, FRAME + CLUSTER.replace("set=test", mark))
    with pytest.raises(FileFormatError, match=r"input\.data:11: expected set=train, set=test or nothing"):
        read_frames(path, "atomic")


def test_published_sets_are_read(shared_data: Path) -> None:
    water = read_frames(shared_data / "n2p2" / "train" / "H2O_RPBE-D3.input.data", "atomic")
    assert len(water) == 20
    assert {len(frame) for frame in water} == {48, 96, 192}
    assert np.abs(water[0].get_forces()).max() > 0.1
    sulfide = read_frames(shared_data / "n2p2" / "train" / "Cu2S_PBE_more.input.data", "metal")
    assert len(sulfide) == 26


def mixed_frames() -> list[Atoms]:
    """Clusters and cells of different compositions with a charge on each atom and one in total."""
    random = np.random.default_rng(4)
    frames = []
    for number, name in enumerate(("crystal", "cluster", "triclinic", "cluster")):
        frame = structure(name)
        if number == 3:
            frame = frame[: len(frame) - 1]
        charges = random.normal(size=len(frame))
        forces = random.normal(size=(len(frame), 3))
        frame.calc = SinglePointCalculator(frame, energy=random.normal(), forces=forces, charges=charges)
        frame.info = {"comment": f"frame {number}", "charge": float(random.normal())}
        frames.append(frame)
    return frames


def require_same(found: Atoms, expected: Atoms) -> None:
    """Every number of the one is that of the other."""
    assert found.get_chemical_symbols() == expected.get_chemical_symbols()
    assert (found.pbc == expected.pbc).all()
    assert found.info == expected.info
    np.testing.assert_array_equal(found.positions, expected.positions)
    np.testing.assert_array_equal(found.cell.array, expected.cell.array)
    for name in ("energy", "forces", "charges"):
        np.testing.assert_array_equal(found.calc.results[name], expected.calc.results[name])


def test_frames_with_charges_survive_without_loss(tmp_path: Path) -> None:
    frames = mixed_frames()
    assert len({frame.get_chemical_formula() for frame in frames}) > 2
    assert {bool(frame.pbc.all()) for frame in frames} == {True, False}
    write_runner_data(tmp_path / "a.data", frames, "metal")
    found = read_frames(tmp_path / "a.data", "metal")
    assert len(found) == len(frames)
    for one, expected in zip(found, frames, strict=True):
        require_same(one, expected)


@pytest.mark.parametrize("name", ["H2O_RPBE-D3.input.data", "Cu2S_PBE_more.input.data"])
def test_published_frames_survive_without_loss(tmp_path: Path, shared_data: Path, name: str) -> None:
    frames = read_frames(shared_data / "n2p2" / "train" / name, "metal")
    write_runner_data(tmp_path / "a.data", frames, "metal")
    for found, expected in zip(read_frames(tmp_path / "a.data", "metal"), frames, strict=True):
        expected.info.setdefault("charge", 0.0)
        require_same(found, expected)
