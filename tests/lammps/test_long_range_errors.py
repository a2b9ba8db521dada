"""Models with charges, used wrongly: one clear line, and an exit code that is not zero."""

from __future__ import annotations

from pathlib import Path

import pytest
from charged_model import REAL_CUTOFF, charges_of
from lammps_command import failure, preamble, run_lammps, write_data
from structures import structure

SYMBOLS = ("Si", "O")


def script_of(pair: str, directory: Path, charges: list[float] | None, kspace: str = "pppm 1e-4") -> str:
    atoms = structure("crystal")
    write_data(directory / "data", atoms, SYMBOLS, charges=charges)
    start = preamble(atoms, atom_style="atomic" if charges is None else "charge")
    return start + pair + (f"kspace_style {kspace}\n" if kspace else "") + "run 0\n"


@pytest.fixture
def pair(charged: dict[str, Path]) -> str:
    return f"pair_style nnp\npair_coeff * * {charged['full']} Si O\n"


@pytest.fixture
def charges() -> list[float]:
    return charges_of(structure("crystal"))


@pytest.mark.parametrize("ranks", [1, 2])
def test_no_kspace(ranks: int, pair: str, charges: list[float], tmp_path: Path) -> None:
    line = failure(script_of(pair, tmp_path, charges, ""), tmp_path, ranks)
    assert "add 'kspace_style pppm 1e-5' or 'kspace_style ewald 1e-5'" in line


@pytest.mark.parametrize("kspace", ["msm 1e-4", "msm/cg 1e-4"])
def test_msm(kspace: str, pair: str, charges: list[float], tmp_path: Path) -> None:
    line = failure(script_of(pair, tmp_path, charges, kspace), tmp_path)
    assert f"need Ewald sums, which kspace_style {kspace.split()[0]} is not; use 'kspace_style pppm" in line


def test_atoms_without_charges(pair: str, tmp_path: Path) -> None:
    line = failure(script_of(pair, tmp_path, None, ""), tmp_path)
    assert "use an atom_style that has them, e.g. 'atom_style charge'" in line
    done = run_lammps(script_of(pair, tmp_path, None), tmp_path)  # k-space is the first to notice
    assert done.returncode != 0 and "requires atom attribute q" in done.stdout + done.stderr


@pytest.mark.parametrize("ranks", [1, 2])
def test_other_charges_in_the_data_file(ranks: int, pair: str, charges: list[float], tmp_path: Path) -> None:
    line = failure(script_of(pair, tmp_path, [1.1 * charge for charge in charges]), tmp_path, ranks)
    assert "the charge of atom 64 differs from the model's for its type" in line
    assert "'set group all charge 0'" in line and "(1.2, -1.2 e)" in line


def test_charges_of_some_atoms_missing(pair: str, charges: list[float], tmp_path: Path) -> None:
    done = run_lammps(script_of(pair, tmp_path, [*charges[:-8], *[0.0] * 8]), tmp_path)
    assert done.returncode == 0, "0 means: not given"


def test_charges_that_change_during_a_run(pair: str, charges: list[float], tmp_path: Path) -> None:
    script = script_of(pair, tmp_path, charges)
    script += "fix 1 all nve\nfix 2 all adapt 1 atom charge v_q\nvariable q equal 0.5\ntimestep 1e-6\nrun 3\n"
    assert "differs from the model's for its type" in failure(script, tmp_path)


def test_charges_in_an_lj_kspace(pair: str, charges: list[float], tmp_path: Path) -> None:
    done = run_lammps(script_of(pair, tmp_path, charges, "pppm/disp 1e-4"), tmp_path)
    assert (
        done.returncode != 0 and "KSpace style is incompatible with Pair style" in done.stdout + done.stderr
    )


def test_a_model_without_charges_and_kspace(
    model_directory: Path, charges: list[float], tmp_path: Path
) -> None:
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O\n"
    done = run_lammps(script_of(pair, tmp_path, charges), tmp_path)
    assert (
        done.returncode != 0 and "KSpace style is incompatible with Pair style" in done.stdout + done.stderr
    )


@pytest.mark.parametrize(
    ("other", "coefficients"),
    [
        (f"coul/long {REAL_CUTOFF}", "pair_coeff * * coul/long\n"),
        (f"coul/dsf 0.2 {REAL_CUTOFF}", "pair_coeff * * coul/dsf\n"),
    ],
)
def test_charges_that_would_count_twice(
    other: str, coefficients: str, charged: dict[str, Path], charges: list[float], tmp_path: Path
) -> None:
    pair = f"pair_style hybrid/overlay nnp {other}\npair_coeff * * nnp {charged['full']} Si O\n"
    line = failure(script_of(pair + coefficients, tmp_path, charges), tmp_path)
    assert f"beside it pair style {other.split()[0]} would count Coulomb energies twice" in line


def test_two_models_with_charges(charged: dict[str, Path], charges: list[float], tmp_path: Path) -> None:
    pair = f"pair_style hybrid/overlay nnp nnp\npair_coeff * * nnp 1 {charged['full']} Si O\n"
    pair += f"pair_coeff * * nnp 2 {charged['full']} Si O\n"
    line = failure(script_of(pair, tmp_path, charges), tmp_path)
    assert "beside it pair style nnp would count Coulomb energies twice" in line


def test_open_boundaries(pair: str, charges: list[float], tmp_path: Path) -> None:
    script = script_of(pair, tmp_path, charges).replace("run 0", "change_box all boundary p p f\nrun 0")
    done = run_lammps(script, tmp_path)
    assert done.returncode != 0 and "non-periodic boundaries" in done.stdout + done.stderr


def test_a_splitting_parameter_of_the_users(pair: str, charges: list[float], tmp_path: Path) -> None:
    """The model's is the only right one, whatever kspace_modify says."""
    script = script_of(pair, tmp_path, charges, "ewald 1e-6") + "print 'ENERGY $(pe:%.15g)'\n"
    energies = []
    for gewald in ("", "kspace_modify gewald 0.3\n"):
        done = run_lammps(script.replace("run 0\n", gewald + "run 0\n"), tmp_path)
        energies += [line for line in done.stdout.splitlines() if line.startswith("ENERGY")]
    assert len(energies) == 2 and energies[0] == energies[1]


def test_ghosts_that_reach_less_far_for_some_types(pair: str, charges: list[float], tmp_path: Path) -> None:
    script = script_of(pair, tmp_path, charges).replace(
        "run 0", "neighbor 1.0 multi\ncomm_modify mode multi\nrun 0"
    )
    assert "use 'comm_modify mode single'" in failure(script, tmp_path)
