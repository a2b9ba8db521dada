"""A training from configuration to report: every step in its order."""

from __future__ import annotations

import json
import logging
import math
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import numpy as np

from nnpot.analysis.errors import ErrorStatistics
from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.models.feature_model import load_any
from nnpot.models.potential import Potential
from nnpot.support.files import atomic_directory, atomic_write, remove_leftovers
from nnpot.support.lock import locked_folder
from nnpot.training.checkpoint import ADVICE, Identity, State, Weights, read_checkpoint, write_checkpoint
from nnpot.training.config import TrainingConfig
from nnpot.training.descriptors import Descriptor
from nnpot.training.distribution import Distribution, find_distribution
from nnpot.training.epoch_trainer import EpochTrainer
from nnpot.training.export import export, verify
from nnpot.training.features import Features, export_features, verify_features
from nnpot.training.frames import Split, load_frames
from nnpot.training.log import open_log
from nnpot.training.loop import Stop, run_epochs
from nnpot.training.preparation import Prepared, prepare
from nnpot.training.report import Trained, evaluate, write_report
from nnpot.training.result import TrainingResult
from nnpot.training.start_model import read_start
from nnpot.training.tensorflow_setup import set_up

logger = logging.getLogger(__name__)

CHECKPOINT, LOG, MODEL, CONFIGURATION = "checkpoint.npz", "log.csv", "model", "config.json"
N_VERIFIED = 3
"""Frames on which TensorFlow and the core are compared after export."""


def run(config: TrainingConfig, run_dir: Path, resume: bool) -> TrainingResult:
    """Train, export, check and report; see `nnpot.training.train`."""
    set_up(config.training.threads)
    distribution = find_distribution()
    checkpoint = run_dir / CHECKPOINT  # all workers go on from the chief's
    if distribution is not None and not distribution.is_chief:
        run_dir = run_dir / f"worker_{distribution.worker}"
    require_directory(run_dir)
    with locked_folder(run_dir):
        return _run(config, run_dir, checkpoint, resume, distribution)


def _run(
    config: TrainingConfig, run_dir: Path, checkpoint: Path, resume: bool, distribution: Distribution | None
) -> TrainingResult:
    """The same with the run's directory held for this process."""
    claim(run_dir, resume)
    start = read_start(config)
    split = load_frames(config.data)
    identity = Identity(config.fingerprint(), split.fingerprint(), start.fingerprint() if start else "")
    earlier = read_checkpoint(checkpoint, identity) if resume and checkpoint.exists() else None
    remove_leftovers(run_dir, (CHECKPOINT, LOG, f"{MODEL}*", CONFIGURATION, "report.html", "*.png"))
    prepared = prepare(config, split, start, distribution)
    with atomic_write(run_dir / CONFIGURATION) as stream:
        values = config.resolved(Path.cwd()).values()
        stream.write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    state = start_state(prepared.trainer, earlier, checkpoint)
    if distribution is not None and not distribution.same(state.epoch):
        raise InvalidInputError(
            f"{checkpoint}: the workers do not find the same checkpoint, this one stands after "
            f"epoch {state.epoch}; "
            f"the directory must lie on a file system that all workers share"
        )

    def save(current: State) -> None:
        write_checkpoint(run_dir / CHECKPOINT, current, identity)

    with open_log(run_dir / LOG, state.log_rows(), prepared.trainer.charged_elements) as log:
        stop = run_epochs(prepared.trainer, state, config.training, log, save)
    logger.info(
        "%s after epoch %d; the weights of epoch %s are kept",
        stop.value,
        state.epoch,
        ", ".join(map(str, state.best_epochs)),
    )
    return _finish(config, prepared, state, stop, run_dir)


def require_directory(run_dir: Path) -> None:
    """Refuse a file where a run is to be written."""
    if run_dir.exists() and not run_dir.is_dir():
        raise InvalidInputError(f"{run_dir}: is a file; name a directory for the run")


def claim(run_dir: Path, resume: bool) -> None:
    """Refuse to write over another run."""
    found = [name for name in (CHECKPOINT, LOG, MODEL, CONFIGURATION) if (run_dir / name).exists()]
    if found and not resume:
        raise InvalidInputError(
            f"{run_dir}: holds a run already ({', '.join(found)}); "
            f"go on with --resume or choose another directory"
        )
    if resume and not (run_dir / CHECKPOINT).exists():
        logger.warning("%s: no checkpoint yet, training starts from the beginning", run_dir)


def start_state(trainer: EpochTrainer, earlier: State | None, checkpoint: Path) -> State:
    """Where the run begins: new, or after the epochs of a checkpoint, to which the trainer goes back.

    Raises
    ------
    FileFormatError
        If what the checkpoint holds is not of the shapes of this training.
    """
    if earlier is None:
        weights = trainer.weights()
        n_members = len(weights[0])
        return State(
            weights, trainer.optimizer_state(), trainer.weights(), [0] * n_members, [math.inf] * n_members
        )
    _require_shapes(checkpoint, earlier.weights, trainer.weights())
    _require_shapes(checkpoint, earlier.best_weights, trainer.weights())
    _require_shapes(checkpoint, earlier.optimizer, trainer.optimizer_state())
    trainer.restore(earlier.weights, earlier.optimizer)
    logger.info("resumed after epoch %d", earlier.epoch)
    return earlier


def _require_shapes(checkpoint: Path, found: Weights, expected: Weights) -> None:
    shapes = [[np.shape(values) for values in arrays] for arrays in (found, expected)]
    if shapes[0] != shapes[1]:
        raise FileFormatError(
            f"{checkpoint}: the checkpoint is of other networks or of another version of nnpot; {ADVICE}"
        )


def _finish(
    config: TrainingConfig, prepared: Prepared, state: State, stop: Stop, run_dir: Path
) -> TrainingResult:
    if min(state.best_epochs) == 0:
        raise NnpotError(f"{run_dir}: {stop.value} before the first epoch was done, so there is no model yet")
    prepared.networks.set_weights(state.best_weights)
    n_members = config.network.members
    models = [run_dir / (MODEL if n_members == 1 else f"{MODEL}_{n + 1}") for n in range(n_members)]
    for member, model in enumerate(models):
        with atomic_directory(model) as directory:
            _export(config, prepared, state, member, directory)
    evaluation = evaluate([load_any(model) for model in models], prepared.split)
    for line in evaluation.warnings(config):
        logger.warning("%s", line)
    before = _errors_before(prepared)
    trained = Trained(config, prepared.split, state, stop, models, before, prepared.trainer.charged_elements)
    report = write_report(run_dir, trained, evaluation)
    return TrainingResult(
        models=models,
        report=report,
        stop=stop.value,
        interrupted=stop is Stop.INTERRUPTED,
        epochs=state.epoch,
        best_epochs=state.best_epochs,
        seconds=state.seconds,
        frames_per_second=trained.frames_per_second,
        errors={name: part.errors for name, part in evaluation.parts.items()},
        member_errors=evaluation.members,
    )


def _errors_before(prepared: Prepared) -> dict[str, ErrorStatistics]:
    if prepared.start is None:
        return {}
    before = evaluate([Potential(model) for model in prepared.start.members], prepared.split)
    return {name: part.errors for name, part in before.parts.items()}


def _export(config: TrainingConfig, prepared: Prepared, state: State, member: int, directory: Path) -> None:
    """Write the model and prove it."""
    info = _provenance(config, prepared.split, state, member)
    frames = [frame for _, part in prepared.split.parts() for frame in part]
    some = frames[:: max(1, len(frames) // N_VERIFIED)][:N_VERIFIED]
    networks, source, charges = prepared.networks, prepared.source, prepared.charges
    common = (prepared.atom_energies, prepared.scale, info, directory, member)
    if isinstance(source, Features):
        export_features(networks, source, *common)
        difference = verify_features(directory, some)
    else:
        assert isinstance(source, Descriptor)
        export(networks, source, *common, charges)
        difference = verify(directory, source, some, charges)
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
