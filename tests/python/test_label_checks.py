"""nnpot.analysis.label_checks: placeholders and energies of two programs are seen, ordinary data are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.analysis.label_checks import check_heaps, check_placeholders


def crystals(n_frames: int, seed: int = 0, symbols: str = "CuAu") -> list[Atoms]:
    """Distorted fcc cells of several compositions; energies within 0.1 eV/atom beside those of the atoms."""
    random = np.random.default_rng(seed)
    frames = []
    for number in range(n_frames):
        atoms = bulk("Cu", "fcc", a=3.8, cubic=True) * (1, 1, 1 + number % 2)
        atoms.set_cell(atoms.cell * random.uniform(0.97, 1.03), scale_atoms=True)
        if symbols == "CuAu":
            atoms.symbols[:] = ["Cu", "Au"] * (len(atoms) // 2)
        atoms.rattle(0.1, rng=random)
        energy = len(atoms) * (-3.0 + 0.1 * random.uniform())
        forces = random.normal(size=(len(atoms), 3))
        stress = random.normal(size=6)
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces, stress=stress)
        frames.append(atoms)
    return frames


def heaps_of(frames: list[Atoms]) -> list[str]:
    names = [f"frame {number}" for number in range(len(frames))]
    energies = [frame.calc.results.get("energy", np.nan) for frame in frames]
    return check_heaps(frames, names, np.array(energies))


def shift(frames: list[Atoms], per_atom: float) -> None:
    for frame in frames:
        frame.calc.results["energy"] += per_atom * len(frame)


def test_energies_of_two_programs_are_seen() -> None:
    for gap in (-100.0, 1.5, 12.0):
        frames = crystals(24)
        shift(frames[::2], gap)
        (line,) = heaps_of(frames)
        assert "of CuAu lie in 2 heaps" in line and "12 frame(s): frame " in line
        assert f"{abs(gap) - 0.1:.1f}"[:2] in line


def test_three_heaps_and_heaps_of_one_frame_are_seen() -> None:
    frames = crystals(24)
    shift(frames[:8], -100.0)
    shift(frames[20:], 50.0)
    (line,) = heaps_of(frames)
    assert "3 heaps" in line and "(12 frames)" in line and "(4 frames)" in line
    frames = crystals(9)
    shift(frames[3:4], -400.0)
    (line,) = heaps_of(frames)
    assert "1 frame(s): frame 3" in line


def test_programs_are_told_apart_where_every_composition_is_there_once() -> None:
    frames = []
    for number, atoms in enumerate(crystals(20, symbols="Cu")):
        grown = atoms.repeat((40 // len(atoms), 1, 1))
        grown.symbols[: number + 1] = "Au"
        grown.calc = SinglePointCalculator(grown, energy=-3.0 * len(grown) - 0.4 * number)
        frames.append(grown)
    assert heaps_of(frames) == []
    shift(frames[::3], -100.0)
    (line,) = heaps_of(frames)
    assert "without those of single atoms" in line


def isolated(frames: list[Atoms]) -> None:
    for _ in range(4):
        atom = Atoms("Cu", cell=[12.0] * 3, pbc=True)
        atom.calc = SinglePointCalculator(atom, energy=0.0012, forces=np.zeros((1, 3)))
        frames.append(atom)


def dimers(frames: list[Atoms]) -> None:
    for number in range(8):
        pair = Atoms("Cu2", [[0, 0, 0], [0, 0, 2.2 + 0.01 * number]])
        pair.calc = SinglePointCalculator(pair, energy=-2.0 + 0.001 * number, forces=np.ones((2, 3)))
        frames.append(pair)


def another_crystal(frames: list[Atoms]) -> None:
    for frame in frames[:6]:
        frame.calc.results["energy"] += 0.9 * len(frame)


def wide(frames: list[Atoms]) -> None:
    for number, frame in enumerate(frames):
        frame.calc.results["energy"] += 0.7 * number * len(frame)


def clusters(frames: list[Atoms]) -> None:
    """As many as there are crystals, without a cell."""
    for frame in frames[:8]:
        results = frame.calc.results
        frame.set_cell(np.zeros((3, 3)))
        frame.pbc = False
        frame.calc = SinglePointCalculator(frame, energy=results["energy"] + 1.5 * len(frame))


@pytest.mark.parametrize("change", [isolated, dimers, another_crystal, wide, clusters])
def test_what_physics_allows_is_no_second_program(change: Callable[[list[Atoms]], None]) -> None:
    frames = crystals(16, symbols="Cu")
    change(frames)
    assert heaps_of(frames) == []


def set_zero(*labels: str) -> Callable[[Atoms], None]:
    def change(frame: Atoms) -> None:
        results = frame.calc.results
        results.update({label: 0.0 * np.asarray(results[label]) for label in labels})
        if "energy" in labels:
            results["energy"] = 0.0

    return change


@pytest.mark.parametrize(
    ("labels", "line"),
    [
        (("energy", "forces", "stress"), "energy and all forces exactly 0 (not computed?)"),
        (("energy", "forces"), "energy and all forces exactly 0 (not computed?)"),
        (("forces",), "all forces, where symmetry does not ask for it, exactly 0"),
        (("forces", "stress"), "all forces, where symmetry does not ask for it, exactly 0"),
        (("energy",), "energy, beside forces that are not, exactly 0"),
        (("stress",), "stress, beside forces that are not, exactly 0"),
    ],
)
def test_placeholders_are_seen(labels: tuple[str, ...], line: str) -> None:
    frames = crystals(6)
    assert check_placeholders(frames, [""] * 6) == []
    for number in (1, 4):
        set_zero(*labels)(frames[number])
    (found,) = check_placeholders(frames, [f"frame {number}" for number in range(6)])
    assert found.startswith(line) and found.endswith("in 2 frame(s): frame 1, frame 4")


def test_energies_of_0_alone_are_placeholders_too() -> None:
    frames = crystals(3)
    for frame in frames:
        frame.calc.results = {"energy": 0.0}
    assert len(check_placeholders(frames, ["a", "b", "c"])) == 1


@pytest.mark.parametrize(
    "atoms",
    [
        bulk("Cu", cubic=True),
        bulk("Si", cubic=True) * (2, 1, 1),
        bulk("NaCl", "rocksalt", a=5.6, cubic=True),
        bulk("GaAs", "zincblende", a=5.65),
        Atoms("Ne"),
        Atoms("ArAr", [[0, 0, 0], [0, 0, 30.0]]),
    ],
    ids=str,
)
def test_symmetry_asks_for_forces_of_0(atoms: Atoms) -> None:
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0, forces=np.zeros((len(atoms), 3)))
    assert check_placeholders([atoms], ["one"]) == []
    strained = atoms.copy()
    if atoms.cell.rank == 3:
        strained.set_cell(atoms.cell.array @ (np.eye(3) + 0.03 * np.diag([1, -1, 2])), scale_atoms=True)
        strained.calc = SinglePointCalculator(strained, energy=-1.0, forces=np.zeros((len(atoms), 3)))
        assert check_placeholders([strained], ["one"]) == []


def test_a_molecule_without_any_force_is_strange() -> None:
    water = molecule("H2O")
    water.calc = SinglePointCalculator(water, energy=-1.0, forces=np.zeros((3, 3)))
    assert len(check_placeholders([water], ["water"])) == 1


def test_compositions_differ_by_the_energies_of_their_atoms() -> None:
    """All-electron energies: hundreds of eV/atom between compositions, and nothing is wrong."""
    frames = crystals(12)
    for number, frame in enumerate(frames):
        frame.symbols[:] = "Cu"
        frame.symbols[: number % len(frame)] = "Au"
        of_atoms = sum({"Cu": -1640.0, "Au": -18000.0}[symbol] for symbol in frame.symbols)
        frame.calc = SinglePointCalculator(frame, energy=of_atoms - 3.0 * len(frame))
    assert heaps_of(frames) == []
