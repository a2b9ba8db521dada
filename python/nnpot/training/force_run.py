"""A training of direct force networks from configuration to model: every step in its order."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot import _core
from nnpot.analysis.baseline import worse_than_nothing
from nnpot.errors import NnpotError
from nnpot.models.direct_forces.features import Features
from nnpot.models.direct_forces.files import read_direct_forces, write_direct_forces
from nnpot.models.direct_forces.model import DirectForces, ElementNetwork
from nnpot.support.files import atomic_write, remove_leftovers
from nnpot.support.lock import locked_folder
from nnpot.training.checkpoint import Identity, State, read_checkpoint, write_checkpoint
from nnpot.training.config.direct_forces import DirectForceConfig
from nnpot.training.dense import from_keras, to_keras
from nnpot.training.export import SMALLEST_FORCE, require_agreement
from nnpot.training.force_data import Scaling, choose_features, collect_samples, fit_scaling
from nnpot.training.force_report import evaluate_forces, write_report
from nnpot.training.force_trainer import ForceTrainer, predicted
from nnpot.training.frames import Split, announce_data, load_frames
from nnpot.training.log import open_log
from nnpot.training.loop import Stop, run_epochs
from nnpot.training.run import (
    CHECKPOINT,
    CONFIGURATION,
    LOG,
    MODEL,
    N_VERIFIED,
    claim,
    require_directory,
    start_state,
)
from nnpot.training.tensorflow_setup import set_up, tf

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


@dataclass(frozen=True)
class _Prepared:
    features: Features
    scaling: dict[str, Scaling]
    scale: float
    trainer: ForceTrainer


def run(config: DirectForceConfig, run_dir: Path, resume: bool) -> ForceTrainingResult:
    """Train, export and check; see `nnpot.training.train_forces`."""
    set_up(config.training.threads)
    require_directory(run_dir)
    with locked_folder(run_dir):
        return _run(config, run_dir, resume)


def _run(config: DirectForceConfig, run_dir: Path, resume: bool) -> ForceTrainingResult:
    """The same with the run's directory held for this process."""
    claim(run_dir, resume)
    split = load_frames(config.data)
    checkpoint, identity = run_dir / CHECKPOINT, Identity(config.fingerprint(), split.fingerprint())
    earlier = read_checkpoint(checkpoint, identity) if resume and checkpoint.exists() else None
    prepared = _prepare(config, split)
    remove_leftovers(run_dir, (CHECKPOINT, LOG, MODEL, CONFIGURATION, "report.html", "*.png"))
    with atomic_write(run_dir / CONFIGURATION) as stream:
        values = config.resolved(Path.cwd()).values()
        stream.write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    state = start_state(prepared.trainer, earlier, checkpoint)
    with open_log(run_dir / LOG, state.log_rows()) as log:
        stop = run_epochs(
            prepared.trainer,
            state,
            config.training,
            log,
            lambda current: write_checkpoint(checkpoint, current, identity),
        )
    logger.info(
        "%s after epoch %d; the weights of epoch %d are kept", stop.value, state.epoch, *state.best_epochs
    )
    return _finish(config, split, prepared, state, stop, run_dir)


def _prepare(config: DirectForceConfig, split: Split) -> _Prepared:
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
    return _Prepared(features, scaling, scale, ForceTrainer(config, train, validation, scaling, scale))


def _finish(
    config: DirectForceConfig, split: Split, prepared: _Prepared, state: State, stop: Stop, run_dir: Path
) -> ForceTrainingResult:
    (best_epoch,) = state.best_epochs
    if best_epoch == 0:
        raise NnpotError(f"{run_dir}: {stop.value} before the first epoch was done, so there is no model yet")
    prepared.trainer.set_weights(state.best_weights)
    info = {
        "trained_on": " ".join(map(os.fspath, config.data.train)),
        "training_frames": str(len(split.train)),
        "trained_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "best_epoch": str(best_epoch),
        "precision": config.training.precision,
        "seed": str(config.training.seed),
        "nnpot_version": version("nnpot"),
    }
    model = exported(prepared.features, prepared.scaling, prepared.scale, prepared.trainer, info)
    frames = [frame for _, part in split.parts() for frame in part]
    difference = verify(model, frames[:: max(1, len(frames) // N_VERIFIED)][:N_VERIFIED])
    logger.info("TensorFlow and the C++ core agree to %.1e (relative)", difference)
    write_direct_forces(model, run_dir / MODEL)
    parts = evaluate_forces(read_direct_forces(run_dir / MODEL), split)
    for line in worse_than_nothing(parts, ("forces",)):
        logger.warning("%s", line)
    return ForceTrainingResult(
        model=run_dir / MODEL,
        stop=stop.value,
        interrupted=stop is Stop.INTERRUPTED,
        epochs=state.epoch,
        best_epoch=best_epoch,
        seconds=state.seconds,
        report=write_report(run_dir, config, split, model, state, stop, parts),
        force_rmse={name: part.errors.force_rmse_mev_per_angstrom or 0.0 for name, part in parts.items()},
    )


def exported(
    features: Features, scaling: dict[str, Scaling], scale: float, trainer: ForceTrainer, info: dict[str, str]
) -> DirectForces:
    """The trained networks as a model: their first and last layers take over the combinations."""
    networks = {}
    for element, model in trainer.models.items():
        own = scaling[element]
        layers = from_keras(model).layers
        weights, biases, letter = layers[0]
        layers[0] = (own.transform @ weights, biases, letter)
        if features.n_vectors:
            weights, biases, letter = layers[-1]
            layers[-1] = (weights @ own.vector_transform.T, own.vector_transform @ biases, letter)
        network = _core.NeuralNetwork(layers)
        networks[element] = ElementNetwork(network, own.mean, own.sigma, own.vector_factors)
    return DirectForces(features, networks, scale, None, info)


def verify(model: DirectForces, frames: Sequence[Atoms]) -> float:
    """Compare TensorFlow with the C++ core on a model: the largest difference, relative to the largest force.

    Raises
    ------
    NnpotError
        If it is larger than `nnpot.training.export.TOLERANCE`.
    """
    worst = 0.0
    for frame in frames:
        seen, core = model.features(frame), model.predict(frame)
        for element, inputs in seen.inputs.items():
            own, atoms = model.networks[element], np.asarray(frame.symbols == element)
            x = tf.constant((inputs - own.mean) / own.sigma, tf.float64)
            vectors = tf.constant(seen.vectors[atoms] * own.vector_factors[:, None], tf.float64)
            said = model.force_scale * predicted(to_keras(own.network.layers), x, vectors).numpy()
            if len(said):
                size = max(float(np.abs(core).max()), SMALLEST_FORCE)
                worst = max(worst, float(np.abs(said - core[atoms]).max()) / size)
    return require_agreement(worst)
