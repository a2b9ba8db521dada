"""Derivatives of the descriptors on the fly: never stored, multiplied by sweeps of the core when needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot.structures import structure_of
from nnpot.training.descriptors import Descriptor
from nnpot.training.tensorflow_setup import n_threads, tf

Array = NDArray[np.floating]


@dataclass(frozen=True)
class _Place:
    """A frame within a batch."""

    number: int
    frame: Atoms
    atoms: slice
    rows: dict[str, tuple[NDArray[np.intp], slice]]
    """Per element its atoms within the frame, and their rows within the batch."""


class LiveDerivatives:
    """Products with the derivatives of the networks' inputs of some frames.

    In place of a stored Jacobian J: slopes J for forces and stresses (`products`), and for the gradient of a
    loss the transposed product, J times the loss's slopes. Every frame is a call of the core, which runs
    without the GIL, so that frames go to all cores; results do not depend on their number.

    Parameters
    ----------
    descriptor
        Functions and scaling.
    frames
        The frames of a `DataSet`, in its order; they are kept, not copied.
    threads
        How many work at once; None for as many as TensorFlow has.
    """

    def __init__(self, descriptor: Descriptor, frames: Sequence[Atoms], threads: int | None = None) -> None:
        self._functions = descriptor.functions
        self._maps: dict[str, NDArray[np.float64]] = {
            element: descriptor.inputs[element].transform / statistics[:, 3:4]
            for element, statistics in descriptor.statistics.items()
        }
        self._n_functions = max(len(matrix) for matrix in self._maps.values())
        self._frames = frames
        self._pool = ThreadPoolExecutor(threads or n_threads())

    def products(
        self, frames: tf.Tensor, slopes: Mapping[str, tf.Tensor], n_atoms: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Derivatives of Σ slopes inputs by positions (A, K, 3) and by strain (n_batch, K, 3, 3).

        Parameters
        ----------
        frames
            (n_batch,) numbers of frames; numbers beyond the last are padding.
        slopes
            Per element (R, K, F): of the atoms of all frames in their order, and of padding.
        n_atoms
            A
        """
        elements = list(slopes)
        shapes = {element: slopes[element].shape for element in elements}
        dtype, n_members = slopes[elements[0]].dtype, slopes[elements[0]].shape[1]

        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def multiply(
            *values: tf.Tensor,
        ) -> tuple[tuple[tf.Tensor, tf.Tensor], Callable[..., list[tf.Tensor]]]:
            forward = partial(self._vjp, elements, n_atoms)
            gradient, strain = tf.numpy_function(forward, [frames, *values], [dtype, dtype])
            gradient.set_shape((n_atoms, n_members, 3))
            strain.set_shape((frames.shape[0], n_members, 3, 3))

            def backward(of_gradient: tf.Tensor, of_strain: tf.Tensor) -> list[tf.Tensor]:
                transposed = partial(self._jvp, shapes)
                changes = tf.numpy_function(
                    transposed, [frames, of_gradient, of_strain], [dtype] * len(elements)
                )
                for change, element in zip(changes, elements, strict=True):
                    change.set_shape(shapes[element])
                return list(changes)

            return (gradient, strain), backward

        gradient, strain = multiply(*slopes.values())
        return gradient, strain

    def _vjp(
        self, elements: Sequence[str], n_atoms: int, numbers: NDArray[np.integer], *slopes: Array
    ) -> tuple[Array, Array]:
        n_members = slopes[0].shape[1]
        gradient = np.zeros((n_atoms, n_members, 3), slopes[0].dtype)
        strain = np.zeros((len(numbers), n_members, 3, 3), slopes[0].dtype)

        def work(place: _Place, member: int) -> None:
            weights = np.zeros((len(place.frame), self._n_functions))
            for element, values in zip(elements, slopes, strict=True):
                matrix, (own, rows) = self._maps[element], place.rows[element]
                weights[own, : len(matrix)] = values[rows, member] @ matrix.T
            atoms, cell = self._functions.vjp(structure_of(place.frame), weights)
            gradient[place.atoms, member], strain[place.number, member] = atoms, cell

        self._run(work, self._places(numbers), n_members)
        return gradient, strain

    def _jvp(
        self,
        shapes: Mapping[str, Sequence[int]],
        numbers: NDArray[np.integer],
        gradient: Array,
        strain: Array,
    ) -> list[Array]:
        changes = {element: np.zeros(shape, gradient.dtype) for element, shape in shapes.items()}

        def work(place: _Place, member: int) -> None:
            atoms, cell = gradient[place.atoms, member], strain[place.number, member]
            found = self._functions.jvp(structure_of(place.frame), atoms, cell)
            for element, values in changes.items():
                matrix, (own, rows) = self._maps[element], place.rows[element]
                values[rows, member] = found[own, : len(matrix)] @ matrix

        self._run(work, self._places(numbers), gradient.shape[1])
        return list(changes.values())

    def _run(self, work: Callable[[_Place, int], None], places: Sequence[_Place], n_members: int) -> None:
        list(self._pool.map(lambda pair: work(*pair), product(places, range(n_members))))

    def _places(self, numbers: NDArray[np.integer]) -> list[_Place]:
        """Where the frames of a batch have their atoms."""
        places = []
        ends = {element: 0 for element in self._maps}
        end = 0
        for number, index in enumerate(numbers):
            if index >= len(self._frames):
                continue
            frame = self._frames[index]
            rows = {}
            for element in self._maps:
                own = np.flatnonzero(frame.numbers == atomic_numbers[element])
                rows[element] = own, slice(ends[element], ends[element] + len(own))
                ends[element] += len(own)
            places.append(_Place(number, frame, slice(end, end + len(frame)), rows))
            end += len(frame)
        return places
