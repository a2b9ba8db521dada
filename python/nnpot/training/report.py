"""The report of a training: learning curves, parity, tables of errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nnpot.analysis.predictions import Predictions, predict_frames
from nnpot.potential import load
from nnpot.report import Report
from nnpot.training.checkpoint import COLUMNS, State
from nnpot.training.frames import Split
from nnpot.training.loop import Stop


def predict_parts(model: Path, split: Split) -> dict[str, Predictions]:
    """Evaluate the exported model with the C++ core on each part of the data."""
    potential = load(model)
    return {name: predict_frames(potential, frames, f"{name} data") for name, frames in split.parts()}


def write_report(run_dir: Path, state: State, stop: Stop, parts: dict[str, Predictions]) -> Path:
    """Write ``report.html`` and its figures; returns the HTML file."""
    report = Report("Training of a neural network potential")
    report.text(
        f"{stop.value.capitalize()} after {state.epoch} epochs and {state.seconds:.0f} s; the model holds "
        f"the weights of epoch {state.best_epoch}. All errors are of the exported model in the C++ core."
    )
    report.errors("data", {name: part.errors for name, part in parts.items()})
    report.heading("Learning curves")
    report.learning_curves(dict(zip(COLUMNS, np.array(state.history).T, strict=True)), state.best_epoch)
    for name in ("validation", "test"):
        if name in parts:
            report.heading(f"Predictions for the {name} frames")
            report.parity(name, parts[name])
    for name, part in parts.items():
        if part.errors.groups:
            report.heading(f"Groups of the {name} frames")
            report.errors("group", part.errors.groups)
    return report.write(run_dir)
