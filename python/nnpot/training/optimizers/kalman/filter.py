"""The extended Kalman filter with fading memory, for weights cut into blocks: linear algebra and no physics.

Weights w with error covariance P see m observations at once (multi-stream): residuals ξ = reference −
prediction and their derivatives H = ∂prediction/∂w, both divided by the standard deviation of the
observation, so that its noise is 1:

    A = λ 1 + Σ_b H_b P_b H_bᵀ,   w_b ← w_b + P_b H_bᵀ A⁻¹ ξ,   P_b ← (P_b − P_b H_bᵀ A⁻¹ H_b P_b) / λ + q 1

for every block b, and the forgetting factor rises by λ ← ν λ + 1 − ν. With one block this is the filter of
Blank and Brown (1994); without the covariances between blocks it is the decoupled filter of Puskorius and
Feldkamp (1994), which costs a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnpot.training.tensorflow_setup import tf

Arrays = list[NDArray[np.floating]]


class KalmanFilter:
    """Covariances of the weights of K networks, and the forgetting factor.

    Parameters
    ----------
    shapes
        (blocks, weights per block) of each group of equal blocks.
    n_members
        K.
    initial_covariance
        Diagonal of P at the start.
    forgetting, forgetting_rate
        λ at the start, and ν.
    process_noise, noise_decay
        q at the start, and its factor per update.
    precision
        Of P. In float32 P can lose its positive definiteness within a few hundred updates.
    """

    def __init__(
        self,
        shapes: Sequence[tuple[int, int]],
        n_members: int,
        initial_covariance: float,
        forgetting: float,
        forgetting_rate: float,
        process_noise: float = 0.0,
        noise_decay: float = 1.0,
        precision: str = "float64",
    ) -> None:
        self._rate, self._noise_decay = forgetting_rate, noise_decay
        self._covariances = [
            tf.Variable(tf.eye(size, batch_shape=[n_members, n_blocks], dtype=precision) * initial_covariance)
            for n_blocks, size in shapes
        ]
        self._forgetting = tf.Variable(forgetting, dtype=precision)
        self._noise = tf.Variable(process_noise, dtype=precision)
        self._with_noise = process_noise > 0.0

    @property
    def learning_rate(self) -> float:
        """The forgetting factor λ of the next update, which stands for a rate in the log."""
        return float(self._forgetting.numpy())

    def adapt(self, losses: Sequence[float]) -> None:
        """Nothing depends on the losses."""

    @property
    def precision(self) -> str:
        """The precision of the covariances."""
        return str(self._noise.dtype.name)

    def state(self) -> Arrays:
        """Copies of all that changes."""
        return [np.array(variable.numpy()) for variable in self._variables]

    def restore(self, state: Sequence[NDArray[np.floating]]) -> None:
        """Take over what `state` gave."""
        for variable, values in zip(self._variables, state, strict=True):
            variable.assign(values)

    def update(self, derivatives: Sequence[tf.Tensor], residuals: tf.Tensor) -> list[tf.Tensor]:
        """See m observations, and say by how much the weights change; rows of zeros change nothing.

        Parameters
        ----------
        derivatives
            H of each group, (K, blocks, m, weights per block).
        residuals
            ξ, (K, m); it and H may be of lower precision than P.

        Returns
        -------
        list of tf.Tensor
            Changes of the weights of each group, (K, blocks, weights per block).
        """
        dtype = self._noise.dtype
        derivatives = [tf.cast(h, dtype) for h in derivatives]
        products = [tf.matmul(h, p) for h, p in zip(derivatives, self._covariances, strict=True)]
        flat = _joined(products)
        matrix = tf.matmul(flat, _joined(derivatives), transpose_b=True)
        root = tf.linalg.cholesky(matrix + self._forgetting * tf.eye(matrix.shape[-1], dtype=dtype))
        right = tf.concat([flat, tf.cast(residuals, dtype)[..., None]], axis=-1)
        solved = tf.linalg.triangular_solve(root, right)
        changes = tf.matmul(solved[..., :-1], solved[..., -1:], transpose_a=True)[..., 0]
        for covariance, factor in zip(self._covariances, self._parted(solved[..., :-1]), strict=True):
            self._shrink(covariance, factor)
        self._forgetting.assign(self._rate * self._forgetting + (1.0 - self._rate))
        self._noise.assign(self._noise_decay * self._noise)
        return [part[:, :, 0] for part in self._parted(changes[:, None])]

    @property
    def _variables(self) -> list[tf.Variable]:
        return [*self._covariances, self._forgetting, self._noise]

    def _parted(self, values: tf.Tensor) -> list[tf.Tensor]:
        """What `_joined` joined."""
        shapes = [covariance.shape[1:3] for covariance in self._covariances]
        parts = tf.split(values, [n_blocks * size for n_blocks, size in shapes], axis=-1)
        return [
            tf.einsum("kmbs->kbms", tf.reshape(part, (*part.shape[:2], *shape)))
            for part, shape in zip(parts, shapes, strict=True)
        ]

    def _shrink(self, covariance: tf.Variable, factor: tf.Tensor) -> None:
        """P ← (P − XᵀX) / λ + q 1, with X (m, weights).

        It is made symmetric, as rounding does not leave it so: later updates do not make an antisymmetric
        part smaller but divide it by λ again and again, until P has negative eigenvalues.
        """
        smaller = (covariance - tf.matmul(factor, factor, transpose_a=True)) / self._forgetting
        smaller = 0.5 * (smaller + tf.linalg.matrix_transpose(smaller))
        if self._with_noise:
            smaller = tf.linalg.set_diag(smaller, tf.linalg.diag_part(smaller) + self._noise)
        covariance.assign(smaller)


def _joined(groups: Sequence[tf.Tensor]) -> tf.Tensor:
    """(K, blocks, m, size) of each group to (K, m, weights): one large product is faster than many small."""
    flat = [
        tf.reshape(tf.einsum("kbms->kmbs", values), (values.shape[0], values.shape[2], -1))
        for values in groups
    ]
    return tf.concat(flat, axis=-1)
