"""The report of a training of networks that put out forces."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import yaml

from nnpot.analysis.baseline import worse_than_nothing
from nnpot.analysis.predictions import Predictions
from nnpot.figures.report import Report
from nnpot.io.labels import results_of
from nnpot.models.direct_forces.model import DirectForces
from nnpot.training.checkpoint import COLUMNS, State
from nnpot.training.config.direct_forces import DirectForceConfig
from nnpot.training.frames import Split, summarize_split
from nnpot.training.loop import Stop


def evaluate_forces(model: DirectForces, split: Split) -> dict[str, Predictions]:
    """What the model says about the frames of each part of the data that have forces."""
    parts = {}
    for name, frames in split.parts():
        known = [frame for frame in frames if results_of(frame).get("forces") is not None]
        if known:
            parts[name] = Predictions(known, [model.predict(frame) for frame in known])
    return parts


def write_report(
    run_dir: Path,
    config: DirectForceConfig,
    split: Split,
    model: DirectForces,
    state: State,
    stop: Stop,
    parts: dict[str, Predictions],
) -> Path:
    """Write ``report.html`` and its figures; returns the HTML file."""
    report = Report("Training of networks that put out forces")
    report.text(
        f"{stop.value.capitalize()} after {state.epoch} epochs and {state.seconds:.0f} s; kept: the weights "
        f"of epoch {state.best_epochs[0]}. All errors are of the exported model in the C++ core."
    )
    report.text(
        "No energy belongs to these forces, so dynamics with them conserve none: nnpot measure-forces says "
        "how fast it drifts, and keeps it in the model."
    )
    report.errors("data", {name: part.errors for name, part in parts.items()})
    for line in worse_than_nothing(parts, ("forces",)):
        report.warning(line)
    report.distributions(parts)
    report.heading("Learning curves")
    columns = dict(zip(COLUMNS, np.array(state.history).T, strict=True))
    report.learning_curves(columns, state.best_epochs)
    report.heading("What was trained")
    report.model(model)
    report.data(summarize_split(split, {}))
    report.text("The same again:")
    report.code(f"nnpot train-forces {shlex.quote(str(run_dir.resolve() / 'config.json'))} -o NEW_DIRECTORY")
    values = yaml.safe_dump(config.values(), sort_keys=False, allow_unicode=True)
    report.details("The whole configuration", values)
    for name, part in parts.items():
        report.heading(f"The {name} frames")
        report.predictions(name, part)
    return report.write(run_dir)
