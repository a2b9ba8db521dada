"""The document's descriptor: sorted eigenvalues of proximity matrices, with derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nnpot import _core
from nnpot.lattice.model import as_batch
from nnpot.support.arrays import Array, Integers

DEGENERATE = 1e-9  # eigenvalues that are closer, relative to the largest of their matrix, count as one


@dataclass(frozen=True)
class EigenvalueGradient:
    """Eigenvalues and their derivatives, of n configurations."""

    values: Array  # shape (n, orders x particles): order by order, each from the lowest to the highest
    by_position: Array  # shape (n, orders x particles, particles, dimensions)
    by_width: Array  # shape (n, orders x particles), positions held


class Eigenvalues:
    """Sorted eigenvalues of proximity matrices.

    P_ij = sum over images of (R/r - r/R)^(-o) for r < R; Heiszwolf 2020, equation 11. They do not change with
    the origin, the image or the order of the particles.

    ``orders``: the o, each -2 or less; the document found -2 and -3 best. ``radius``: R, beyond which nothing
    counts; the document took 20 R_c. ``threads``: None for all cores.
    """

    def __init__(
        self, orders: Sequence[int] = (-2, -3), radius: float = 20.0, threads: int | None = None
    ) -> None:
        self.orders = tuple(orders)
        self.radius = radius
        self._threads = threads or 0

    def values(self, positions: ArrayLike, widths: ArrayLike) -> Array:
        """Shape (n, orders x particles)."""
        positions, widths = as_batch(positions, widths)
        matrices = self._proximity(positions, widths)[0]
        return _flat(np.asarray(np.linalg.eigvalsh(matrices)))

    def gradient(self, positions: ArrayLike, widths: ArrayLike) -> EigenvalueGradient:
        """Values and derivatives.

        Eigenvalues that coincide have no derivative of their own, since a small motion splits them in a way
        that depends on its direction (see `directional`). Each of them gets the mean of the derivatives,
        which exists, does not depend on the choice of eigenvectors, and is exact for everything that takes
        the coinciding eigenvalues alike.
        """
        positions, widths = as_batch(positions, widths)
        matrices, slopes, by_width = self._proximity(positions, widths)
        values, vectors = np.linalg.eigh(matrices)
        # d(lambda_k)/d(r_m) = sum_ij v_ik v_jk dP_ij/dr_m = 2 v_mk sum_i v_ik dP_im/dr_m
        rows = 2.0 * np.einsum("nomk,noik,noimd->nokmd", vectors, vectors, slopes, optimize=True)
        widthwise = np.einsum("noik,nojk,noij->nok", vectors, vectors, by_width, optimize=True)
        mean = _group_means(values)
        rows = np.einsum("nokl,nolmd->nokmd", mean, rows)
        widthwise = np.einsum("nokl,nol->nok", mean, widthwise)
        by_position = rows.reshape(len(rows), -1, *positions.shape[1:])
        return EigenvalueGradient(_flat(values), by_position, _flat(widthwise))

    def directional(
        self, positions: ArrayLike, widths: ArrayLike, motion: ArrayLike, width_rate: float = 0.0
    ) -> Array:
        """How fast the sorted eigenvalues change when particles set off with velocities ``motion``.

        Exact also where eigenvalues coincide: to first order they split into the eigenvalues of the
        change of the matrix within the space of their eigenvectors. Shape (n, orders x particles).
        """
        positions, widths = as_batch(positions, widths)
        velocity = np.broadcast_to(np.asarray(motion, float), positions.shape)
        matrices, slopes, by_width = self._proximity(positions, widths)
        moved = np.einsum("noijd,njd->noij", slopes, velocity)
        change = moved + np.swapaxes(moved, 2, 3) + width_rate * by_width
        values, vectors = np.linalg.eigh(matrices)
        rates = np.empty_like(values)
        for index in np.ndindex(values.shape[:2]):
            rates[index] = _split(values[index], vectors[index], change[index])
        return _flat(rates)

    def inputs(
        self, positions: ArrayLike, widths: ArrayLike, derivatives: bool = False
    ) -> tuple[Array, Array | None]:
        """What a network sees of whole cells, (n, 1, features), and if asked for its derivatives.

        Those have a last axis of coordinates, particle by particle.
        """
        if not derivatives:
            return self.values(positions, widths)[:, None, :], None
        both = self.gradient(positions, widths)
        return both.values[:, None, :], both.by_position.reshape(*both.values.shape, -1)[:, None]

    def _proximity(self, positions: Array, widths: Array) -> tuple[Array, Array, Array]:
        return _core.proximity_matrices(positions, widths, self.orders, self.radius, self._threads)


def _flat(values: Array) -> Array:
    return values.reshape(len(values), -1)


def _group_numbers(values: Array) -> Integers:
    """For each eigenvalue along the last axis the number of its group of coinciding ones."""
    scale = np.abs(values).max(axis=-1, keepdims=True)
    apart = np.diff(values, axis=-1) > DEGENERATE * scale
    return np.concatenate([np.zeros((*values.shape[:-1], 1), np.int64), apart.cumsum(axis=-1)], axis=-1)


def _group_means(values: Array) -> Array:
    """Matrices that replace each entry by the mean of its group, shape (..., n, n)."""
    group = _group_numbers(values)
    same = (group[..., :, None] == group[..., None, :]).astype(float)
    return np.asarray(same / same.sum(axis=-1, keepdims=True))


def _split(values: Array, vectors: Array, change: Array) -> Array:
    """First-order rates of sorted eigenvalues, group by group."""
    group = _group_numbers(values)
    rates = np.empty_like(values)
    for number in range(group[-1] + 1):
        own = vectors[:, group == number]
        rates[group == number] = np.linalg.eigvalsh(own.T @ change @ own)
    return rates
