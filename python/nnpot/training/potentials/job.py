"""The training of potentials: offsets, functions, data sets, networks, trainer; export and errors."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot.analysis.baseline import worse_than_nothing
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.errors import InvalidInputError
from nnpot.figures.report import Report, read_model
from nnpot.io.labels import results_of
from nnpot.models.feature_model import FeatureModel, load_any
from nnpot.models.potential import Potential
from nnpot.support.memory import free_memory, total_memory
from nnpot.training.config import LongRangeConfig, RunConfig, TrainingConfig
from nnpot.training.data.coulomb import fit_charges, long_range
from nnpot.training.data.dataset import (
    NO_CHARGES,
    DataSet,
    Derivatives,
    LongRange,
    build_dataset,
    table_shapes,
)
from nnpot.training.data.frames import Split, announce_data, check_loss, summarize_split
from nnpot.training.inputs.source import InputSource
from nnpot.training.inputs.start_model import read_start
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.optimizers.distributed import Alone, find_distribution
from nnpot.training.optimizers.kalman.trainer import KalmanTrainer
from nnpot.training.optimizers.trainer import Task, Trainer, output_scale
from nnpot.training.potentials.beginning import Beginning, FromModel, NewFeatures, NewFunctions
from nnpot.training.potentials.export import export, verify
from nnpot.training.session.job import Evaluation, Job, Trained

logger = logging.getLogger(__name__)

FITTED_ATOMS = 4000
"""How many of the training frames' atoms a linear model is fitted to, to find the first charges."""

TRAINERS: dict[str, type[Trainer]] = {"kalman": KalmanTrainer}
"""Optimizers that are not Keras's: they need stored derivatives and one device."""

SHARE_OF_ALL, SHARE_OF_FREE = 0.4, 0.8
"""What stored derivatives may take where the user sets no limit; the second counts on a full machine only."""


@dataclass(frozen=True)
class TrainingResult:
    """Where the model is, how training went, and how good it is."""

    models: list[Path]
    """Directories of the exported models: one for each member."""
    report: Path
    """The report, an HTML file."""
    stop: str
    """Why training ended."""
    interrupted: bool
    """Whether it was by Ctrl-C or SIGTERM."""
    epochs: int
    best_epochs: list[int]
    """The epoch whose weights were exported, of each member."""
    seconds: float
    """Time spent in epochs."""
    frames_per_second: float
    """Training frames that an average second of an epoch went through."""
    errors: dict[str, ErrorStatistics]
    """Errors of the exported model (of a committee: of the mean prediction), by the C++ core,
    for ``train``, ``validation``, ``test`` as far as given."""
    member_errors: dict[str, list[ErrorStatistics]]
    """The same of each member alone."""

    @property
    def model(self) -> Path:
        """The directory of the only model, or of the committee's first."""
        return self.models[0]


@dataclass(frozen=True)
class _Prepared:
    """What is fixed before the first epoch, as far as the export needs it."""

    source: InputSource
    atom_energies: dict[str, float]
    charges: LongRange
    scale: float
    networks: AtomicNetworks


class PotentialJob(Job[TrainingResult]):
    """Trains a potential, a committee, or a model of feature files."""

    title = "Training of a neural network potential"
    command = "train"
    config: TrainingConfig

    def __init__(self, config: TrainingConfig) -> None:
        self.config = config
        self.n_members = config.network.members
        self.rate = "Forgetting factor" if config.optimizer.name == "kalman" else "Learning rate"

    def start(self) -> str:
        self._beginning = _beginning(self.config)
        return self._beginning.fingerprint()

    def distribution(self) -> Alone:
        return find_distribution()

    def prepare(self, split: Split, distribution: Alone) -> Trainer:
        config, beginning = self.config, self._beginning
        check_loss(config.loss, split)
        source = beginning.source(split)
        charges = _charges(beginning.long_range(), split, source)
        energies = beginning.atom_energies(charges.rest_of(split.train))
        section = beginning.long_range()
        if section is not None and section.fit_first:
            charges = _fitted_charges(config, split, source, energies, charges)
            energies = beginning.atom_energies(charges.rest_of(split.train))
        _announce(split, source, energies)
        derivatives = _derivatives(config, split, source, distribution)

        def build(name: str, frames: Sequence[Atoms]) -> DataSet:
            weights = config.loss.group_weights
            precision = config.training.precision
            return build_dataset(source, frames, energies, precision, name, weights, derivatives, charges)

        train = build("train", split.train)
        validation = build("validation", split.validation) if split.validation else None
        scale = output_scale(train)
        with distribution.scope():
            networks = beginning.networks(source, scale, charges)
        self._prepared = _Prepared(source, energies, charges, scale, networks)
        return self._trainer(Task(config, networks, train, validation, scale), distribution)

    def _trainer(self, task: Task, distribution: Alone) -> Trainer:
        name = self.config.optimizer.name
        if name not in TRAINERS:
            return distribution.trainer(task)
        distribution.require_one_device(name)
        return TRAINERS[name](task)

    def export(self, member: int, directory: Path, info: dict[str, str]) -> None:
        p = self._prepared
        export(p.networks, p.source, p.atom_energies, p.scale, info, directory, member, p.charges)

    def verify(self, directory: Path, frames: Sequence[Atoms]) -> float:
        return verify(directory, self._prepared.source, frames, self._prepared.charges)

    def evaluate(self, models: Sequence[Path], split: Split) -> Evaluation:
        parts, members = _evaluated([load_any(model) for model in models], split)
        before, _ = _evaluated(self._beginning.potentials(), split)
        return Evaluation(parts, members, {name: part.errors for name, part in before.items()})

    def warnings(self, evaluation: Evaluation) -> list[str]:
        weights = {"energy": self.config.loss.energy_weight, "forces": self.config.loss.force_weight}
        return worse_than_nothing(evaluation.parts, [label for label, w in weights.items() if w > 0.0])

    def describe(self, report: Report, trained: Trained) -> None:
        model = read_model(trained.models[0])
        report.model(model)
        report.data(summarize_split(trained.split, model.atom_energies))
        config, state = self.config, trained.state
        rows: list[tuple[str, object]] = [
            ("optimizer", config.optimizer.name),
            ("epochs", f"{state.epoch} of {config.training.epochs}"),
            ("stopped", trained.stop.value),
            ("frames per step", config.training.batch_size),
            ("precision", config.training.precision),
            ("time in epochs", f"{state.seconds:.1f} s"),
            ("training frames per second", f"{trained.frames_per_second:.0f}"),
        ]
        if self.n_members > 1:
            rows.append(("members of the committee", self.n_members))
        report.table(("training", ""), rows)

    def result(self, trained: Trained, report: Path) -> TrainingResult:
        state, evaluation = trained.state, trained.evaluation
        return TrainingResult(
            models=list(trained.models),
            report=report,
            stop=trained.stop.value,
            interrupted=trained.interrupted,
            epochs=state.epoch,
            best_epochs=state.best_epochs,
            seconds=state.seconds,
            frames_per_second=trained.frames_per_second,
            errors={name: part.errors for name, part in evaluation.parts.items()},
            member_errors=evaluation.members,
        )


def _beginning(config: TrainingConfig) -> Beginning:
    """What the configuration names to begin with."""
    path = config.training.start_from
    if path is not None:
        return FromModel(config, read_start(path, config.network.members))
    return NewFeatures(config) if config.data.has_features else NewFunctions(config)


def _evaluated(
    potentials: Sequence[Potential | FeatureModel], split: Split
) -> tuple[dict[str, Predictions], dict[str, list[ErrorStatistics]]]:
    """What the mean of potentials says about each part of the data, and the errors of each alone."""
    parts, members = {}, {}
    for name, frames in split.parts() if potentials else ():
        said = [predict_frames(potential, frames, f"{name} data") for potential in potentials]
        parts[name] = mean_predictions(said)
        members[name] = [one.errors for one in said]
    return parts, members


def _charges(section: LongRangeConfig | None, split: Split, source: InputSource) -> LongRange:
    if section is None:
        return NO_CHARGES
    found = long_range(section, source.elements, source.cutoff, [*split.train, *split.validation])
    real_space = f"real space to {found.real_cutoff:.2f} Å" if found.real_cutoff else "no part in real space"
    kept = "trained from" if found.basis.shape[1] else "fixed at"
    logger.info("charges (e): %s %s; alpha %.4f 1/Å, %s", kept, _text(found), found.alpha, real_space)
    return found


def _fitted_charges(
    config: TrainingConfig, split: Split, source: InputSource, energies: dict[str, float], charges: LongRange
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
    logger.info("charges of a linear model: %s", _text(fitted))
    return fitted


def _text(charges: LongRange) -> str:
    return ", ".join(f"{e} {q:+.3g}" for e, q in zip(charges.elements, charges.initial, strict=True))


def _announce(split: Split, source: InputSource, energies: dict[str, float]) -> None:
    announce_data(split, energies)
    for element in source.elements:
        count = source.n_functions(element)
        logger.info("%s: %d %s, energy offset %.6f eV", element, count, source.name, energies[element])
    if source.cutoff > 0.0:
        logger.info("cutoff: %.3f Å", source.cutoff)


def _derivatives(
    config: TrainingConfig, split: Split, source: InputSource, distribution: Alone
) -> Derivatives:
    """What becomes of the derivatives of the inputs: nothing where there are energies alone to learn from."""
    fitted = [frames for frames in (split.train, split.validation) if frames]
    if not source.has_derivatives:
        return "none"
    labels = [results_of(frame) for frames in fitted for frame in frames]
    energies_alone = not any("forces" in found or "stress" in found for found in labels)
    if energies_alone and config.optimizer.name not in TRAINERS:
        return "none"
    shapes = [table_shapes(source, frames) for frames in fitted]
    n_bytes = sum(shape.n_bytes(config.training.precision) for part in shapes for shape in part.values())
    if stores_derivatives(config.training, n_bytes):
        return "stored"
    if distribution.together or config.optimizer.name in TRAINERS:
        where = "a training on several devices" if distribution.together else config.optimizer.name
        raise InvalidInputError(
            f"training.jacobian: {where} needs stored derivatives, {n_bytes / 1e9:.2f} GB; raise "
            f"training.memory_limit, take fewer functions, or adam on one device"
        )
    return "on_the_fly"


def stores_derivatives(config: RunConfig, n_bytes: int) -> bool:
    """Decide by ``training.jacobian`` and ``memory_limit`` whether derivatives are stored, and say so.

    Stored and on the fly round differently. The choice therefore depends on the machine and not on what other
    programs leave free, so that a seed gives the same network twice; a machine that is full is the exception.

    Parameters
    ----------
    config
        The section ``training``.
    n_bytes
        What they would take.
    """
    limit = SHARE_OF_ALL * total_memory() if config.memory_limit is None else 1e9 * config.memory_limit
    stored = n_bytes <= limit if config.jacobian == "auto" else config.jacobian == "stored"
    full = config.memory_limit is None and n_bytes > SHARE_OF_FREE * free_memory()
    if stored and full and config.jacobian == "auto":
        logger.warning(
            "other programs leave %.2f GB of memory, too little for derivatives of %.2f GB: they are "
            "computed on the fly, which rounds differently: on a free machine the seed gives another network",
            free_memory() / 1e9,
            n_bytes / 1e9,
        )
        stored = False
    logger.info(
        "derivatives of the descriptors (%s): %.2f GB, limit %.2f GB: %s",
        config.precision,
        n_bytes / 1e9,
        limit / 1e9,
        "stored" if stored else "computed on the fly",
    )
    if stored and n_bytes > limit:
        logger.warning("training.jacobian is stored although that is more than the limit; auto would not")
    return stored
