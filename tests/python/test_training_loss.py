"""Every term of the loss: its value from the definition, its gradient from differences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from structures import emt_labelled
from training_data import alloy_config

pytest.importorskip("tensorflow")

from nnpot.training.config import LossConfig, NetworkConfig
from nnpot.training.data.dataset import DataSet, build_dataset, collect_labels
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor
from nnpot.training.loss import Loss
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import (
    Batch,
    DeviceData,
    Predicted,
    batches,
    predict,
    to_device,
    to_tensors,
)
from nnpot.training.optimizers.trainer import GradientTrainer, Task
from nnpot.training.tensorflow_setup import tf

SCALE = 2.0
OFFSETS = {"Cu": 0.3, "Au": -0.1}
LINES = [
    f"{center} {rest}"
    for center in ("Cu", "Au")
    for rest in ("2 Cu 0.5 0.0 4.0", "2 Au 0.3 2.0 4.0", "9 Cu Au 0.05 1.0 1.0 4.0")
]
TERMS = {"energy": 0, "force": 1, "stress": 2}


def labelled_frames() -> list[Atoms]:
    """Skewed cells with all labels, some of them then taken away; two groups."""
    random = np.random.default_rng(5)
    frames = []
    for number in range(5):
        atoms = bulk("Cu", "fcc", a=3.9, cubic=True) * (1 + number % 2, 1, 1)
        atoms.symbols[::3] = "Au"
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.04 * random.normal(size=(3, 3))), scale_atoms=True)
        atoms.rattle(0.15, seed=number)
        missing = {1: {"forces"}, 2: {"stress"}, 3: {"forces", "stress"}}.get(number, set())
        atoms.info["group"] = "odd" if number % 2 else "even"
        frames.append(emt_labelled(atoms, *({"energy", "forces", "stress"} - missing)))
    return frames


FRAMES = labelled_frames()


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ["Cu", "Au"], 6, FRAMES)


def create(descriptor: Descriptor, members: int = 1, dropout: float = 0.0, seed: int = 3) -> AtomicNetworks:
    config = NetworkConfig(hidden=[5, 4], members=members, dropout=dropout)
    return AtomicNetworks.create(
        config, {e: inputs.initial_scale for e, inputs in descriptor.inputs.items()}, "float64", seed
    )


def one_batch(
    descriptor: Descriptor, frames: list[Atoms], weights: dict[str, float] | None = None
) -> tuple[DataSet, DeviceData, Batch]:
    data = build_dataset(descriptor, frames, OFFSETS, "float64", group_weights=weights)
    batch = next(batches(data, np.arange(len(frames)), len(frames) + 2, "float64"))
    return data, to_device(data, "float64"), to_tensors(batch)


def only(term: str, **options: object) -> LossConfig:
    weights = {f"{name}_weight": 7.0 * (name == term) for name in TERMS}
    return LossConfig.model_validate({**weights, **options})


def reference_errors(said: Predicted, term: str, member: int) -> list[np.ndarray]:
    """Per frame: the errors of a term by its definition, straight from the frames; none where unlabelled."""
    errors, start = [], 0
    for number, frame in enumerate(FRAMES):
        n, labels = len(frame), frame.calc.results
        offset = sum(OFFSETS[symbol] for symbol in frame.symbols)
        if term == "energy":
            errors.append([(said.energies[number, member] - (labels["energy"] - offset) / SCALE) / n])
        elif term == "force" and "forces" in labels:
            errors.append((said.forces[start : start + n, member] - labels["forces"] / SCALE).numpy().ravel())
        elif term == "stress" and "stress" in labels:
            strain = labels["stress"] * frame.cell.volume / SCALE
            errors.append((said.strain_derivatives[number, member] - strain).numpy() / n)
        else:
            errors.append([])
        start += n
    return [np.asarray(values, float) for values in errors]


SHAPES = {
    "mse": lambda x: x**2,
    "mae": np.abs,
    "huber": lambda x: np.where(np.abs(x) <= 0.2, x**2, 0.2 * (2 * np.abs(x) - 0.2)),
}


@pytest.mark.parametrize("function", SHAPES)
@pytest.mark.parametrize("term", TERMS)
def test_the_value_follows_from_its_definition(descriptor: Descriptor, term: str, function: str) -> None:
    weights = {"odd": 0.25, "nobody": 9.0}
    _, device, batch = one_batch(descriptor, FRAMES, weights)
    nets = create(descriptor, members=2)
    said = predict(nets, device, batch, with_stress=True)
    loss = Loss(only(term, function=function, huber_delta=0.2), SCALE)
    found = loss.total(loss.sums(said, device, batch), batch.counts).numpy()
    for member in range(2):
        errors = reference_errors(said, term, member)
        values = [SHAPES[function](np.sqrt(7.0) * values) for values in errors]
        sizes = sum(map(len, values))
        expected = sum(w * v.sum() for w, v in zip([1, 0.25, 1, 0.25, 1], values, strict=True)) / sizes
        assert found[member] == pytest.approx(expected, rel=1e-12)
    if function == "huber":
        sizes = np.abs(np.sqrt(7.0) * np.concatenate(reference_errors(said, term, 0)))
        assert sizes.min() < 0.2 and (term == "stress" or sizes.max() > 0.2), "both branches must occur"


@pytest.mark.parametrize(
    "config",
    [
        *(only(term, function=function, huber_delta=0.2) for term in TERMS for function in SHAPES),
        LossConfig(energy_weight=20, force_weight=1, stress_weight=5, l1=0.02, l2=0.03),
    ],
    ids=lambda config: (
        f"{config.energy_weight:g}-{config.force_weight:g}-{config.stress_weight:g}-{config.function}"
    ),
)
def test_gradients_against_differences(descriptor: Descriptor, config: LossConfig) -> None:
    _, device, batch = one_batch(descriptor, FRAMES, {"odd": 0.25})
    nets, loss = create(descriptor, members=2), Loss(config, SCALE)
    variables = nets.variables

    @tf.function
    def value() -> tf.Tensor:
        sums = loss.sums(predict(nets, device, batch, loss.with_stress), device, batch)
        return tf.reduce_sum(loss.total(sums, batch.counts) + loss.penalty(nets.layer_variables))

    with tf.GradientTape() as tape:
        total = value()
    sources = [variable.value for variable in variables]
    gradients = tape.gradient(total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    tested = 0
    for variable, gradient in zip(variables, gradients, strict=True):
        plain = variable.numpy().copy()
        index = np.unravel_index(plain.size - 1, plain.shape)
        results = []
        for sign in (1, -1):
            changed = plain.copy()
            changed[index] += sign * 1e-5
            variable.assign(changed)
            results.append(float(value()))
        variable.assign(plain)
        expected = (results[0] - results[1]) / 2e-5
        assert float(gradient.numpy()[index]) == pytest.approx(expected, rel=2e-5, abs=1e-8)
        tested += abs(expected) > 1e-4
    assert tested >= 4, "gradients too small to test anything"


def test_stresses_are_the_derivative_of_the_energy_by_strain(descriptor: Descriptor) -> None:
    frame = FRAMES[0]
    _, device, batch = one_batch(descriptor, [frame])
    nets = create(descriptor)
    found = predict(nets, device, batch, with_stress=True).strain_derivatives[0, 0].numpy()
    expected = []
    for a, b in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]:
        energies = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * 0.5e-5
            strain[b, a] += sign * 0.5e-5
            copy = frame.copy()
            copy.set_cell(frame.cell.array @ strain, scale_atoms=True)
            copy.calc = SinglePointCalculator(copy, energy=0.0)
            _, strained, other = one_batch(descriptor, [copy])
            energies.append(float(predict(nets, strained, other, with_stress=False).energies[0, 0]))
        expected.append((energies[0] - energies[1]) / 2e-5)
    assert np.abs(expected).max() > 0.05, "stress too small to test anything"
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def test_weights_multiply_the_terms_and_only_0_leaves_one_out(descriptor: Descriptor) -> None:
    _, device, batch = one_batch(descriptor, FRAMES)
    said = predict(create(descriptor), device, batch, with_stress=True)

    def value(weights: dict[str, float]) -> float:
        loss = Loss(
            LossConfig.model_validate({f"{term}_weight": weights.get(term, 0) for term in TERMS}), SCALE
        )
        return float(loss.total(loss.sums(said, device, batch), batch.counts)[0])

    alone = {term: value({term: 1.0}) for term in TERMS}
    assert min(alone.values()) > 0.0
    for weights in ({"energy": 1.0, "force": 2.0, "stress": 3.0}, {"energy": 0.5, "force": 1.0}):
        expected = sum(weight * alone[term] for term, weight in weights.items())
        assert value(weights) == pytest.approx(expected, rel=1e-12)


def test_missing_labels_count_nothing(descriptor: Descriptor) -> None:
    data, device, batch = one_batch(descriptor, FRAMES)
    with_forces = [frame for frame in FRAMES if "forces" in frame.calc.results]
    assert batch.counts.numpy().tolist() == [5, 3 * sum(map(len, with_forces)), 6 * 3]
    loss = Loss(LossConfig(stress_weight=1.0), SCALE)
    sums = loss.sums(predict(create(descriptor), device, batch, with_stress=True), device, batch)
    assert sums.counts.numpy().tolist() == batch.counts.numpy().tolist()
    assert data.labels.has_stress.tolist() == [1, 1, 0, 0, 1, 0]


def test_stresses_count_wherever_the_cell_has_a_volume() -> None:
    """As a slab, a chain or a molecule in a box has one; not where the third vector is missing or flat."""
    cells = {"whole": (0, 0, 8.0), "missing": (0, 0, 0), "flat": (4.0, 4.0, 0)}
    for periodic in ((1, 1, 1), (1, 1, 0), (0, 1, 0), (0, 0, 0)):
        for name, third in cells.items():
            frame = bulk("Cu", cubic=True)
            frame.set_cell([[4.0, 0, 0], [0, 4.0, 0], third])
            frame.pbc = periodic
            frame.calc = SinglePointCalculator(frame, energy=0.0, stress=np.arange(6.0))
            labels = collect_labels([frame], {"Cu": 0.0}, {})
            assert labels.has_stress[0] == (name == "whole")
            expected = 128.0 * np.arange(6.0) if name == "whole" else np.zeros(6)
            np.testing.assert_allclose(labels.strain_derivatives[0], expected, rtol=1e-12)


def test_the_errors_of_an_epoch_are_in_the_units_that_the_log_names(descriptor: Descriptor) -> None:
    """meV/atom, meV/Å and GPa from the definitions, straight from the frames; by two frames at a time."""
    data, device, batch = one_batch(descriptor, FRAMES)
    nets = create(descriptor, members=2)
    config = alloy_config(Path("none.xyz"), precision="float64", batch_size=2, stress_weight=1.0)
    found = GradientTrainer(Task(config, nets, data, data, SCALE)).validate()
    said = predict(nets, device, batch, with_stress=True)
    assert found is not None
    for member in range(2):
        errors = {term: SCALE * np.concatenate(reference_errors(said, term, member)) for term in TERMS}
        stress = [
            SCALE * said.strain_derivatives[number, member] / frame.cell.volume - frame.calc.results["stress"]
            for number, frame in enumerate(FRAMES)
            if "stress" in frame.calc.results
        ]
        expected = {
            "energy_rmse": 1e3 * np.sqrt(np.mean(errors["energy"] ** 2)),
            "force_rmse": 1e3 * np.sqrt(np.mean(errors["force"] ** 2)),
            "stress_rmse": 160.21766 * np.sqrt(np.mean(np.square(stress))),  # 1 eV/Å³ in GPa
        }
        for name, value in expected.items():
            assert getattr(found, name)[member] == pytest.approx(value, rel=1e-6), name


def test_members_are_networks_of_their_own(descriptor: Descriptor) -> None:
    _, device, batch = one_batch(descriptor, FRAMES)
    together = predict(create(descriptor, members=3), device, batch, with_stress=True)
    for member in range(3):
        alone = predict(create(descriptor, seed=3 + member), device, batch, with_stress=True)
        for first, second in zip(together, alone, strict=True):
            np.testing.assert_allclose(first[:, member], second[:, 0], rtol=1e-10, atol=1e-12)


def test_dropout_follows_its_seed_and_keeps_forces_and_energies_consistent(descriptor: Descriptor) -> None:
    nets, values = create(descriptor, dropout=0.4), {}
    frame, seed = FRAMES[0], tf.constant([7, 0], tf.int32)
    _, device, batch = one_batch(descriptor, [frame])
    for name, seeds in {"none": None, "first": seed, "again": seed, "other": seed + 1}.items():
        values[name] = predict(nets, device, batch, False, seeds)
    assert (values["first"].forces.numpy() == values["again"].forces.numpy()).all()
    assert float(values["first"].energies[0, 0]) != float(values["other"].energies[0, 0])
    assert float(values["first"].energies[0, 0]) != float(values["none"].energies[0, 0])
    energies = []
    for sign in (1, -1):
        copy = frame.copy()
        copy.positions[1, 2] += sign * 1e-4
        copy.calc = SinglePointCalculator(copy, energy=0.0)
        _, moved, other = one_batch(descriptor, [copy])
        energies.append(float(predict(nets, moved, other, False, seed).energies[0, 0]))
    expected = -(energies[0] - energies[1]) / 2e-4
    assert float(values["first"].forces[1, 0, 2]) == pytest.approx(expected, rel=1e-5, abs=1e-7)
