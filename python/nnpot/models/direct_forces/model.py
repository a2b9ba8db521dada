"""A direct force model: what its networks say about a structure, without TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from nnpot.errors import FileFormatError, InvalidInputError, NonConservativeWarning, UnknownElementError
from nnpot.io.keyword_file import KeywordFile
from nnpot.models.direct_forces.features import Features
from nnpot.models.direct_forces.text import (
    ONCE,
    REPEATED,
    ElementNetwork,
    Measured,
    read_features,
    read_measured,
    read_network,
    to_text,
    weights_file,
)
from nnpot.models.model import Model, Precision, Table, require_atoms
from nnpot.prediction import Prediction

if TYPE_CHECKING:
    from ase import Atoms
    from typing_extensions import Self

__all__ = ["DirectForces", "ElementNetwork", "ForcePrediction", "Measured"]

Array = NDArray[np.float64]


class ForcePrediction(Prediction, NDArrayOperatorsMixin):
    """Forces without an energy.

    numpy takes it for the array ``forces``, which is what `DirectForces.predict` gave before.
    """

    forces: Array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.forces, dtype) if copy else np.asarray(self.forces, dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        def plain(one: Any) -> Any:
            return one.forces if isinstance(one, ForcePrediction) else one

        if "out" in options:
            options["out"] = tuple(map(plain, options["out"]))
        return getattr(ufunc, method)(*map(plain, inputs), **options)

    def __getitem__(self, key: Any) -> Any:
        return self.forces[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.forces[key] = value

    def __len__(self) -> int:
        return len(self.forces)

    __eq__ = NDArrayOperatorsMixin.__eq__
    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # of copies and pickles
            raise AttributeError(name)
        return getattr(self.forces, name)


@dataclass(frozen=True, repr=False)
class DirectForces(Model):
    """Networks that put out forces; no energy belongs to them.

    Raises
    ------
    InvalidInputError
        If sizes do not fit, a scale cannot be divided by, or the scale of the forces is not finite and > 0.
    """

    what: ClassVar = "a direct force model"
    file: ClassVar = "forces.nn"
    loader: ClassVar = "nnpot.load_direct_forces"
    gives: ClassVar = frozenset({"forces"})

    features: Features
    networks: dict[str, ElementNetwork]
    """The network of each element, by symbol."""
    force_scale: float
    """eV/Å: what an output of 1 means."""
    measured: Measured | None = None
    """None where nobody has measured it yet."""
    info: dict[str, str] = field(default_factory=dict)
    """The origin of the model, by keyword."""

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

    @classmethod
    def read(cls, directories: Sequence[Path], units: str | None, precision: Precision) -> Self:
        """Read ``forces.nn`` and one ``weights.ZZZ.data`` per element; see `nnpot.load`."""
        (directory,) = directories
        lines = KeywordFile(directory / cls.file, ONCE, REPEATED)
        try:
            features = read_features(lines)
            networks = {element: read_network(lines, directory, element) for element in features.elements}
            info = {words[0]: " ".join(words[1:]) for words in lines.all("info")}
            return cls(features, networks, lines.number("force_scale"), read_measured(lines), info)
        except (InvalidInputError, UnknownElementError) as error:
            raise FileFormatError(f"{directory / cls.file}: {error}") from error

    def write(self, directory: Path, member: int = 0) -> None:
        """Write the files of the model."""
        (directory / self.file).write_text(self.to_text(), encoding="utf-8")
        for element, own in self.networks.items():
            own.network.write(directory / weights_file(element))

    def to_text(self) -> str:
        """What stands in ``forces.nn``."""
        return to_text(self.features, self.networks, self.force_scale, self.measured, self.info)

    def cautions(self, names: Sequence[str]) -> list[str | Warning]:
        """That the model does not conserve energy, and how fast it was seen to drift."""
        told = f"{names[0]}: these forces are no gradient of an energy and do not conserve it; "
        if self.measured is None:
            told += "their drift was never measured (nnpot measure-forces does)"
        else:
            m = self.measured
            told += f"measured drift {m.drift:.3g} meV/atom/ps at {m.temperature:.0f} K"
        return [NonConservativeWarning(told)]

    def facts(self) -> dict[str, str]:
        """Elements, kind of features, cutoff and numbers of inputs."""
        inputs = ", ".join(f"{self.features.n_inputs(element)} of {element}" for element in self.elements)
        found = {"features": self.kind, "cutoff": f"{self.features.cutoff:.3f} Å", "inputs": inputs}
        return {**super().facts(), **found, "units": "eV/Å, Å"}

    def table(self) -> Table:
        """The features and the network of each element."""
        networks = [self.networks[element].network for element in self.elements]
        nodes = (" ".join(str(len(biases)) for _, biases, _ in own.layers[:-1]) for own in networks)
        return ("", *self.elements), [
            ("features", *(self.kind for _ in networks)),
            ("inputs of the network", *(own.n_inputs for own in networks)),
            ("outputs", *(own.n_outputs for own in networks)),
            ("nodes of the hidden layers", *nodes),
        ]

    def predict(self, atoms: Atoms, *, uncertainty: bool = False) -> ForcePrediction:
        """Forces (n_atoms, 3) in eV/Å.

        Parameters
        ----------
        atoms
            Any cell and any periodic directions; the cell may be smaller than the cutoff.
        uncertainty
            Changes nothing: these models do not know theirs.

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
        return ForcePrediction(forces=forces)
