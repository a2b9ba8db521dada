"""The report of a training: learning curves, parity, tables of errors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.potential import load
from nnpot.report import Report
from nnpot.training.checkpoint import COLUMNS, State
from nnpot.training.frames import Split
from nnpot.training.loop import Stop


def predict_parts(models: Sequence[Path], split: Split) -> dict[str, Predictions]:
    """Evaluate the exported model, or the mean of a committee, with the C++ core on each part of the data."""
    potentials = [load(model) for model in models]
    return {
        name: mean_predictions([predict_frames(p, frames, f"{name} data") for p in potentials])
        for name, frames in split.parts()
    }


def write_report(run_dir: Path, state: State, stop: Stop, parts: dict[str, Predictions]) -> Path:
    """Write ``report.html`` and its figures; returns the HTML file."""
    report = Report("Training of a neural network potential")
    report.text(
        f"{stop.value.capitalize()} after {state.epoch} epochs and {state.seconds:.0f} s; the model holds "
        f"the weights of epoch {', '.join(map(str, state.best_epochs))}. "
        f"All errors are of the exported model in the C++ core."
    )
    report.errors("data", {name: part.errors for name, part in parts.items()})
    report.heading("Learning curves")
    report.learning_curves(dict(zip(COLUMNS, np.array(state.history).T, strict=True)), max(state.best_epochs))
    for name in ("validation", "test"):
        if name in parts:
            report.heading(f"Predictions for the {name} frames")
            report.parity(name, parts[name])
    for name, part in parts.items():
        if part.errors.groups:
            report.heading(f"Groups of the {name} frames")
            report.errors("group", part.errors.groups)
    return report.write(run_dir)
