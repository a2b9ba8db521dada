"""A training from configuration to report: every step in its order."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from nnpot.analysis.data_tables import summary_text
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.files import atomic_directory, atomic_write
from nnpot.training.checkpoint import Identity, State, read_checkpoint, write_checkpoint
from nnpot.training.config import CUTOFF_TYPES, TrainingConfig
from nnpot.training.dataset import DataSet, build_dataset, table_shapes
from nnpot.training.descriptor_grid import symmetry_function_lines
from nnpot.training.descriptors import Descriptor, fit_descriptor
from nnpot.training.export import export, verify
from nnpot.training.frames import Split, atom_energies, load_frames, summarize_split
from nnpot.training.gradient_trainer import GradientTrainer
from nnpot.training.log import open_log
from nnpot.training.loop import Stop, run_epochs
from nnpot.training.networks import AtomicNetworks
from nnpot.training.report import predict_parts, write_report
from nnpot.training.result import TrainingResult
from nnpot.training.tensorflow_setup import set_up
from nnpot.training.trainer import Trainer, output_scale

logger = logging.getLogger(__name__)

CHECKPOINT, LOG, MODEL, CONFIGURATION = "checkpoint.npz", "log.csv", "model", "config.json"
TRAINERS: dict[str, type[Trainer]] = {}
"""Of the optimizers that are not Keras's, by name."""
N_VERIFIED = 3
"""Frames on which TensorFlow and the core are compared after export."""


@dataclass(frozen=True)
class _Prepared:
    """All that is fixed before the first epoch."""

    split: Split
    atom_energies: dict[str, float]
    descriptor: Descriptor
    scale: float
    networks: AtomicNetworks
    trainer: Trainer


def run(config: TrainingConfig, run_dir: Path, resume: bool) -> TrainingResult:
    """Train, export, check and report; see `nnpot.training.train`."""
    _claim(run_dir, resume)
    split = load_frames(config.data)
    identity = Identity(config.fingerprint(), split.fingerprint())
    checkpoint = run_dir / CHECKPOINT
    earlier = read_checkpoint(checkpoint, identity) if resume and checkpoint.exists() else None
    run_dir.mkdir(parents=True, exist_ok=True)
    with atomic_write(run_dir / CONFIGURATION) as stream:
        stream.write(config.model_dump_json(by_alias=True, indent=2) + "\n")
    prepared = _prepare(config, split)
    state = _start(prepared.trainer, earlier)

    def save(current: State) -> None:
        write_checkpoint(checkpoint, current, identity)

    with open_log(run_dir / LOG, state.history) as log:
        stop = run_epochs(prepared.trainer, state, config.training, log, save)
    logger.info(
        "%s after epoch %d; the weights of epoch %s are kept",
        stop.value,
        state.epoch,
        ", ".join(map(str, state.best_epochs)),
    )
    return _finish(config, prepared, state, stop, run_dir)


def _claim(run_dir: Path, resume: bool) -> None:
    """Refuse to write over another run."""
    if run_dir.exists() and not run_dir.is_dir():
        raise InvalidInputError(f"{run_dir}: is a file; name a directory for the run")
    found = [name for name in (CHECKPOINT, LOG, MODEL, CONFIGURATION) if (run_dir / name).exists()]
    if found and not resume:
        raise InvalidInputError(
            f"{run_dir}: holds a run already ({', '.join(found)}); "
            f"go on with --resume or choose another directory"
        )
    if resume and not (run_dir / CHECKPOINT).exists():
        logger.warning("%s: no checkpoint yet, training starts from the beginning", run_dir)


def _prepare(config: TrainingConfig, split: Split) -> _Prepared:
    set_up(config.training.threads)
    precision = config.training.precision
    offsets = config.data.atom_energies
    energies = atom_energies(split.train, None if offsets == "fit" else offsets)
    lines = symmetry_function_lines(config.descriptor, split.elements)
    cutoff_type = CUTOFF_TYPES[config.descriptor.cutoff_type]
    descriptor = fit_descriptor(
        lines, split.elements, cutoff_type, split.train, config.descriptor.decorrelate
    )
    _announce(split, descriptor, energies, precision)

    def build(name: str) -> DataSet | None:
        frames = dict(split.parts()).get(name)
        weights = config.loss.group_weights
        return build_dataset(descriptor, frames, energies, precision, name, weights) if frames else None

    train, validation = build("train"), build("validation")
    assert train is not None
    scale = output_scale(train)
    scales = {element: inputs.initial_scale for element, inputs in descriptor.inputs.items()}
    networks = AtomicNetworks.create(config.network, scales, precision, config.training.seed)
    trainer = TRAINERS.get(config.optimizer.name, GradientTrainer)(config, networks, train, validation, scale)
    return _Prepared(split, energies, descriptor, scale, networks, trainer)


def _announce(split: Split, descriptor: Descriptor, energies: dict[str, float], precision: str) -> None:
    summary = summarize_split(split, energies)
    logger.info("%s", summary_text(summary))
    for warning in summary.warnings:
        logger.warning("%s", warning)
    logger.info("frames: %s", ", ".join(f"{len(frames)} {name}" for name, frames in split.parts()))
    for element in descriptor.elements:
        count = descriptor.n_functions(element)
        logger.info("%s: %d symmetry functions, energy offset %.6f eV", element, count, energies[element])
    logger.info("cutoff: %.3f Å", descriptor.functions.cutoff)
    shapes = [table_shapes(descriptor, frames) for frames in (split.train, split.validation) if frames]
    n_bytes = sum(shape.n_bytes(precision) for part in shapes for shape in part.values())
    logger.info("memory for derivatives of the descriptors (%s): %.2f GB", precision, 2 * n_bytes / 1e9)


def _start(trainer: Trainer, earlier: State | None) -> State:
    if earlier is None:
        weights = trainer.weights()
        n_members = len(weights[0])
        return State(
            weights, trainer.optimizer_state(), trainer.weights(), [0] * n_members, [math.inf] * n_members
        )
    trainer.restore(earlier.weights, earlier.optimizer)
    logger.info("resumed after epoch %d", earlier.epoch)
    return earlier


def _finish(
    config: TrainingConfig, prepared: _Prepared, state: State, stop: Stop, run_dir: Path
) -> TrainingResult:
    if min(state.best_epochs) == 0:
        raise NnpotError(f"{run_dir}: {stop.value} before the first epoch was done, so there is no model yet")
    prepared.networks.set_weights(state.best_weights)
    n_members = config.network.members
    models = [run_dir / (MODEL if n_members == 1 else f"{MODEL}_{n + 1}") for n in range(n_members)]
    for member, model in enumerate(models):
        with atomic_directory(model) as directory:
            _export(config, prepared, state, member, directory)
    predictions = predict_parts(models, prepared.split)
    report = write_report(run_dir, state, stop, predictions)
    return TrainingResult(
        models=models,
        report=report,
        stop=stop.value,
        interrupted=stop is Stop.INTERRUPTED,
        epochs=state.epoch,
        best_epochs=state.best_epochs,
        seconds=state.seconds,
        errors={name: part.errors for name, part in predictions.items()},
    )


def _export(config: TrainingConfig, prepared: _Prepared, state: State, member: int, directory: Path) -> None:
    """Write the model and prove it."""
    info = _provenance(config, prepared.split, state, member)
    export(
        prepared.networks,
        prepared.descriptor,
        prepared.atom_energies,
        prepared.scale,
        info,
        directory,
        member,
    )
    frames = [frame for _, part in prepared.split.parts() for frame in part]
    step = max(1, len(frames) // N_VERIFIED)
    difference = verify(directory, prepared.descriptor, frames[::step][:N_VERIFIED])
    logger.info("TensorFlow and the C++ core agree to %.1e (relative)", difference)


def _provenance(config: TrainingConfig, split: Split, state: State, member: int) -> dict[str, str]:
    files = " ".join(str(path) for path in config.data.train)
    return {
        "trained_on": files,
        "training_frames": str(len(split.train)),
        "trained_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "best_epoch": str(state.best_epochs[member]),
        "precision": config.training.precision,
        "seed": str(config.training.seed + member),
        "nnpot_version": version("nnpot"),
    }
