"""Batches: every frame once, and few shapes."""

from __future__ import annotations

import numpy as np
import pytest
from training_data import alloy_frames

from nnpot.training.data.dataset import DataSet, build_dataset, table_shapes
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor
from nnpot.training.networks.predict import batches

LINES = [f"{a} 2 {b} 0.5 0.0 4.0" for a in ("Cu", "Au") for b in ("Cu", "Au")]
OFFSETS = {"Cu": 1.0, "Au": -2.0}
FRAMES = alloy_frames(11)


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ["Cu", "Au"], 1, FRAMES)


@pytest.fixture(scope="module")
def data(descriptor: Descriptor) -> DataSet:
    return build_dataset(descriptor, FRAMES, OFFSETS, "float32")


def test_tables_have_the_announced_size(descriptor: Descriptor, data: DataSet) -> None:
    shapes = table_shapes(descriptor, FRAMES)
    for element, shape in shapes.items():
        jacobian = data.elements[element].jacobian
        assert jacobian.shape == (shape.n_atoms + 1, shape.n_functions, 3 * shape.n_neighbors)
        assert jacobian[:-1].nbytes == shape.n_bytes("float32")
        assert not jacobian[-1].any(), "the row that fills up batches must be zero"
        assert jacobian[:-1].any(axis=(0, 1)).all(), "no column is there for nothing"


def test_the_labels_are_without_the_single_atoms(data: DataSet) -> None:
    for number, frame in enumerate(FRAMES):
        offset = sum(OFFSETS[symbol] for symbol in frame.symbols)
        assert data.labels.energies[number] == pytest.approx(frame.get_potential_energy() - offset)
        np.testing.assert_array_equal(
            data.labels.forces[data.first[number] : data.first[number + 1]], frame.get_forces()
        )


@pytest.mark.parametrize("batch_size", [1, 4, 20])
def test_every_atom_of_every_frame_is_taken_once(data: DataSet, batch_size: int) -> None:
    order = np.random.default_rng(0).permutation(len(data))
    found = list(batches(data, order, batch_size, "float32"))
    for element, table in data.elements.items():
        rows = np.concatenate([batch.rows[element] for batch in found])
        real = rows[rows < len(table.descriptors) - 1]
        assert sorted(real) == list(range(len(table.descriptors) - 1))
    atoms = np.concatenate([batch.atoms for batch in found])
    assert sorted(atoms[atoms < len(data.labels.forces) - 1]) == list(range(len(data.labels.forces) - 1))
    frames = np.concatenate([batch.frames for batch in found])
    np.testing.assert_array_equal(frames[frames < len(data)], order)
    assert sum(batch.counts[0] for batch in found) == len(data)
    assert sum(batch.counts[1] for batch in found) == 3 * data.sizes.sum()


def test_no_more_than_two_shapes_are_ever_compiled(data: DataSet) -> None:
    shapes = set()
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(data))
        for batch in batches(data, order, 4, "float32"):
            shapes.add((len(batch.atoms), *(len(rows) for rows in batch.rows.values())))
    assert len(shapes) <= 2


def test_frames_of_one_kind_are_not_padded(descriptor: Descriptor) -> None:
    frames = [FRAMES[0]] * 6
    data = build_dataset(descriptor, frames, OFFSETS, "float32")
    (batch, _) = batches(data, np.arange(6), 3, "float32")
    assert len(batch.atoms) == 3 * len(FRAMES[0])
