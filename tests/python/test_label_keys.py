"""Labels under other names, and what a stress means: its unit, order and sign, established by strain."""

from __future__ import annotations

import warnings
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import voigt_6_to_full_3x3_stress
from numpy.typing import NDArray
from vasp_outcar import outcar

from nnpot import FileFormatError, InvalidInputError
from nnpot.io import LabelKeys, StressKey, read_frames, write_frames
from nnpot.units import UnitSystem

VASP_ORDER = "xx yy zz xy yz xz"


def strained() -> Atoms:
    """Copper and gold, compressed and sheared, with a stress of six different components."""
    atoms = bulk("Cu", "fcc", a=3.45, cubic=True)
    atoms.symbols[0] = "Au"
    atoms.rattle(0.05, seed=4)
    strain = np.array([[0.02, 0.03, -0.01], [0.0, -0.03, 0.02], [0.0, 0.0, 0.01]])
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    return atoms


def labelled() -> Atoms:
    atoms = strained()
    atoms.calc = EMT()
    results = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces()}
    atoms.calc = SinglePointCalculator(atoms, **results, stress=stress_by_strain(atoms))
    return atoms


def stress_by_strain(atoms: Atoms, h: float = 1e-4) -> NDArray[np.float64]:
    """(1/V) dE/dε by central differences, ASE's order."""
    stress = np.zeros(6)
    for number, (i, j) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
        energies = []
        for sign in (1.0, -1.0):
            deformation = np.eye(3)
            deformation[i, j] += 0.5 * sign * h
            deformation[j, i] += 0.5 * sign * h
            moved = atoms.copy()
            moved.set_cell(atoms.cell.array @ deformation, scale_atoms=True)
            moved.calc = EMT()
            energies.append(moved.get_potential_energy())
        stress[number] = (energies[0] - energies[1]) / (2.0 * h * atoms.get_volume())
    return stress


def without_stress(frame: Atoms) -> Atoms:
    plain = frame.copy()
    results = {name: value for name, value in frame.calc.results.items() if name != "stress"}
    plain.calc = SinglePointCalculator(plain, **results)
    return plain


def components(stress: NDArray[np.float64], order: str) -> list[float]:
    tensor = voigt_6_to_full_3x3_stress(stress)
    return [float(tensor["xyz".index(a), "xyz".index(b)]) for a, b in order.split()]


@pytest.fixture(scope="module")
def frame() -> Atoms:
    atoms = labelled()
    stress = atoms.get_stress()
    assert np.abs(stress).min() > 1e-4 and np.ptp(np.abs(stress)) > 1e-3, "too plain to find errors"
    assert stress[:3].sum() < 0.0, "compressed: negative in this sign"
    return atoms


def test_the_stress_of_ase_has_the_sign_and_unit_of_a_strain_derivative(frame: Atoms) -> None:
    atoms = strained()
    atoms.calc = EMT()
    np.testing.assert_allclose(atoms.get_stress(), frame.get_stress(), rtol=1e-4, atol=1e-7)


def test_a_stress_survives_extended_xyz_of_both_writers(tmp_path: Path, frame: Atoms) -> None:
    write_frames(tmp_path / "own.xyz", [frame])
    np.testing.assert_array_equal(read_frames(tmp_path / "own.xyz")[0].get_stress(), frame.get_stress())
    ase.io.write(tmp_path / "ase.xyz", frame, format="extxyz")
    np.testing.assert_allclose(
        read_frames(tmp_path / "ase.xyz")[0].get_stress(), frame.get_stress(), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("key", "factor"),
    [
        (StressKey("given"), lambda volume: 1.0),
        (StressKey("given", "GPa"), lambda volume: 1.0 / units.GPa),
        (StressKey("given", "kbar", VASP_ORDER, True), lambda volume: -10.0 / units.GPa),
        (StressKey("given", "eV", "xy xx yz yy xz zz", True), lambda volume: -volume),
    ],
    ids=["eV/A^3", "GPa", "kbar of VASP", "virial"],
)
@pytest.mark.parametrize("n_values", [6, 9])
def test_a_stress_in_other_units_order_and_sign_is_understood(
    tmp_path: Path, frame: Atoms, key: StressKey, factor: object, n_values: int
) -> None:
    plain = without_stress(frame)
    scale = factor(frame.get_volume())  # type: ignore[operator]
    if n_values == 6:
        values = scale * np.array(components(frame.get_stress(), key.order))
    else:
        values = scale * voigt_6_to_full_3x3_stress(frame.get_stress()).ravel()
    plain.info["given"] = values
    write_frames(tmp_path / "frames.xyz", [plain])
    (found,) = read_frames(tmp_path / "frames.xyz", labels=LabelKeys(stress=key))
    np.testing.assert_allclose(found.get_stress(), frame.get_stress(), rtol=1e-10)
    assert "stress" not in read_frames(tmp_path / "frames.xyz")[0].calc.results


@pytest.mark.parametrize("name", ["virial", "virials"])
@pytest.mark.parametrize("system", [None, "metal", "atomic"])
def test_a_virial_is_recognised(tmp_path: Path, frame: Atoms, name: str, system: str | None) -> None:
    own = UnitSystem(system or "metal")
    plain = without_stress(frame)
    tensor = voigt_6_to_full_3x3_stress(frame.get_stress())
    plain.info[name] = (-frame.get_volume() / own.energy * tensor).ravel()
    plain.set_cell(plain.cell.array / own.length, scale_atoms=True)
    plain.calc = SinglePointCalculator(plain, energy=frame.get_potential_energy() / own.energy)
    ase.io.write(tmp_path / "frames.xyz", plain, format="extxyz")
    (found,) = read_frames(tmp_path / "frames.xyz", system)
    np.testing.assert_allclose(found.get_stress(), frame.get_stress(), rtol=1e-7)
    assert found.get_potential_energy() == pytest.approx(frame.get_potential_energy())


def test_stress_and_virial_that_contradict_each_other_are_said(tmp_path: Path, frame: Atoms) -> None:
    both = frame.copy()
    both.calc = frame.calc
    both.info["virial"] = -frame.get_volume() * voigt_6_to_full_3x3_stress(frame.get_stress())
    write_frames(tmp_path / "frames.xyz", [both])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_frames(tmp_path / "frames.xyz")
    both.info["virial"] = -both.info["virial"]
    write_frames(tmp_path / "frames.xyz", [both])
    with pytest.warns(UserWarning, match="stress and virial of 1 frame.s. contradict each other"):
        (found,) = read_frames(tmp_path / "frames.xyz")
    np.testing.assert_array_equal(found.get_stress(), frame.get_stress())


def test_energy_and_forces_under_other_names_are_taken_in_the_units_of_the_file(
    tmp_path: Path, frame: Atoms
) -> None:
    plain = frame.copy()
    plain.info["REF_energy"] = -1.5
    plain.set_array("REF_forces", frame.get_forces())
    ase.io.write(tmp_path / "frames.xyz", plain, format="extxyz")
    keys = LabelKeys("REF_energy", "REF_forces")
    (found,) = read_frames(tmp_path / "frames.xyz", "atomic", keys)
    bohr, hartree = UnitSystem.atomic.length, UnitSystem.atomic.energy
    assert found.get_potential_energy() == pytest.approx(-1.5 * hartree)
    np.testing.assert_allclose(found.get_forces(), frame.get_forces() * hartree / bohr, atol=1e-6)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (LabelKeys(energy="note"), r"frame 0 .*: note must be a single number, got 'text'"),
        (LabelKeys(forces="tag"), r"frame 0 .*: tag must be numbers of shape \(4, 3\), got 4 numbers"),
        (LabelKeys(stress=StressKey("three")), r"frame 0 .*: three must be numbers of shape \(6,\) or"),
        (LabelKeys(stress=StressKey("skewed")), r"frame 0 .*: skewed must be a symmetric tensor"),
    ],
)
def test_labels_that_are_none_are_refused(
    tmp_path: Path, frame: Atoms, keys: LabelKeys, message: str
) -> None:
    plain = frame.copy()
    plain.info.update({"note": "text", "three": [1.0, 2.0, 3.0], "skewed": list(range(9))})
    plain.set_array("tag", np.arange(4))
    ase.io.write(tmp_path / "frames.xyz", plain, format="extxyz")
    with pytest.raises(InvalidInputError, match=message):
        read_frames(tmp_path / "frames.xyz", labels=keys)


def test_virial_and_virials_that_contradict_each_other_are_refused(tmp_path: Path, frame: Atoms) -> None:
    both = without_stress(frame)
    both.info["virial"] = both.info["virials"] = np.eye(3)
    write_frames(tmp_path / "f.xyz", [both])
    (found,) = read_frames(tmp_path / "f.xyz")
    assert found.get_stress()[0] == pytest.approx(-1.0 / frame.get_volume()) and not found.info
    both.info["virials"] = 2.0 * np.eye(3)
    write_frames(tmp_path / "f.xyz", [both])
    with pytest.raises(InvalidInputError, match=r"f\.xyz: frame 0 .*virial and virials contradict"):
        read_frames(tmp_path / "f.xyz")


def test_a_virial_without_a_volume_is_refused_where_it_was_asked_for(tmp_path: Path) -> None:
    cluster = Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 2.5]], info={"w": np.eye(3)})
    ase.io.write(tmp_path / "frames.xyz", cluster, format="extxyz")
    with pytest.raises(InvalidInputError, match="w is a virial, but the frame has no volume"):
        read_frames(tmp_path / "frames.xyz", labels=LabelKeys(stress=StressKey("w", "eV")))


@pytest.mark.parametrize("keys", [LabelKeys(forces="dft_forces"), LabelKeys(stress=StressKey("dft_stress"))])
def test_a_name_that_no_frame_has_is_said(tmp_path: Path, frame: Atoms, keys: LabelKeys) -> None:
    write_frames(tmp_path / "frames.xyz", [frame])
    with pytest.warns(UserWarning, match="no frame has 'dft_"):
        (found,) = read_frames(tmp_path / "frames.xyz", labels=keys)
    assert ("forces" in found.calc.results) == (keys.forces is None)


def test_an_outcar_is_read(tmp_path: Path, frame: Atoms) -> None:
    path = tmp_path / "OUTCAR"
    path.write_text(outcar([frame, frame]))
    frames = read_frames(path)
    assert len(frames) == 2
    found = frames[1]
    assert found.get_chemical_symbols() == frame.get_chemical_symbols()
    assert found.get_potential_energy() == pytest.approx(frame.get_potential_energy(), abs=1e-7)
    np.testing.assert_allclose(found.positions, frame.positions, atol=1e-5)
    np.testing.assert_allclose(found.cell.array, frame.cell.array, atol=1e-8)
    np.testing.assert_allclose(found.get_forces(), frame.get_forces(), atol=1e-5)
    np.testing.assert_allclose(found.get_stress(), frame.get_stress(), atol=1e-7)


def test_of_an_outcar_that_is_cut_short_the_complete_steps_are_read(tmp_path: Path, frame: Atoms) -> None:
    lines = outcar([frame, frame]).splitlines()
    (tmp_path / "OUTCAR").write_text("\n".join(lines[:-10]) + "\n")
    assert len(read_frames(tmp_path / "OUTCAR")) == 1
    (tmp_path / "OUTCAR").write_text("\n".join(lines[:5]) + "\n")
    with pytest.raises(
        FileFormatError, match="frame 0 .* cannot be read as vasp-out: ParseError: Incomplete"
    ):
        read_frames(tmp_path / "OUTCAR")


def test_the_free_energy_of_an_outcar_can_be_taken(tmp_path: Path, frame: Atoms) -> None:
    (tmp_path / "OUTCAR").write_text(outcar([frame], smearing_energy=0.25))
    (found,) = read_frames(tmp_path / "OUTCAR", labels=LabelKeys(energy="free_energy"))
    assert found.get_potential_energy() == pytest.approx(frame.get_potential_energy() - 0.25, abs=1e-7)


def test_the_stress_of_mlearn_is_a_pressure_in_kbar_in_the_order_of_vasp(shared_data: Path) -> None:
    """Energy against strain: every strained lattice of group Elastic, in six modes, beside its neighbour."""
    key = StressKey("virial_stress_kbar", "kbar", VASP_ORDER, True)
    frames = read_frames(shared_data / "mlearn" / "Si" / "training.xyz", labels=LabelKeys(stress=key))
    elastic = [frame for frame in frames if "strain" in frame.info["description"]]
    work, change = [], []
    for first, second in zip(elastic, elastic[1:], strict=False):
        middle = 0.5 * (first.cell.array + second.cell.array)
        strain = np.linalg.solve(middle, second.cell.array - first.cell.array)
        if np.abs(strain).max() < 0.05:
            stress = 0.5 * (first.get_stress(voigt=False) + second.get_stress(voigt=False))
            work.append(abs(np.linalg.det(middle)) * np.sum(stress * strain))
            change.append(second.get_potential_energy() - first.get_potential_energy())
    assert len(work) > 40 and np.abs(work).max() > 5.0
    np.testing.assert_allclose(work, change, rtol=0.03, atol=0.05)
