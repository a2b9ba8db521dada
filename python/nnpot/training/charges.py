"""Charges of the elements, trained with the networks: always neutral, whatever the optimizer does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from numpy.typing import NDArray

from nnpot.coulomb import CoulombForms, coulomb_forms
from nnpot.errors import InvalidInputError
from nnpot.io.labels import results_of
from nnpot.training.config import LongRangeConfig
from nnpot.training.tensorflow_setup import keras, tf

Array = NDArray[np.float64]

SPLIT = 3.5
"""Splitting parameter times cutoff: erfc(3.5) = 7e-7."""
NEUTRAL = 1e-6
"""e per atom"""


@dataclass(frozen=True)
class LongRange:
    """How the Coulomb energy of the frames is computed, and the charges that training starts from."""

    elements: list[str]
    form: str
    alpha: float
    """1/Å"""
    real_cutoff: float
    """Å; 0 without the part in real space."""
    initial: Array
    """(E,) e"""
    basis: Array
    """(E, p), orthonormal columns: the directions in which the charges may change; p = 0: fixed."""

    def forms(self, frame: Atoms) -> CoulombForms:
        """The frame's Coulomb energy as a function of the charges."""
        return coulomb_forms(frame, self.elements, self.alpha, self.real_cutoff)

    def rest_of(self, frames: Sequence[Atoms]) -> list[Atoms]:
        """The frames with what the first charges leave of their energies, and no other labels."""
        rest = []
        for frame in frames:
            copy = frame.copy()
            energy = results_of(frame).get("energy")
            if energy is not None:
                energy -= self.initial @ self.forms(frame).energy @ self.initial
                copy.calc = SinglePointCalculator(copy, energy=energy)
            rest.append(copy)
        return rest


def long_range(
    config: LongRangeConfig, elements: Sequence[str], cutoff: float, frames: Sequence[Atoms]
) -> LongRange:
    """Check the charges against the frames, and find how they may change.

    Parameters
    ----------
    config
        Form and first charges.
    elements
        Of the potential.
    cutoff
        The largest of the symmetry functions, Å.
    frames
        All that is trained on or validated with.

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


class Charges:
    """The charges of K members of a committee: q = offset + basis θ, of which θ (K, p) is trained.

    Their unit is √scale e, so that energies come out in units of ``scale`` eV, as those of the networks.
    """

    def __init__(self, charges: Array, basis: Array, scale: float, precision: str) -> None:
        self._scale = scale
        self._basis = basis
        values = np.asarray(charges)
        self._offset = values - values @ basis @ basis.T
        self.variable = keras.Variable(values @ basis / np.sqrt(scale), dtype=precision, name="charges")

    @classmethod
    def of(cls, source: LongRange, n_members: int, scale: float, precision: str) -> Charges:
        """Those that training starts from, the same for all members."""
        return cls(np.tile(source.initial, (n_members, 1)), source.basis, scale, precision)

    @property
    def variables(self) -> list[keras.Variable]:
        """What is trained; nothing where the charges are fixed."""
        return [self.variable] if self._basis.shape[1] else []

    def values(self) -> tf.Tensor:
        """(K, E) in √scale e."""
        dtype = self.variable.dtype
        trained = tf.linalg.matmul(self.variable.value, tf.constant(self._basis.T, dtype))
        return trained + tf.constant(self._offset / np.sqrt(self._scale), dtype)

    def in_e(self) -> Array:
        """(K, E) in e."""
        theta = np.asarray(self.variable.numpy(), np.float64)
        values: Array = self._offset + np.sqrt(self._scale) * theta @ self._basis.T
        return values

    def energies(self, forms: tf.Tensor) -> tf.Tensor:
        """qᵀ M q of forms (m, ..., E, E): (m, K, ...)."""
        charges = self.values()
        return tf.einsum("m...ab,ka,kb->mk...", forms, charges, charges)

    def rows(self, forms: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """qᵀ M q of forms (m, E, E), (K, m), and its derivatives by what is trained, (K, m, p, 1)."""
        charges = self.values()
        products = tf.einsum("mab,kb->kma", forms, charges)
        basis = tf.constant(2.0 * self._basis, charges.dtype)
        return tf.einsum("kma,ka->km", products, charges), tf.einsum("kma,ap->kmp", products, basis)[
            ..., None
        ]
