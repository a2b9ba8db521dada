"""Charges trained with the networks: their derivatives, the first guess, and whole trainings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

import nnpot
from nnpot.cli.main import group
from nnpot.coulomb import ewald
from nnpot.errors import InvalidInputError
from nnpot.io import read_frames, write_frames
from nnpot.training import TrainingConfig, train

pytest.importorskip("tensorflow")

from nnpot.training.config import LongRangeConfig, LossConfig
from nnpot.training.data.coulomb import fit_charges, long_range
from nnpot.training.data.dataset import DataSet, LongRange, build_dataset
from nnpot.training.inputs.symmetry_functions import fit_descriptor
from nnpot.training.networks.atomic import Charges
from nnpot.training.session.epochs import Log
from nnpot.training.tensorflow_setup import tf

LINES = [
    f"{center} 2 {other} {eta} 0.0 4.0"
    for center in ("Na", "Cl")
    for other in ("Na", "Cl")
    for eta in (0.05, 0.2, 0.5, 1.2)
]


def salt_frames(n_frames: int, charge: float = 1.0) -> list[Atoms]:
    """Rock salt off its places, some with a pair missing: charges and a short repulsion, with all labels."""
    random = np.random.default_rng(3)
    frames = []
    for number in range(n_frames):
        atoms = bulk("NaCl", "rocksalt", a=5.6 + 0.15 * random.normal(), cubic=True)
        if number % 3 == 2:
            del atoms[[0, 1]]
        atoms.positions += 0.2 * random.normal(size=(len(atoms), 3))
        found = ewald(atoms, np.where(atoms.symbols == "Na", charge, -charge))
        energy, forces, stress = repulsion(atoms)
        atoms.calc = SinglePointCalculator(
            atoms, energy=found.energy + energy, forces=found.forces + forces, stress=found.stress + stress
        )
        frames.append(atoms)
    return frames


def repulsion(atoms: Atoms) -> tuple[float, np.ndarray, np.ndarray]:
    """A Gaussian of the distance between unlike ions."""
    i, j, d, r = neighbor_list("ijDd", atoms, 4.0)
    unlike = atoms.numbers[i] != atoms.numbers[j]
    i, d, r = i[unlike], d[unlike], r[unlike]
    pair = 1.5 * np.exp(-1.2 * (r - 2.0) ** 2)
    slope = -2.4 * (r - 2.0) * pair
    forces = np.zeros((len(atoms), 3))
    np.add.at(forces, i, (slope / r)[:, None] * d)
    virial = 0.5 * np.einsum("p,pa,pb->ab", slope / r, d, d) / atoms.cell.volume
    return 0.5 * pair.sum(), forces, virial[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]


def salt_config(folder: Path, **sections: Any) -> TrainingConfig:
    write_frames(folder / "salt.xyz", salt_frames(24))
    values: dict[str, Any] = {
        "data": {"train": [folder / "salt.xyz"], "validation_fraction": 0.25},
        "descriptor": {"cutoff": 4.0, "lines": LINES},
        "network": {"hidden": [5]},
        "long_range": {"charges": {"Na": 0.6, "Cl": -0.6}},
        "loss": {"stress_weight": 1.0},
        "optimizer": {"name": "kalman"},
        "training": {"epochs": 6, "precision": "float64", "threads": 1},
    }
    return TrainingConfig.model_validate(values | sections)


def source(frames: list[Atoms], **values: Any) -> LongRange:
    config = LongRangeConfig(**({"charges": {"Na": 0.6, "Cl": -0.6}} | values))
    return long_range(config, ["Na", "Cl"], 4.0, frames)


def test_derivatives_of_forms_are_those_of_differences() -> None:
    random = np.random.default_rng(0)
    forms = random.normal(size=(4, 3, 3))
    forms = tf.constant(forms + np.swapaxes(forms, 1, 2))
    basis = np.linalg.qr(random.normal(size=(3, 2)))[0]
    charges = Charges(["A", "B", "C"], random.normal(size=(2, 3)), basis, 0.4, "float64")
    energies, derivatives = charges.rows(forms)
    np.testing.assert_allclose(energies.numpy().T, charges.energies(forms), rtol=1e-12)
    start, step = charges.variables[0].numpy(), 1e-6
    for place in range(2):
        found = []
        for sign in (1.0, -1.0):
            charges.variables[0].assign(start + sign * step * np.eye(2)[place])
            found.append(charges.rows(forms)[0].numpy())
        slope = (found[0] - found[1]) / (2.0 * step)
        np.testing.assert_allclose(derivatives.numpy()[:, :, place, 0], slope, rtol=1e-6, atol=1e-8)


def test_charges_stay_neutral_in_every_composition() -> None:
    frames = [bulk("NaCl", "rocksalt", a=5.6), Atoms("NaClNaClK2", cell=[9, 9, 9], pbc=True)]
    config = LongRangeConfig(charges={"Na": 0.8, "Cl": -0.8, "K": 0.0})
    found = long_range(config, ["Na", "Cl", "K"], 5.0, frames)
    np.testing.assert_allclose(np.abs(found.basis[:, 0]), [0.5**0.5, 0.5**0.5, 0.0], atol=1e-12)
    charges = Charges(found.elements, np.tile(found.initial, (2, 1)), found.basis, 3.0, "float64")
    np.testing.assert_allclose(charges.in_e(), [[0.8, -0.8, 0.0]] * 2, atol=1e-12)
    charges.variables[0].assign_add([[0.3], [-0.2]])
    np.testing.assert_allclose(charges.in_e().sum(axis=1), 0.0, atol=1e-12)


def data_set(frames: list[Atoms], charges: LongRange) -> DataSet:
    descriptor = fit_descriptor(LINES, ["Na", "Cl"], 1, frames)
    return build_dataset(descriptor, frames, {"Na": 0.0, "Cl": 0.0}, "float64", charges=charges)


@pytest.mark.parametrize("form", ["full", "reciprocal"])
def test_a_linear_model_finds_the_charges(form: str) -> None:
    frames = salt_frames(20)
    start = source(frames, form=form)
    data = data_set(frames, start)
    np.testing.assert_allclose(fit_charges(start, data, LossConfig()).initial, [1.0, -1.0], atol=0.12)
    fixed = source(frames, form=form, train=False)
    assert fit_charges(fixed, data, LossConfig()) is fixed


def test_charges_that_a_linear_model_does_not_find_stay_as_given() -> None:
    frames = salt_frames(24, charge=0.0)
    start = source(frames)
    data = data_set(frames, start)
    assert fit_charges(start, data, LossConfig()) is start


@pytest.mark.parametrize("optimizer", ["kalman", "adam"])
def test_a_training_with_charges_says_in_all_programs_the_same(tmp_path: Path, optimizer: str) -> None:
    config = salt_config(tmp_path, optimizer={"name": optimizer}, network={"hidden": [5], "members": 2})
    result = train(config, tmp_path / "run")  # the export itself compares TensorFlow with the core to 1e-10
    texts = [(model / "input.nn").read_text() for model in result.models]
    assert all("long_range full\n" in text and "\ncharge Na " in text for text in texts)
    rows = log_of(tmp_path / "run")
    assert len(rows) == 6 and len({row["charge_Na"] for row in rows}) == 6, "the charges are not trained"
    assert all(float(row["charge_Na"]) == -float(row["charge_Cl"]) for row in rows)
    report = result.report.read_text()
    assert (tmp_path / "run" / "charges.png").exists() and "charge of Na (e)" in report
    for text in texts:
        assert f"<td>{charge_in(text):+.4f}</td>" in report, "the charges of the best epoch are kept"
    frames = salt_frames(4)
    require_derivatives(nnpot.load(result.models[0]), frames[1])
    require_calculator_and_evaluation_agree(result.models[0], frames, tmp_path)


def charge_in(text: str) -> float:
    """That of Na, in the text of an input.nn."""
    return float(text.split("\ncharge Na ")[1].split()[0])


def log_of(run: Path) -> list[dict[str, str]]:
    with open(run / "log.csv", encoding="utf-8") as stream:
        return [{**row, "seconds": ""} for row in csv.DictReader(stream)]


def require_derivatives(potential: nnpot.Potential, frame: Atoms) -> None:
    """A force and all six components of the stress are central differences of the energy."""
    found, step = potential.predict(frame), 1e-4
    energies = []
    for sign in (1.0, -1.0):
        moved = frame.copy()
        moved.positions[2, 1] += sign * step
        energies.append(potential.predict(moved).energy)
    assert found.forces[2, 1] == pytest.approx(-(energies[0] - energies[1]) / (2.0 * step), rel=1e-5)
    for place, (i, j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
        energies = []
        for sign in (1.0, -1.0):
            strain = np.eye(3)
            strain[i, j] += 0.5 * sign * step
            strain[j, i] += 0.5 * sign * step
            strained = frame.copy()
            strained.set_cell(frame.cell.array @ strain, scale_atoms=True)
            energies.append(potential.predict(strained).energy)
        slope = (energies[0] - energies[1]) / (2.0 * step) / frame.cell.volume
        assert found.stress[place] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def require_calculator_and_evaluation_agree(model: Path, frames: list[Atoms], folder: Path) -> None:
    """ASE, all cores, and the commands say what one prediction says."""
    potential = nnpot.load(model)
    said = [potential.predict(frame) for frame in frames]
    for frame, one, again in zip(frames, said, potential.predict_many(frames), strict=True):
        atoms = frame.copy()
        atoms.calc = nnpot.Calculator(model)
        assert atoms.get_potential_energy() == pytest.approx(one.energy, rel=1e-12) == again.energy
        np.testing.assert_allclose(atoms.get_forces(), one.forces, atol=1e-10)
        np.testing.assert_allclose(atoms.get_stress(), one.stress, atol=1e-10)
        assert one.atomic_energies.sum() == pytest.approx(one.energy, rel=1e-12)
    write_frames(folder / "new.xyz", frames)
    new = str(folder / "new.xyz")
    group.main(["evaluate", str(model), new, "-o", str(folder / "evaluation")], standalone_mode=False)
    assert "Charges (e): " in (folder / "evaluation" / "report.html").read_text()
    group.main(["predict", str(model), new, "-o", str(folder / "predicted.xyz")], standalone_mode=False)
    for frame, one in zip(read_frames(folder / "predicted.xyz"), said, strict=True):
        assert frame.get_potential_energy() == pytest.approx(one.energy, rel=1e-9)
        np.testing.assert_allclose(frame.get_stress(), one.stress, atol=1e-6)


@pytest.mark.usefixtures("eagerly", "unreported")
@pytest.mark.parametrize("optimizer", ["kalman", "adam"])
def test_a_broken_training_goes_on_to_the_same_charges(
    tmp_path: Path, optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"epochs": 4, "precision": "float32", "threads": 1, "checkpoint_seconds": 0}
    config = salt_config(tmp_path, optimizer={"name": optimizer}, training=settings)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train(config, whole)
    add = Log.add

    def break_off(log: Log, row: tuple[float, ...]) -> None:
        if row[0] == 3:
            raise MemoryError
        add(log, row)

    with monkeypatch.context() as patch:
        patch.setattr(Log, "add", break_off)
        with pytest.raises(MemoryError):
            train(config, broken)
    train(config, broken, resume=True)
    for name in ("input.nn", "weights.011.data", "weights.017.data"):
        assert (broken / "model" / name).read_bytes() == (whole / "model" / name).read_bytes()
    assert log_of(broken) == log_of(whole)


@pytest.mark.usefixtures("eagerly", "unreported")
def test_a_training_that_starts_from_charges_begins_with_them(tmp_path: Path) -> None:
    members = {"hidden": [5], "members": 2}
    short = {"epochs": 2, "precision": "float64", "threads": 1}
    first = train(salt_config(tmp_path, network=members, training=short), tmp_path / "first")
    values = {
        "descriptor": None,
        "network": {"members": 2},
        "optimizer": {"name": "adam", "schedule": "constant", "initial_rate": 1e-9, "final_rate": 1e-9},
    }
    start = {"epochs": 1, "precision": "float64", "start_from": tmp_path / "first"}
    again = train(salt_config(tmp_path, **values, long_range=None, training=start), tmp_path / "again")
    frame = salt_frames(2)[1]
    for old, new in zip(first.models, again.models, strict=True):
        one, other = (nnpot.load(model).predict(frame) for model in (old, new))
        assert other.energy == pytest.approx(one.energy, abs=1e-4)
        np.testing.assert_allclose(other.forces, one.forces, atol=1e-5)
    assert abs(charge_in((first.models[0] / "input.nn").read_text())) > 0.3
    section = {"charges": {"Na": 0.6, "Cl": -0.6}, "form": "reciprocal"}
    with pytest.raises(InvalidInputError, match=r"long_range.form is reciprocal, but .* has the form full"):
        train(salt_config(tmp_path, **values, long_range=section, training=start), tmp_path / "other")
    plain = train(salt_config(tmp_path, long_range=None, training=short), tmp_path / "plain")
    start = start | {"start_from": plain.models[0]}
    with pytest.raises(InvalidInputError, match="has no charges, and with new ones"):
        train(
            salt_config(tmp_path, descriptor=None, network={}, training=start),
            tmp_path / "new",
        )


@pytest.mark.usefixtures("unreported")
def test_charges_that_are_not_trained_stay(tmp_path: Path) -> None:
    section = {"charges": {"Na": 1.0, "Cl": -1.0}, "train": False}
    result = train(salt_config(tmp_path, long_range=section), tmp_path / "run")
    assert "\ncharge Cl -1\n" in (result.models[0] / "input.nn").read_text()


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"charges": {"Na": 1.0}}, "expected a charge for each of Na, Cl, got Na"),
        (
            {"charges": {"Na": 1.0, "Cl": -0.9}},
            r"frames of Na\dCl\d must be neutral",
        ),
    ],
)
def test_charges_that_do_not_fit_the_frames_are_refused(
    tmp_path: Path, section: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        train(salt_config(tmp_path, long_range=section), tmp_path / "run")
