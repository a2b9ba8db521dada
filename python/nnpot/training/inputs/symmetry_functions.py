"""Symmetry functions as inputs of networks: those kept, their scaling and combination, their derivatives.

Derivatives are computed once and stored, or never stored: then sweeps of the core multiply with them whenever
they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot import _core
from nnpot.descriptors import sample_values
from nnpot.descriptors.choice import choose_functions
from nnpot.descriptors.settings import Selection
from nnpot.models.potential import Potential
from nnpot.structures import structure_of
from nnpot.training.inputs.source import (
    ElementCharges,
    Exported,
    FrameInputs,
    Inputs,
    InputSource,
    Layers,
    decorrelation,
    plain_inputs,
    statistics,
)
from nnpot.training.tensorflow_setup import n_threads, tf

Array = NDArray[np.float64]
Values = NDArray[np.floating]


@dataclass(frozen=True)
class Descriptor(InputSource):
    """Symmetry functions with the statistics that scale them: g = (G - mean) / sigma (mode "sigma")."""

    functions: _core.SymmetryFunctions
    cutoff_type: int
    statistics: dict[str, Array]
    inputs: dict[str, Inputs]
    cutoff_alpha: float = 0.0
    """Inner radius of the cutoff function as a fraction of the cutoff radius."""

    name = "symmetry functions"
    has_derivatives = True

    @property
    def elements(self) -> list[str]:
        return self.functions.elements

    @property
    def cutoff(self) -> float:
        return self.functions.cutoff

    def describe(self, frame: Atoms, derivatives: bool = True) -> FrameInputs:
        if not derivatives:
            values = self._scaled(frame, self.functions.values(structure_of(frame)))
            return FrameInputs.without_derivatives(values)
        values, center, neighbor, gradient, vector = self.functions.jacobian(structure_of(frame))
        symbols = np.asarray(frame.get_chemical_symbols())
        slopes = np.zeros_like(gradient)
        for element, matrix in self.maps().items():
            n, pairs = len(matrix), symbols[center] == element
            slopes[pairs, :n] = np.matmul(matrix.T, gradient[pairs, :n])
        return FrameInputs(self._scaled(frame, values), center, neighbor, slopes, vector)

    def maps(self) -> dict[str, Array]:
        """Per element (F, F): inputs are symmetry functions, less their means, times this."""
        return {
            element: self.inputs[element].transform / own[:, 3:4] for element, own in self.statistics.items()
        }

    def lines(self) -> list[str]:
        """The functions of all elements as text after ``symfunction_short``."""
        return [line for element in self.elements for line in self.functions.functions(element)]

    def neighbor_counts(self, frame: Atoms) -> NDArray[np.int64]:
        return np.asarray(self.functions.neighbor_counts(structure_of(frame)))

    def live(self, frames: Sequence[Atoms]) -> LiveDerivatives:
        return LiveDerivatives(self, frames)

    def with_plain_inputs(self) -> Descriptor:
        return replace(self, inputs={e: plain_inputs(self.n_functions(e)) for e in self.elements})

    def write(
        self,
        directory: Path,
        layers: dict[str, Layers],
        atom_energies: Mapping[str, float],
        charges: ElementCharges,
        info: Mapping[str, str],
    ) -> None:
        model = _core.Model(
            elements=self.elements,
            cutoff_type=self.cutoff_type,
            cutoff_alpha=self.cutoff_alpha,
            functions=self.lines(),
            scaling_mode="sigma",
            scaling=self.statistics,
            scale_min=0.0,
            scale_max=1.0,
            networks=layers,
            atom_energies=dict(atom_energies),
            info=dict(info),
        )
        if charges.values:
            model.long_range = _core.LongRange(
                form=charges.form,
                alpha=charges.alpha,
                real_cutoff=charges.real_cutoff,
                charges=charges.values,
            )
        model.write(str(directory))

    def read_back(self, directory: Path) -> Exported:
        model = _core.Model.read(str(directory), None)
        charges = {} if model.long_range is None else model.long_range.charges
        layers = {element: model.network(element) for element in model.elements}
        return Exported(layers, model.atom_energies, charges, Potential(model).predict)

    def _scaled(self, frame: Atoms, values: Array) -> Array:
        inputs = np.zeros_like(values)
        for element, own in self.statistics.items():
            n, mean, sigma = len(own), own[:, 2], own[:, 3]
            atoms = frame.symbols == element
            inputs[atoms, :n] = (values[atoms, :n] - mean) / sigma @ self.inputs[element].transform
        return inputs


def fit_descriptor(
    lines: Sequence[str],
    elements: Sequence[str],
    cutoff_type: int,
    frames: Sequence[Atoms],
    decorrelate: bool = True,
    selection: Selection | None = None,
) -> Descriptor:
    """Choose functions by what they do on the training frames, and find how to scale and combine them.

    Lines are candidates, as text after ``symfunction_short``; without a selection all that vary are kept.
    Networks train on decorrelated combinations (`decorrelation`), or on the functions themselves.

    Raises
    ------
    InvalidInputError
        If an element is left without a function.
    """
    kept = choose_functions(lines, elements, cutoff_type, frames, selection or Selection())
    functions = _core.SymmetryFunctions(list(elements), kept, cutoff_type)
    found: dict[str, Array] = {}
    inputs: dict[str, Inputs] = {}
    for element, values in sample_values(functions, frames).items():
        found[element] = statistics(values)
        mean, sigma = found[element][:, 2:].T
        inputs[element] = decorrelation((values - mean) / sigma) if decorrelate else plain_inputs(len(mean))
    return Descriptor(functions, cutoff_type, found, inputs)


@dataclass(frozen=True)
class _Place:
    """A frame within a batch."""

    number: int
    frame: Atoms
    atoms: slice
    rows: dict[str, tuple[NDArray[np.intp], slice]]
    """Per element its atoms within the frame, and their rows within the batch."""


class LiveDerivatives:
    """Products with the derivatives of the networks' inputs of some frames, which are kept, not copied.

    In place of a stored Jacobian J: slopes J for forces and stresses (`products`), and for the gradient of a
    loss the transposed product, J times the loss's slopes. Every frame is a call of the core, which runs
    without the GIL, so that frames go to all cores (``threads`` at once; None for as many as TensorFlow has);
    results do not depend on their number.
    """

    def __init__(self, descriptor: Descriptor, frames: Sequence[Atoms], threads: int | None = None) -> None:
        self._functions = descriptor.functions
        self._maps = descriptor.maps()
        self._n_functions = max(len(matrix) for matrix in self._maps.values())
        self._frames = frames
        self._pool = ThreadPoolExecutor(threads or n_threads())

    def products(
        self, frames: tf.Tensor, slopes: Mapping[str, tf.Tensor], n_atoms: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Derivatives of Σ slopes inputs by positions (A, K, 3) and by strain (n_batch, K, 3, 3).

        Frames (n_batch,) are numbers, those beyond the last are padding; slopes are per element (R, K, F),
        of the atoms of all frames in their order, and of padding; ``n_atoms`` is A.
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
        self, elements: Sequence[str], n_atoms: int, numbers: NDArray[np.integer], *slopes: Values
    ) -> tuple[Values, Values]:
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
        gradient: Values,
        strain: Values,
    ) -> list[Values]:
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
