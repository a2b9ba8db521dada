"""Models with charges: k-space completes what the pair style leaves to it, as exactly as it is asked to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import neighbor_list
from charged_model import ALPHA, CHARGES, FORMS, RADIUS, REAL_CUTOFF, charges_of
from lammps_command import (
    KCAL_PER_MOL,
    SinglePoint,
    assert_close,
    lammps_orientation,
    preamble,
    run_successfully,
    single_point,
    thermo_table,
    voigt,
    write_data,
)
from random_model import random_model
from scipy.special import erfc
from structures import structure

import nnpot
from nnpot import _core
from nnpot.coulomb import ewald

SYMBOLS = ("Si", "O")
COULOMB = 14.3996454784
"""eV Å / e², CODATA 2018."""
UNIT_FORCE = 14.3996
"""eV/Å between two charges of 1 e in 1 Å distance: what kspace_style's accuracy is relative to."""
SOLVERS = ("ewald", "pppm")
COULOMB_OF_LAMMPS = 14.399645
"""eV Å, of units metal; ours, CODATA 2018, is 3e-8 larger."""
CONSTANTS = 4e-8
"""What k-space differs by, in each of its forces and energies, because of that."""


def found_by_lammps(
    atoms: Atoms, model: Path, kspace: str, directory: Path, ranks: int = 1, style: str = "metal"
) -> SinglePoint:
    """With a data file whose charges are all 0, which the pair style replaces by its own."""
    pair = f"pair_style nnp\npair_coeff * * {model} Si O\nkspace_style {kspace}"
    return single_point(atoms, SYMBOLS, pair, directory, ranks, style, charges=[0.0] * len(atoms))


def error_of(found: np.ndarray, expected: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(((found - expected) ** 2).mean()))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", ["crystal", "triclinic"])
def test_lammps_converges_to_python(name: str, solver: str, charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure(name))
    expected = nnpot.load(charged["full"]).predict(atoms)
    virials = np.array([voigt(virial) for virial in expected.atomic_virials])
    of_charges = np.abs(ewald(atoms, charges_of(atoms)).forces).max()
    assert of_charges > 1.0, "charges too weak to test anything"
    errors = []
    for accuracy in (1e-4, 1e-6, 1e-8):
        found = found_by_lammps(atoms, charged["full"], f"{solver} {accuracy}", tmp_path)
        allowed = UNIT_FORCE * accuracy + CONSTANTS * of_charges
        errors.append(error_of(found.forces, expected.forces))
        assert errors[-1] < allowed
        assert abs(found.energy - expected.energy) / len(atoms) < 2.0 * allowed
        assert error_of(found.virial, voigt(expected.virial)) / len(atoms) < 2.0 * allowed
        assert error_of(found.atomic_energies, expected.atomic_energies) < 2.0 * allowed
        assert error_of(found.atomic_virials, virials) < 2.0 * allowed
    assert errors[1] < 0.1 * errors[0]
    assert errors[2] < max(0.1 * errors[1], CONSTANTS * of_charges)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("form", FORMS)
def test_ranks_agree(form: str, solver: str, charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    kspace = f"{solver} 1e-6\nkspace_modify order 7"
    one = found_by_lammps(atoms, charged[form], kspace, tmp_path)
    expected = nnpot.load(charged[form]).predict(atoms)
    assert error_of(one.forces, expected.forces) < 1e-6 * UNIT_FORCE
    for ranks in (2, 4):
        found = found_by_lammps(atoms, charged[form], kspace, tmp_path, ranks)
        assert found.energy == pytest.approx(one.energy, rel=1e-11)
        assert_close(found.forces, one.forces, 1e-10)
        assert_close(found.virial, one.virial, 1e-10)
        assert_close(found.atomic_energies, one.atomic_energies, 1e-10)
        assert_close(found.atomic_virials, one.atomic_virials, 1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_lammps_differentiates_numerically(form: str, charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    write_data(tmp_path / "data", atoms, SYMBOLS, charges=[0.0] * len(atoms))
    script = "atom_modify map array\n" + preamble(atoms, atom_style="charge")
    script += f"pair_style nnp\npair_coeff * * {charged[form]} Si O\nkspace_style ewald 1e-10\n"
    script += "fix d all numdiff 1 1e-4\nvariable e atom abs(fx-f_d[1])+abs(fy-f_d[2])+abs(fz-f_d[3])\n"
    script += "compute e all reduce max v_e\nthermo_style custom step c_e fmax\nrun 0\n"
    row = thermo_table(run_successfully(script, tmp_path))[-1]
    assert row[2] > 1.0, "forces too small to test anything"
    assert row[1] < 1e-5 * row[2]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_pressure_is_the_strain_derivative(
    solver: str, form: str, charged: dict[str, Path], tmp_path: Path
) -> None:
    """Six components, from the energies that LAMMPS itself gives for strained boxes."""
    atoms = lammps_orientation(structure("triclinic"))
    step, accuracy = 1e-4, {"ewald": 1e-9, "pppm": 1e-7}[solver]
    kspace = f"{solver} {accuracy}" + ("\nkspace_modify mesh 48 48 48 order 7" if solver == "pppm" else "")
    found = found_by_lammps(atoms, charged[form], kspace, tmp_path)
    script = ""
    for component in range(6):
        row, column = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)][component]
        for sign in (1.0, -1.0):
            strain = np.eye(3)
            strain[column, row] += sign * step  # keeps the cell lower triangular
            strained = atoms.copy()
            strained.set_cell(atoms.cell.array @ strain, scale_atoms=True)
            name = f"data{component}{sign:+.0f}"
            write_data(tmp_path / name, strained, SYMBOLS, charges=charges_of(atoms))
            script += "clear\n" + preamble(atoms, atom_style="charge").replace("data data", f"data {name}")
            script += f"pair_style nnp\npair_coeff * * {charged[form]} Si O\nkspace_style {kspace}\n"
            script += "run 0\nprint 'ENERGY $(pe:%.17g)'\n"
    lines = [line for line in run_successfully(script, tmp_path).splitlines() if line.startswith("ENERGY")]
    energies = np.array([float(line.split()[1]) for line in lines]).reshape(6, 2)
    expected = -(energies[:, 0] - energies[:, 1]) / (2.0 * step)
    assert np.abs(expected).min() > 0.1, "too small to test anything"
    np.testing.assert_allclose(found.virial, expected, rtol=1e-5, atol=2e-4)


@pytest.mark.parametrize(("real_cutoff", "lists"), [(3.0, 2), (RADIUS, 2), (REAL_CUTOFF, 2), (None, 1)])
def test_each_part_has_its_place_in_thermo(
    real_cutoff: float | None, lists: int, model_directory: Path, tmp_path: Path
) -> None:
    """Whichever of networks and real space reaches farther."""
    atoms = lammps_orientation(structure("triclinic"))
    form = "reciprocal" if real_cutoff is None else "full"
    model = _core.Model.read(str(model_directory))
    model.long_range = _core.LongRange(
        form=form, alpha=ALPHA, real_cutoff=real_cutoff or 0.0, charges=CHARGES
    )
    model.write(str(tmp_path / "model"))
    write_data(tmp_path / "data", atoms, SYMBOLS, charges=[0.0] * len(atoms))
    script = preamble(atoms, atom_style="charge")
    script += f"pair_style nnp\npair_coeff * * {tmp_path / 'model'} Si O\nkspace_style ewald 1e-10\n"
    script += "thermo_style custom step evdwl ecoul elong pe\nthermo_modify format float %.17g\nrun 0\n"
    output = run_successfully(script, tmp_path)
    _, networks, near, far, whole = thermo_table(output)[-1]
    assert f"{lists} neighbor lists" in output
    assert networks == pytest.approx(nnpot.load(model_directory).predict(atoms).energy, rel=1e-12)
    sums = coulomb_sums_of(atoms, real_cutoff)
    assert near == pytest.approx(sums, rel=1e-9)
    assert whole == pytest.approx(networks + near + far, rel=1e-12)


def coulomb_sums_of(atoms: Atoms, real_cutoff: float | None) -> float:
    """Energy of all pairs within the cutoff, by ASE's neighbor list and the error function of Python."""
    if real_cutoff is None:
        return 0.0
    first, second, distances = neighbor_list("ijd", atoms, real_cutoff)
    charges = np.array(charges_of(atoms))
    products = COULOMB * charges[first] * charges[second]
    return float(0.5 * (products * erfc(ALPHA * distances) / distances).sum())


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_slab(solver: str, charged: dict[str, Path], tmp_path: Path) -> None:
    """kspace_modify slab 3.0 is a cell of three times the height and the dipole term of a slab."""
    slab = structure("crystal")
    slab.positions[:, 2] += 1.0
    slab.cell[2, 2] = 12.0
    slab.pbc = (True, True, False)
    kspace = f"{solver} 1e-7\nkspace_modify slab 3.0"
    pair = f"pair_style nnp\npair_coeff * * {charged['full']} Si O\nkspace_style {kspace}"
    zeros = [0.0] * len(slab)
    found = single_point(slab, SYMBOLS, pair, tmp_path, ranks=2, charges=zeros, open_boundary="f")
    high = slab.copy()
    high.cell[2, 2] = 36.0
    high.pbc = True
    expected = nnpot.load(charged["full"]).predict(high)
    charges = charges_of(high)
    in_vacuum, in_metal = (ewald(high, charges, surroundings=around) for around in ("slab", "conductor"))
    dipole_energy = in_vacuum.energy - in_metal.energy
    assert dipole_energy > 1.0, "no dipole to test anything with"
    assert found.energy == pytest.approx(expected.energy + dipole_energy, abs=1e-5)
    forces = expected.forces + in_vacuum.forces - in_metal.forces
    assert error_of(found.forces, forces) < 2e-7 * UNIT_FORCE + CONSTANTS * 10.0


def test_units_real(charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    found = found_by_lammps(atoms, charged["full"], "ewald 1e-7", tmp_path, style="real")
    expected = nnpot.load(charged["full"]).predict(atoms)
    assert found.energy * KCAL_PER_MOL == pytest.approx(expected.energy, rel=1e-6)
    assert_close(found.forces * KCAL_PER_MOL, expected.forces, 1e-6)


def test_hdnnp_with_charges(charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    expected = found_by_lammps(atoms, charged["full"], "ewald 1e-6", tmp_path)
    pair = f"pair_style hdnnp 4.6 dir {charged['full']} showew no maxew -1\npair_coeff * * Si O\n"
    pair += "kspace_style ewald 1e-6"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, charges=charges_of(atoms))
    assert found.energy == pytest.approx(expected.energy, rel=1e-13)
    assert_close(found.forces, expected.forces, 1e-12)


@pytest.mark.parametrize("ranks", [1, 2])
def test_in_an_overlay(ranks: int, charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    zeros = [0.0] * len(atoms)
    zbl = "pair_coeff 1 1 {0}14 14\npair_coeff 1 2 {0}14 8\npair_coeff 2 2 {0}8 8\n"
    repulsion = single_point(atoms, SYMBOLS, "pair_style zbl 2.0 2.8\n" + zbl.format(""), tmp_path)
    alone = found_by_lammps(atoms, charged["full"], "pppm 1e-6", tmp_path)
    pair = f"pair_style hybrid/overlay zbl 2.0 2.8 nnp\n{zbl.format('zbl ')}"
    pair += f"pair_coeff * * nnp {charged['full']} Si O\nkspace_style pppm 1e-6"
    both = single_point(atoms, SYMBOLS, pair, tmp_path, ranks, charges=zeros)
    assert np.abs(repulsion.forces).max() > 0.1
    assert both.energy == pytest.approx(alone.energy + repulsion.energy, rel=1e-10)
    assert_close(both.forces, alone.forces + repulsion.forces, 1e-9)
    assert_close(both.virial, alone.virial + repulsion.virial, 1e-9)


@pytest.mark.parametrize(("lattice", "nearest"), [("rocksalt", 0.5), ("cesiumchloride", np.sqrt(0.75))])
def test_madelung_constants(lattice: str, nearest: float, tmp_path: Path) -> None:
    """What LAMMPS's energy of a crystal gains by the charges of the model."""
    constant = {"rocksalt": 1.747564594633182, "cesiumchloride": 1.762674773070988}[lattice]
    atoms = lammps_orientation(bulk("SiO", lattice, a=4.2, **({"cubic": True} if nearest == 0.5 else {})))
    shaken = atoms.copy()
    shaken.rattle(0.1, seed=1)
    lines = [f"{center} 2 {other} 0.3 0.0 6.0" for center in SYMBOLS for other in SYMBOLS]
    model = random_model([atoms, shaken], lines, 2, "t", "sigma", seed=2)
    model.write(str(tmp_path / "plain"))
    model.long_range = _core.LongRange(
        form="full", alpha=5.2 / 9.0, real_cutoff=9.0, charges={"Si": 1.0, "O": -1.0}
    )
    model.write(str(tmp_path / "charged"))
    plain = single_point(atoms, SYMBOLS, "pair_style nnp\npair_coeff * * plain Si O", tmp_path)
    both = found_by_lammps(atoms, Path("charged"), "ewald 1e-12", tmp_path)
    found = -(both.energy - plain.energy) / (len(atoms) / 2) * nearest * 4.2 / COULOMB_OF_LAMMPS
    assert found == pytest.approx(constant, rel=5e-8)
