"""Training that starts from an existing potential: its functions, scaling, offsets and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.analysis.atom_energies import elements_of
from nnpot.descriptors import sample_values
from nnpot.errors import InvalidInputError
from nnpot.models.kinds import kind_of, models_in, require_kind
from nnpot.models.potential import Potential
from nnpot.training.inputs.source import Inputs, decorrelation, plain_inputs, statistics
from nnpot.training.inputs.symmetry_functions import Descriptor

Array = NDArray[np.float64]
NetworkValues = dict[str, tuple[list[Array], str]]
"""Per element weights (K, n_in, n_out) and biases (K, n_out) in turn, and the letters of the activations."""


@dataclass(frozen=True)
class StartModel:
    """A potential, or a committee of them, on the same functions."""

    path: Path
    members: list[_core.Model]

    @property
    def model(self) -> _core.Model:
        """The first member, which says what all have in common."""
        return self.members[0]

    def fingerprint(self) -> str:
        """A hash of all that a training takes over."""
        digest = hashlib.sha256()
        for model in self.members:
            digest.update(repr((model.cutoff_type, model.cutoff_alpha, model.atom_energies)).encode())
            digest.update(repr((model.mean_energy, model.energy_per_output, _charges(model))).encode())
            for element in model.elements:
                digest.update(repr((element, model.functions(element))).encode())
                digest.update(model.input_scaling(element).tobytes())
                for weights, biases, letter in model.network(element):
                    digest.update(weights.tobytes() + biases.tobytes() + letter.encode())
        return digest.hexdigest()

    def atom_energies(self, given: dict[str, float] | None) -> dict[str, float]:
        """eV per atom of each element: those of the model, or where given, those."""
        own = {e: energy + self.model.mean_energy for e, energy in self.model.atom_energies.items()}
        unknown = [element for element in given or {} if element not in own]
        if unknown:
            raise InvalidInputError(
                f"data.atom_energies names {', '.join(unknown)}, which {self.path} does not have "
                f"(it has {', '.join(own)})"
            )
        return own | (given or {})

    def charges(self, elements: Sequence[str]) -> Array:
        """(K, E) in e, of the members; E is 0 where they have no charges."""
        found = [model.long_range.charges if model.long_range is not None else {} for model in self.members]
        return np.array([[charges[element] for element in elements] for charges in found])

    def networks(self, descriptor: Descriptor, scale: float) -> NetworkValues:
        """Weights with which networks on the inputs of `descriptor`, in units of ``scale`` eV, say the same.

        The model sees o + f G of a function G. G = mean + sigma g, and the inputs are y = g T, so its first
        layer becomes W' = T⁻¹ diag(f sigma) W and b' = b + (o + f mean) W.
        """
        result = {}
        for element in self.model.elements:
            mean, sigma = descriptor.statistics[element][:, 2:].T
            inverse = np.linalg.inv(descriptor.inputs[element].transform)
            members = []
            for model in self.members:
                offset, factor = model.input_scaling(element).T
                values = [
                    array for weights, biases, _ in model.network(element) for array in (weights, biases)
                ]
                first, bias = values[:2]
                values[:2] = (
                    inverse @ ((factor * sigma)[:, None] * first),
                    bias + (offset + factor * mean) @ first,
                )
                values[-2:] = [model.energy_per_output / scale * last for last in values[-2:]]
                members.append(values)
            letters = "".join(letter for _, _, letter in self.model.network(element))
            result[element] = ([np.stack(arrays) for arrays in zip(*members, strict=True)], letters)
        return result


def read_start(path: Path, n_members: int) -> StartModel:
    """Read the model that ``training.start_from`` names.

    A directory that holds ``model_1``, ``model_2``, ... is a committee.

    Raises
    ------
    InvalidInputError
        If there are not as many models as members, they differ in more than their weights, or an output
        layer is not linear.
    FileFormatError
        If a file is damaged.
    OSError
        If a file cannot be read.
    """
    start = StartModel(path, [_read(place) for place in models_in(path)])
    _require_alike(start)
    if n_members != len(start.members):
        raise InvalidInputError(
            f"network.members is {n_members}, but training.start_from {path} holds "
            f"{len(start.members)} model(s); start from as many: members that start alike stay alike"
        )
    return start


def _read(directory: Path) -> _core.Model:
    try:
        require_kind(Potential, directory)
        return _core.Model.read(str(directory), None)
    except InvalidInputError as error:
        if (directory / "model.info").exists() or kind_of(directory) is not Potential:
            raise
        raise InvalidInputError(
            f"training.start_from: {error}; for a training write them as a line 'units metal' (or real, "
            f"atomic) into {directory / 'model.info'}"
        ) from error


def _require_alike(start: StartModel) -> None:
    for number, model in enumerate(start.members[1:], 2):
        if _shape(model) != _shape(start.model):
            raise InvalidInputError(
                f"training.start_from: model {number} of {start.path} has other functions or layers than the "
                f"first; the members of a committee must differ in their weights alone"
            )
    for element in start.model.elements:
        letter = start.model.network(element)[-1][2]
        if letter != "l":
            raise InvalidInputError(
                f"training.start_from: the output of the network of {element} in {start.path} has the "
                f"activation '{letter}'; only models with a linear output (l) can be trained further"
            )


def _shape(model: _core.Model) -> object:
    networks = {e: [(w.shape, letter) for w, _, letter in model.network(e)] for e in model.elements}
    functions = {e: model.functions(e) for e in model.elements}
    scaling = {e: model.input_scaling(e).tolist() for e in model.elements}
    offsets = (model.atom_energies, model.mean_energy, (_charges(model) or ())[:3])
    return networks, functions, scaling, model.cutoff_type, model.cutoff_alpha, offsets


def _charges(model: _core.Model) -> tuple[str, float, float, dict[str, float]] | None:
    found = model.long_range
    return None if found is None else (found.form, found.alpha, found.real_cutoff, found.charges)


def start_descriptor(start: StartModel, frames: Sequence[Atoms]) -> Descriptor:
    """The functions of a model with its scaling, on decorrelated inputs of the training frames.

    The least and largest values, which warn of extrapolation, cover the model's data and the frames'.

    Raises
    ------
    InvalidInputError
        If the frames have an element that the model lacks.
    """
    model = start.model
    unknown = [element for element in elements_of(frames) if element not in model.elements]
    if unknown:
        raise InvalidInputError(
            f"training.start_from: the training frames hold {', '.join(unknown)}, which {start.path} does "
            f"not have (it has {', '.join(model.elements)}); leave those frames out or train a new model"
        )
    lines = [line for element in model.elements for line in model.functions(element)]
    functions = _core.SymmetryFunctions(model.elements, lines, model.cutoff_type, model.cutoff_alpha)
    found: dict[str, Array] = {}
    inputs: dict[str, Inputs] = {}
    for element, values in sample_values(functions, frames).items():
        found[element] = _statistics(model.scaling(element), values)
        varying = (values - values.mean(axis=0)) / found[element][:, 3] if len(values) else values
        inputs[element] = decorrelation(varying) if np.any(varying) else plain_inputs(values.shape[1])
    return Descriptor(functions, model.cutoff_type, found, inputs, model.cutoff_alpha)


def _statistics(own: Array, values: Array) -> Array:
    """Min, max, mean, sigma: of the model as far as they can scale, otherwise of the frames."""
    result = own.copy()
    if len(values) > 1:
        of_frames = statistics(values)
        known = np.isfinite(own).all(axis=1) & (own[:, 3] > 0.0)
        result[~known] = of_frames[~known]
        result[:, 0] = np.minimum(result[:, 0], of_frames[:, 0])
        result[:, 1] = np.maximum(result[:, 1], of_frames[:, 1])
    result[~(result[:, 3] > 0.0), 3] = 1.0
    return result
