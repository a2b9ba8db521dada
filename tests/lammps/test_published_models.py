"""Published potentials give the energies, forces and pressures that n2p2 2.3.0 gives.

The references of the water potential (in bohr and hartree) were computed with ``cflength 1.8897261328``
and ``cfenergy 0.0367493254``, which ``pair_style hdnnp`` takes as they are. They differ from CODATA 2018 in
the 9th and 8th digit: so that the potential sees the very same numbers in ``pair_style nnp``, the positions
are scaled by the ratio of the length factors, and results are turned back with both.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from lammps_command import read_dump, run_successfully
from numpy.typing import NDArray

BOHR, HARTREE = 0.529177210903, 27.211386245988  # CODATA 2018
CFLENGTH, CFENERGY = 1.8897261328, 0.0367493254


@dataclass(frozen=True)
class Reference:
    """What n2p2 found: eV, eV/Å, bar (xx yy zz xy xz yz)."""

    energy: float
    pressure: NDArray[np.float64]
    forces: NDArray[np.float64]
    atomic_energies: NDArray[np.float64]


def read_reference(path: Path) -> Reference:
    """A reference file of the shared data."""
    with gzip.open(path, "rt") as file:
        lines = file.read().splitlines()
    energy, *pressure = (float(word) for word in lines[1].rsplit(":", 1)[1].split())
    rows = np.array([line.split(",") for line in lines[3:]], dtype=float)
    return Reference(energy, np.array(pressure), rows[:, 1:4], rows[:, 4])


def run_model(commands: str, directory: Path, ranks: int) -> Reference:
    """The same quantities from the plugin."""
    names = ("pe", "pxx", "pyy", "pzz", "pxy", "pxz", "pyz")
    fields = " ".join(f"$({name}:%.17g)" for name in names)
    script = (
        f"units metal\natom_style atomic\n{commands}\ncompute e all pe/atom\n"
        "thermo_style custom step pe press\ndump 1 all custom 1 dump id fx fy fz c_e\n"
        "dump_modify 1 sort id format float %.17g\n"
        f'run 0\nprint "RESULT {fields}"\n'
    )
    output = run_successfully(script, directory, ranks)
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    energy, *pressure = (float(word) for word in line.split()[1:])
    rows = read_dump(directory / "dump")
    return Reference(energy, np.array(pressure), rows[:, 1:4], rows[:, 4])


@pytest.mark.parametrize(
    ("ranks", "style"),
    [
        (1, "nnp units metal\npair_coeff * * '{model}'"),
        (2, "nnp units metal\npair_coeff * * '{model}'"),
        (4, "nnp units metal\npair_coeff * * '{model}'"),
        (1, "hdnnp 6.01 dir '{model}' showew no showewsum 10 resetew no maxew 100\npair_coeff * *"),
        (2, "hdnnp 6.01 dir '{model}' showew no showewsum 10 resetew no maxew 100\npair_coeff * *"),
    ],
)
def test_copper_sulfide(ranks: int, style: str, shared_data: Path, tmp_path: Path) -> None:
    model = shared_data / "n2p2" / "Cu2S_PBE"
    expected = read_reference(model / "cu2s_144.reference.csv.gz")
    found = run_model(
        f"box tilt large\nread_data '{model}/cu2s_144.data'\nmass 1 63.546\nmass 2 32.06\n"
        f"pair_style {style.format(model=model)} {copper_sulfide_types(model)}",
        tmp_path,
        ranks,
    )
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert np.abs(found.forces - expected.forces).max() < 1e-8
    assert np.abs(found.atomic_energies - expected.atomic_energies).max() < 1e-9
    assert np.abs(found.pressure - expected.pressure).max() < 1e-6 * np.abs(expected.pressure).max()


def copper_sulfide_types(model: Path) -> str:
    """Elements of the types: there are two copper atoms for each sulfur atom."""
    lines = (model / "cu2s_144.data").read_text().split("Atoms")[1].splitlines()
    types = [line.split()[1] for line in lines if len(line.split()) >= 5]
    return "Cu S" if types.count("1") > types.count("2") else "S Cu"


@pytest.mark.parametrize("ranks", [1, 2])
def test_water(ranks: int, shared_data: Path, tmp_path: Path) -> None:
    model = shared_data / "n2p2" / "H2O_RPBE-D3"
    (tmp_path / "data").write_bytes(gzip.decompress((model / "h2o_8640.data.gz").read_bytes()))
    expected = read_reference(model / "h2o_8640.reference.csv.gz")
    length = CFLENGTH * BOHR
    found = run_model(
        f"read_data data\nchange_box all x scale {length!r} y scale {length!r} z scale {length!r} remap\n"
        f"pair_style nnp units atomic\npair_coeff * * '{model}' H O",
        tmp_path,
        ranks,
    )
    energy = 1.0 / (HARTREE * CFENERGY)  # n2p2's eV per eV
    assert found.energy * energy == pytest.approx(expected.energy, rel=1e-10)
    assert np.abs(found.forces * energy * length - expected.forces).max() < 1e-8
    assert np.abs(found.atomic_energies * energy - expected.atomic_energies).max() < 1e-8
    # The factors do not touch the part of it that is the atoms' motion: they are left as they are.
    assert np.abs(found.pressure - expected.pressure).max() < 1e-6 * np.abs(expected.pressure).max()


@pytest.mark.parametrize("ranks", [1, 2])
def test_water_by_hdnnp(ranks: int, shared_data: Path, tmp_path: Path) -> None:
    model = shared_data / "n2p2" / "H2O_RPBE-D3"
    (tmp_path / "data").write_bytes(gzip.decompress((model / "h2o_8640.data.gz").read_bytes()))
    expected = read_reference(model / "h2o_8640.reference.csv.gz")
    found = run_model(
        f"read_data data\npair_style hdnnp 6.36 dir '{model}' showew no showewsum 100 resetew yes maxew 1000 "
        f"cflength {CFLENGTH} cfenergy {CFENERGY}\npair_coeff * * H O",
        tmp_path,
        ranks,
    )
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert np.abs(found.forces - expected.forces).max() < 1e-8
    assert np.abs(found.atomic_energies - expected.atomic_energies).max() < 1e-8
    assert np.abs(found.pressure - expected.pressure).max() < 1e-6 * np.abs(expected.pressure).max()
