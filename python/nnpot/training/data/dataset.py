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
from ase.calculators.singlepoint import SinglePointCalculator
from numpy.typing import NDArray

from nnpot.cells import cell_volume
from nnpot.coulomb import CoulombForms, coulomb_forms
from nnpot.io.labels import group_of, results_of
from nnpot.support.progress import progress
from nnpot.training.inputs.source import ElementCharges, FrameInputs, InputSource, LiveProducts

Array = NDArray[np.floating]
Indices = NDArray[np.int32]

Derivatives = Literal["stored", "on_the_fly", "none"]
"""What becomes of the derivatives of the networks' inputs by the positions."""

ALIGNMENT = 64
"""Bytes"""


class ElementTable(NamedTuple):
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


class Labels(NamedTuple):
    """References of n frames with A atoms in all; each array has one row more, of no weight, for padding.

    Where a frame lacks forces or a stress, its values are 0 and marked as missing.
    """

    energies: Array
    """(n + 1,) eV, without those of the single atoms."""
    sizes: Array
    """(n + 1,) atoms."""
    volumes: Array
    """(n + 1,) Å³; 1 for frames without a stress."""
    has_energy: Array
    """(n + 1,) 1, and 0 for padding."""
    has_stress: Array
    """(n + 1,) 1 or 0."""
    strain_derivatives: Array
    """(n + 1, 6) stress times volume, dE/dε, eV, order xx yy zz yz xz xy."""
    weights: Array
    """(n + 1,) of the frames, from their groups."""
    forces: Array
    """(A + 1, 3) eV/Å"""
    has_forces: Array
    """(A + 1,) 1 or 0 for each atom."""
    atom_weights: Array
    """(A + 1,) the weights of the atoms' frames."""


class CoulombTable(NamedTuple):
    """`CoulombForms` of all frames, and zeros behind them that fill up batches; E elements."""

    energies: Array
    """(n_frames + 1, E, E)"""
    forces: Array
    """(n_atoms + 1, 3, E, E)"""
    strain_derivatives: Array
    """(n_frames + 1, 6, E, E)"""


@dataclass(frozen=True)
class LongRange:
    """How the Coulomb energy of the frames is computed, and the charges that training starts from.

    Of no elements, it is that of a model without charges: `NO_CHARGES`.
    """

    elements: list[str]
    form: str
    alpha: float
    """1/Å"""
    real_cutoff: float
    """Å; 0 without the part in real space."""
    initial: NDArray[np.float64]
    """(E,) e"""
    basis: NDArray[np.float64]
    """(E, p), orthonormal columns: the directions in which the charges may change; p = 0: fixed."""

    def forms(self, frame: Atoms) -> CoulombForms:
        """The frame's Coulomb energy as a function of the charges."""
        return coulomb_forms(frame, self.elements, self.alpha, self.real_cutoff)

    def rest_of(self, frames: Sequence[Atoms]) -> Sequence[Atoms]:
        """The frames with what the first charges leave of their energies, and no other labels."""
        if not self.elements:
            return frames
        rest = []
        for frame in frames:
            copy = frame.copy()
            energy = results_of(frame).get("energy")
            if energy is not None:
                energy -= self.initial @ self.forms(frame).energy @ self.initial
                copy.calc = SinglePointCalculator(copy, energy=energy)
            rest.append(copy)
        return rest

    def table(self, frames: Sequence[Atoms], name: str) -> CoulombTable:
        """The forms of all frames, which a progress bar calls ``name``; without it there is no bar."""
        n, n_atoms = len(self.elements), sum(map(len, frames))
        if n == 0:
            sizes = (len(frames) + 1, 0, 0), (n_atoms + 1, 3, 0, 0), (len(frames) + 1, 6, 0, 0)
            return CoulombTable(*map(np.zeros, sizes))
        forms = []
        with progress(f"Ewald sums of {name} frames", len(frames)) if name else nullcontext() as counter:
            for frame in frames:
                forms.append(self.forms(frame))
                if counter is not None:
                    counter.advance()
        return CoulombTable(
            np.stack([*(form.energy for form in forms), np.zeros((n, n))]),
            np.concatenate([*(form.forces for form in forms), np.zeros((1, 3, n, n))]),
            np.stack([*(form.strain_derivatives for form in forms), np.zeros((6, n, n))]),
        )

    def with_values(self, charges: Array) -> ElementCharges:
        """What a model says of its charges: these (E,), summed in this way."""
        values = dict(zip(self.elements, charges.tolist(), strict=True))
        return ElementCharges(self.form, self.alpha, self.real_cutoff, values)


NO_CHARGES = LongRange([], "full", 1.0, 0.0, np.zeros(0), np.zeros((0, 0)))


@dataclass(frozen=True)
class DataSet:
    """Frames ready for training."""

    elements: dict[str, ElementTable]
    labels: Labels
    first: NDArray[np.int64]
    """(n_frames + 1,): the atoms of frame f are first[f] to first[f + 1]."""
    coulomb: CoulombTable
    """The Coulomb forms; of no elements where charges are no part of the model."""
    live: LiveProducts | None
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


def table_shapes(source: InputSource, frames: Sequence[Atoms], stored: bool = True) -> dict[str, TableShape]:
    """The size of every element's table, known before anything is allocated."""
    largest = dict.fromkeys(source.elements, 0)
    count = dict.fromkeys(source.elements, 0)
    for frame in frames:
        neighbors = source.neighbor_counts(frame) if stored else np.zeros(len(frame), np.int64)
        for element in frame.symbols.species():
            own = neighbors[frame.symbols == element]
            largest[element] = max(largest[element], int(own.max()))
            count[element] += len(own)
    slots = {element: n + 1 if stored else 0 for element, n in largest.items()}  # the atom itself is one
    return {e: TableShape(count[e], source.n_functions(e), slots[e]) for e in count}


def build_dataset(
    source: InputSource,
    frames: Sequence[Atoms],
    atom_energies: Mapping[str, float],
    precision: str,
    name: str = "",
    group_weights: Mapping[str, float] | None = None,
    derivatives: Derivatives = "stored",
    charges: LongRange = NO_CHARGES,
) -> DataSet:
    """Descriptors, derivatives and labels of frames: at least one, each with an energy.

    Energies are less those of the atoms (eV); descriptors and derivatives have the precision "float32" or
    "float64"; a progress bar shows the frames where these have a ``name``; groups count in the loss by their
    weights, 1 for those not named.
    """
    stored = derivatives == "stored"
    shapes = table_shapes(source, frames, stored)
    tables = {element: _empty_table(shape, len(frames), precision) for element, shape in shapes.items()}
    bar = progress(f"descriptors of {name} frames", len(frames)) if name else nullcontext()
    with bar as counter:
        for number, frame in enumerate(frames):
            found = source.describe(frame, stored)
            row_of = _fill_values(tables, number, frame, found.values)
            if stored:
                _fill_derivatives(tables, row_of, found)
            if counter is not None:
                counter.advance()
    labels = collect_labels(frames, atom_energies, group_weights or {})
    live = source.live(frames) if derivatives == "on_the_fly" else None
    first = np.cumsum([0, *(len(frame) for frame in frames)])
    return DataSet(tables, labels, first, charges.table(frames, name), live)


def collect_labels(
    frames: Sequence[Atoms], atom_energies: Mapping[str, float], group_weights: Mapping[str, float]
) -> Labels:
    """Gather the references of frames, each with an energy; forces and stress where it has them.

    Energies of the atoms (eV) are taken off; groups that are not named have the weight 1.
    """
    results = [frame.calc.results for frame in frames]
    offsets = [sum(atom_energies[symbol] for symbol in frame.symbols) for frame in frames]
    energies = [frame.get_potential_energy() - offset for frame, offset in zip(frames, offsets, strict=True)]
    sizes = [len(frame) for frame in frames]
    known = [cell_volume(frame) if "stress" in frame.calc.results else None for frame in frames]
    has_stress = [volume is not None for volume in known]
    volumes = [1.0 if volume is None else volume for volume in known]
    stresses = [
        values["stress"] if has else np.zeros(6) for values, has in zip(results, has_stress, strict=True)
    ]
    weights = [group_weights.get(group_of(frame), 1.0) for frame in frames]
    forces = [values.get("forces", np.zeros((n, 3))) for values, n in zip(results, sizes, strict=True)]
    has_forces = [np.full(n, "forces" in values) for values, n in zip(results, sizes, strict=True)]
    return Labels(
        energies=_padded(energies, 0.0),
        sizes=_padded(sizes, 1.0),
        volumes=_padded(volumes, 1.0),
        has_energy=_padded(np.ones(len(frames)), 0.0),
        has_stress=_padded(has_stress, 0.0),
        strain_derivatives=_padded(np.array(volumes)[:, None] * np.array(stresses), 0.0),
        weights=_padded(weights, 0.0),
        forces=_padded(np.concatenate(forces), 0.0),
        has_forces=_padded(np.concatenate(has_forces), 0.0),
        atom_weights=_padded(np.repeat(weights, sizes), 0.0),
    )


def _padded(values: Sequence[float] | Sequence[bool] | Array, fill: float) -> Array:
    array = np.asarray(values, np.float64)
    return np.concatenate([array, np.full((1, *array.shape[1:]), fill)])


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
    tables: dict[str, ElementTable], row_of: dict[str, NDArray[np.int64]], found: FrameInputs
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
