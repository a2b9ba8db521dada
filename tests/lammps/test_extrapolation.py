"""What ``pair_style nnp`` does where atoms leave the training data: ignore, warn, dump, stop."""

from __future__ import annotations

import re
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from lammps_command import (
    failure,
    lammps_orientation,
    preamble,
    run_successfully,
    write_data,
)
from numpy.typing import NDArray
from structures import structure

import nnpot

LINE = re.compile(
    r"pair_nnp: extrapolation on (\d+) steps?, at most (\d+) of (\d+) atoms \(step (\d+)\); "
    r"worst: atom (\d+) \((\w+)\) at step (\d+), "
    r"symmetry function (\d+) '([^']+)', ([\d.e+-]+) widths (above|below) its range"
)
MOTION = "timestep 0.0005\nvelocity all create 900 1 loop geom\nfix 1 all nve\n"


def compressed(name: str = "liquid") -> Atoms:
    """Atoms closer to each other than in any structure that the model's scaling data are from."""
    atoms = structure(name)
    atoms.set_cell(atoms.cell.array * 0.9, scale_atoms=True)
    return lammps_orientation(atoms)


def distances(model: Path, atoms: Atoms) -> list[NDArray[np.float64]]:
    """By atom, of each symmetry function: widths outside of ``scaling.data``; > 0 above, < 0 below."""
    descriptor = nnpot.load(model).symmetry_functions()
    values = descriptor.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
    rows = np.loadtxt(model / "scaling.data")
    found = []
    for i, symbol in enumerate(atoms.symbols):
        low, high = rows[rows[:, 0] == ["O", "Si"].index(symbol) + 1][:, 2:4].T
        own = values[i, : len(low)]
        outside = np.maximum(own - high, 0.0) - np.maximum(low - own, 0.0)
        found.append(outside / (high - low))
    return found


def start(directory: Path, atoms: Atoms | None = None) -> str:
    """The commands that read a structure of the types Si and O."""
    atoms = compressed() if atoms is None else atoms
    write_data(directory / "data", atoms, ("Si", "O"))
    return preamble(atoms)


def pair(options: str, model: Path) -> str:
    """The commands of the pair style."""
    return f"pair_style nnp {options}\npair_coeff * * {model} Si O\n"


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("name", ["liquid", "triclinic"])
def test_the_line(name: str, ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = compressed(name)
    expected = distances(model_directory, atoms)
    grades = np.array([np.abs(own).max() for own in expected])
    tolerance = float(np.sort(grades)[-3:-1].mean())
    commands = start(tmp_path, atoms) + pair(f"tolerance {tolerance!r}", model_directory)
    output = run_successfully(commands + "run 0\n", tmp_path, ranks)
    (found,) = LINE.findall(output)
    worst = int(grades.argmax())
    function = int(np.abs(expected[worst]).argmax())
    distance = expected[worst][function]
    assert found[:8] == (
        "1",
        "2",
        str(len(atoms)),
        "0",
        str(worst + 1),
        atoms.symbols[worst],
        "0",
        str(function + 1),
    )
    assert found[8] == nnpot.load(model_directory).symmetry_functions().functions(found[5])[function]
    assert float(found[9]) == pytest.approx(abs(distance), rel=6e-3)
    assert found[10] == ("above" if distance > 0.0 else "below")


@pytest.mark.parametrize("ranks", [1, 2])
def test_one_line_every_so_many_steps(ranks: int, model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair("extrapolation warn every 5", model_directory) + MOTION
    output = run_successfully(commands + "run 13\nrun 3\n", tmp_path, ranks)
    found = LINE.findall(output)
    assert [int(line[0]) for line in found] == [1, 5, 5, 5]
    assert [int(line[6]) for line in found] == sorted(int(line[6]) for line in found)
    assert 0 == int(found[0][6]) < int(found[1][6]) <= 5 < int(found[2][6]) <= 10 < int(found[3][6]) <= 15
    assert max(len(line) for line in output.splitlines() if "extrapolation on" in line) < 300


def test_what_a_short_run_found_is_said_at_its_end(model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path, structure("liquid")) + pair("every 1000 tolerance 0.0", model_directory)
    commands += MOTION.replace("900", "20000") + "run 20\n"
    (found,) = LINE.findall(run_successfully(commands, tmp_path))
    assert 0 < int(found[0]) <= 20 and 0 < int(found[6]) <= 20


@pytest.mark.parametrize("options", ["extrapolation ignore", "tolerance 1e6"])
def test_silence(options: str, model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair(options, model_directory) + "run 0\n"
    assert "extrapolation on" not in run_successfully(commands, tmp_path)


def test_nothing_is_said_inside_of_the_training_data(model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path, structure("liquid")) + pair("tolerance 0 extrapolation stop", model_directory)
    assert "extrapolation on" not in run_successfully(commands + "run 0\n", tmp_path)
    assert not (tmp_path / "extrapolation.extxyz").exists()


@pytest.mark.parametrize("name", ["liquid", "triclinic", "cluster"])
def test_frames(name: str, model_directory: Path, tmp_path: Path) -> None:
    atoms = compressed(name)
    if name == "cluster":
        atoms.positions *= 0.8
    grades = np.array([np.abs(own).max() for own in distances(model_directory, atoms)])
    commands = start(tmp_path, atoms) + pair("extrapolation dump file found.extxyz", model_directory)
    texts = []
    for ranks in (1, 2, 4):
        assert LINE.search(run_successfully(commands + "run 0\n", tmp_path, ranks))
        texts.append((tmp_path / "found.extxyz").read_text())
    frame = ase.io.read(tmp_path / "found.extxyz")
    assert isinstance(frame, Atoms)
    assert frame.calc is None, "a frame must not look labelled"
    assert (frame.get_chemical_symbols(), list(frame.pbc)) == (atoms.get_chemical_symbols(), list(atoms.pbc))
    assert frame.info["step"] == 0
    np.testing.assert_array_equal(frame.arrays["id"], np.arange(len(atoms)) + 1)
    np.testing.assert_allclose(frame.arrays["grade"], np.where(grades > 0.05, grades, 0.0), rtol=1e-8)
    assert frame.arrays["grade"].any()
    if atoms.cell.rank == 3:
        np.testing.assert_allclose(frame.cell.array, atoms.cell.array, atol=1e-12)
    np.testing.assert_allclose(
        frame.get_all_distances(mic=bool(atoms.pbc.all())),
        atoms.get_all_distances(mic=bool(atoms.pbc.all())),
        atol=1e-10,
    )
    first, *others = (ase.io.read(_again(tmp_path, text)) for text in texts)
    for other in others:
        assert isinstance(first, Atoms) and isinstance(other, Atoms)
        np.testing.assert_allclose(other.arrays["grade"], first.arrays["grade"], rtol=1e-9)
        np.testing.assert_allclose(other.positions, first.positions, atol=1e-12)


def _again(directory: Path, text: str) -> Path:
    (directory / "again.extxyz").write_text(text)
    return directory / "again.extxyz"


def test_frames_are_limited_and_apart(model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair("extrapolation dump every 4 frames 3", model_directory) + MOTION
    run_successfully(commands + "run 30\n", tmp_path, ranks=2)
    frames = ase.io.read(tmp_path / "extrapolation.extxyz", ":")
    assert [frame.info["step"] for frame in frames] == [0, 4, 8]
    assert np.abs(frames[1].positions - frames[0].positions).max() > 1e-3


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop(ranks: int, model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair("extrapolation stop", model_directory) + "run 5\n"
    line = failure(commands, tmp_path, ranks)
    assert LINE.search(line)
    assert "at step 0" in line and "frame written to extrapolation.extxyz" in line
    assert ase.io.read(tmp_path / "extrapolation.extxyz").info["step"] == 0


def test_stop_comes_when_the_first_atom_leaves(model_directory: Path, tmp_path: Path) -> None:
    begin = start(tmp_path, structure("liquid"))
    motion = MOTION.replace("900", "20000")
    watched = begin + pair("tolerance 0.02 every 1", model_directory) + motion + "run 40\n"
    first = LINE.findall(run_successfully(watched, tmp_path))[0]
    assert int(first[6]) > 0, "stops before anything moves"
    stopped = begin + pair("tolerance 0.02 extrapolation stop", model_directory) + motion + "run 40\n"
    assert LINE.findall(failure(stopped, tmp_path, ranks=2)) == [first]


def test_atoms_without_a_network(model_directory: Path, tmp_path: Path) -> None:
    atoms = compressed()
    atoms.set_cell(atoms.cell.array * 0.9, scale_atoms=True)
    types = [1 if symbol == "Si" else 2 + i // 2 % 2 for i, symbol in enumerate(atoms.symbols)]
    write_data(tmp_path / "data", atoms, ("Si", "O", "O"), types)
    commands = preamble(atoms) + "pair_style nnp extrapolation dump tolerance 0\n"
    commands += f"pair_coeff * * {model_directory} Si O NULL\n"
    run_successfully(commands + "run 0\n", tmp_path)
    frame = ase.io.read(tmp_path / "extrapolation.extxyz")
    assert [symbol == "X" for symbol in frame.symbols] == [kind == 3 for kind in types]
    np.testing.assert_array_equal(frame.arrays["type"], types)


def test_minimize_says_it_once(model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair("every 100", model_directory) + "minimize 0 0 5 50\n"
    assert len(LINE.findall(run_successfully(commands, tmp_path))) == 1


def test_a_loop_of_short_runs_is_no_flood(model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair("every 20", model_directory) + MOTION
    commands += "run 0\nlabel more\nvariable i loop 30\nrun 1 pre no post no\nnext i\njump SELF more\n"
    assert len(LINE.findall(run_successfully(commands, tmp_path))) == 2


# Refusals


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("extrapolation", "extrapolation must be ignore, warn, dump or stop, got ''"),
        ("extrapolation halt", "extrapolation must be ignore, warn, dump or stop, got 'halt'"),
        ("tolerance -0.1", "tolerance must be a number >= 0 (widths of a range), got '-0.1'"),
        ("tolerance wide", "got 'wide'"),
        ("tolerance inf", "tolerance must be"),
        ("every 0", "every must be an integer >= 1, got '0'"),
        ("every 2.5", "every must be an integer >= 1, got '2.5'"),
        ("frames none", "frames must be an integer >= 1, got 'none'"),
        ("extrapolation dump file", "[frames N] [file NAME]', got 'file '"),
    ],
)
def test_arguments(arguments: str, expected: str, tmp_path: Path) -> None:
    assert expected in failure(start(tmp_path) + f"pair_style nnp {arguments}\n", tmp_path)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_file_that_cannot_be_written(ranks: int, model_directory: Path, tmp_path: Path) -> None:
    commands = start(tmp_path) + pair("extrapolation dump file no/where.extxyz", model_directory)
    line = failure(commands + "run 0\n", tmp_path, ranks)
    assert "cannot write the frame to 'no/where.extxyz'" in line
