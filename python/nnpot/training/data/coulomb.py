"""Charges of the elements before training: how they may change, and where they start.

Networks take over what nearby charges do within the first steps, whatever the charges are, and then nothing
drives these any more. A linear model, solved as a whole, tells both apart before the training begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from scipy.optimize import least_squares

from nnpot.errors import InvalidInputError
from nnpot.training.config import LongRangeConfig, LossConfig
from nnpot.training.data.dataset import DataSet, ElementTable, LongRange

Array = NDArray[np.float64]

SPLIT = 3.5
"""Splitting parameter times cutoff: erfc(3.5) = 7e-7."""
NEUTRAL = 1e-6
"""e per atom"""
LOST = 0.1
"""Share of the charges given: where fewer are found, the data do not tell them."""


def long_range(
    config: LongRangeConfig, elements: Sequence[str], cutoff: float, frames: Sequence[Atoms]
) -> LongRange:
    """Check the charges of a section against the frames, and find how they may change.

    ``cutoff`` (Å) is the largest of the symmetry functions.

    Raises
    ------
    InvalidInputError
        If an element has no charge, a frame is not neutral, or is not periodic in three directions.
    """
    if sorted(config.charges) != sorted(elements):
        raise InvalidInputError(
            f"long_range.charges: expected a charge for each of {', '.join(elements)}, "
            f"got {', '.join(config.charges)}"
        )
    initial = np.array([config.charges[element] for element in elements])
    compositions = [[sum(frame.symbols == element) for element in elements] for frame in frames]
    counts = np.unique(np.array(compositions, float), axis=0)
    _require_fitting(frames, elements, counts, initial)
    basis = _null_space(counts) if config.train else np.zeros((len(elements), 0))
    real_cutoff = (config.real_cutoff or cutoff) if config.form == "full" else 0.0
    alpha = config.alpha or SPLIT / max(cutoff, real_cutoff)
    return LongRange(list(elements), config.form, alpha, real_cutoff, initial, basis)


def _require_fitting(frames: Sequence[Atoms], elements: Sequence[str], counts: Array, charges: Array) -> None:
    for frame in frames:
        if not frame.pbc.all():
            raise InvalidInputError(
                f"long_range: {frame.info.get('source', 'a frame')} is not periodic in three directions, as "
                f"Ewald sums need it; give it a cell with vacuum, or take it out"
            )
    for count in counts:
        if abs(count @ charges) > NEUTRAL * count.sum():
            formula = "".join(f"{e}{n:.0f}" for e, n in zip(elements, count, strict=True) if n)
            raise InvalidInputError(
                f"long_range.charges: frames of {formula} must be neutral, but sum up to "
                f"{count @ charges:+.4g} e; correct the charges or take out these frames"
            )


def _null_space(rows: Array) -> Array:
    """Orthonormal columns that all rows are perpendicular to."""
    _, singular, directions = np.linalg.svd(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    rank = int((singular > 1e-10).sum())
    return np.ascontiguousarray(directions[rank:].T)


def fit_charges(source: LongRange, data: DataSet, loss: LossConfig) -> LongRange:
    """Start from charges that minimise the loss of energies and forces together with a linear model.

    E = Σ_i (b_e + w_e · g_i) + qᵀ M q: for given charges q the best b and w follow from linear least squares,
    so that only the charges are searched for (variable projection, Golub and Pereyra 1973), from those of
    ``source`` and in their directions alone. Where hardly any are left, it comes back as it was: energies go
    with the square of a charge, so that no training leads away from 0. The frames have stored derivatives.
    """
    n_free = source.basis.shape[1]
    if n_free == 0:
        return source
    design, reference, forms = _rows(data, loss)
    basis = _orthonormal(design)
    in_theta = np.einsum("mab,ai,bj->mij", forms, source.basis, source.basis)
    columns = in_theta.reshape(len(forms), -1)
    columns = columns - basis @ (basis.T @ columns)
    rest = reference - basis @ (basis.T @ reference)

    def residuals(theta: Array) -> Array:
        values: Array = columns @ np.outer(theta, theta).ravel() - rest
        return values

    start = source.basis.T @ source.initial
    theta = least_squares(residuals, start).x
    if np.linalg.norm(theta) < LOST * np.linalg.norm(start):
        return source
    kept = source.initial - source.basis @ start
    return replace(source, initial=kept + source.basis @ (theta * np.sign(theta @ start or 1.0)))


def _orthonormal(design: Array) -> Array:
    """Orthonormal columns that span those of the design matrix."""
    left, singular, _ = np.linalg.svd(design, full_matrices=False)
    spanned: Array = left[:, singular > 1e-8 * singular[0]]
    return spanned


def _rows(data: DataSet, loss: LossConfig) -> tuple[Array, Array, Array]:
    """Energies and forces, each as in the loss: rows of the linear model, reference, Coulomb forms."""
    labels, n_frames, n_atoms = data.labels, len(data), int(data.first[-1])
    energy = [_energy_columns(table, n_frames) for table in data.elements.values()]
    force = [_force_columns(table, data.first) for table in data.elements.values()]
    has_energy, has_forces = labels.has_energy[:n_frames], np.repeat(labels.has_forces[:n_atoms], 3)
    of_energy = has_energy * np.sqrt(loss.energy_weight / max(1.0, has_energy.sum())) / data.sizes
    of_force = has_forces * np.sqrt(loss.force_weight / max(1.0, has_forces.sum()))
    weights = np.concatenate([of_energy, of_force])
    design = np.vstack([np.hstack(energy), np.hstack(force)])
    reference = np.concatenate([labels.energies[:n_frames], labels.forces[:n_atoms].ravel()])
    n_kinds = data.coulomb.energies.shape[-1]
    forms = np.concatenate(
        [data.coulomb.energies[:n_frames], data.coulomb.forces[:n_atoms].reshape(-1, n_kinds, n_kinds)]
    )
    return weights[:, None] * design, weights * reference, weights[:, None, None] * forms


def _energy_columns(table: ElementTable, n_frames: int) -> Array:
    """(n_frames, 1 + F): how many atoms of the element, and the sums of their inputs."""
    counts = np.diff(table.first)
    inputs = np.column_stack([np.ones(len(table.descriptors)), table.descriptors])[:-1].astype(float)
    frame = np.repeat(np.arange(n_frames), counts)
    sums = np.zeros((n_frames, inputs.shape[1]))
    np.add.at(sums, frame, inputs)
    return sums


def _force_columns(table: ElementTable, first: NDArray[np.int64]) -> Array:
    """(3 n_atoms, 1 + F): minus the derivatives of those sums by the positions."""
    n_rows, n_functions = len(table.descriptors) - 1, table.descriptors.shape[1]
    gradient = np.zeros((int(first[-1]), 3, 1 + n_functions))
    start = np.repeat(first[:-1], np.diff(table.first))
    by_neighbor = table.jacobian[:n_rows].reshape(n_rows, n_functions, -1, 3)
    for slot in range(table.neighbors.shape[1]):
        targets = start + table.neighbors[:n_rows, slot]
        np.subtract.at(gradient[:, :, 1:], targets, by_neighbor[:, :, slot].transpose(0, 2, 1))
    return gradient.reshape(-1, 1 + n_functions)
