"""Frames as dense arrays that TensorFlow can take batches from.

The derivatives of all atoms of one element lie in one array [atom, function, neighbour × 3], padded to
the largest number of neighbours: forces are then a batched matrix-vector product and a segment sum, the
fastest of the layouts that were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.structures import structure_of
from nnpot.support.progress import progress
from nnpot.training.charges import LongRange
from nnpot.training.descriptors import Descriptor, FrameDescriptors, InputSource, describe
from nnpot.training.labels import Labels, collect_labels
from nnpot.training.live import LiveDerivatives

Array = NDArray[np.floating]
Indices = NDArray[np.int32]

Derivatives = Literal["stored", "on_the_fly", "none"]
"""Of the networks' inputs by the positions."""

ALIGNMENT = 64
"""Bytes"""


@dataclass(frozen=True)
class ElementTable:
    """All atoms of one element, and one row of zeros behind them that fills up batches.

    M is 0 where derivatives are not stored.
    """

    descriptors: Array
    """(n + 1, F) scaled descriptors."""
    jacobian: Array
    """(n + 1, F, 3 M): derivatives with respect to the positions of M neighbours and the atom itself, 1/Å."""
    neighbors: Indices
    """(n + 1, M): index of each neighbour within its frame."""
    vectors: Array
    """(n + 1, M, 3): from the atom to each neighbour, Å."""
    first: NDArray[np.int64]
    """(n_frames + 1,): the rows of frame f are first[f] to first[f + 1]."""


class CoulombTable(NamedTuple):
    """`CoulombForms` of all frames, and zeros behind them that fill up batches; E elements."""

    energies: Array
    """(n_frames + 1, E, E)"""
    forces: Array
    """(n_atoms + 1, 3, E, E)"""
    strain_derivatives: Array
    """(n_frames + 1, 6, E, E)"""


@dataclass(frozen=True)
class DataSet:
    """Frames ready for training."""

    elements: dict[str, ElementTable]
    labels: Labels
    first: NDArray[np.int64]
    """(n_frames + 1,): the atoms of frame f are first[f] to first[f + 1]."""
    coulomb: CoulombTable | None = None
    """Where charges are part of the model."""
    live: LiveDerivatives | None = None
    """What multiplies with the derivatives where they are computed when they are needed."""

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(n_frames,) atoms per frame."""
        return np.diff(self.first)


@dataclass(frozen=True)
class TableShape:
    """How large the table of one element is."""

    n_atoms: int
    n_functions: int
    n_neighbors: int

    def n_bytes(self, precision: str) -> int:
        """Size of the derivatives, which outweigh all else."""
        return self.n_atoms * self.n_functions * 3 * self.n_neighbors * np.dtype(precision).itemsize


def table_shapes(descriptor: Descriptor, frames: Sequence[Atoms]) -> dict[str, TableShape]:
    """The size of every element's table, known before anything is allocated."""
    largest = dict.fromkeys(descriptor.elements, 0)
    count = dict.fromkeys(descriptor.elements, 0)
    for frame in frames:
        neighbors = descriptor.functions.neighbor_counts(structure_of(frame))
        for element in frame.symbols.species():
            own = neighbors[frame.symbols == element]
            largest[element] = max(largest[element], int(own.max()))
            count[element] += len(own)
    return {e: TableShape(count[e], descriptor.n_functions(e), largest[e] + 1) for e in descriptor.elements}


def _shapes_of_values(source: InputSource, frames: Sequence[Atoms]) -> dict[str, TableShape]:
    """The same without derivatives."""
    count = {e: sum(int(np.count_nonzero(frame.symbols == e)) for frame in frames) for e in source.elements}
    return {e: TableShape(count[e], source.n_functions(e), 0) for e in source.elements}


def build_dataset(
    descriptor: InputSource,
    frames: Sequence[Atoms],
    atom_energies: Mapping[str, float],
    precision: str,
    name: str = "",
    group_weights: Mapping[str, float] | None = None,
    derivatives: Derivatives = "stored",
    charges: LongRange | None = None,
) -> DataSet:
    """Descriptors, derivatives and labels of all frames.

    Parameters
    ----------
    descriptor
        Functions and scaling.
    frames
        Frames with energies; forces and stresses are used where they are. At least one.
    atom_energies
        eV per atom of each element, taken off the energies.
    precision
        "float32" or "float64", of the stored descriptors and derivatives.
    name
        What the progress bar calls them; without a name there is no bar.
    group_weights
        Weights of groups of frames in the loss; 1 for those not named.
    derivatives
        Whether derivatives are stored, computed whenever they are needed, or, for energies alone, nowhere.
    charges
        How Coulomb energies follow from charges, where these are part of the model.
    """
    of_positions = descriptor if isinstance(descriptor, Descriptor) and derivatives != "none" else None
    stored = of_positions if derivatives == "stored" else None
    shapes = table_shapes(stored, frames) if stored else _shapes_of_values(descriptor, frames)
    tables = {element: _empty_table(shape, len(frames), precision) for element, shape in shapes.items()}
    bar = progress(f"descriptors of {name} frames", len(frames)) if name else nullcontext()
    with bar as counter:
        for number, frame in enumerate(frames):
            found = describe(stored, frame) if stored else None
            values = descriptor.values(frame) if found is None else found.values
            row_of = _fill_values(tables, number, frame, values)
            if found is not None:
                _fill_derivatives(tables, row_of, found)
            if counter is not None:
                counter.advance()
    labels = collect_labels(frames, atom_energies, group_weights or {})
    live = LiveDerivatives(of_positions, frames) if of_positions and not stored else None
    coulomb = _coulomb_table(charges, frames, name) if charges is not None else None
    return DataSet(tables, labels, np.cumsum([0, *(len(frame) for frame in frames)]), coulomb, live)


def _coulomb_table(charges: LongRange, frames: Sequence[Atoms], name: str) -> CoulombTable:
    forms = []
    with progress(f"Ewald sums of {name} frames", len(frames)) if name else nullcontext() as counter:
        for frame in frames:
            forms.append(charges.forms(frame))
            if counter is not None:
                counter.advance()
    n = len(charges.elements)
    return CoulombTable(
        np.stack([*(form.energy for form in forms), np.zeros((n, n))]),
        np.concatenate([*(form.forces for form in forms), np.zeros((1, 3, n, n))]),
        np.stack([*(form.strain_derivatives for form in forms), np.zeros((6, n, n))]),
    )


def _empty_table(shape: TableShape, n_frames: int, precision: str) -> ElementTable:
    n = shape.n_atoms + 1
    return ElementTable(
        np.zeros((n, shape.n_functions), precision),
        _aligned_zeros((n, shape.n_functions, 3 * shape.n_neighbors), precision),
        np.zeros((n, shape.n_neighbors), np.int32),
        np.zeros((n, shape.n_neighbors, 3), precision),
        np.zeros(n_frames + 1, np.int64),
    )


def _aligned_zeros(shape: tuple[int, ...], precision: str) -> Array:
    """Zeros at an address that TensorFlow can use as it is, without a copy."""
    n_bytes = int(np.prod(shape)) * np.dtype(precision).itemsize
    memory = np.zeros(n_bytes + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + n_bytes].view(precision).reshape(shape)


def _fill_values(
    tables: dict[str, ElementTable], number: int, frame: Atoms, values: Array
) -> dict[str, NDArray[np.int64]]:
    """Copy the inputs of one frame; returns per element the row of each atom, -1 for those of others."""
    rows = {}
    for element, table in tables.items():
        atoms = np.flatnonzero(frame.symbols == element)
        start = table.first[number]
        table.first[number + 1] = start + len(atoms)
        rows[element] = np.full(len(frame), -1)
        rows[element][atoms] = start + np.arange(len(atoms))
        table.descriptors[start : start + len(atoms)] = values[atoms, : table.descriptors.shape[1]]
    return rows


def _fill_derivatives(
    tables: dict[str, ElementTable], row_of: dict[str, NDArray[np.int64]], found: FrameDescriptors
) -> None:
    starts = np.searchsorted(found.center, np.arange(len(found.values)))
    slot = np.arange(len(found.center)) - starts[found.center]
    for element, table in tables.items():
        pairs = np.flatnonzero(row_of[element][found.center] >= 0)
        rows, columns = row_of[element][found.center[pairs]], slot[pairs]
        table.neighbors[rows, columns] = found.neighbor[pairs]
        table.vectors[rows, columns] = found.vector[pairs]
        by_neighbor = table.jacobian.reshape(*table.jacobian.shape[:2], -1, 3)
        by_neighbor[rows, :, columns, :] = found.gradient[pairs, : table.descriptors.shape[1]]
