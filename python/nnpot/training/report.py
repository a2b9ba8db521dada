"""The report of a training: what was trained, learning curves, parity, tables of errors."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from nnpot.analysis.baseline import worse_than_nothing
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.figures import epoch_plots
from nnpot.figures.report import Report
from nnpot.models.kinds import load
from nnpot.models.model import Model
from nnpot.training.checkpoint import COLUMNS, State
from nnpot.training.config import TrainingConfig
from nnpot.training.frames import Split, summarize_split
from nnpot.training.loop import Stop


@dataclass(frozen=True)
class Evaluation:
    """What the exported models say about each part of the data."""

    parts: dict[str, Predictions]
    """Of the model, or the mean of a committee, for ``train``, ``validation``, ``test`` as far as given."""
    members: dict[str, list[ErrorStatistics]]
    """The errors of each member alone."""

    def warnings(self, config: TrainingConfig) -> list[str]:
        """What the models are worse in than none, of what the training gave weight to."""
        weights = {"energy": config.loss.energy_weight, "forces": config.loss.force_weight}
        return worse_than_nothing(self.parts, [label for label, weight in weights.items() if weight > 0.0])


@dataclass(frozen=True)
class Trained:
    """What a report tells of a training, beside the errors."""

    config: TrainingConfig
    split: Split
    state: State
    stop: Stop
    models: Sequence[Path]
    """Directories of the exported models."""
    before: dict[str, ErrorStatistics]
    """Errors of the model that the training started from, if it did, on each part of the data."""
    charged: Sequence[str] = ()
    """The elements whose charges are part of the model."""

    @property
    def frames_per_second(self) -> float:
        """Training frames that an average second of an epoch went through."""
        return self.state.epoch * len(self.split.train) / max(self.state.seconds, 1e-9)


def evaluate(potentials: Sequence[Model], split: Split) -> Evaluation:
    """Predict each part of the data with the C++ core."""
    parts, members = {}, {}
    for name, frames in split.parts():
        said = [predict_frames(potential, frames, f"{name} data") for potential in potentials]
        parts[name] = mean_predictions(said)
        members[name] = [one.errors for one in said]
    return Evaluation(parts, members)


def write_report(run_dir: Path, trained: Trained, evaluation: Evaluation) -> Path:
    """Write ``report.html`` and its figures; returns the HTML file."""
    state = trained.state
    report = Report("Training of a neural network potential")
    report.text(
        f"{trained.stop.value.capitalize()} after {state.epoch} epochs and {state.seconds:.0f} s; kept: the "
        f"weights of epoch {', '.join(map(str, state.best_epochs))}. All errors are of the exported model "
        f"in the C++ core{', of a committee those of the mean' if len(trained.models) > 1 else ''}."
    )
    rows = {f"{name}, before": errors for name, errors in trained.before.items()}
    report.errors("data", rows | {name: part.errors for name, part in evaluation.parts.items()})
    for line in evaluation.warnings(trained.config):
        report.warning(line)
    report.distributions(evaluation.parts)
    report.heading("Learning curves")
    rate = "Forgetting factor" if trained.config.optimizer.name == "kalman" else "Learning rate"
    report.learning_curves(_columns(state), state.best_epochs, rate)
    if trained.charged:
        _charges(report, trained)
    _setup(report, run_dir, trained)
    for name, part in evaluation.parts.items():
        report.heading(f"The {name} frames")
        if len(trained.models) > 1:
            report.errors("member", {**_numbered(evaluation.members[name]), "mean": part.errors})
        report.predictions(name, part)
    return report.write(run_dir)


def _columns(state: State) -> dict[str, NDArray[np.float64]]:
    """The columns of the log; of a committee those that judge it with a value for each member."""
    columns = dict(zip(COLUMNS, np.array(state.history).T, strict=True))
    if len(state.best_epochs) > 1:
        judged = "train" if np.isnan(columns["validation_loss"]).all() else "validation"
        names = [name for name in COLUMNS if name.startswith(judged)]
        columns |= dict(zip(names, np.array(state.member_history).swapaxes(0, 1), strict=True))
    return columns


def _charges(report: Report, trained: Trained) -> None:
    """How the charges of the elements went, and those that are kept."""
    state = trained.state
    report.heading("Charges")
    history = np.array(state.charge_history)
    epochs = np.arange(1, len(history) + 1)
    curves = {element: history[:, :, n] for n, element in enumerate(trained.charged)}
    caption = "Charges of the elements against the epoch."
    if len(trained.models) > 1:
        caption += " Lines are means over the members of the committee, shaded is their range."
    report.figure(epoch_plots.charge_curves(epochs, curves, state.best_epochs), "charges", caption)
    kept = [history[epoch - 1, member] for member, epoch in enumerate(state.best_epochs)]
    rows = [(str(n), *(f"{charge:+.4f}" for charge in charges)) for n, charges in enumerate(kept, 1)]
    report.table(("model", *(f"charge of {element} (e)" for element in trained.charged)), rows)


def _numbered(errors: Sequence[ErrorStatistics]) -> dict[str, ErrorStatistics]:
    return {str(number): one for number, one in enumerate(errors, 1)}


def _setup(report: Report, run_dir: Path, trained: Trained) -> None:
    """What was trained, on what, and how to do it again."""
    report.heading("What was trained")
    model = load(trained.models[0])
    report.model(model)
    report.data(summarize_split(trained.split, model.atom_energies))
    report.table(("training", ""), _training_rows(trained))
    report.text("The same again:")
    report.code(f"nnpot train {shlex.quote(str(run_dir.resolve() / 'config.json'))} -o NEW_DIRECTORY")
    values = yaml.safe_dump(trained.config.values(), sort_keys=False, allow_unicode=True)
    report.details("The whole configuration", values)


def _training_rows(trained: Trained) -> list[tuple[str, object]]:
    config, state = trained.config, trained.state
    rows: list[tuple[str, object]] = [
        ("optimizer", config.optimizer.name),
        ("epochs", f"{state.epoch} of {config.training.epochs}"),
        ("stopped", trained.stop.value),
        ("frames per step", config.training.batch_size),
        ("precision", config.training.precision),
        ("time in epochs", f"{state.seconds:.1f} s"),
        ("training frames per second", f"{trained.frames_per_second:.0f}"),
    ]
    if len(trained.models) > 1:
        rows.append(("members of the committee", len(trained.models)))
    return rows
