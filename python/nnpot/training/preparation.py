"""All that is fixed before the first epoch: offsets, functions, data sets, networks and their trainer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np

from nnpot.descriptors import candidate_lines
from nnpot.errors import InvalidInputError
from nnpot.io.labels import results_of
from nnpot.training.charge_fit import fit_charges
from nnpot.training.charges import Charges, LongRange, long_range
from nnpot.training.config import CUTOFF_TYPES, LongRangeConfig, TrainingConfig
from nnpot.training.dataset import DataSet, Derivatives, build_dataset, table_shapes
from nnpot.training.descriptors import Descriptor, InputSource, fit_descriptor
from nnpot.training.distributed_trainer import DistributedTrainer
from nnpot.training.distribution import Distribution
from nnpot.training.features import fit_features
from nnpot.training.frames import Split, announce_data, atom_energies
from nnpot.training.gradient_trainer import GradientTrainer
from nnpot.training.kalman_trainer import KalmanTrainer
from nnpot.training.loss_checks import check_loss
from nnpot.training.memory import require_memory_for_networks, stores_derivatives
from nnpot.training.networks import AtomicNetworks
from nnpot.training.start_model import StartModel, start_descriptor
from nnpot.training.trainer import Task, Trainer, output_scale

logger = logging.getLogger(__name__)

FITTED_ATOMS = 4000
"""How many of the training frames' atoms a linear model is fitted to, to find the first charges."""

TRAINERS: dict[str, type[Trainer]] = {"kalman": KalmanTrainer}
"""Of the optimizers that are not Keras's, by name."""


@dataclass(frozen=True)
class Prepared:
    """All that is fixed before the first epoch."""

    split: Split
    atom_energies: dict[str, float]
    source: InputSource
    scale: float
    networks: AtomicNetworks
    trainer: Trainer
    start: StartModel | None
    charges: LongRange | None


def prepare(
    config: TrainingConfig, split: Split, start: StartModel | None, distribution: Distribution | None
) -> Prepared:
    """Offsets, functions, data sets, networks and their trainer, in this order; see `Prepared`."""
    check_loss(config.loss, split)
    precision = config.training.precision
    source = _source(config, split, start)
    section = start.long_range(config.long_range) if start else config.long_range
    charges = _charges(section, split, source)
    energies = _atom_energies(config, split, start, charges)
    if charges is not None and section is not None and section.fit_first:
        charges = _fitted_charges(config, split, source, energies, charges)
        energies = _atom_energies(config, split, start, charges)
    _announce(split, source, energies)
    derivatives = _derivatives(config, split, source, distribution)

    def build(name: str) -> DataSet | None:
        frames = dict(split.parts()).get(name)
        if not frames:
            return None
        weights = config.loss.group_weights
        return build_dataset(source, frames, energies, precision, name, weights, derivatives, charges)

    train, validation = build("train"), build("validation")
    assert train is not None
    scale = output_scale(train)
    with distribution.scope() if distribution else nullcontext():
        networks = _networks(config, source, scale, start)
        if charges is not None:
            networks.charges = _charges_of_members(charges, start, networks.n_members, scale, precision)
    create = _trainer_class(config, distribution)
    trainer = create(Task(config, networks, train, validation, scale))
    return Prepared(split, energies, source, scale, networks, trainer, start, charges)


def _derivatives(
    config: TrainingConfig, split: Split, source: InputSource, distribution: Distribution | None
) -> Derivatives:
    """What becomes of the derivatives of the inputs: nothing where there are energies alone to learn from."""
    fitted = [frames for frames in (split.train, split.validation) if frames]
    if not isinstance(source, Descriptor):
        return "none"
    labels = [results_of(frame) for frames in fitted for frame in frames]
    energies_alone = not any("forces" in found or "stress" in found for found in labels)
    if energies_alone and config.optimizer.name not in TRAINERS:
        return "none"
    shapes = [table_shapes(source, frames) for frames in fitted]
    n_bytes = sum(shape.n_bytes(config.training.precision) for part in shapes for shape in part.values())
    if stores_derivatives(config.training, n_bytes):
        return "stored"
    if distribution is not None or config.optimizer.name in TRAINERS:
        where = config.optimizer.name if distribution is None else "a training on several devices"
        raise InvalidInputError(
            f"training.jacobian: {where} needs stored derivatives, {n_bytes / 1e9:.2f} GB; raise "
            f"training.memory_limit, take fewer functions, or adam on one device"
        )
    return "on_the_fly"


def _charges_of_members(
    source: LongRange, start: StartModel | None, n_members: int, scale: float, precision: str
) -> Charges:
    if start is None:
        return Charges.of(source, n_members, scale, precision)
    return Charges(start.charges(source.elements), source.basis, scale, precision)


def _charges(section: LongRangeConfig | None, split: Split, source: InputSource) -> LongRange | None:
    if section is None:
        return None
    assert isinstance(source, Descriptor), "the configuration has charges with positions only"
    frames = [*split.train, *split.validation]
    found = long_range(section, source.elements, source.functions.cutoff, frames)
    start = ", ".join(f"{e} {q:+.3g}" for e, q in zip(found.elements, found.initial, strict=True))
    real_space = f"real space to {found.real_cutoff:.2f} Å" if found.real_cutoff else "no part in real space"
    kept = "trained from" if found.basis.shape[1] else "fixed at"
    logger.info("charges (e): %s %s; alpha %.4f 1/Å, %s", kept, start, found.alpha, real_space)
    return found


def _fitted_charges(
    config: TrainingConfig,
    split: Split,
    source: InputSource,
    energies: dict[str, float],
    charges: LongRange,
) -> LongRange:
    """The charges of a linear model on some training frames, evenly spaced."""
    ends = np.cumsum([len(frame) for frame in split.train])
    step = -(-int(ends[-1]) // FITTED_ATOMS)
    data = build_dataset(source, split.train[::step], energies, "float64", charges=charges)
    fitted = fit_charges(charges, data, config.loss)
    if fitted is charges and charges.basis.shape[1] > 0:
        logger.warning(
            "long_range: a linear model finds no charges in these data (it explains them within the cutoff); "
            "training starts from those given"
        )
    found = ", ".join(f"{e} {q:+.3g}" for e, q in zip(fitted.elements, fitted.initial, strict=True))
    logger.info("charges of a linear model: %s", found)
    return fitted


def _atom_energies(
    config: TrainingConfig, split: Split, start: StartModel | None, charges: LongRange | None
) -> dict[str, float]:
    """Offsets of the elements: given, or fitted to what the first charges leave of the energies."""
    offsets = config.data.atom_energies
    given = None if offsets == "fit" else offsets
    if start is not None:
        return start.atom_energies(given)
    return atom_energies(charges.rest_of(split.train) if charges else split.train, given)


def _trainer_class(config: TrainingConfig, distribution: Distribution | None) -> Callable[..., Trainer]:
    name = config.optimizer.name
    if distribution is None:
        return TRAINERS.get(name, GradientTrainer)
    if name in TRAINERS:
        raise InvalidInputError(
            f"optimizer.name: {name} works on one device only, got {distribution.n_replicas}; take adam, or "
            f"unset TF_CONFIG and leave one GPU visible (CUDA_VISIBLE_DEVICES=0)"
        )
    return partial(DistributedTrainer, distribution)


def _source(config: TrainingConfig, split: Split, start: StartModel | None) -> InputSource:
    if start is not None:
        return start_descriptor(start, split.train)
    if config.data.has_features:
        return fit_features(split)
    section = config.descriptor
    assert section is not None, "the configuration has a descriptor or a model to start from"
    lines = candidate_lines(section, split.elements, split.train)
    cutoff_type = CUTOFF_TYPES[section.cutoff_type]
    return fit_descriptor(
        lines, split.elements, cutoff_type, split.train, section.decorrelate, section.selection
    )


def _networks(
    config: TrainingConfig, source: InputSource, scale: float, start: StartModel | None
) -> AtomicNetworks:
    precision = config.training.precision
    if start is not None and isinstance(source, Descriptor):
        logger.info("weights of %s", start.path)
        values = start.networks(source, scale)
        return AtomicNetworks.from_values(values, precision, config.network.dropout)
    scales = {element: inputs.initial_scale for element, inputs in source.inputs.items()}
    counts = {element: len(scale) for element, scale in scales.items()}
    require_memory_for_networks(counts, config.network.hidden, config.network.members)
    return AtomicNetworks.create(config.network, scales, precision, config.training.seed)


def _announce(split: Split, source: InputSource, energies: dict[str, float]) -> None:
    announce_data(split, energies)
    kind = "symmetry functions" if isinstance(source, Descriptor) else "features"
    for element in source.elements:
        count = source.n_functions(element)
        logger.info("%s: %d %s, energy offset %.6f eV", element, count, kind, energies[element])
    if isinstance(source, Descriptor):
        logger.info("cutoff: %.3f Å", source.functions.cutoff)
