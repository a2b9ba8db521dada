"""Models of feature files: energies of atoms from their features, one network per element, no positions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import FileFormatError, InvalidInputError, UnknownElementError
from nnpot.io.feature_files import FEATURES, features_of
from nnpot.io.keyword_file import KeywordFile, Line
from nnpot.io.labels import require_elements
from nnpot.models.kinds import Names, load, load_kind
from nnpot.models.model import Model, Precision, Table, network_table, require_atoms
from nnpot.prediction import EnergyPrediction, Uncertainty
from nnpot.support.files import atomic_write

if TYPE_CHECKING:
    from typing_extensions import Self

Array = NDArray[np.float64]

MOST_NODES = 1_000_000
"""The largest layer that a file may have."""


@dataclass(frozen=True)
class ElementNetwork:
    """What gives an atom of one element its energy: ``atom_energy`` + network((f - mean) / (max - min))."""

    network: _core.NeuralNetwork
    """Its output is in eV."""
    statistics: Array
    """(F, 4): min, max, mean, sigma of each feature over the training frames."""
    atom_energy: float
    """eV"""

    def inputs(self, features: Array) -> Array:
        """What the network sees of features (n, F); 0 for one that never varied."""
        low, high, mean, _ = self.statistics.T
        return np.asarray((features - mean) * range_factor(low, high))

    def grades(self, features: Array) -> Array:
        """(n,): how far features (n, F) are outside of the training data, in widths of their range."""
        low, high, *_ = self.statistics.T
        outside = np.maximum(low - features, features - high) * range_factor(low, high)
        return np.asarray(np.maximum(outside.max(axis=1), 0.0))


def range_factor(low: Array, high: Array) -> Array:
    """1 / (max - min), and 0 for what never varies."""
    width = high - low
    return np.divide(1.0, width, out=np.zeros_like(width), where=width > 0.0)


class FeatureModel(Model):
    """Gives the energies of frames of feature files; with several members the mean of a committee.

    Parameters
    ----------
    members
        The networks of each element, by symbol; all members have the same elements and numbers of features.
    info
        Where the (first) model comes from.

    Raises
    ------
    InvalidInputError
        If the members do not fit each other.
    """

    what = "a model of feature files"
    file = "features.nn"
    loader = "nnpot.load_feature_model"
    options: ClassVar = frozenset({"committee"})
    gives: ClassVar = frozenset({"energy", "atomic_energies", "uncertainty"})
    sees_features = True

    def __init__(
        self, members: Sequence[Mapping[str, ElementNetwork]], info: Mapping[str, str] | None = None
    ) -> None:
        self._members = [dict(member) for member in members]
        self.info = dict(info or {})
        shapes = [{e: len(own.statistics) for e, own in member.items()} for member in self._members]
        for number, shape in enumerate(shapes[1:], 2):
            if shape != shapes[0]:
                raise InvalidInputError(
                    f"committee: model {number} has features {shape}, the first {shapes[0]}; give models "
                    f"that were trained on the same features"
                )
        self._shape = shapes[0]

    @classmethod
    def read(cls, directories: Sequence[Path], units: str | None, precision: Precision) -> Self:
        """Read ``features.nn``, ``scaling.data`` and ``weights.ZZZ.data``; see `nnpot.load`."""
        found = [_read(directory) for directory in directories]
        return cls([elements for elements, _ in found], found[0][1])

    def write(self, directory: Path, member: int = 0) -> None:
        """Write the files of one member."""
        write_feature_model(directory, self._members[member], self.info)

    def facts(self) -> dict[str, str]:
        """Elements, members and numbers of features."""
        features = ", ".join(f"{n} of {element}" for element, n in self._shape.items())
        return {**super().facts(), "features": features, "units": "eV"}

    def table(self) -> Table:
        """The features, network and offset of each element; of a committee those of the first."""
        networks = {element: self.layers(element) for element in self.elements}
        return network_table("features", networks, self.atom_energies)

    @property
    def elements(self) -> list[str]:
        """The elements' symbols, by atomic number."""
        return list(self._shape)

    @property
    def n_members(self) -> int:
        """How many networks each element has; 1 without a committee."""
        return len(self._members)

    def n_features(self, element: str) -> int:
        """How many features an atom of this element has."""
        return self._shape[element]

    @property
    def atom_energies(self) -> dict[str, float]:
        """Offset per atom of each element, eV; of a committee that of the first."""
        return {element: own.atom_energy for element, own in self._members[0].items()}

    def layers(self, element: str) -> list[_core.Layer]:
        """The layers of one element's network; of a committee that of the first."""
        return self._members[0][element].network.layers

    def network(self, element: str, member: int = 0) -> ElementNetwork:
        """What gives the atoms of an element their energy."""
        return self._members[member][element]

    def predict(self, frame: Atoms, uncertainty: bool = False) -> EnergyPrediction:
        """Energy and atomic energies of one frame, by the C++ core's networks.

        Parameters
        ----------
        frame
            With ``arrays["features"]``, as `nnpot.io.read_feature_file` gives it.
        uncertainty
            Whether to find the grades of extrapolation and, of a committee, the spreads of energies, too.

        Returns
        -------
        EnergyPrediction
            Forces, stress and virials are None, for there are no positions.

        Raises
        ------
        UnknownElementError
            If the frame holds an element that the model was not trained for.
        InvalidInputError
            If the frame has no features, or not as many as the model was trained for.
        """
        require_atoms(frame)
        energies = np.zeros((self.n_members, len(frame)))
        grades = np.zeros(len(frame))
        for element, atoms, values in self._features(frame):
            for number, member in enumerate(self._members):
                own = member[element]
                outputs = own.network.evaluate(own.inputs(values))[:, 0]
                energies[number, atoms] = own.atom_energy + outputs
                if uncertainty:
                    grades[atoms] = np.maximum(grades[atoms], own.grades(values))
        atomic = energies.mean(axis=0)
        if not np.isfinite(atomic).all():
            atom = int(np.flatnonzero(~np.isfinite(atomic))[0])
            raise InvalidInputError(
                f"the energy of atom {atom} (counted from 0) is not a finite number; look for features far "
                f"outside of the training data or damaged weights"
            )
        return EnergyPrediction(
            energy=float(atomic.sum()),
            atomic_energies=atomic,
            uncertainty=_uncertainty(energies, grades) if uncertainty else None,
        )

    def _features(self, frame: Atoms) -> Iterator[tuple[str, NDArray[np.intp], Array]]:
        """Per element its atoms and their features."""
        if FEATURES not in frame.arrays:
            raise InvalidInputError(
                "the frame has positions and no features, but the model is one of feature files; give a "
                "feature file, or a potential of positions"
            )
        require_elements(frame)
        elements = sorted(frame.symbols.species(), key=atomic_numbers.__getitem__)
        unknown = [element for element in elements if element not in self._shape]
        if unknown:
            raise UnknownElementError(
                f"the model was trained for {', '.join(self.elements)}, not for {', '.join(unknown)}"
            )
        for element in elements:
            atoms = np.flatnonzero(frame.symbols == element)
            values, n = features_of(frame)[atoms], self._shape[element]
            known = np.isfinite(values)
            if values.shape[1] < n or not known[:, :n].all() or known[:, n:].any():
                raise InvalidInputError(
                    f"the model was trained for {n} features of {element}, got {int(known.sum(axis=1).min())}"
                    f"; give features that were calculated in the same way"
                )
            yield element, atoms, np.ascontiguousarray(values[:, :n])


def _uncertainty(energies: Array, grades: Array) -> Uncertainty:
    if len(energies) == 1:
        return Uncertainty(grades, None, None, None)
    return Uncertainty(grades, None, energies.std(axis=0, ddof=1), float(energies.sum(axis=1).std(ddof=1)))


def write_feature_model(
    directory: str | os.PathLike[str], elements: Mapping[str, ElementNetwork], info: Mapping[str, str]
) -> None:
    """Write ``features.nn``, ``scaling.data`` and ``weights.ZZZ.data`` (docs/formats.md) of one model.

    Parameters
    ----------
    directory
        Exists.
    elements
        By symbol.
    info
        Where it comes from, a line each.
    """
    folder = Path(directory)
    ordered = {e: elements[e] for e in sorted(elements, key=atomic_numbers.__getitem__)}
    _core.write_scaling(folder / "scaling.data", [own.statistics for own in ordered.values()])
    lines = [
        "# A model of feature files: energies of atoms (eV) from their features, no positions",
        f"elements {' '.join(ordered)}",
    ]
    for element, own in ordered.items():
        own.network.write_weights(_weights_file(folder, element))
        layers = own.network.layers
        nodes = [own.network.n_inputs, *(len(biases) for _, biases, _ in layers)]
        lines.append(f"nodes {element} {' '.join(map(str, nodes))}")
        lines.append(f"activations {element} {' '.join(letter for _, _, letter in layers)}")
        lines.append(f"atom_energy {element} {own.atom_energy!r}")
    lines += [f"info {key} {' '.join(value.split())}" for key, value in info.items()]
    with atomic_write(folder / FeatureModel.file) as stream:
        stream.write("\n".join(lines) + "\n")


def load_feature_model(model_dir: Names) -> FeatureModel:
    """Read a model of feature files, or a committee of several; see `nnpot.load`, which reads other kinds."""
    return load_kind(FeatureModel, model_dir)


load_any = load
"""The name that `nnpot.load` had when it read potentials alone."""


def _weights_file(folder: Path, element: str) -> Path:
    return folder / f"weights.{atomic_numbers[element]:03d}.data"


def _read(folder: Path) -> tuple[dict[str, ElementNetwork], dict[str, str]]:
    file = folder / FeatureModel.file
    lines = KeywordFile(file, ("elements",), ("nodes", "activations", "atom_energy", "info"))
    elements = _elements(lines)
    nodes = {e: _nodes(lines, e, line) for e, line in lines.of_each("nodes", elements).items()}
    letters = {e: _letters(lines, line) for e, line in lines.of_each("activations", elements).items()}
    lines.of_each("atom_energy", elements)
    scaling = _core.read_scaling(folder / "scaling.data", [nodes[e][0] for e in elements])
    result = {}
    for element, statistics in zip(elements, scaling, strict=True):
        try:
            network = _core.NeuralNetwork.read_weights(
                _weights_file(folder, element), nodes[element], letters[element]
            )
        except InvalidInputError as error:
            raise FileFormatError(f"{file}: {element}: {error}") from error
        if network.n_outputs != 1:
            raise FileFormatError(
                f"{file}: expected one output of the network of {element}, got {network.n_outputs}"
            )
        energy = float(lines.numbers("atom_energy", 1, element)[0, 0])
        result[element] = ElementNetwork(network, statistics, energy)
    return result, {words[0]: " ".join(words[1:]) for words in lines.all("info")}


def _elements(lines: KeywordFile) -> list[str]:
    """Their symbols, by atomic number."""
    found = lines.one("elements")
    unknown = [symbol for symbol in found.words if symbol not in atomic_numbers or symbol == "X"]
    if unknown or len(set(found.words)) < len(found.words):
        lines.fail(found.number, f"expected symbols of elements, each once, got '{' '.join(found.words)}'")
    return sorted(found.words, key=atomic_numbers.__getitem__)


def _nodes(lines: KeywordFile, element: str, found: Line) -> list[int]:
    if len(found.words) < 2 or not all(map(_is_number_of_nodes, found.words)):
        lines.fail(
            found.number,
            f"expected the nodes of each layer after 'nodes {element}', whole numbers from 1 to "
            f"{MOST_NODES}, the inputs first, got '{' '.join(found.words)}'",
        )
    return [int(word) for word in found.words]


def _is_number_of_nodes(word: str) -> bool:
    short = word.isascii() and word.isdecimal() and len(word) <= len(str(MOST_NODES))
    return short and 0 < int(word) <= MOST_NODES


def _letters(lines: KeywordFile, found: Line) -> str:
    """The activations of the layers after the inputs."""
    for word in found.words:
        if len(word) > 1:
            lines.fail(found.number, f"expected one-letter activations, got '{word}'")
    return "".join(found.words)
