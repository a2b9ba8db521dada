"""The training of potentials: offsets, functions, data sets, networks, trainer; export and errors."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot.analysis.baseline import worse_than_nothing
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.errors import InvalidInputError
from nnpot.figures.report import Report
from nnpot.io.labels import results_of
from nnpot.models.kinds import load
from nnpot.models.model import Model
from nnpot.support.memory import free_memory, total_memory
from nnpot.training.config import RunConfig, TrainingConfig
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
from nnpot.training.optimizers.distributed import Alone, find_distribution
from nnpot.training.optimizers.kalman.trainer import KalmanTrainer
from nnpot.training.optimizers.trainer import Task, Trainer, output_scale
from nnpot.training.potentials.beginning import find_beginning
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


class PotentialJob(Job[TrainingResult]):
    """Trains a potential, a committee, or a model of feature files."""

    title = "Training of a neural network potential"
    command = "train"
    config: TrainingConfig

    def __init__(self, config: TrainingConfig) -> None:
        self.config = config
        self.n_members = config.network.members
        self.rate = "Forgetting factor" if config.optimizer.name == "kalman" else "Learning rate"

    @cached_property
    def distribution(self) -> Alone:
        return find_distribution()

    def start(self) -> str:
        self._beginning = find_beginning(self.config)
        return self._beginning.fingerprint()

    def prepare(self, split: Split) -> Trainer:
        config = self.config
        check_loss(config.loss, split)
        self._source = self._beginning.source(dict(split.parts()))
        self._fix_offsets(split)
        self._announce(split)
        derivatives = self._derivatives([frames for frames in (split.train, split.validation) if frames])
        train = self._data_set("train", split.train, derivatives)
        validation = self._data_set("validation", split.validation, derivatives) if split.validation else None
        self._scale = output_scale(train)
        with self.distribution.scope():
            self._networks = self._beginning.networks(self._source, self._scale, self._charges)
        task = Task(config, self._networks, train, validation, self._scale)
        name = config.optimizer.name
        if name not in TRAINERS:
            return self.distribution.trainer(task)
        self.distribution.require_one_device(name)
        return TRAINERS[name](task)

    def _fix_offsets(self, split: Split) -> None:
        """Find the charges to start from, and the energies of single atoms that they leave."""
        section = self._beginning.long_range()
        frames = [*split.train, *split.validation]
        if section is None:
            self._charges = NO_CHARGES
        else:
            self._charges = long_range(section, self._source.elements, self._source.cutoff, frames)
            _announce_charges(self._charges)
        self._energies = self._beginning.atom_energies(self._charges.rest_of(split.train))
        if section is not None and section.fit_first:
            self._charges = self._fitted_charges(split.train)
            self._energies = self._beginning.atom_energies(self._charges.rest_of(split.train))

    def _fitted_charges(self, frames: Sequence[Atoms]) -> LongRange:
        """The charges of a linear model on some training frames, evenly spaced."""
        ends = np.cumsum([len(frame) for frame in frames])
        step, charges = -(-int(ends[-1]) // FITTED_ATOMS), self._charges
        data = build_dataset(self._source, frames[::step], self._energies, "float64", charges=charges)
        fitted = fit_charges(charges, data, self.config.loss)
        if fitted is charges and charges.basis.shape[1] > 0:
            logger.warning(
                "long_range: a linear model finds no charges in these data (it explains them within the "
                "cutoff); training starts from those given"
            )
        logger.info("charges of a linear model: %s", _text(fitted))
        return fitted

    def _announce(self, split: Split) -> None:
        announce_data(split, self._energies)
        source = self._source
        for element in source.elements:
            count, energy = source.n_functions(element), self._energies[element]
            logger.info("%s: %d %s, energy offset %.6f eV", element, count, source.name, energy)
        if source.cutoff > 0.0:
            logger.info("cutoff: %.3f Å", source.cutoff)

    def _derivatives(self, fitted: Sequence[Sequence[Atoms]]) -> Derivatives:
        """What becomes of the derivatives of the inputs: nothing where there are energies alone to learn."""
        config, together = self.config, self.distribution.together
        if not self._source.has_derivatives:
            return "none"
        labels = [results_of(frame) for frames in fitted for frame in frames]
        energies_alone = not any("forces" in found or "stress" in found for found in labels)
        if energies_alone and config.optimizer.name not in TRAINERS:
            return "none"
        shapes = [table_shapes(self._source, frames) for frames in fitted]
        n_bytes = sum(shape.n_bytes(config.training.precision) for part in shapes for shape in part.values())
        if stores_derivatives(config.training, n_bytes):
            return "stored"
        if together or config.optimizer.name in TRAINERS:
            where = "a training on several devices" if together else config.optimizer.name
            raise InvalidInputError(
                f"training.jacobian: {where} needs stored derivatives, {n_bytes / 1e9:.2f} GB; raise "
                f"training.memory_limit, take fewer functions, or adam on one device"
            )
        return "on_the_fly"

    def _data_set(self, name: str, frames: Sequence[Atoms], derivatives: Derivatives) -> DataSet:
        weights, precision = self.config.loss.group_weights, self.config.training.precision
        return build_dataset(
            self._source, frames, self._energies, precision, name, weights, derivatives, self._charges
        )

    def export(self, member: int, directory: Path, info: dict[str, str]) -> None:
        scale, charges = self._scale, self._charges
        export(self._networks, self._source, self._energies, scale, info, directory, member, charges)

    def verify(self, directory: Path, frames: Sequence[Atoms]) -> float:
        return verify(directory, self._source, frames, self._charges)

    def evaluate(self, models: Sequence[Path], split: Split) -> Evaluation:
        parts, members = _evaluated([load(model) for model in models], split)
        before, _ = _evaluated(self._beginning.potentials(), split)
        return Evaluation(parts, members, {name: part.errors for name, part in before.items()})

    def warnings(self, evaluation: Evaluation) -> list[str]:
        weights = {"energy": self.config.loss.energy_weight, "forces": self.config.loss.force_weight}
        return worse_than_nothing(evaluation.parts, [label for label, w in weights.items() if w > 0.0])

    def describe(self, report: Report, trained: Trained) -> None:
        model = load(trained.models[0])
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


def _evaluated(
    potentials: Sequence[Model], split: Split
) -> tuple[dict[str, Predictions], dict[str, list[ErrorStatistics]]]:
    """What the mean of potentials says about each part of the data, and the errors of each alone."""
    parts, members = {}, {}
    for name, frames in split.parts() if potentials else ():
        said = [predict_frames(potential, frames, f"{name} data") for potential in potentials]
        parts[name] = mean_predictions(said)
        members[name] = [one.errors for one in said]
    return parts, members


def _announce_charges(charges: LongRange) -> None:
    cutoff = charges.real_cutoff
    real_space = f"real space to {cutoff:.2f} Å" if cutoff else "no part in real space"
    kept = "trained from" if charges.basis.shape[1] else "fixed at"
    logger.info("charges (e): %s %s; alpha %.4f 1/Å, %s", kept, _text(charges), charges.alpha, real_space)


def _text(charges: LongRange) -> str:
    return ", ".join(f"{e} {q:+.3g}" for e, q in zip(charges.elements, charges.initial, strict=True))


def stores_derivatives(config: RunConfig, n_bytes: int) -> bool:
    """Decide by ``training.jacobian`` and ``memory_limit`` whether ``n_bytes`` are stored, and say so.

    Stored and on the fly round differently. The choice therefore depends on the machine and not on what other
    programs leave free, so that a seed gives the same network twice; a machine that is full is the exception.
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
