"""The table of a data set, and that every warning comes where it should and not elsewhere."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator
from rich.console import Console
from structures import emt_labelled

from nnpot import InvalidInputError
from nnpot.analysis.closest_pairs import closest_pairs
from nnpot.analysis.data_summary import DataSummary, summarize
from nnpot.analysis.data_tables import print_summary
from nnpot.io import LabelKeys, StressKey, read_frames
from nnpot.io.source import Source
from nnpot.units import BOHR


def copper(n_frames: int) -> list[Atoms]:
    """Uncorrelated frames of 16 atoms at various volumes, the first half in one group."""
    return copy.deepcopy(_copper(n_frames))


def trajectory(n_frames: int) -> list[Atoms]:
    """Copper that is strained and moved by small steps."""
    return copy.deepcopy(_trajectory(n_frames))


@cache
def _copper(n_frames: int) -> list[Atoms]:
    random = np.random.default_rng(0)
    frames = []
    for number in range(n_frames):
        atoms = bulk("Cu", "fcc", a=3.6 * random.uniform(0.97, 1.03), cubic=True) * (2, 2, 1)
        atoms.rattle(0.12, rng=random)
        frames.append(emt_labelled(atoms, "energy", "forces", "stress"))
        atoms.info["group"] = "a" if number < n_frames // 2 else "b"
    return frames


@cache
def _trajectory(n_frames: int) -> list[Atoms]:
    random = np.random.default_rng(3)
    atoms = bulk("Cu", "fcc", a=3.5, cubic=True)
    frames = []
    for number in range(n_frames):
        if number % 2:
            atoms.set_cell(atoms.cell.array @ (np.eye(3) + np.diag([0.01, 0.012, 0.008])), scale_atoms=True)
        else:
            atoms.positions += random.normal(size=(4, 3)) * 0.03
        frames.append(emt_labelled(atoms.copy(), "energy", "forces", "stress"))
    return frames


def summary_of(frames: list[Atoms], parts: list[str] | None = None) -> DataSummary:
    return summarize(frames, [Source(Path("set.xyz"), number) for number in range(len(frames))], parts)


def change(frames: list[Atoms], **factors: float) -> None:
    for frame in frames:
        for label, factor in factors.items():
            frame.calc.results[label] = factor * frame.calc.results[label]


def scale_lengths(frames: list[Atoms], factor: float) -> None:
    for frame in frames:
        results = frame.calc.results
        frame.set_cell(frame.cell.array * factor, scale_atoms=True)
        frame.calc = SinglePointCalculator(frame, **results)


def test_the_numbers_of_the_table_are_those_of_the_frames() -> None:
    frames = copper(6)
    del frames[2].calc.results["stress"]
    del frames[3].calc.results["forces"]
    results, frames[5].symbols[0] = frames[5].calc.results, "Au"
    frames[5].calc = SinglePointCalculator(frames[5], **results)
    sources = [
        Source(Path("a.xyz"), 0),
        Source(Path("a.xyz"), 1),
        *(Source(Path("b.xyz"), n) for n in range(4)),
    ]
    summary = summarize(frames, sources, ["train"] * 5 + ["test"], {"Cu": -1.0, "Au": 2.0})
    assert [(row.name, row.n_frames) for row in summary.sets] == [
        ("a.xyz", 2), ("b.xyz", 4), ("train", 5), ("test", 1), ("all", 6),
    ]  # fmt: skip
    everything = summary.sets[-1]
    assert everything.elements == ("Cu", "Au")
    energies = [frame.get_potential_energy() for frame in frames]
    assert everything.energy is not None and everything.energy.low == pytest.approx(min(energies) / 16)
    test = summary.sets[3]
    assert test.energy_above_atoms is not None
    assert test.energy_above_atoms.high == pytest.approx((energies[5] + 15.0 - 2.0) / 16)
    forces = np.concatenate([f.get_forces() for f in frames if "forces" in f.calc.results])
    assert everything.force_rms == pytest.approx(np.sqrt(np.mean(forces**2)))
    assert everything.force_max == pytest.approx(np.linalg.norm(forces, axis=1).max())
    assert everything.stress is not None
    stresses = [f.get_stress() for f in frames if "stress" in f.calc.results]
    assert everything.stress.high == pytest.approx(np.max(stresses) / units.GPa)
    assert everything.volume is not None and everything.density is not None
    assert test.density is not None
    grams = (15 * 63.546 + 196.966570) * 1.66053906660e-24
    assert test.density.low == pytest.approx(grams / (frames[5].get_volume() * 1e-24), rel=1e-6)
    assert (everything.without_energy, everything.without_forces, everything.without_stress) == (0, 1, 1)


def test_the_table_counts_the_stresses_that_are_used() -> None:
    frames = copper(3)
    frames[0].pbc = (True, True, False)
    results = frames[1].calc.results
    frames[1].set_cell([*frames[1].cell.array[:2], [0.0, 0.0, 0.0]])
    frames[1].pbc = (True, True, False)
    frames[1].calc = SinglePointCalculator(frames[1], **results)
    headings, rows = summary_of(frames).table()
    assert rows[0][headings.index("no stress")] == "1"


def test_the_table_leaves_out_what_no_frame_has() -> None:
    frames = copper(3)
    headings, rows = summary_of(frames).table()
    assert "no forces" not in headings and "stress (GPa)" in headings and len(rows) == 1
    for frame in frames:
        frame.calc.results.pop("stress")
    frames[0].calc.results.pop("forces")
    headings, rows = summary_of(frames).table()
    assert "stress (GPa)" not in headings and rows[0][headings.index("no forces")] == "1"


def test_a_narrow_terminal_gets_the_table_turned() -> None:
    summary = summary_of(copper(4), ["train"] * 3 + ["test"])
    for width, headings in ((80, ["data", "train", "test", "all"]), (200, ["data", "frames", "elements"])):
        console = Console(file=io.StringIO(), width=width)
        print_summary(console, summary)
        assert isinstance(console.file, io.StringIO)
        text = console.file.getvalue()
        assert "…\n" not in text and all(len(line) <= width for line in text.splitlines())
        first = next(line for line in text.splitlines() if "data" in line)
        assert [word for word in first.split() if word != "┃"][: len(headings)] == headings


def test_nothing_is_wrong_with_good_frames() -> None:
    assert summary_of(copper(24)).warnings == []
    assert summary_of(trajectory(20)).warnings == []


def test_files_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    frames = copper(2)
    frames[1] = frames[0]
    sources = [Source(tmp_path / name / "OUTCAR", 0) for name in ("one", "two")]
    summary = summarize(frames, sources)
    assert [row.name for row in summary.sets] == ["one/OUTCAR", "two/OUTCAR", "all"]
    assert summary.warnings == ["the same structures again: one/OUTCAR: frame 0 = two/OUTCAR: frame 0"]


def duplicate(frames: list[Atoms]) -> None:
    frames[7] = frames[2]


def contradict(frames: list[Atoms]) -> None:
    frames[7] = frames[2].copy()
    results = {**frames[2].calc.results, "energy": frames[2].get_potential_energy() + 0.016}
    frames[7].calc = SinglePointCalculator(frames[7], **results)


def collide(frames: list[Atoms]) -> None:
    frames[4].positions[1] = frames[4].positions[0] + [0.0, 0.0, 1.2]
    frames[4].calc = SinglePointCalculator(frames[4], **frames[5].calc.results)


def shift_energy(frames: list[Atoms]) -> None:
    frames[3].calc.results["energy"] += 16 * 8.0


def kick(frames: list[Atoms]) -> None:
    frames[3].calc.results["forces"][0, 0] = 80.0


def empty(frames: list[Atoms]) -> None:
    frames[3].calc.results.update(energy=0.0, forces=np.zeros((16, 3)))


def hide_forces(frames: list[Atoms]) -> None:
    for frame in frames:
        frame.set_array("dft_force", frame.calc.results.pop("forces"))


def lose_energy(frames: list[Atoms]) -> None:
    del frames[1].calc.results["energy"]


def rename_energies(frames: list[Atoms]) -> None:
    for number, frame in enumerate(frames):
        frame.info["Energy" if number % 2 else "REF_energy"] = frame.calc.results.pop("energy")
        frame.info["energy_per_atom"] = 0.0


def rename_stress(frames: list[Atoms]) -> None:
    for frame in frames:
        frame.info["REF_stress"] = frame.info["my_virial"] = frame.calc.results.pop("stress")


@pytest.mark.parametrize(
    ("spoil", "warning"),
    [
        (duplicate, "the same structures again: set.xyz: frame 2 = set.xyz: frame 7"),
        (
            contradict,
            "the same structures with different energies (by up to 0.001 eV/atom): set.xyz: frame 2 =",
        ),
        (
            collide,
            "atoms too close (below 0.6 times the sum of their covalent radii) in 1 frame(s): set.xyz: ",
        ),
        (shift_energy, "energy far from the median"),
        (kick, "largest force far from the median"),
        (empty, "energy and all forces exactly 0 (not computed?) in 1 frame(s): set.xyz: frame 3"),
        (hide_forces, "no frame has forces; is it dft_force (data.labels.forces)?"),
        (rename_energies, "; is it Energy or REF_energy (data.labels.energy)?"),
        (rename_stress, "no frame has a stress; is it REF_stress or my_virial (data.labels.stress)?"),
        (lose_energy, "no energy, needed for training, in 1 frame(s): set.xyz: frame 1"),
        (lambda frames: scale_lengths(frames, BOHR), "are the lengths in another unit (Å taken for bohr)?"),
        (
            lambda frames: scale_lengths(frames, 1 / BOHR),
            "are the lengths in another unit (bohr taken for Å)?",
        ),
        (lambda frames: change(frames, stress=-1.0), "GPa: it probably has the wrong sign"),
        (lambda frames: change(frames, stress=1 / units.GPa), "GPa: it probably is in another unit"),
    ],
)
def test_what_is_wrong_is_said(spoil: Callable[[list[Atoms]], None], warning: str) -> None:
    frames = copper(24)
    spoil(frames)
    assert any(warning in line for line in summary_of(frames).warnings)


def test_structures_in_two_parts_are_named_with_their_parts() -> None:
    frames = copper(8)
    duplicate(frames)
    (warning,) = summary_of(frames, ["train"] * 6 + ["test"] * 2).warnings
    assert warning == (
        "the same structures in different parts of the data: "
        "set.xyz: frame 2 (train) = set.xyz: frame 7 (test)"
    )


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ({"stress": -1.0}, ["by -", "the stress probably has the wrong sign"]),
        ({"stress": 10.0}, ["by 0.1", "the stress probably is in another unit"]),
        ({"forces": -1.0}, ["by -0.99", "the forces probably have the wrong sign"]),
        ({"forces": 1.0 / BOHR}, ["by 0.5", "the forces probably are in another unit"]),
    ],
)
def test_close_frames_prove_sign_and_unit(factors: dict[str, float], said: list[str]) -> None:
    frames = trajectory(20)
    change(frames, **factors)
    (line,) = [line for line in summary_of(frames).warnings if "work" in line]
    assert all(text in line for text in said), line


@pytest.mark.parametrize(
    ("compression_is_positive", "order", "expected"),
    [
        (True, "xx yy zz xy yz xz", None),
        (False, "xx yy zz xy yz xz", "the stress probably has the wrong sign"),
        (True, "xx yy zz yz xz xy", "do not follow the work of the stress"),
    ],
)
def test_mistakes_about_the_stress_of_mlearn_are_found(
    shared_data: Path, compression_is_positive: bool, order: str, expected: str | None
) -> None:
    key = StressKey("virial_stress_kbar", "kbar", order, compression_is_positive)
    frames = read_frames(shared_data / "mlearn" / "Si" / "training.xyz", labels=LabelKeys(stress=key))
    elastic = [frame for frame in frames if frame.info["group"] == "Elastic"]
    warnings = summary_of(elastic).warnings
    assert len(warnings) == (expected is not None)
    assert expected is None or expected in warnings[0]


def test_molecules_without_a_cell_are_summarised() -> None:
    frames = [molecule("H2O"), molecule("CH4")]
    for frame in frames:
        frame.calc = SinglePointCalculator(frame, energy=-1.0 * len(frame))
    summary = summary_of(frames)
    whole = summary.sets[-1]
    assert whole.volume is None and whole.elements == ("H", "C", "O")
    assert (whole.atoms.low, whole.atoms.high) == (3, 5)
    assert (whole.without_energy, whole.without_forces, whole.without_stress) == (0, 2, 2)
    assert {pair.elements for pair in summary.pairs} >= {("H", "O"), ("C", "H"), ("H", "H")}


def test_a_periodic_frame_without_a_cell_has_no_images() -> None:
    frame = Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 2.5]], pbc=True)
    assert closest_pairs(frame, 4.0)["Cu", "Cu"].distance == pytest.approx(2.5)


def test_no_frames_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="expected at least one frame"):
        summarize([], [])


def moved(step: float) -> list[Atoms]:
    """An atom on a spring, which moves against x; its forces have the wrong sign."""
    frames = []
    for number in range(12):
        atoms = Atoms("Cu2", [[0, 0, 0], [9.0 - step * number, 0, 0]], cell=[20.0] * 3, pbc=True)
        forces = np.zeros((2, 3))
        forces[1, 0] = 2.0 * (atoms.positions[1, 0] - 3.0)
        atoms.calc = SinglePointCalculator(atoms, energy=0.25 * forces[1, 0] ** 2, forces=forces)
        frames.append(atoms)
    return frames


def stretched(step: float) -> list[Atoms]:
    """A cell on a spring along x, with a stress that has the wrong sign; an atom on one along y is right."""
    frames = []
    for number in range(12):
        length, y = 10.0 * (1.0 + step) ** number, 9.0 - 0.1 * number
        atoms = Atoms("Cu2", [[0, 0, 0], [0, y, 0]], cell=[length, 16.0, 5.0], pbc=True)
        stress = np.array([-2.0 * (length - 8.0) / 80.0, 0, 0, 0, 0, 0])
        forces = np.array([[0, 0, 0], [0, -0.4 * (y - 3.0), 0]])
        energy = (length - 8.0) ** 2 + 0.2 * (y - 3.0) ** 2
        atoms.calc = SinglePointCalculator(atoms, energy=energy, stress=stress, forces=forces)
        frames.append(atoms)
    return frames


@pytest.mark.parametrize("frames", [moved, stretched])
def test_frames_that_are_far_from_each_other_prove_nothing(frames: Callable[[float], list[Atoms]]) -> None:
    (line,) = [line for line in summary_of(frames(0.05)).warnings if "work" in line]
    assert "11 pairs" in line and "change by -1 times" in line and "wrong sign" in line
    assert not [line for line in summary_of(frames(0.25)).warnings if "work" in line]


def test_frames_without_what_does_the_work_prove_nothing() -> None:
    cases = ((moved(0.05), "forces"), (stretched(0.05), "stress"), (stretched(0.05), "forces"))
    for frames, label in cases:
        for frame in frames:
            del frame.calc.results[label]
        assert not [line for line in summary_of(frames).warnings if "work" in line]


def test_the_shortest_distance_of_each_pair_is_told_with_its_frame() -> None:
    frames = []
    for distance, other in ((1.7, 2.0), (1.6, 2.3), (1.9, 1.8), (1.8, 2.1)):
        positions = [[0, 0, 0], [0, 0, distance], [0, 0, -other]]
        frames.append(Atoms("SiOSi", positions, cell=[12.0] * 3, pbc=True))
        frames[-1].calc = SinglePointCalculator(frames[-1], energy=0.0, forces=np.zeros((3, 3)))
    found = {pair.elements: pair for pair in summary_of(frames).pairs}
    assert found["O", "Si"].distance == pytest.approx(1.6)
    assert found["O", "Si"].where == "set.xyz: frame 1"
    assert found["Si", "Si"].distance == pytest.approx(1.8)
    assert found["Si", "Si"].where == "set.xyz: frame 2"
    assert found["O", "Si"].radii == pytest.approx(0.66 + 1.11)


def test_a_frame_is_too_close_where_one_pair_is() -> None:
    """Also beside pairs that are not."""
    frames = copper(6)
    frames[4].positions[1] = frames[4].positions[0] + [0.0, 0.0, 1.2]
    frames[4].symbols[1] = "Au"
    (line,) = [line for line in summary_of(frames).warnings if "too close" in line]
    assert "1 frame(s): set.xyz: frame 4" in line


def test_energies_that_do_not_follow_the_forces_are_said_to() -> None:
    """They go up and down by 0.01 eV and more, while the force and the steps stay the same."""
    frames, energy = moved(0.05), 0.0
    for number, frame in enumerate(frames):
        energy += 0.03 if number % 2 else -0.01
        frame.calc.results |= {"energy": energy, "forces": np.array([[0.0, 0, 0], [0.2, 0, 0]])}
    (line,) = [line for line in summary_of(frames).warnings if "work" in line]
    assert "forces: the energies of 11 pairs of close frames do not follow the work of the forces" in line


def test_a_stress_that_only_some_frames_have_is_no_question() -> None:
    frames = copper(6)
    frames[3].info["REF_stress"] = frames[3].calc.results.pop("stress")
    assert not [line for line in summary_of(frames).warnings if "no frame has a stress" in line]
