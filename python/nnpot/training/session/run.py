"""The sequence of every training, from configuration to report; a job says what is different."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import numpy as np

from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.support.files import atomic_directory, atomic_write, remove_leftovers
from nnpot.support.lock import locked_folder
from nnpot.training.data.frames import Split, load_frames
from nnpot.training.session.checkpoint import (
    ADVICE,
    Identity,
    State,
    Stop,
    Weights,
    read_checkpoint,
    write_checkpoint,
)
from nnpot.training.session.epochs import EpochTrainer, new_state, open_log, run_epochs
from nnpot.training.session.job import Job, Result, Trained
from nnpot.training.session.report import write_report
from nnpot.training.tensorflow_setup import set_up

logger = logging.getLogger(__name__)

CHECKPOINT, LOG, MODEL, CONFIGURATION = "checkpoint.npz", "log.csv", "model", "config.json"
N_VERIFIED = 3
"""Frames on which TensorFlow and the core are compared after export."""
TOLERANCE = 1e-10
"""Largest relative difference between TensorFlow and the C++ core, of energies and forces in float64."""


def run(job: Job[Result], run_dir: Path, resume: bool) -> Result:
    """Train, export, check and report; see `nnpot.training.train`."""
    set_up(job.config.training.threads)
    checkpoint = run_dir / CHECKPOINT  # all workers go on from the chief's
    if not job.distribution.is_chief:
        run_dir = run_dir / f"worker_{job.distribution.worker}"
    if run_dir.exists() and not run_dir.is_dir():
        raise InvalidInputError(f"{run_dir}: is a file; name a directory for the run")
    with locked_folder(run_dir):
        return _run(job, run_dir, checkpoint, resume)


def _run(job: Job[Result], run_dir: Path, checkpoint: Path, resume: bool) -> Result:
    """The same with the run's directory held for this process."""
    _claim(run_dir, resume)
    start = job.start()
    split = load_frames(job.config.data)
    identity = Identity(job.config.fingerprint(), split.fingerprint(), start)
    earlier = read_checkpoint(checkpoint, identity) if resume and checkpoint.exists() else None
    remove_leftovers(run_dir, (CHECKPOINT, LOG, f"{MODEL}*", CONFIGURATION, "report.html", "*.png"))
    trainer = job.prepare(split)
    with atomic_write(run_dir / CONFIGURATION) as stream:
        values = job.config.resolved(Path.cwd()).values()
        stream.write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    state = new_state(trainer) if earlier is None else _gone_on(trainer, earlier, checkpoint)
    if not job.distribution.same(state.epoch):
        raise InvalidInputError(
            f"{checkpoint}: the workers do not find the same checkpoint, this one stands after "
            f"epoch {state.epoch}; "
            f"the directory must lie on a file system that all workers share"
        )

    def save(current: State) -> None:
        write_checkpoint(run_dir / CHECKPOINT, current, identity)

    with open_log(run_dir / LOG, state.log_rows(), trainer.charged_elements) as log:
        stop = run_epochs(trainer, state, job.config.training, log.add, save)
    kept = ", ".join(map(str, state.best_epochs))
    logger.info("%s after epoch %d; the weights of epoch %s are kept", stop.value, state.epoch, kept)
    if min(state.best_epochs) == 0:
        raise NnpotError(f"{run_dir}: {stop.value} before the first epoch was done, so there is no model yet")
    trainer.set_weights(state.best_weights)
    return _finish(job, run_dir, split, state, stop, trainer.charged_elements)


def _claim(run_dir: Path, resume: bool) -> None:
    """Refuse to write over another run."""
    found = [name for name in (CHECKPOINT, LOG, MODEL, CONFIGURATION) if (run_dir / name).exists()]
    if found and not resume:
        raise InvalidInputError(
            f"{run_dir}: holds a run already ({', '.join(found)}); "
            f"go on with --resume or choose another directory"
        )
    if resume and not (run_dir / CHECKPOINT).exists():
        logger.warning("%s: no checkpoint yet, training starts from the beginning", run_dir)


def _gone_on(trainer: EpochTrainer, earlier: State, checkpoint: Path) -> State:
    """The state of a checkpoint, to which the trainer goes back.

    Raises
    ------
    FileFormatError
        If what the checkpoint holds is not of the shapes of this training.
    """
    weights = trainer.weights()
    for found, expected in (
        (earlier.weights, weights),
        (earlier.best_weights, weights),
        (earlier.optimizer, trainer.optimizer.state()),
    ):
        if _shapes(found) != _shapes(expected):
            raise FileFormatError(
                f"{checkpoint}: the checkpoint is of other networks or of another version of nnpot; {ADVICE}"
            )
    trainer.restore(earlier.weights, earlier.optimizer)
    logger.info("resumed after epoch %d", earlier.epoch)
    return earlier


def _shapes(arrays: Weights) -> list[tuple[int, ...]]:
    return [np.shape(values) for values in arrays]


def _finish(
    job: Job[Result], run_dir: Path, split: Split, state: State, stop: Stop, charged: Sequence[str]
) -> Result:
    """Export, check, report."""
    n = job.n_members
    models = [run_dir / (MODEL if n == 1 else f"{MODEL}_{number + 1}") for number in range(n)]
    frames = [frame for _, part in split.parts() for frame in part]
    for member, model in enumerate(models):
        with atomic_directory(model) as directory:
            job.export(member, directory, _provenance(job, split, state, member))
            difference = job.verify(directory, frames[:: max(1, len(frames) // N_VERIFIED)][:N_VERIFIED])
            _require_agreement(difference)
        logger.info("TensorFlow and the C++ core agree to %.1e (relative)", difference)
    evaluation = job.evaluate(models, split)
    for line in job.warnings(evaluation):
        logger.warning("%s", line)
    trained = Trained(split, state, stop, models, evaluation, charged)
    return job.result(trained, write_report(run_dir, job, trained))


def _require_agreement(difference: float) -> None:
    """Refuse a relative difference of TensorFlow and the C++ core that is not within `TOLERANCE`."""
    if not difference <= TOLERANCE:
        raise NnpotError(
            f"export: TensorFlow and the C++ core differ by {difference:.1e} (relative), expected at most "
            f"{TOLERANCE:.0e}; no model was written, please report this as a bug"
        )


def _provenance(job: Job[Result], split: Split, state: State, member: int) -> dict[str, str]:
    config = job.config
    return {
        "trained_on": " ".join(map(str, config.data.train)),
        "training_frames": str(len(split.train)),
        "trained_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "best_epoch": str(state.best_epochs[member]),
        "precision": config.training.precision,
        "seed": str(config.training.seed + member),
        "nnpot_version": version("nnpot"),
    }
