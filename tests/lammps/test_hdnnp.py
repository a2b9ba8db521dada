"""``pair_style hdnnp``: the commands of LAMMPS's package ML-HDNNP, and its extrapolation warnings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from lammps_command import (
    SinglePoint,
    assert_close,
    failure,
    preamble,
    run_successfully,
    single_point,
    write_data,
)
from structures import structure

from nnpot import _core

BOHR, HARTREE = 0.529177210903, 27.211386245988  # CODATA 2018
KCAL_PER_MOL = 4184.0 / (6.02214076e23 * 1.602176634e-19)  # eV
QUIET = "showew no maxew -1"


def assert_same(
    hdnnp: str,
    nnp: str,
    atoms: Atoms,
    symbols: tuple[str, ...],
    directory: Path,
    ranks: int = 1,
    style: str = "metal",
) -> None:
    """Both pair commands give the same energies, forces and virials."""
    found = single_point(atoms, symbols, f"pair_style hdnnp {hdnnp}", directory, ranks, style)
    expected = single_point(atoms, symbols, f"pair_style nnp {nnp}", directory, ranks, style)
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    for name in ("forces", "virial", "atomic_energies", "atomic_virials"):
        assert_close(getattr(found, name), getattr(expected, name), 1e-10)


def water() -> Atoms:
    """27 molecules, somewhat disordered."""
    atoms = molecule("H2O")
    atoms.set_cell(np.eye(3) * 3.2)
    atoms.set_pbc(True)
    atoms *= (3, 3, 3)
    atoms.rattle(0.05, seed=4)
    return atoms


@pytest.mark.parametrize("ranks", [1, 2])
def test_unit_factors(ranks: int, shared_data: Path, tmp_path: Path) -> None:
    model = shared_data / "n2p2" / "H2O_RPBE-D3"
    factors = f"cflength {1.0 / BOHR!r} cfenergy {1.0 / HARTREE!r}"
    assert_same(
        f"6.36 dir '{model}/' {QUIET} {factors}\npair_coeff * * O H",
        f"units atomic\npair_coeff * * '{model}' O H",
        water(),
        ("O", "H"),
        tmp_path,
        ranks,
    )


def test_lammps_units_real(model_directory: Path, tmp_path: Path) -> None:
    assert_same(
        f"4.6 dir '{model_directory}' {QUIET} cfenergy {KCAL_PER_MOL!r}\npair_coeff * * Si O",
        f"\npair_coeff * * '{model_directory}' Si O",
        structure("liquid"),
        ("Si", "O"),
        tmp_path,
        style="real",
    )


def test_default_directory_and_factors(model_directory: Path, tmp_path: Path) -> None:
    (tmp_path / "hdnnp").symlink_to(model_directory)
    commands = "5.0\npair_coeff * * Si O", f"\npair_coeff * * '{model_directory}' Si O"
    assert_same(*commands, structure("liquid"), ("Si", "O"), tmp_path)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("hybrid", [False, True])
def test_null(hybrid: bool, ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    types = [1 if symbol == "Si" else 2 + i // 2 % 2 for i, symbol in enumerate(atoms.symbols)]

    def run(style: str, options: str, model: str) -> SinglePoint:
        commands = f"pair_style {style} {options}\npair_coeff * * {model} Si O NULL\n"
        if hybrid:
            commands = (
                f"pair_style hybrid/overlay zero 7.0 {style} {options}\npair_coeff * * zero\n"
                f"pair_coeff * * {style} {model} Si O NULL\n"
            )
        return single_point(atoms, ("Si", "O", "O"), commands, tmp_path, ranks, types=types)

    found = run("hdnnp", f"4.6 dir '{model_directory}' {QUIET}", "")
    expected = run("nnp", "", f"'{model_directory}'")
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces, expected.forces, 1e-10)
    assert not found.forces[np.array(types) == 3].any()


# Warnings


def compressed() -> Atoms:
    """Atoms closer to each other than in any structure that the model's scaling data are from."""
    atoms = structure("liquid")
    atoms.set_cell(atoms.cell * 0.85, scale_atoms=True)
    return atoms


def expected_warnings(model: Path, atoms: Atoms) -> set[tuple[int, str, int, int]]:
    """Atom ID, element, function (from 1) and its type, from the values and the rows of ``scaling.data``."""
    lines = (model / "input.nn").read_text().splitlines()
    functions = [line.split(None, 1)[1] for line in lines if line.startswith("symfunction_short")]
    descriptor = _core.SymmetryFunctions(["O", "Si"], functions, 2)
    values = descriptor.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
    rows = np.loadtxt(model / "scaling.data")
    found = set()
    for i, symbol in enumerate(atoms.symbols):
        _, numbers, low, high, *_ = rows[rows[:, 0] == ["O", "Si"].index(symbol) + 1].T
        raw = values[i, : len(numbers)]
        outside = (raw < low - 2.3e-13) | (raw > high + 2.3e-13)
        types = [int(line.split()[1]) for line in descriptor.functions(symbol)]
        found |= {(i + 1, symbol, int(numbers[f]), types[f]) for f in np.flatnonzero(outside)}
    return found


@pytest.fixture
def start(tmp_path: Path) -> str:
    """The commands that read a compressed structure of the types Si and O."""
    write_data(tmp_path / "data", compressed(), ("Si", "O"))
    return preamble(compressed())


def pair(options: str, model: Path) -> str:
    """The commands of the pair style."""
    return f"pair_style hdnnp 4.6 dir '{model}' {options}\npair_coeff * * Si O\n"


@pytest.mark.parametrize("ranks", [1, 2])
def test_warnings_are_shown(ranks: int, start: str, model_directory: Path, tmp_path: Path) -> None:
    expected = expected_warnings(model_directory, compressed())
    assert len(expected) > 10
    output = run_successfully(
        start + pair("showew yes maxew 1000", model_directory) + "run 0\n", tmp_path, ranks
    )
    words = [line.split()[5:] for line in output.splitlines() if "### NNP EXTRAPOLATION WARNING ###" in line]
    shown = [dict(zip(line[::2], line[1::2], strict=True)) for line in words]
    found = [(int(w["ATOM:"]), w["ELEMENT:"], int(w["SYMFUNC:"]), int(w["TYPE:"])) for w in shown]
    assert sorted(found) == sorted(expected)
    assert {w["STRUCTURE:"] for w in shown} == {str(rank) for rank in range(ranks)}
    for w in shown:
        assert not float(w["MIN:"]) < float(w["VALUE:"]) < float(w["MAX:"])


@pytest.mark.parametrize("ranks", [1, 2])
def test_summary(ranks: int, start: str, model_directory: Path, tmp_path: Path) -> None:
    n = len(expected_warnings(model_directory, compressed()))
    commands = start + pair("showew no showewsum 2 maxew -1", model_directory) + "run 4\n"
    output = run_successfully(commands, tmp_path, ranks)
    words = [line.split() for line in output.splitlines() if "### NNP EW SUMMARY ###" in line]
    assert [(int(w[6]), int(w[8]), float(w[10])) for w in words] == [
        (0, n, pytest.approx(n / 2, rel=1e-3)),
        (2, 2 * n, pytest.approx(n, rel=1e-3)),
        (4, 2 * n, pytest.approx(n, rel=1e-3)),
    ]


def test_too_many_warnings(start: str, model_directory: Path, tmp_path: Path) -> None:
    n = len(expected_warnings(model_directory, compressed()))

    def stop(options: str) -> str:
        script = start + pair("showew no " + options, model_directory) + "run 2\n"
        return failure(script, tmp_path, style="hdnnp")

    assert f"Too many extrapolation warnings: {n} on MPI rank 0 at step 0, maxew is 0;" in stop("")
    assert f"warnings: {3 * n} on MPI rank 0 at step 2, maxew is {2 * n};" in stop(f"maxew {2 * n}")
    assert f"warnings: {n} on MPI rank 0 at step 0" in stop(f"maxew {n - 1} resetew yes")
    for options in (f"maxew {3 * n}", f"maxew {n} resetew yes", "maxew -1"):
        script = start + pair("showew no " + options, model_directory) + "run 2\n"
        assert "EXTRAPOLATION" not in run_successfully(script, tmp_path)


def test_no_warnings_inside_of_the_training_data(model_directory: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "data", structure("liquid"), ("Si", "O"))
    commands = preamble(structure("liquid")) + pair("showewsum 1", model_directory) + "run 0\n"
    output = run_successfully(commands, tmp_path)
    assert "EXTRAPOLATION" not in output
    assert "### NNP EW SUMMARY ### TS:          0 EW          0 EWPERSTEP  0.000e+00" in output


# Errors


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", "expected 'pair_style hdnnp CUTOFF keyword value ...', got ''"),
        ("dir model", "got 'dir' in place of CUTOFF"),
        ("6.0 dir", "keyword 'dir' has no value"),
        ("6.0 kelvin 3", "unknown keyword 'kelvin'; expected dir, showew, showewsum, resetew, maxew"),
        ("6.0 showew 1", "showew must be yes or no, got '1'"),
        ("6.0 resetew maybe", "resetew must be yes or no, got 'maybe'"),
        ("6.0 showewsum often", "showewsum must be an integer, got 'often'"),
        ("6.0 maxew 1.5", "maxew must be an integer, got '1.5'"),
        ("6.0 cflength 0", "cflength must be a number > 0, got '0'"),
        ("6.0 cfenergy Ha", "cfenergy must be a number > 0, got 'Ha'"),
    ],
)
def test_arguments(arguments: str, expected: str, start: str, tmp_path: Path) -> None:
    assert expected in failure(start + f"pair_style hdnnp {arguments}\n", tmp_path, style="hdnnp")


@pytest.mark.parametrize(
    ("arguments", "elements", "expected"),
    [
        ("4.6", "Si", "one element or NULL for each of the 2 atom types, got 1 words"),
        ("4.6", "Si Xe", "element 'Xe' (atom type 2) is not in model 'model' (it has O, Si)"),
        ("4.59", "Si O", "the cutoff must be at least 4.6 Angstrom, that of model 'model', got 4.59"),
        ("4.6 cfenergy 0.5", "Si O", "units metal (eV, Angstrom), which cflength 1 cfenergy 0.5 contradicts"),
        ("4.6 dir nowhere", "Si O", "nowhere: expected a model directory"),
    ],
)
@pytest.mark.parametrize("ranks", [1, 2])
def test_model_errors(
    arguments: str,
    elements: str,
    expected: str,
    ranks: int,
    start: str,
    model_directory: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "model").symlink_to(model_directory)
    cutoff, _, rest = arguments.partition(" ")
    commands = f"pair_style hdnnp {cutoff} dir model {rest}\npair_coeff * * {elements}\n"
    assert expected in failure(start + commands, tmp_path, ranks, style="hdnnp")


def test_lammps_units_that_are_not_supported(tmp_path: Path) -> None:
    script = "units si\nregion r block 0 1 0 1 0 1\ncreate_box 1 r\npair_style hdnnp 6.0\n"
    assert "units 'si' are not supported" in failure(script, tmp_path, style="hdnnp")


def test_newton_off(start: str, model_directory: Path, tmp_path: Path) -> None:
    script = "newton off\n" + start + pair(QUIET, model_directory) + "run 0\n"
    assert "pair_style hdnnp requires newton pair on" in failure(script, tmp_path, style="hdnnp")
