"""Extended XYZ keeps every bit of what is written."""

from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from structures import structure

from nnpot import InvalidInputError
from nnpot.io import read_frames, write_frames


def labelled(atoms: Atoms) -> Atoms:
    random = np.random.default_rng(8)
    n = len(atoms)
    atoms.info.update({"group": 'crystal "A" 300 K', "temperature": 300.1, "step": 7, "melted": False})
    atoms.set_array("tag", np.arange(n))
    atoms.set_array("velocity_like", random.normal(size=(n, 3)))
    atoms.calc = SinglePointCalculator(
        atoms,
        energy=float(random.normal()),
        forces=random.normal(size=(n, 3)),
        energies=random.normal(size=n),
        charges=random.normal(size=n),
        **({"stress": random.normal(size=6)} if atoms.pbc.all() else {}),
    )
    return atoms


def test_everything_comes_back_bit_for_bit(tmp_path: Path, any_structure: Atoms) -> None:
    frame = labelled(any_structure)
    write_frames(tmp_path / "out.xyz", [frame, frame])
    _, found = read_frames(tmp_path / "out.xyz")
    assert found.get_chemical_symbols() == frame.get_chemical_symbols()
    for name in ("positions", "tag", "velocity_like"):
        np.testing.assert_array_equal(found.arrays[name], frame.arrays[name])
    np.testing.assert_array_equal(found.cell.array, frame.cell.array)
    np.testing.assert_array_equal(found.pbc, frame.pbc)
    assert found.info == frame.info
    assert found.calc.results.keys() == frame.calc.results.keys()
    for name, value in frame.calc.results.items():
        np.testing.assert_array_equal(found.calc.results[name], value, err_msg=name)


def test_ase_reads_the_file_too(tmp_path: Path) -> None:
    frame = labelled(structure("triclinic"))
    write_frames(tmp_path / "out.xyz", [frame])
    found = ase.io.read(tmp_path / "out.xyz")
    np.testing.assert_array_equal(found.get_stress(), frame.get_stress())


def test_a_one_atom_frame_keeps_its_shapes(tmp_path: Path) -> None:
    frame = labelled(Atoms("Si", cell=[3.0, 3.0, 3.0], pbc=True))
    write_frames(tmp_path / "out.xyz", [frame])
    (found,) = read_frames(tmp_path / "out.xyz")
    assert found.get_forces().shape == (1, 3)
    assert found.get_potential_energies().shape == (1,)


def test_a_frame_without_labels_can_be_written(tmp_path: Path) -> None:
    write_frames(tmp_path / "out.xyz", [structure("cluster")])
    (found,) = read_frames(tmp_path / "out.xyz")
    assert found.calc is None
    assert not found.pbc.any()


def test_nan_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.xyz"
    path.write_text("old")
    bad = labelled(structure("crystal"))
    bad.calc.results["forces"][4, 1] = np.nan
    with pytest.raises(InvalidInputError, match=r"frame 1 \(counted from 0\): forces of atom 4"):
        write_frames(path, [structure("crystal"), bad])
    assert path.read_text() == "old"


def test_line_ends_inside_texts_do_not_break_the_file(tmp_path: Path) -> None:
    frame = structure("cluster")
    frame.info["note"] = "two\nlines"
    write_frames(tmp_path / "out.xyz", [frame])
    assert read_frames(tmp_path / "out.xyz")[0].info["note"] == "two lines"
