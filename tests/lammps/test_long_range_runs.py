"""Models with charges in runs: restarts, changing boxes and atoms, minimisation, motion on several ranks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from charged_model import charges_of
from lammps_command import (
    assert_close,
    lammps_orientation,
    preamble,
    read_dump,
    run_successfully,
    thermo_table,
    write_data,
)
from structures import structure

import nnpot

SYMBOLS = ("Si", "O")
THERMO = "thermo_style custom step pe ke etotal vol fmax\nthermo_modify format float %.15g\n"
DUMP = "dump 1 all custom 1 dump id xu yu zu fx fy fz q\ndump_modify 1 sort id format float %.17g\n"


def pair_of(model: Path) -> str:
    """Charges, and a repulsion that keeps the atoms of a network with random weights apart."""
    return (
        "pair_style hybrid/overlay nnp lj/cut 2.2\npair_modify pair lj/cut shift yes\n"
        f"pair_coeff * * nnp {model} Si O\npair_coeff * * lj/cut 1.0 1.96\nkspace_style pppm 1e-5\n"
    )


@pytest.fixture
def pair(charged: dict[str, Path]) -> str:
    return pair_of(charged["full"])


@pytest.fixture
def start(pair: str, tmp_path: Path) -> str:
    """The commands that read a crystal without charges and set the potential."""
    atoms = structure("crystal")
    write_data(tmp_path / "data", atoms, SYMBOLS, charges=[0.0] * len(atoms))
    return preamble(atoms, atom_style="charge") + pair + THERMO


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_restart_continues_the_run(ranks: int, start: str, pair: str, tmp_path: Path) -> None:
    motion = "timestep 0.0005\nfix 1 all nve\n"
    script = start + "velocity all create 600 1 loop geom\n" + motion
    run_successfully(script + "run 20\nwrite_restart half\n" + DUMP + "run 20\n", tmp_path, ranks)
    whole = read_dump(tmp_path / "dump")
    run_successfully("read_restart half\n" + pair + motion + DUMP + "run 20\n", tmp_path, ranks)
    continued = read_dump(tmp_path / "dump")
    assert np.abs(whole[:, 4:7]).max() > 0.1, "forces too small to test anything"
    assert sorted(set(whole[:, 7])) == [-1.2, 1.2], "the atoms have the model's charges"
    np.testing.assert_allclose(continued, whole, rtol=0, atol=1e-9)


def test_runs_after_runs(start: str, charged: dict[str, Path], tmp_path: Path) -> None:
    """Again, in another form of other charges' splitting, after replicate, and in another k-space."""
    atoms = structure("crystal")
    other = f"pair_coeff * * nnp {charged['reciprocal']} Si O\nrun 0\n"
    script = start + "run 0\nrun 0\n" + other + "kspace_style ewald 1e-7\nrun 0\nreplicate 1 1 2\nrun 0\n"
    energies = thermo_table(run_successfully(script, tmp_path, ranks=2))[:, 1]
    assert energies[1] == pytest.approx(energies[0], rel=1e-12)
    full, reciprocal = (nnpot.load(charged[form]).predict(atoms).energy for form in ("full", "reciprocal"))
    assert energies[2] - energies[0] == pytest.approx(reciprocal - full, abs=1e-3)
    assert energies[3] == pytest.approx(energies[2], abs=1e-3) and energies[3] != energies[2]
    assert energies[4] == pytest.approx(2.0 * energies[3], abs=1e-3)


def test_minimisation(start: str, tmp_path: Path) -> None:
    table = thermo_table(run_successfully(start + "minimize 0.0 1e-3 200 2000\n", tmp_path))
    assert table[-1, 1] < table[0, 1]
    assert table[-1, 5] < 0.05 * table[0, 5]


@pytest.mark.parametrize("cell", ["aniso", "tri"])
def test_constant_pressure(cell: str, start: str, pair: str, tmp_path: Path) -> None:
    box = "change_box all triclinic\n" if cell == "tri" else ""  # before kspace_style, LAMMPS says
    script = start.replace(pair, box + pair) + "minimize 0.0 1e-2 50 200\nvelocity all create 300 1\n"
    script += f"fix 1 all npt temp 300 300 0.1 {cell} 0 0 1.0\nthermo_style custom step vol econserve ke\n"
    script += "thermo_modify format float %.15g\nthermo 20\ntimestep 0.0005\nprint MOTION\nrun 100\n"
    table = thermo_table(run_successfully(script, tmp_path).split("MOTION")[-1])
    assert np.ptp(table[:, 1]) > 0.5, "the cell does not change"
    assert np.ptp(table[:, 2]) < 0.02 * table[:, 3].max()


@pytest.mark.parametrize("solver", ["ewald", "pppm"])
def test_energy_is_conserved_on_any_ranks(solver: str, start: str, tmp_path: Path) -> None:
    script = start.replace("pppm 1e-5", f"{solver} 1e-5") + "velocity all create 900 1 loop geom\n"
    script += "displace_atoms all random 1e-3 1e-3 1e-3 1\nfix 1 all nve\ntimestep 0.0002\nthermo 5\n"
    dump = DUMP.replace("all custom 1", "all custom 50")
    tables, frames = [], []
    for ranks in (1, 2):
        tables.append(thermo_table(run_successfully(script + dump + "run 50\n", tmp_path, ranks)))
        frames.append(read_dump(tmp_path / "dump"))
    assert np.ptp(tables[0][:, 2]) > 0.1, "the atoms do not move"
    assert np.ptp(tables[0][:, 3]) < 0.02 * np.ptp(tables[0][:, 2])
    assert np.abs(frames[0][:, 1:4] - frames[1][:, 1:4]).max() < 1e-6


def test_atoms_that_come(charged: dict[str, Path], tmp_path: Path) -> None:
    """Between runs and during one, without charges: they get the model's, and k-space counts them."""
    atoms = lammps_orientation(structure("crystal"))
    del atoms[[5, 6]]  # one of each element: room for what comes
    write_data(tmp_path / "data", atoms, SYMBOLS, charges=charges_of(atoms))
    removed = structure("crystal")[[5, 6]]
    removed.wrap()
    places = ["{:.10g} {:.10g} {:.10g}".format(*place) for place in removed.positions]
    types = [SYMBOLS.index(symbol) + 1 for symbol in removed.symbols]
    script = preamble(atoms, atom_style="charge")
    script += f"pair_style nnp\npair_coeff * * {charged['full']} Si O\nkspace_style ewald 1e-8\nrun 0\n"
    script += "".join(f"create_atoms {t} single {place}\n" for t, place in zip(types, places, strict=True))
    script += DUMP + "run 0\n"
    run_successfully(script, tmp_path)
    rows = read_dump(tmp_path / "dump")
    whole = Atoms([*atoms.symbols, *removed.symbols], rows[:, 1:4])
    whole.set_cell(atoms.cell)
    whole.pbc = True
    assert_close(rows[:, 4:7], nnpot.load(charged["full"]).predict(whole).forces, 1e-6)


def test_atoms_that_come_during_a_run(start: str, tmp_path: Path) -> None:
    script = start.replace("read_data data", "read_data data\nchange_box all z final 0 30 units box")
    mesh = "pppm 1e-5\nkspace_modify mesh 20 20 60"  # which would be chosen anew for more charges
    script = script.replace("pppm 1e-5", mesh) + "region gas block 1 8 1 8 13 27\n"
    script += (
        "fix one all deposit 2 1 2 77 region gas near 2.5\nfix two all deposit 2 2 2 78 region gas near 2.5\n"
    )
    script += "fix motion all nve\ntimestep 0.0001\nrun 8\nunfix motion\nrun 0\n"
    script += "write_dump all custom dump id type q modify sort id format float %.17g\n"
    output = run_successfully(script, tmp_path)
    rows = read_dump(tmp_path / "dump")
    assert len(rows) == 68
    np.testing.assert_allclose(rows[:, 2], np.where(rows[:, 1] == 1, 1.2, -1.2))
    energies = thermo_table(output)[:, 1]
    assert energies[-1] == pytest.approx(energies[-2], rel=1e-9), "k-space has not counted all charges"
    assert abs(energies[-1] - energies[0]) > 1.0
