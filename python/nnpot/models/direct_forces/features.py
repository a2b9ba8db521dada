"""What the networks of a direct force model see of an atom's neighbors."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from nnpot import _core as core
from nnpot.errors import InvalidInputError, UnknownElementError
from nnpot.structures import structure_of

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]
Kind = Literal["spheres", "ellipsoids", "equivariant"]
KINDS: tuple[Kind, ...] = ("spheres", "ellipsoids", "equivariant")
LARGEST_STRETCH = 100.0
"""How many times the cutoff ellipsoids may reach: neighbors are searched in that distance."""


@dataclass(frozen=True)
class Seen:
    """The features of one frame."""

    inputs: dict[str, Array]
    """Per element (n, F), raw: what its network sees of each of its atoms, in the order of the frame."""
    vectors: Array
    """(n_atoms, V, 3): what the forces are sums of; V is 0 where the networks put out forces themselves."""


@dataclass(frozen=True)
class Features:
    """Features of one kind, with all their parameters.

    ``spheres`` and ``ellipsoids`` are sums of Gaussians over the neighbors of each element. ``equivariant``
    are vectors, and as inputs symmetry functions and products of vectors, which no rotation changes
    (docs/theory.md, "Direct forces").

    Raises
    ------
    InvalidInputError
        If a parameter is outside of what it may be; the message names it.
    """

    kind: Kind
    elements: tuple[str, ...]
    """Symbols, by atomic number."""
    gaussians: Array
    """(G, 2): eta in 1/Å² and r_shift in Å of each."""
    cutoff: float
    """Å"""
    cutoff_type: int = 1
    """Its number in input.nn."""
    axes: Array = field(default_factory=lambda: np.eye(3))
    """(n, 3), of ellipsoids."""
    stretch: float = 1.5
    """The factor by which ellipsoids divide lengths along their axis."""
    functions: tuple[str, ...] = ()
    """The symmetry functions of ``equivariant``, as text after ``symfunction_short``."""
    functions_cutoff_type: int = 1
    products: tuple[int, ...] = ()
    """The Gaussians (numbers from 0) whose vectors' dot products are inputs of ``equivariant``."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidInputError(f"kind: expected one of {', '.join(KINDS)}, got {self.kind!r}")
        if not 0.0 < self.stretch <= LARGEST_STRETCH:
            raise InvalidInputError(
                f"stretch must be > 0 and at most {LARGEST_STRETCH:g}, got {self.stretch:g}"
            )
        for number in self.products:
            if not 0 <= number < len(self.gaussians):
                raise InvalidInputError(
                    f"products: expected Gaussians from 0 to {len(self.gaussians) - 1}, got {number}"
                )
        _ = self._gaussian_sums, self._functions

    @property
    def n_vectors(self) -> int:
        """V: what a network puts out is a coefficient for each; 0 where it puts out three components."""
        return self._gaussian_sums.size if self.kind == "equivariant" else 0

    @property
    def n_outputs(self) -> int:
        """The number of outputs of every network."""
        return self.n_vectors or 3

    def n_inputs(self, element: str) -> int:
        """The number of inputs of the network of an element."""
        if self.kind == "spheres":
            return self._gaussian_sums.size
        if self.kind == "ellipsoids":
            return self._gaussian_sums.size * len(self.axes)
        n = len(self.products) * len(self.elements)
        return len(self.symmetry_functions.functions(element)) + n * (n + 1) // 2

    @property
    def symmetry_functions(self) -> core.SymmetryFunctions:
        """The symmetry functions of ``equivariant`` features."""
        assert self._functions is not None, "only equivariant features have them"
        return self._functions

    def __call__(self, atoms: Atoms) -> Seen:
        """The features of all atoms of a frame.

        Raises
        ------
        UnknownElementError
            If an atom is of an element that has no network.
        InvalidInputError
            If a position is not finite, or two atoms are on the same place.
        """
        unknown = sorted(set(atoms.get_chemical_symbols()) - set(self.elements))
        if unknown:
            raise UnknownElementError(
                f"element {', '.join(unknown)} is not in the direct force model (it has "
                f"{', '.join(self.elements)})"
            )
        where = structure_of(atoms)
        vectors = np.zeros((len(atoms), 0, 3))
        if self.kind == "spheres":
            values = self._gaussian_sums.spheres(where)
        elif self.kind == "ellipsoids":
            values = self._gaussian_sums.ellipsoids(where, self.axes, self.stretch)
        else:
            vectors = self._gaussian_sums.vectors(where)
            values = self.symmetry_functions.values(where)
        inputs = {}
        for element in self.elements:
            own = np.asarray(atoms.symbols == element)
            inputs[element] = values[own, : self._n_values(element)]
            if self.kind == "equivariant":
                dots = self._dot_products(vectors[own])
                inputs[element] = np.concatenate([inputs[element], dots], axis=1)
        return Seen(inputs, vectors)

    def _n_values(self, element: str) -> int:
        if self.kind == "equivariant":
            return len(self.symmetry_functions.functions(element))
        return self.n_inputs(element)

    def _dot_products(self, vectors: Array) -> Array:
        """V_a · V_b of the chosen vectors, a ≤ b; (n, pairs)."""
        n_gaussians = len(self.gaussians)
        rows = [number * n_gaussians + g for number in range(len(self.elements)) for g in self.products]
        chosen = vectors[:, rows]
        first, second = np.triu_indices(len(rows))
        return np.asarray(np.einsum("nax,nax->na", chosen[:, first], chosen[:, second]))

    @cached_property
    def _gaussian_sums(self) -> core.ForceFeatures:
        return core.ForceFeatures(list(self.elements), self.gaussians, self.cutoff, self.cutoff_type)

    @cached_property
    def _functions(self) -> core.SymmetryFunctions | None:
        if self.kind != "equivariant":
            return None
        lines = list(self.functions)
        return core.SymmetryFunctions(list(self.elements), lines, self.functions_cutoff_type)


def spread_gaussians(nearest: float, cutoff: float, n: int) -> Array:
    """n Gaussians from the nearest distance to the cutoff, closer to each other where forces are steep.

    Their shifts form a geometric series, in which the cutoff would be the next; each is as wide (standard
    deviation) as the distance to the next.

    Returns
    -------
    ndarray
        (n, 2): eta in 1/Å² and r_shift in Å.

    Raises
    ------
    InvalidInputError
        If the nearest distance is not between 0 and the cutoff.
    """
    if not 0.0 < nearest < cutoff:
        raise InvalidInputError(f"nearest distance: must be between 0 and {cutoff:g} Å, got {nearest:g}")
    shifts = nearest * (cutoff / nearest) ** (np.arange(n + 1) / n)
    return np.stack([0.5 / np.diff(shifts) ** 2, shifts[:-1]], axis=1)


def evenly_chosen(n: int, of: int) -> tuple[int, ...]:
    """n of the numbers 0 to of - 1, as evenly as possible, the first always."""
    if n >= of:
        return tuple(range(of))
    return tuple(round(number * (of - 1) / n) for number in range(n))
