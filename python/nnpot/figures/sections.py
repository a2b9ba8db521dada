"""Sections of a report: functions that add what is known of models, data, errors and trainings to a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnpot.analysis.data_summary import DataSummary
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.overfitting import overfitting_epoch
from nnpot.analysis.predictions import Predictions
from nnpot.analysis.worst_frames import WorstFrames
from nnpot.figures import epoch_plots, plots
from nnpot.figures.page import Page
from nnpot.models.model import Model
from nnpot.support.arrays import Array

ERRORS = {
    "frames": ("n_frames", "d"),
    "atoms": ("n_atoms", "d"),
    "energy RMSE (meV/atom)": ("energy_rmse_mev_per_atom", ".2f"),
    "energy MAE": ("energy_mae_mev_per_atom", ".2f"),
    "force RMSE (meV/Å)": ("force_rmse_mev_per_angstrom", ".1f"),
    "force MAE": ("force_mae_mev_per_angstrom", ".1f"),
    "stress RMSE (GPa)": ("stress_rmse_gpa", ".3f"),
    "stress MAE": ("stress_mae_gpa", ".3f"),
}
"""Columns of a table of errors: attribute and format."""
WORST = {
    "frame": ("frame", ""),
    "group": ("group", ""),
    "atoms": ("formula", ""),
    "energy error (meV/atom)": ("energy_error_mev_per_atom", "+.2f"),
    "force RMSE (meV/Å)": ("force_rmse_mev_per_angstrom", ".1f"),
    "largest force error (meV/Å)": ("force_error_mev_per_angstrom", ".1f"),
    "on atom": ("atom", ""),
}
"""Columns of a table of worst frames."""
CURVES = {
    "Energy RMSE (meV/atom)": "energy_rmse_mev_per_atom",
    "Force RMSE (meV/Å)": "force_rmse_mev_per_angstrom",
    "Stress RMSE (GPa)": "stress_rmse_gpa",
    "Loss": "loss",
}
"""Panels of learning curves, and their columns of log.csv, after ``train_`` or ``validation_``."""


def add_data(page: Page, summary: DataSummary) -> None:
    """Add the table of a data set, and what looks wrong in it."""
    page.table(*summary.table())
    for line in summary.warnings:
        page.warning(line)


def add_model(page: Page, model: Model) -> None:
    """Add what a model says about itself, such as the networks and offsets of each element."""
    for line in model.notes():
        page.text(line)
    page.table(*model.table())


def add_errors(page: Page, first: str, rows: Mapping[str, ErrorStatistics]) -> None:
    """Add a table of errors, a row per set of frames; ``first`` is the heading of their names."""
    _add_attributes(page, first, ERRORS, rows)


def add_worst_frames(page: Page, worst: WorstFrames) -> None:
    """Add tables of the frames with the largest errors, for energies and for forces."""
    for label, frames in (("energy", worst.by_energy), ("force", worst.by_forces)):
        if frames:
            page.text(f"Largest {label} errors (predicted minus reference):")
            _add_attributes(page, "", WORST, {str(n): frame for n, frame in enumerate(frames, 1)})


def _add_attributes(
    page: Page, first: str, columns: Mapping[str, tuple[str, str]], rows: Mapping[str, object]
) -> None:
    """A table of attributes with their formats, without the columns that are empty."""

    def cell(row: object, attribute: str, pattern: str) -> str:
        value = getattr(row, attribute)
        return "" if value is None else format(value, pattern)

    shown = {title: [cell(row, *column) for row in rows.values()] for title, column in columns.items()}
    shown = {title: cells for title, cells in shown.items() if any(cells)}
    page.table((first, *shown), list(zip(rows, *shown.values(), strict=True)))


def add_predictions(page: Page, name: str, predictions: Predictions, n_worst: int = 5) -> None:
    """Add all about the frames called ``name``: parity, errors by group and element, worst frames."""
    add_parity(page, name, predictions)
    errors = predictions.errors
    if errors.groups:
        add_errors(page, "group", {**errors.groups, "all": errors})
    if len(errors.elements) > 1:
        add_errors(page, "element", errors.elements)
    add_worst_frames(page, predictions.worst(n_worst))


def add_parity(page: Page, name: str, predictions: Predictions) -> None:
    """Add parity plots of energies, forces (also by element) and stresses of the ``name`` frames."""
    errors = predictions.errors
    if errors.energy_rmse_mev_per_atom is not None:
        note = f"RMSE {errors.energy_rmse_mev_per_atom:.2f} meV/atom"
        figure = plots.parity(*predictions.energies(), "Energy", "eV/atom", note)
        page.figure(figure, f"parity_energy_{name}", f"Energies of the {name} frames.")
    if errors.force_rmse_mev_per_angstrom is not None:
        note = f"RMSE {errors.force_rmse_mev_per_angstrom:.1f} meV/Å"
        figure = plots.parity(*predictions.forces(), "Force component", "eV/Å", note)
        caption = f"All force components of the {name} frames; the colour says how many lie there."
        page.figure(figure, f"parity_forces_{name}", caption)
        _add_parity_by_element(page, name, predictions)
    if errors.stress_rmse_gpa is not None:
        note = f"RMSE {errors.stress_rmse_gpa:.3f} GPa"
        figure = plots.parity(*predictions.stresses(), "Stress component", "GPa", note)
        page.figure(figure, f"parity_stress_{name}", f"All stress components of the {name} frames.")


def _add_parity_by_element(page: Page, name: str, predictions: Predictions) -> None:
    panels = predictions.forces_by_element()
    if len(panels) < 2:
        return
    notes = {
        element: f"RMSE {predictions.errors.elements[element].force_rmse_mev_per_angstrom:.1f} meV/Å"
        for element in panels
    }
    figure = plots.parity_panels(panels, "Force", "eV/Å", notes)
    caption = f"Force components on the atoms of each element of the {name} frames."
    page.figure(figure, f"parity_forces_by_element_{name}", caption)


def add_distributions(page: Page, parts: Mapping[str, Predictions]) -> None:
    """Add how the errors are distributed in each part of the data."""
    quantities = {
        "Energy error (meV/atom)": (Predictions.energies, 1000.0),
        "Force error (meV/Å)": (Predictions.forces, 1000.0),
        "Stress error (GPa)": (Predictions.stresses, 1.0),
    }
    panels: dict[str, dict[str, Array]] = {}
    for label, (values, factor) in quantities.items():
        for name, part in parts.items():
            reference, predicted = values(part)
            if len(reference):
                panels.setdefault(label, {})[name] = factor * (predicted - reference)
    caption = (
        "Distribution of the errors, predicted minus reference. Above: density, within four RMSE of the "
        "widest. Below: the share of values that are missed by more; its right end is the largest error."
    )
    if panels:
        page.figure(plots.error_distributions(panels), "error_distribution", caption)


def add_learning_curves(
    page: Page, log: Mapping[str, Array], best: Sequence[int], rate: str = "Learning rate"
) -> None:
    """Add errors, loss and learning rate against the epoch.

    ``log``: the columns of a training's log.csv, (n,), or (n, members) where they are known of each member of
    a committee; those of validation may be NaN throughout. ``best``: the epoch whose weights were kept, of
    each member. ``rate``: what the optimizer's learning rate is called.
    """
    panels: dict[str, dict[str, Array]] = {}
    for label, column in CURVES.items():
        for kind in ("train", "validation"):
            values = log.get(f"{kind}_{column}")
            if values is not None and np.isfinite(values).any():
                panels.setdefault(label, {})[kind] = values
    if "learning_rate" in log:
        panels[rate] = {rate: log["learning_rate"]}
    caption = "Errors during training; those on the training frames are means over an epoch."
    if any(values.ndim > 1 for curves in panels.values() for values in curves.values()):
        caption += " Lines are means over the members of the committee, shaded is their range."
    turn = _turn(log)
    errors = [label for label in panels if label in CURVES]
    figure = epoch_plots.learning_curve(log["epoch"], panels, best, turn, errors)
    caption += " Dotted: what falls with the square root of the epochs."
    page.figure(figure, "learning_curve", caption)
    figure = epoch_plots.learning_curve(log["epoch"], panels, best, turn, linear=True)
    page.figure(figure, "learning_curve_linear", "The same on linear axes; the first epochs are cut off.")
    if turn is not None:
        page.text(
            f"From about epoch {turn} on the networks overfit: the smoothed validation loss is smallest "
            f"there and rises afterwards beyond its noise, while the training loss goes on falling."
        )


def _turn(log: Mapping[str, Array]) -> int | None:
    """The epoch from which on a training overfits, by its losses, of a committee by their means."""
    if "train_loss" not in log or "validation_loss" not in log:
        return None
    train, validation = (log[name].reshape(len(log[name]), -1) for name in ("train_loss", "validation_loss"))
    return overfitting_epoch(train.mean(axis=1), validation.mean(axis=1))
