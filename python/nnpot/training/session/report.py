"""The report of a training: what was trained, learning curves, parity, tables of errors."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from nnpot.analysis.errors import ErrorStatistics
from nnpot.figures import epoch_plots
from nnpot.figures.report import Report
from nnpot.training.session.job import Job, Trained


def write_report(run_dir: Path, job: Job[Any], trained: Trained) -> Path:
    """Write ``report.html`` and its figures; returns the HTML file."""
    state, evaluation, several = trained.state, trained.evaluation, len(trained.models) > 1
    report = Report(job.title)
    report.text(
        f"{trained.stop.value.capitalize()} after {state.epoch} epochs and {state.seconds:.0f} s; kept: the "
        f"weights of epoch {', '.join(map(str, state.best_epochs))}. All errors are of the exported model "
        f"in the C++ core{', of a committee those of the mean' if several else ''}."
    )
    if job.caution:
        report.text(job.caution)
    rows = {f"{name}, before": errors for name, errors in evaluation.before.items()}
    report.errors("data", rows | {name: part.errors for name, part in evaluation.parts.items()})
    for line in job.warnings(evaluation):
        report.warning(line)
    report.distributions(evaluation.parts)
    report.heading("Learning curves")
    report.learning_curves(_columns(trained), state.best_epochs, job.rate)
    if trained.charged:
        _charges(report, trained)
    report.heading("What was trained")
    job.describe(report, trained)
    report.text("The same again:")
    config = shlex.quote(str(run_dir.resolve() / "config.json"))
    report.code(f"nnpot {job.command} {config} -o NEW_DIRECTORY")
    values = yaml.safe_dump(job.config.values(), sort_keys=False, allow_unicode=True)
    report.details("The whole configuration", values)
    for name, part in evaluation.parts.items():
        report.heading(f"The {name} frames")
        if several:
            report.errors("member", {**_numbered(evaluation.members[name]), "mean": part.errors})
        report.predictions(name, part)
    return report.write(run_dir)


def _columns(trained: Trained) -> dict[str, NDArray[np.float64]]:
    """The columns of the log; of a committee those that judge it with a value for each member."""
    state = trained.state
    columns = state.columns()
    if len(state.best_epochs) > 1:
        judged = "train" if np.isnan(columns["validation_loss"]).all() else "validation"
        names = [name for name in columns if name.startswith(judged)]
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
