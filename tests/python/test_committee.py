"""Committees: the mean of several models, how far they are apart, and how far frames are from the data."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.singlepoint import SinglePointCalculator
from command_line import run
from random_model import random_model
from scipy.stats import spearmanr
from structures import NAMES, structure

import nnpot
from nnpot import InvalidInputError, Potential, _core
from nnpot.io import write_frames

N_MEMBERS = 4


def functions_of(model: _core.Model) -> list[str]:
    return [line for element in model.elements for line in model.functions(element)]


@pytest.fixture(scope="session")
def members(model: _core.Model) -> list[_core.Model]:
    """Models that share their functions; the data of the last cover less than those of the others."""
    models = []
    for m in range(N_MEMBERS):
        frames = [structure(name) for name in (NAMES[1:] if m == N_MEMBERS - 1 else NAMES)]
        models.append(random_model(frames, functions_of(model), 1, "t", "scale_center", m))
    return models


@pytest.fixture(scope="session")
def directories(members: list[_core.Model], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """``members`` on the disk."""
    found = [tmp_path_factory.mktemp(f"member_{m}") for m in range(N_MEMBERS)]
    for member, directory in zip(members, found, strict=True):
        member.write(str(directory))
    return found


def expected_grades(members: list[_core.Model], atoms: Atoms) -> np.ndarray:
    """By the definition, from the values and the ranges that all members know."""
    functions = Potential(members).symmetry_functions()
    values = functions.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
    grades = np.zeros(len(atoms))
    for i, symbol in enumerate(atoms.symbols):
        ranges = np.array([member.scaling(symbol) for member in members])
        low, high = ranges[:, :, 0].max(0), ranges[:, :, 1].min(0)
        own = values[i, : len(low)]
        grades[i] = max(0.0, *((low - own) / (high - low)), *((own - high) / (high - low)))
    return np.where(grades > 1e-9, grades, 0.0)


def test_charges_that_reach_beyond_the_functions(members: list[_core.Model]) -> None:
    """The members' networks see 4.6 Å, the charges that they share 7."""
    atoms = structure("liquid")
    charged = []
    for m in range(2):
        charged.append(random_model([atoms], functions_of(members[0]), 1, "t", "scale_center", m))
        charged[m].long_range = _core.LongRange(
            form="full", alpha=0.6, real_cutoff=7.0, charges={"Si": 1.2, "O": -0.6}
        )
    plain = [random_model([atoms], functions_of(members[0]), 1, "t", "scale_center", m) for m in range(2)]
    with_charges = Potential(charged).predict(atoms, uncertainty=True)
    without = Potential(plain).predict(atoms, uncertainty=True)
    alone = [Potential(one).predict(atoms).forces for one in charged]
    np.testing.assert_allclose(with_charges.forces, np.mean(alone, axis=0), atol=1e-11)
    assert np.abs(with_charges.forces - without.forces).max() > 0.1
    assert with_charges.uncertainty is not None and without.uncertainty is not None
    for name in ("force_spreads", "energy_spreads", "grades"):
        found, expected = (getattr(one.uncertainty, name) for one in (with_charges, without))
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_charged_cell_is_said_once(members: list[_core.Model], recwarn: pytest.WarningsRecorder) -> None:
    atoms = structure("liquid")
    model = random_model([atoms], functions_of(members[0]), 1, "t", "scale_center", 3)
    model.long_range = _core.LongRange(
        form="full", alpha=0.6, real_cutoff=4.0, charges={"Si": 1.25, "O": -1.25}
    )
    potential = Potential(model)
    potential.predict(atoms)
    assert not recwarn.list, "it is neutral"
    del atoms[[k for k, symbol in enumerate(atoms.symbols) if symbol == "O"][:2]]
    list(potential.predict_many([atoms] * 3))
    (warning,) = recwarn.list
    assert "sum up to +2.5 e over O10Si12" in str(warning.message)


def test_a_committee_is_the_mean_of_its_members(members: list[_core.Model], any_structure: Atoms) -> None:
    said = Potential(members).predict(any_structure, uncertainty=True)
    alone = [Potential(member).predict(any_structure) for member in members]
    for name in ("energy", "forces", "virial", "atomic_energies", "atomic_virials", "stress"):
        values = [getattr(one, name) for one in alone]
        if values[0] is None:
            assert getattr(said, name) is None
        else:
            mean = np.mean(values, axis=0)
            np.testing.assert_allclose(getattr(said, name), mean, rtol=1e-11, atol=1e-11 * np.abs(mean).max())
    found = said.uncertainty
    assert found is not None and found.force_spreads is not None
    forces = np.array([one.forces for one in alone])
    spreads = np.sqrt(((forces - forces.mean(0)) ** 2).sum((0, 2)) / (N_MEMBERS - 1))
    assert spreads.max() > 0.1, "too small to test anything"
    np.testing.assert_allclose(found.force_spreads, spreads, rtol=1e-9)
    energies = np.array([one.atomic_energies for one in alone])
    np.testing.assert_allclose(found.energy_spreads, energies.std(0, ddof=1), rtol=1e-9)
    assert found.energy_spread == pytest.approx(np.std([one.energy for one in alone], ddof=1), rel=1e-9)
    np.testing.assert_allclose(found.grades, expected_grades(members, any_structure), rtol=1e-8)


def test_what_is_not_asked_for_is_not_there_and_changes_nothing(members: list[_core.Model]) -> None:
    potential = Potential(members)
    plain = potential.predict(structure("liquid"))
    full = potential.predict(structure("liquid"), uncertainty=True)
    assert plain.uncertainty is None
    assert plain.energy == full.energy
    np.testing.assert_array_equal(plain.forces, full.forces)


def test_one_network_has_grades_alone(members: list[_core.Model]) -> None:
    atoms = structure("liquid")
    atoms.set_cell(atoms.cell.array * 0.9, scale_atoms=True)
    found = Potential(members[0]).predict(atoms, uncertainty=True).uncertainty
    assert found is not None
    assert (found.force_spreads, found.energy_spreads, found.energy_spread) == (None, None, None)
    assert found.grades.max() > 0.1
    np.testing.assert_allclose(found.grades, expected_grades(members[:1], atoms), rtol=1e-8)


def test_equal_members_agree(members: list[_core.Model]) -> None:
    found = Potential([members[0]] * 3).predict(structure("liquid"), uncertainty=True).uncertainty
    assert found is not None and found.force_spreads is not None
    assert found.force_spreads.max() < 1e-12
    assert found.energy_spread is not None and found.energy_spread < 1e-10


def test_ase_asks_by_name(directories: list[Path]) -> None:
    atoms = structure("crystal")
    atoms.calc = calculator = nnpot.Calculator(directories)
    energy = atoms.get_potential_energy()
    assert "grades" not in calculator.results
    found = nnpot.load(directories).predict(atoms, uncertainty=True).uncertainty
    assert found is not None
    for name, value in vars(found).items():
        np.testing.assert_allclose(calculator.get_property(name, atoms), value, rtol=1e-10, atol=1e-12)
    assert atoms.get_potential_energy() == energy
    alone = nnpot.Calculator(directories[0])
    np.testing.assert_array_equal(alone.get_property("grades", atoms).shape, (len(atoms),))
    with pytest.raises(PropertyNotImplementedError):
        alone.get_property("force_spreads", atoms)


def test_members_must_share_their_functions(members: list[_core.Model], compact_model: _core.Model) -> None:
    with pytest.raises(
        InvalidInputError, match="member 2 differs from member 1 in the symmetry functions of O"
    ):
        Potential([members[0], compact_model])
    frames = [structure(name) for name in NAMES]
    smooth = random_model(frames, functions_of(members[0]), 6, "t", "scale_center", 1)
    with pytest.raises(InvalidInputError, match="member 3 differs from member 1 in the cutoff function"):
        Potential([*members[:2], smooth])
    with pytest.raises(InvalidInputError, match="at least one"):
        nnpot.load([])


def test_a_member_that_stands_there_twice_is_said(directories: list[Path], tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(directories[0], copied)
    for again in (directories[0], copied):
        with pytest.warns(UserWarning, match="are the same network") as said:
            nnpot.load([*directories[:2], again])
        assert len(said) == 1
        assert f"members 1 ('{directories[0]}') and 3 ('{again}')" in str(said[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nnpot.load(directories)


def test_errors_of_a_committee_name_the_directories(
    directories: list[Path], compact_model: _core.Model, tmp_path: Path
) -> None:
    compact_model.write(str(tmp_path / "compact"))
    with pytest.raises(InvalidInputError, match="member 2 differs") as error:
        nnpot.load([directories[0], tmp_path / "compact"])
    assert str(tmp_path / "compact") in str(error.value)


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\u3000", "\u200b"])
def test_a_blank_that_is_no_space_is_named(directories: list[Path], tmp_path: Path, blank: str) -> None:
    model = tmp_path / "model"
    shutil.copytree(directories[0], model)
    text = (model / "input.nn").read_text("utf-8")
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("symfunction_short"))
    lines[number] = lines[number].replace(" ", blank, 1)
    (model / "input.nn").write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(nnpot.FileFormatError, match=rf"input\.nn:{number + 1}: holds a no-break space"):
        nnpot.load(model)
    (model / "input.nn").write_text(f"# a{blank}comment\n{text}", "utf-8")
    nnpot.load(model)


def test_a_range_of_0_is_refused_with_its_file(directories: list[Path], tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(directories[0], model)
    file = model / "scaling.data"
    lines = file.read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines) if line.split()[:2] == ["1", "2"])
    words = lines[number].split()
    words[3] = words[4] = words[2]
    lines[number] = " ".join(words)
    file.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(nnpot.FileFormatError, match="symmetry function 2 of O has the range 0") as error:
        nnpot.load(model)
    assert str(error.value).startswith(f"{file}: ")


def test_predict_and_evaluate(directories: list[Path], tmp_path: Path) -> None:
    models = [str(directory) for directory in directories]
    frames, random = [], np.random.default_rng(5)
    for name in ("crystal", "liquid"):
        atoms = structure(name)
        atoms.set_cell(atoms.cell.array * 0.95, scale_atoms=True)
        said = nnpot.load(directories).predict(atoms)
        forces = said.forces + random.normal(size=(len(atoms), 3))
        atoms.calc = SinglePointCalculator(atoms, energy=said.energy, forces=forces)
        frames.append(atoms)
    write_frames(tmp_path / "frames.xyz", frames)
    done = run("predict", *models, str(tmp_path / "frames.xyz"), "-o", str(tmp_path / "out.xyz"))
    assert done.returncode == 0, done.stderr
    spreads, errors, grades = [], [], []
    for frame, written in zip(frames, ase.io.read(tmp_path / "out.xyz", ":"), strict=True):
        expected = nnpot.load(directories).predict(frame, uncertainty=True)
        found = expected.uncertainty
        assert found is not None and found.force_spreads is not None and found.energy_spreads is not None
        np.testing.assert_allclose(written.get_forces(), expected.forces, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(written.arrays["force_spreads"], found.force_spreads, rtol=1e-10)
        np.testing.assert_allclose(written.arrays["energy_spreads"], found.energy_spreads, rtol=1e-10)
        np.testing.assert_allclose(written.arrays["grades"], found.grades, rtol=1e-10)
        assert written.info["energy_spread"] == pytest.approx(found.energy_spread, rel=1e-10)
        spreads.append(found.force_spreads)
        errors.append(np.linalg.norm(frame.calc.results["forces"] - expected.forces, axis=1))
        grades.append(found.grades)
    done = run("evaluate", *models, str(tmp_path / "frames.xyz"), "--json")
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)["uncertainty"]
    every, outside = np.concatenate(spreads), int((np.concatenate(grades) > 0.05).sum())
    assert values["n_atoms"] == len(every) and values["n_extrapolating"] == outside > 0
    assert values["largest_grade"] == pytest.approx(np.concatenate(grades).max(), rel=1e-9)
    assert values["force_spread_mean_mev_per_angstrom"] == pytest.approx(1000.0 * every.mean(), rel=1e-9)
    assert values["force_spread_max_mev_per_angstrom"] == pytest.approx(1000.0 * every.max(), rel=1e-9)
    rank = spearmanr(every, np.concatenate(errors)).statistic
    assert values["rank_correlation"] == pytest.approx(rank, abs=1e-9)
    shown = run("evaluate", *models, str(tmp_path / "frames.xyz")).stdout
    assert f"{outside} of {len(every)} atoms extrapolate" in shown and "rank correlation" in shown


def test_evaluate_with_one_model(directories: list[Path], tmp_path: Path) -> None:
    atoms = structure("liquid")
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0)
    write_frames(tmp_path / "frames.xyz", [atoms])
    done = run("evaluate", str(directories[0]), str(tmp_path / "frames.xyz"), "--json")
    values = json.loads(done.stdout)["uncertainty"]
    assert values == {"n_atoms": len(atoms), "n_extrapolating": 0, "largest_grade": 0.0}
