"""The training of networks that put out forces: features, samples, networks; export and errors."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot.analysis.baseline import worse_than_nothing
from nnpot.analysis.predictions import Predictions
from nnpot.figures.report import Report
from nnpot.io.labels import results_of
from nnpot.models.direct_forces.files import read_direct_forces
from nnpot.models.direct_forces.model import DirectForces
from nnpot.training.config.direct_forces import DirectForceConfig
from nnpot.training.data.frames import Split, announce_data, summarize_split
from nnpot.training.direct_forces.samples import choose_features, collect_samples, fit_scaling
from nnpot.training.direct_forces.trainer import ForceTrainer, verify
from nnpot.training.session.job import Evaluation, Job, Trained

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ForceTrainingResult:
    """Where the model is, how training went, and how good it is."""

    model: Path
    """Directory of the exported model."""
    stop: str
    """Why training ended."""
    interrupted: bool
    """Whether it was by Ctrl-C or SIGTERM."""
    epochs: int
    best_epoch: int
    """The epoch whose weights were exported."""
    seconds: float
    """Time spent in epochs."""
    report: Path
    """The HTML file."""
    force_rmse: dict[str, float]
    """meV/Å, of the exported model, for ``train``, ``validation``, ``test`` as far as they have forces."""


class ForceJob(Job[ForceTrainingResult]):
    """Trains networks that put out forces."""

    title = "Training of networks that put out forces"
    caution = (
        "No energy belongs to these forces, so dynamics with them conserve none: nnpot measure-forces says "
        "how fast it drifts, and keeps it in the model."
    )
    command = "train-forces"
    config: DirectForceConfig

    def __init__(self, config: DirectForceConfig) -> None:
        self.config = config

    def prepare(self, split: Split) -> ForceTrainer:
        config = self.config
        announce_data(split, {})
        features = choose_features(config.features, split.elements, split.train)
        train = collect_samples(features, split.train, "train")
        validation = collect_samples(features, split.validation, "validation") if split.validation else {}
        scaling = {element: fit_scaling(samples) for element, samples in train.items()}
        squares = np.concatenate([samples.forces.ravel() for samples in train.values()]) ** 2
        scale = float(np.sqrt(squares.mean())) or 1.0
        for element, samples in train.items():
            logger.info(
                "%s: %d atoms, %d inputs, %d outputs",
                element, len(samples.forces), features.n_inputs(element), features.n_outputs,
            )  # fmt: skip
        logger.info("cutoff: %.3f Å; root mean square force %.4f eV/Å", features.cutoff, scale)
        trainer = ForceTrainer(config, train, validation, scaling, scale)
        self._features, self._scale, self._trainer = features, scale, trainer
        return trainer

    def export(self, member: int, directory: Path, info: dict[str, str]) -> None:
        networks = self._trainer.element_networks()
        DirectForces(self._features, networks, self._scale, None, info).write(directory)

    def verify(self, directory: Path, frames: Sequence[Atoms]) -> float:
        return verify(read_direct_forces(directory), frames)

    def evaluate(self, models: Sequence[Path], split: Split) -> Evaluation:
        (directory,) = models
        return Evaluation(evaluate_forces(read_direct_forces(directory), split), {}, {})

    def warnings(self, evaluation: Evaluation) -> list[str]:
        return worse_than_nothing(evaluation.parts, ("forces",))

    def describe(self, report: Report, trained: Trained) -> None:
        model = read_direct_forces(trained.models[0])
        report.model(model)
        report.data(summarize_split(trained.split, {}))

    def result(self, trained: Trained, report: Path) -> ForceTrainingResult:
        parts = trained.evaluation.parts
        return ForceTrainingResult(
            model=trained.models[0],
            stop=trained.stop.value,
            interrupted=trained.interrupted,
            epochs=trained.state.epoch,
            best_epoch=trained.state.best_epochs[0],
            seconds=trained.state.seconds,
            report=report,
            force_rmse={name: part.errors.force_rmse_mev_per_angstrom or 0.0 for name, part in parts.items()},
        )


def evaluate_forces(model: DirectForces, split: Split) -> dict[str, Predictions]:
    """What the model says about the frames of each part of the data that have forces."""
    parts = {}
    for name, frames in split.parts():
        known = [frame for frame in frames if results_of(frame).get("forces") is not None]
        if known:
            parts[name] = Predictions(known, [model.predict(frame) for frame in known])
    return parts
