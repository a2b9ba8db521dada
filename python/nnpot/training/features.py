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
from nnpot.models.feature_model import (
    ElementNetwork,
    FeatureModel,
    load_feature_model,
    range_factor,
    write_feature_model,
)
from nnpot.training.batches import batches
from nnpot.training.dataset import build_dataset
from nnpot.training.descriptors import Inputs, InputSource, plain_inputs, statistics
from nnpot.training.export import OFFSET_ROUNDING, require_agreement
from nnpot.training.frames import Split
from nnpot.training.model import predict, to_device, to_tensors
from nnpot.training.networks import AtomicNetworks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Features(InputSource):
    """Features with the statistics that scale them: g = (f - mean) / (max - min), 0 for what never varies."""

    statistics: dict[str, Array]
    """Per element (F, 4): min, max, mean, sigma of each feature over the training frames."""
    inputs: dict[str, Inputs]

    @property
    def elements(self) -> list[str]:
        return list(self.statistics)

    def values(self, frame: Atoms) -> Array:
        found = frame.arrays[FEATURES]
        inputs = np.zeros((len(frame), max(map(len, self.statistics.values()))))
        for element, own in self.statistics.items():
            low, high, mean, _ = own.T
            atoms, n = frame.symbols == element, len(own)
            inputs[atoms, :n] = (found[atoms, :n] - mean) * range_factor(low, high)
        return inputs


def fit_features(split: Split) -> Features:
    """The scaling of the features, from the training frames.

    Raises
    ------
    InvalidInputError
        If the frames of any part have other numbers of features than the training frames, or no feature
        varies.
    """
    counts = n_features(split.train, "train frames")
    for name, frames in split.parts():
        own = n_features(frames, f"{name} frames")
        different = [element for element, count in own.items() if count != counts[element]]
        if different:
            element = different[0]
            raise InvalidInputError(
                f"data: atoms of {element} have {own[element]} features in the {name} frames and "
                f"{counts[element]} in the train frames; give files whose features are the same"
            )
    found = {element: statistics(_values(split.train, element, n)) for element, n in counts.items()}
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


def export_features(
    networks: AtomicNetworks,
    source: Features,
    atom_energies: Mapping[str, float],
    scale: float,
    info: Mapping[str, str],
    directory: Path,
    member: int = 0,
) -> None:
    """Write the directory of a model of feature files; parameters as of `nnpot.training.export.export`."""
    layers = networks.layers(scale, {e: inputs.transform for e, inputs in source.inputs.items()}, member)
    elements = {
        element: ElementNetwork(
            _core.NeuralNetwork(layers[element]), source.statistics[element], atom_energies[element]
        )
        for element in source.elements
    }
    write_feature_model(directory, elements, info)


def verify_features(directory: Path, frames: Sequence[Atoms]) -> float:
    """Compare TensorFlow with the C++ core on an exported model of feature files.

    The networks are rebuilt in float64 from the files; ``frames`` are evaluated by both.

    Returns
    -------
    float
        The largest difference of energies relative to the sum of what the networks give each atom.

    Raises
    ------
    NnpotError
        If it is larger than `nnpot.training.export.TOLERANCE`.
    """
    model = load_feature_model(directory)
    own = {element: model.network(element) for element in model.elements}
    source = Features(
        {element: found.statistics for element, found in own.items()},
        {element: plain_inputs(len(found.statistics)) for element, found in own.items()},
    )
    networks = AtomicNetworks.from_layers({e: found.network.layers for e, found in own.items()})
    worst = 0.0
    for frame in frames:
        data = build_dataset(source, [frame], model.atom_energies, "float64", derivatives="none")
        batch = to_tensors(next(batches(data, np.arange(1), 1, "float64")))
        predicted = predict(networks, to_device(data, "float64"), batch, with_stress=False)
        worst = max(worst, _difference(model, frame, float(predicted.energies[0, 0])))
    return require_agreement(worst)


def _difference(model: FeatureModel, frame: Atoms, of_networks: float) -> float:
    said = model.predict(frame)
    offsets = np.array([model.atom_energies[symbol] for symbol in frame.symbols])
    size = np.abs(said.atomic_energies - offsets).sum() + OFFSET_ROUNDING * abs(said.energy)
    return float(abs(of_networks + offsets.sum() - said.energy) / max(size, np.finfo(float).tiny))
