"""Energies, forces and gradients in TensorFlow, against differences and against the C++ core."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from training_data import alloy_config, alloy_frames

pytest.importorskip("tensorflow")

from nnpot import _core
from nnpot.errors import NnpotError
from nnpot.structures import structure_of
from nnpot.training.config import ACTIVATIONS, NetworkConfig
from nnpot.training.data.dataset import build_dataset
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import batches, predict, to_device, to_tensors
from nnpot.training.optimizers.trainer import GradientTrainer, Task
from nnpot.training.potentials.export import export, verify
from nnpot.training.session import run
from nnpot.training.session.run import TOLERANCE

LINES = [
    f"{center} {rest}"
    for center in ("Cu", "Au")
    for rest in (
        "2 Cu 0.5 0.0 4.0",
        "2 Au 0.3 2.0 4.0",
        "9 Cu Au 0.05 1.0 1.0 4.0",
        "3 Cu Cu 0.0 -1.0 2.0 4.0",
    )
]
OFFSETS = {"Cu": 0.3, "Au": -0.1}
FRAMES = alloy_frames(6)


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ["Cu", "Au"], 6, FRAMES)


def networks(descriptor: Descriptor, precision: str = "float64", activation: str = "tanh") -> AtomicNetworks:
    scales = {element: inputs.initial_scale for element, inputs in descriptor.inputs.items()}
    return AtomicNetworks.create(
        NetworkConfig(hidden=[5, 4], activation=activation), scales, precision, seed=3
    )


def evaluate(
    descriptor: Descriptor, frames: list[Atoms], precision: str = "float64"
) -> tuple[np.ndarray, np.ndarray]:
    data = build_dataset(descriptor, frames, OFFSETS, precision)
    batch = to_tensors(next(batches(data, np.arange(len(frames)), len(frames) + 2, precision)))
    said = predict(networks(descriptor, precision), to_device(data, precision), batch, with_stress=False)
    return said.energies.numpy()[: len(frames), 0], said.forces.numpy()[: sum(map(len, frames)), 0]


def test_without_derivatives_energies_are_the_same_and_there_are_no_forces(descriptor: Descriptor) -> None:
    data = build_dataset(descriptor, FRAMES, OFFSETS, "float64", derivatives="none")
    assert data.live is None and all(table.jacobian.size == 0 for table in data.elements.values())
    batch = to_tensors(next(batches(data, np.arange(len(FRAMES)), len(FRAMES) + 2, "float64")))
    said = predict(networks(descriptor), to_device(data, "float64"), batch, with_stress=True)
    assert said.forces is None and said.strain_derivatives is None
    expected, _ = evaluate(descriptor, FRAMES)
    np.testing.assert_allclose(said.energies.numpy()[: len(FRAMES), 0], expected, rtol=1e-12)


def test_forces_are_the_negative_gradient_of_the_energy(descriptor: Descriptor) -> None:
    frame, step = FRAMES[1], 1e-4
    _, forces = evaluate(descriptor, [frame])
    moved = []
    for atom, axis, sign in ((a, x, s) for a in range(3) for x in range(3) for s in (1, -1)):
        copy = frame.copy()
        copy.positions[atom, axis] += sign * step
        copy.calc = SinglePointCalculator(copy, **frame.calc.results)
        moved.append(copy)
    energies = [evaluate(descriptor, [copy])[0][0] for copy in moved]
    expected = -(np.array(energies[::2]) - np.array(energies[1::2])) / (2 * step)
    assert np.abs(expected).max() > 0.05, "forces too small to test anything"
    np.testing.assert_allclose(forces[:3].ravel(), expected, rtol=1e-5, atol=1e-7)


def test_a_batch_gives_what_single_frames_give(descriptor: Descriptor) -> None:
    energies, forces = evaluate(descriptor, FRAMES)
    single = [evaluate(descriptor, [frame]) for frame in FRAMES]
    np.testing.assert_allclose(energies, [energy[0] for energy, _ in single], rtol=1e-12)
    np.testing.assert_allclose(forces, np.concatenate([force for _, force in single]), rtol=1e-9, atol=1e-12)


def test_single_precision_agrees_with_double(descriptor: Descriptor) -> None:
    energies, forces = evaluate(descriptor, FRAMES)
    energies32, forces32 = evaluate(descriptor, FRAMES, "float32")
    np.testing.assert_allclose(energies32, energies, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(forces32, forces, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_tensorflow_and_the_core_agree_on_an_exported_model(
    descriptor: Descriptor, tmp_path: Path, activation: str, precision: str
) -> None:
    nets = networks(descriptor, precision, activation)
    export(nets, descriptor, OFFSETS, 1.7, {"trained_on": "a test"}, tmp_path)
    assert verify(tmp_path, descriptor, FRAMES) <= TOLERANCE
    predictor = _core.Predictor([_core.Model.read(str(tmp_path), None)])
    frame = FRAMES[0]
    found = predictor.predict(structure_of(frame))
    if activation == "tanh" and precision == "float64":
        scaled_energy, scaled_forces = evaluate(descriptor, [frame])
        offset = sum(OFFSETS[symbol] for symbol in frame.symbols)
        assert found.energy == pytest.approx(1.7 * scaled_energy[0] + offset, rel=1e-10)
        np.testing.assert_allclose(found.forces, 1.7 * scaled_forces, rtol=1e-8, atol=1e-11)


def test_a_disagreement_with_the_core_is_an_error(descriptor: Descriptor, tmp_path: Path) -> None:
    export(networks(descriptor), descriptor, OFFSETS, 1.0, {}, tmp_path)
    other = fit_descriptor(LINES, ["Cu", "Au"], 6, FRAMES[:3])
    with pytest.raises(NnpotError, match="differ by .* no model was written"):
        run._require_agreement(verify(tmp_path, other, FRAMES[:1]))


def test_the_same_seed_gives_the_same_networks(descriptor: Descriptor) -> None:
    first, second = networks(descriptor).weights(), networks(descriptor).weights()
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert not (first[0] == first[6]).all(), "elements must start from different weights"


def test_a_restored_trainer_repeats_its_steps(descriptor: Descriptor) -> None:
    data = build_dataset(descriptor, FRAMES, OFFSETS, "float32")
    config = alloy_config(Path("none.xyz"), epochs=4, batch_size=4)
    trainer = GradientTrainer(Task(config, networks(descriptor, "float32"), data, None, 1.0))
    trainer.run_epoch(1)
    weights, optimizer = trainer.weights(), trainer.optimizer.state()
    first = trainer.run_epoch(2)
    after = trainer.weights()
    trainer.restore(weights, optimizer)
    for name, values in vars(trainer.run_epoch(2)).items():
        np.testing.assert_array_equal(values, vars(first)[name])
    assert all((a == b).all() for a, b in zip(after, trainer.weights(), strict=True))
    assert trainer.validate() is None
