"""Charges trained with the networks: their derivatives, the first guess, and whole trainings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

import nnpot
from nnpot.coulomb import ewald
from nnpot.errors import InvalidInputError
from nnpot.io import write_frames
from nnpot.training import TrainingConfig, train

pytest.importorskip("tensorflow")

from nnpot.training.charge_fit import fit_charges
from nnpot.training.charges import Charges, LongRange, long_range
from nnpot.training.config import LongRangeConfig, LossConfig
from nnpot.training.dataset import build_dataset
from nnpot.training.descriptors import fit_descriptor
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
    charges = Charges(random.normal(size=(2, 3)), basis, 0.4, "float64")
    energies, derivatives = charges.rows(forms)
    np.testing.assert_allclose(energies.numpy().T, charges.energies(forms), rtol=1e-12)
    start, step = charges.variable.numpy(), 1e-6
    for place in range(2):
        found = []
        for sign in (1.0, -1.0):
            charges.variable.assign(start + sign * step * np.eye(2)[place])
            found.append(charges.rows(forms)[0].numpy())
        slope = (found[0] - found[1]) / (2.0 * step)
        np.testing.assert_allclose(derivatives.numpy()[:, :, place, 0], slope, rtol=1e-6, atol=1e-8)


def test_charges_stay_neutral_in_every_composition() -> None:
    frames = [bulk("NaCl", "rocksalt", a=5.6), Atoms("NaClNaClK2", cell=[9, 9, 9], pbc=True)]
    config = LongRangeConfig(charges={"Na": 0.8, "Cl": -0.8, "K": 0.0})
    found = long_range(config, ["Na", "Cl", "K"], 5.0, frames)
    np.testing.assert_allclose(np.abs(found.basis[:, 0]), [0.5**0.5, 0.5**0.5, 0.0], atol=1e-12)
    charges = Charges.of(found, 2, 3.0, "float64")
    np.testing.assert_allclose(charges.in_e(), [[0.8, -0.8, 0.0]] * 2, atol=1e-12)
    charges.variable.assign_add([[0.3], [-0.2]])
    np.testing.assert_allclose(charges.in_e().sum(axis=1), 0.0, atol=1e-12)


@pytest.mark.parametrize("form", ["full", "reciprocal"])
def test_a_linear_model_finds_the_charges(form: str) -> None:
    frames = salt_frames(20)
    start = source(frames, form=form)
    data = build_dataset(
        fit_descriptor(LINES, ["Na", "Cl"], 1, frames),
        frames,
        {"Na": 0.0, "Cl": 0.0},
        "float64",
        charges=start,
    )
    np.testing.assert_allclose(fit_charges(start, data, LossConfig()).initial, [1.0, -1.0], atol=0.12)
    fixed = source(frames, form=form, train=False)
    assert fit_charges(fixed, data, LossConfig()) is fixed


@pytest.mark.parametrize("optimizer", ["kalman", "adam"])
def test_a_training_with_charges_says_in_all_programs_the_same(tmp_path: Path, optimizer: str) -> None:
    config = salt_config(tmp_path, optimizer={"name": optimizer}, network={"hidden": [5], "members": 2})
    result = train(config, tmp_path / "run")  # the export itself compares TensorFlow with the core to 1e-10
    found = [nnpot.load(model) for model in result.models]
    charges = [(tmp_path / "run" / model.name / "input.nn").read_text() for model in result.models]
    assert all("long_range full\n" in text and "\ncharge Na " in text for text in charges)
    frame, step = salt_frames(2)[1], 1e-4
    stress = found[0].predict(frame).stress
    energies = []
    for sign in (1.0, -1.0):
        strained = frame.copy()
        strained.set_cell(frame.cell.array * (1.0 + sign * step), scale_atoms=True)
        energies.append(found[0].predict(strained).energy)
    slope = (energies[0] - energies[1]) / (2.0 * step) / frame.cell.volume
    assert stress[:3].sum() == pytest.approx(slope, rel=1e-5, abs=1e-7)


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
