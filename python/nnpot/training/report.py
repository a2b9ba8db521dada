"""The report of a training: learning curves, parity, tables of errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot import plots
from nnpot.analysis.errors import ErrorStatistics, compare
from nnpot.potential import Prediction, load
from nnpot.report import Report
from nnpot.training.checkpoint import COLUMNS, State
from nnpot.training.frames import Split
from nnpot.training.loop import Stop

HEADERS = ("frames", "number", "energy RMSE (meV/atom)", "energy MAE", "force RMSE (meV/Å)", "force MAE")


@dataclass(frozen=True)
class Predictions:
    """What the exported model says about one part of the data."""

    frames: list[Atoms]
    predictions: list[Prediction]
    errors: ErrorStatistics


def predict_parts(model: Path, split: Split) -> dict[str, Predictions]:
    """Evaluate the exported model with the C++ core on each part of the data."""
    potential = load(model)
    result = {}
    for name, frames in split.parts():
        said = [potential.predict(frame) for frame in frames]
        result[name] = Predictions(frames, said, compare(frames, said))
    return result


def write_report(run_dir: Path, state: State, stop: Stop, parts: dict[str, Predictions]) -> Path:
    """Write ``report.html`` and its figures; returns the HTML file."""
    report = Report("Training of a neural network potential")
    report.text(
        f"{stop.value.capitalize()} after {state.epoch} epochs and {state.seconds:.0f} s; the model holds "
        f"the weights of epoch {state.best_epoch}. All errors are of the exported model in the C++ core."
    )
    report.table(HEADERS, [_row(name, part.errors) for name, part in parts.items()])
    if state.history:
        _learning_curves(report, state)
    for name in ("validation", "test"):
        if name in parts:
            _parity(report, name, parts[name])
    for name, part in parts.items():
        if part.errors.groups:
            report.heading(f"Groups of the {name} frames")
            report.table(HEADERS, [_row(group, errors) for group, errors in part.errors.groups.items()])
    return report.write(run_dir)


def _row(name: str, errors: ErrorStatistics) -> tuple[str, ...]:
    return (
        name,
        str(errors.n_frames),
        f"{errors.energy_rmse_mev_per_atom:.2f}",
        f"{errors.energy_mae_mev_per_atom:.2f}",
        f"{errors.force_rmse_mev_per_angstrom:.1f}",
        f"{errors.force_mae_mev_per_angstrom:.1f}",
    )


def _learning_curves(report: Report, state: State) -> None:
    columns = dict(zip(COLUMNS, np.array(state.history).T, strict=True))
    kinds = ("train", "validation") if np.isfinite(columns["validation_loss"]).all() else ("train",)
    panels = {
        label: {kind: columns[f"{kind}_{column}"] for kind in kinds}
        for label, column in (
            ("Energy RMSE (meV/atom)", "energy_rmse_mev_per_atom"),
            ("Force RMSE (meV/Å)", "force_rmse_mev_per_angstrom"),
        )
    }
    report.heading("Learning curves")
    figure = plots.learning_curve(columns["epoch"], panels, best=state.best_epoch or None)
    report.figure(
        figure,
        "learning_curve",
        "Errors during training; those on the training frames are means over an epoch.",
    )


def _parity(report: Report, name: str, part: Predictions) -> None:
    report.heading(f"Predictions for the {name} frames")
    sizes = np.array([len(frame) for frame in part.frames])
    reference = np.array([frame.get_potential_energy() for frame in part.frames]) / sizes
    predicted = np.array([said.energy for said in part.predictions]) / sizes
    note = f"RMSE {part.errors.energy_rmse_mev_per_atom:.2f} meV/atom"
    figure = plots.parity(reference, predicted, "Energy", "eV/atom", note)
    report.figure(figure, f"parity_energy_{name}", f"Energies of the {name} frames.")
    forces = np.concatenate([frame.get_forces().ravel() for frame in part.frames])
    predicted_forces = np.concatenate([said.forces.ravel() for said in part.predictions])
    note = f"RMSE {part.errors.force_rmse_mev_per_angstrom:.1f} meV/Å"
    figure = plots.parity(forces, predicted_forces, "Force component", "eV/Å", note)
    report.figure(figure, f"parity_forces_{name}", f"Force components of the {name} frames.")
