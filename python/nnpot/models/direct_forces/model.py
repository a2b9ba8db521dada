"""A direct force model: what its networks say about a structure, without TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.models.direct_forces.features import Features
from nnpot.models.potential import require_atoms

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """What is lost because the forces are no gradient, and need not turn with the atoms.

    Raises
    ------
    InvalidInputError
        If a figure is not finite.
    """

    drift: float
    """meV/atom/ps: how fast the total energy changes in dynamics (docs/direct_forces.md)."""
    temperature: float
    """K, at which these dynamics began."""
    duration: float
    """ps, of the shortest of these runs; one that gains too much energy is ended early."""
    loop_work: float
    """eV: root mean square work around closed loops."""
    rotation_error: float
    """meV/Å: root mean square difference of the forces' components after a rotation."""
    reference: str
    """The energy that drifts, in words: kinetic energy plus that of this model."""

    def __post_init__(self) -> None:
        for name in ("drift", "temperature", "duration", "loop_work", "rotation_error"):
            value = getattr(self, name)
            if not np.isfinite(value):
                raise InvalidInputError(f"measured {name}: expected a finite number, got {value:g}")


@dataclass(frozen=True)
class ElementNetwork:
    """The network of one element, and the scaling on both of its sides."""

    network: _core.NeuralNetwork
    """From (value - mean) / sigma of its inputs to components or coefficients."""
    mean: Array
    sigma: Array
    """(F,), of the inputs over the training atoms."""
    vector_factors: Array
    """(V,): the vectors are multiplied by these before their coefficients; empty without vectors."""


@dataclass(frozen=True)
class DirectForces:
    """Networks that put out forces; no energy belongs to them.

    Raises
    ------
    InvalidInputError
        If sizes do not fit, a scale cannot be divided by, or the scale of the forces is not finite and > 0.
    """

    features: Features
    networks: dict[str, ElementNetwork]
    """By element."""
    force_scale: float
    """eV/Å: what an output of 1 means."""
    measured: Measured | None = None
    """None where nobody has measured it yet."""
    info: dict[str, str] = field(default_factory=dict)
    """Where the model comes from."""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.force_scale) and self.force_scale > 0.0):
            raise InvalidInputError(
                f"force_scale: expected a finite number > 0 (eV/Å), got {self.force_scale:g}"
            )
        for element in self.features.elements:
            if element not in self.networks:
                raise InvalidInputError(f"direct forces: element {element} has no network")
            self._require_sizes(element, self.networks[element])

    def _require_sizes(self, element: str, own: ElementNetwork) -> None:
        found = (own.network.n_inputs, len(own.mean), len(own.sigma))
        n_inputs, n_outputs = self.features.n_inputs(element), self.features.n_outputs
        if set(found) != {n_inputs}:
            raise InvalidInputError(
                f"direct forces: expected {n_inputs} inputs of {element}, got {found[0]} of the network and "
                f"the scaling of {found[1]}"
            )
        if own.network.n_outputs != n_outputs or len(own.vector_factors) != self.features.n_vectors:
            raise InvalidInputError(
                f"direct forces: expected {n_outputs} outputs of {element}, got {own.network.n_outputs} and "
                f"{len(own.vector_factors)} factors of vectors"
            )
        if not (np.isfinite(own.sigma).all() and (own.sigma > 0.0).all()):
            raise InvalidInputError(f"direct forces: sigma of the inputs of {element} must be > 0")

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols, by atomic number."""
        return self.features.elements

    @property
    def kind(self) -> str:
        """``spheres``, ``ellipsoids`` or ``equivariant``."""
        return self.features.kind

    def predict(self, atoms: Atoms) -> Array:
        """Forces (n_atoms, 3) in eV/Å.

        Parameters
        ----------
        atoms
            Any cell and any periodic directions; the cell may be smaller than the cutoff.

        Raises
        ------
        UnknownElementError
            If the structure holds an element that the model was not trained for.
        InvalidInputError
            If it is no ``ase.Atoms``, a position is not finite, or two atoms are on the same place.
        """
        require_atoms(atoms)
        seen = self.features(atoms)
        forces = np.zeros((len(atoms), 3))
        for element, values in seen.inputs.items():
            if len(values) == 0:
                continue
            own, atom = self.networks[element], np.asarray(atoms.symbols == element)
            outputs = own.network.evaluate((values - own.mean) / own.sigma)
            if self.features.n_vectors:
                outputs = np.einsum("nv,nvx->nx", outputs * own.vector_factors, seen.vectors[atom])
            forces[atom] = self.force_scale * outputs
        if not np.isfinite(forces).all():
            raise InvalidInputError(
                f"direct forces: the force of atom {int(np.argwhere(~np.isfinite(forces))[0, 0])} is not a "
                f"finite number; look for atoms on the same place or damaged weights"
            )
        return forces
