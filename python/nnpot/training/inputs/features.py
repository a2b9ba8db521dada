"""Features that frames carry, as inputs of networks: their scaling, and the model that is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.io.feature_files import FEATURES, n_features
from nnpot.models.feature_model import ElementNetwork, load_feature_model, range_factor, write_feature_model
from nnpot.training.inputs.source import (
    ElementCharges,
    Exported,
    FrameInputs,
    Inputs,
    InputSource,
    Layers,
    plain_inputs,
    statistics,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Features(InputSource):
    """Features with the statistics that scale them: g = (f - mean) / (max - min), 0 for what never varies.

    They are not combined, so that the plain inputs are these.
    """

    statistics: dict[str, Array]
    inputs: dict[str, Inputs]

    name = "features"
    has_derivatives = False

    @property
    def elements(self) -> list[str]:
        return list(self.statistics)

    def describe(self, frame: Atoms, derivatives: bool = True) -> FrameInputs:
        found = frame.arrays[FEATURES]
        inputs = np.zeros((len(frame), max(map(len, self.statistics.values()))))
        for element, own in self.statistics.items():
            low, high, mean, _ = own.T
            atoms, n = frame.symbols == element, len(own)
            inputs[atoms, :n] = (found[atoms, :n] - mean) * range_factor(low, high)
        return FrameInputs.without_derivatives(inputs)

    def write(
        self,
        directory: Path,
        layers: dict[str, Layers],
        atom_energies: Mapping[str, float],
        charges: ElementCharges,
        info: Mapping[str, str],
    ) -> None:
        elements = {
            element: ElementNetwork(
                _core.NeuralNetwork(layers[element]), self.statistics[element], atom_energies[element]
            )
            for element in self.elements
        }
        write_feature_model(directory, elements, info)

    def read_back(self, directory: Path) -> Exported:
        model = load_feature_model(directory)
        layers = {element: model.layers(element) for element in model.elements}
        return Exported(layers, model.atom_energies, {}, model.predict)


def fit_features(parts: Mapping[str, Sequence[Atoms]]) -> Features:
    """The scaling of the features, from the frames of the part ``train``.

    Raises
    ------
    InvalidInputError
        If the frames of any part have other numbers of features than the training frames, or no feature
        varies.
    """
    counts = n_features(parts["train"], "train frames")
    for name, frames in parts.items():
        own = n_features(frames, f"{name} frames")
        different = [element for element, count in own.items() if count != counts[element]]
        if different:
            element = different[0]
            raise InvalidInputError(
                f"data: atoms of {element} have {own[element]} features in the {name} frames and "
                f"{counts[element]} in the train frames; give files whose features are the same"
            )
    found = {element: statistics(_values(parts["train"], element, n)) for element, n in counts.items()}
    constant = [element for element, own in found.items() if not np.ptp(own[:, :2], axis=1).any()]
    if len(constant) == len(found):
        raise InvalidInputError(
            "data: no feature varies over the training frames, so there is nothing to learn from; give other "
            "features, or more frames"
        )
    return Features(found, {element: plain_inputs(n) for element, n in counts.items()})


def _values(frames: Sequence[Atoms], element: str, n: int) -> Array:
    """(atoms, n) of all atoms of an element; twice where there is one atom, which has a sigma of 0 then."""
    values = np.concatenate([frame.arrays[FEATURES][frame.symbols == element, :n] for frame in frames])
    return values if len(values) > 1 else np.repeat(values, 2, axis=0)
