"""Where the training of a potential begins: with new functions and networks, or with those of a model."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.analysis.atom_energies import elements_of, fit_atom_energies
from nnpot.descriptors import candidate_lines
from nnpot.errors import InvalidInputError
from nnpot.models.potential import Potential
from nnpot.support.memory import require_memory_for_networks
from nnpot.training.config import CUTOFF_TYPES, LongRangeConfig, TrainingConfig
from nnpot.training.data.dataset import LongRange
from nnpot.training.inputs.features import fit_features
from nnpot.training.inputs.source import InputSource
from nnpot.training.inputs.start_model import StartModel, read_start, start_descriptor
from nnpot.training.inputs.symmetry_functions import fit_descriptor
from nnpot.training.networks.atomic import AtomicNetworks, Charges

logger = logging.getLogger(__name__)

Parts = Mapping[str, Sequence[Atoms]]
"""Frames for training, validation and tests, by the name of the part."""


class Beginning(ABC):
    """What is taken over from a model, or made anew as the configuration says."""

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config

    def fingerprint(self) -> str:
        """A hash of all that is taken over; empty for nothing."""
        return ""

    def potentials(self) -> list[Potential]:
        """The models that are trained further."""
        return []

    @abstractmethod
    def source(self, parts: Parts) -> InputSource:
        """The inputs of the networks."""

    def long_range(self) -> LongRangeConfig | None:
        """The section ``long_range``, if there are charges."""
        return self._config.long_range

    def atom_energies(self, frames: Sequence[Atoms]) -> dict[str, float]:
        """Offsets of the elements, eV per atom: given, or fitted to the energies of frames."""
        return fit_atom_energies(frames, self._given())

    @abstractmethod
    def networks(self, source: InputSource, scale: float, charges: LongRange) -> AtomicNetworks:
        """Networks and charges before the first step; they give energies in units of ``scale`` eV."""

    def _given(self) -> dict[str, float] | None:
        offsets = self._config.data.atom_energies
        return None if offsets == "fit" else offsets

    def _charges(self, values: NDArray[np.float64], charges: LongRange, scale: float) -> Charges:
        """Charges (K, E) in e that may change as ``charges`` says."""
        precision = self._config.training.precision
        return Charges(charges.elements, values, charges.basis, scale, precision)


class NewFeatures(Beginning):
    """Networks with random weights, on features that the frames carry."""

    def source(self, parts: Parts) -> InputSource:
        return fit_features(parts)

    def networks(self, source: InputSource, scale: float, charges: LongRange) -> AtomicNetworks:
        section, training = self._config.network, self._config.training
        scales = {element: inputs.initial_scale for element, inputs in source.inputs.items()}
        counts = {element: len(scale) for element, scale in scales.items()}
        require_memory_for_networks(counts, section.hidden, section.members)
        first = self._charges(np.tile(charges.initial, (section.members, 1)), charges, scale)
        return AtomicNetworks.create(section, scales, training.precision, training.seed, first)


class NewFunctions(NewFeatures):
    """Networks with random weights, on symmetry functions that are chosen by the training frames."""

    def source(self, parts: Parts) -> InputSource:
        section = self._config.descriptor
        assert section is not None, "the configuration has a descriptor or a model to start from"
        frames = parts["train"]
        elements, cutoff_type = elements_of(frames), CUTOFF_TYPES[section.cutoff_type]
        lines = candidate_lines(section, elements, frames)
        return fit_descriptor(lines, elements, cutoff_type, frames, section.decorrelate, section.selection)


class FromModel(Beginning):
    """The functions, scaling, offsets, weights and charges of a potential or committee."""

    def __init__(self, config: TrainingConfig, start: StartModel) -> None:
        super().__init__(config)
        self._start = start

    def fingerprint(self) -> str:
        return self._start.fingerprint()

    def potentials(self) -> list[Potential]:
        return [Potential(model) for model in self._start.members]

    def source(self, parts: Parts) -> InputSource:
        self._descriptor = start_descriptor(self._start, parts["train"])
        return self._descriptor

    def long_range(self) -> LongRangeConfig | None:
        """How the charges of the model are summed and, of its first member, what they are.

        Of the configuration counts only whether they are trained; without it they are.
        """
        given, found, path = self._config.long_range, self._start.model.long_range, self._start.path
        if found is None:
            if given is None:
                return None
            raise InvalidInputError(
                f"long_range: {path} of training.start_from has no charges, and with new ones it would "
                f"say something else from the start; leave the section out or train a new model"
            )
        if given is not None and given.form != found.form:
            raise InvalidInputError(
                f"long_range.form is {given.form}, but {path} of training.start_from has the form "
                f"{found.form}; take that or train a new model"
            )
        return LongRangeConfig(
            charges=found.charges,
            form="full" if found.form == "full" else "reciprocal",
            alpha=found.alpha,
            real_cutoff=found.real_cutoff or None,
            train=given is None or given.train,
            fit_first=False,
        )

    def atom_energies(self, frames: Sequence[Atoms]) -> dict[str, float]:
        return self._start.atom_energies(self._given())

    def networks(self, source: InputSource, scale: float, charges: LongRange) -> AtomicNetworks:
        logger.info("weights of %s", self._start.path)
        values = self._start.networks(self._descriptor, scale)
        own = self._start.charges(charges.elements)
        training, dropout = self._config.training, self._config.network.dropout
        return AtomicNetworks.from_values(
            values, training.precision, dropout, self._charges(own, charges, scale)
        )


def find_beginning(config: TrainingConfig) -> Beginning:
    """What the configuration names to begin with; of a model the files are read."""
    path = config.training.start_from
    if path is not None:
        return FromModel(config, read_start(path, config.network.members))
    return NewFeatures(config) if config.data.has_features else NewFunctions(config)
