"""A report: one HTML file that holds its pictures, with the same pictures as PNG files beside it."""

from __future__ import annotations

import base64
import html
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nnpot import _core
from nnpot.analysis.data_summary import DataSummary
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.overfitting import overfitting_epoch
from nnpot.analysis.predictions import Predictions
from nnpot.analysis.worst_frames import WorstFrames
from nnpot.figures import epoch_plots, plots
from nnpot.models.feature_model import FILE as FEATURE_MODEL
from nnpot.models.feature_model import FeatureModel, load_feature_model
from nnpot.support.files import atomic_write

CSS = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 78rem;
  margin: 2rem auto; padding: 0 1rem; }
p, details { max-width: 60rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.warning { border-left: 4px solid #E69F00; padding-left: 0.7rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; max-width: 100%; }
th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
th { white-space: normal; vertical-align: bottom; }
td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
th { border-bottom: 2px solid #555; } td:first-child, th:first-child { text-align: left; }
.figures { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; }
figure { margin: 1rem 0; max-width: 100%; } img { max-width: 100%; height: auto; }
figcaption { color: #444; font-size: 0.95rem; }
pre { background: #f5f5f5; padding: 0.8rem; overflow-x: auto; font-size: 0.85rem; }
summary { cursor: pointer; }
"""

FIGURE = "<figure"
"""How a picture begins; those that follow each other stand side by side where there is room."""

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


def _turn(log: Mapping[str, NDArray[np.float64]]) -> int | None:
    """The epoch from which on a training overfits, by its losses, of a committee by their means."""
    if "train_loss" not in log or "validation_loss" not in log:
        return None
    train, validation = (log[name].reshape(len(log[name]), -1) for name in ("train_loss", "validation_loss"))
    return overfitting_epoch(train.mean(axis=1), validation.mean(axis=1))


def _side_by_side(parts: Sequence[str]) -> Iterator[str]:
    """Parts of a page, runs of figures in a box that sets them beside each other."""
    for is_figure, run in itertools.groupby(parts, lambda part: part.startswith(FIGURE)):
        text = "\n".join(run)
        yield f'<div class="figures">\n{text}\n</div>' if is_figure else text


def read_model(directory: Path, units: str | None = None) -> _core.Model | FeatureModel:
    """A model of either kind, to be told about; ``units`` where a potential does not state them."""
    if (directory / FEATURE_MODEL).exists():
        return load_feature_model(directory)
    return _core.Model.read(str(directory), units)


class Report:
    """Collects text, tables and figures in order; ``write`` makes the files.

    Parameters
    ----------
    title
        Heading of the report.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._parts: list[str] = []
        self._pictures: dict[str, bytes] = {}

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(f"<h2>{html.escape(text)}</h2>")

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"<p>{html.escape(text)}</p>")

    def warning(self, text: str) -> None:
        """Add a paragraph that is not to be overlooked."""
        self._parts.append(f'<p class="warning">{html.escape(text)}</p>')

    def data(self, summary: DataSummary) -> None:
        """Add the table of a data set, and what looks wrong in it."""
        self.table(*summary.table())
        for line in summary.warnings:
            self.warning(line)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table; the first column is aligned left, the others right."""
        head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>\n"
            for row in rows
        )
        self._parts.append(f"<table>\n<tr>{head}</tr>\n{body}</table>")

    def code(self, text: str) -> None:
        """Add lines as they stand, for example commands."""
        self._parts.append(f"<pre>{html.escape(text)}</pre>")

    def details(self, summary: str, text: str) -> None:
        """Add lines that show when the reader opens them."""
        self._parts.append(f"<details><summary>{html.escape(summary)}</summary>")
        self.code(text)
        self._parts.append("</details>")

    def figure(self, figure: Figure, name: str, caption: str) -> None:
        """Add a figure, which is also written as ``<name>.png``."""
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=160)
        picture = self._pictures[f"{name}.png"] = buffer.getvalue()
        self.picture(picture, round(figure.get_figwidth() * 96), caption)

    def picture(self, png: bytes, width: int, caption: str) -> None:
        """Add a picture that is there already, shown this many pixels wide."""
        text = html.escape(caption)
        data = base64.b64encode(png).decode("ascii")
        self._parts.append(
            f'{FIGURE} style="width: {width}px"><img src="data:image/png;base64,{data}" width="{width}" '
            f'alt="{text}"><figcaption>{text}</figcaption></figure>'
        )

    def model(self, model: _core.Model | FeatureModel) -> None:
        """Add a table of a model: functions or features, networks and offsets of each element."""
        rows = []
        for element in model.elements:
            layers = model.layers(element) if isinstance(model, FeatureModel) else model.network(element)
            sizes = [len(layers[0][0]), *(len(biases) for _, biases, _ in layers)]
            n_weights = sum(weights.size + biases.size for weights, biases, _ in layers)
            letters = "".join(letter for _, _, letter in layers)
            rows.append(
                (
                    element,
                    len(layers[0][0]),
                    "–".join(map(str, sizes)),
                    letters,
                    n_weights,
                    f"{model.atom_energies[element]:.6f}",
                )
            )
        inputs = "features" if isinstance(model, FeatureModel) else "symmetry functions"
        titles = (inputs, "network", "activations", "weights", "energy offset (eV)")
        if isinstance(model, FeatureModel):
            self.table(("element", *titles), rows)
            return
        self.text(f"Cutoff radius {model.cutoff:.3f} Å.")
        self.table(("element", *titles), rows)
        if model.long_range is not None:
            found = model.long_range
            values = ", ".join(f"{element} {charge:+.4f}" for element, charge in found.charges.items())
            form, alpha, radius = found.form, found.alpha, found.real_cutoff
            near = f"real space to {radius:.3f} Å" if radius else "real space left to the networks"
            self.text(f"Charges (e): {values}; form {form}, splitting parameter {alpha:.4f} 1/Å, {near}.")

    def errors(self, first: str, rows: Mapping[str, ErrorStatistics]) -> None:
        """Add a table of errors, a row per set of frames; ``first`` is the heading of their names."""
        self._attributes(first, ERRORS, rows)

    def worst(self, worst: WorstFrames) -> None:
        """Add tables of the frames with the largest errors, for energies and for forces."""
        for label, frames in (("energy", worst.by_energy), ("force", worst.by_forces)):
            if frames:
                self.text(f"Largest {label} errors (predicted minus reference):")
                self._attributes("", WORST, {str(n): frame for n, frame in enumerate(frames, 1)})

    def _attributes(
        self, first: str, columns: Mapping[str, tuple[str, str]], rows: Mapping[str, object]
    ) -> None:
        """A table of attributes with their formats, without the columns that are empty."""

        def cell(row: object, attribute: str, pattern: str) -> str:
            value = getattr(row, attribute)
            return "" if value is None else format(value, pattern)

        shown = {title: [cell(row, *column) for row in rows.values()] for title, column in columns.items()}
        shown = {title: cells for title, cells in shown.items() if any(cells)}
        self.table((first, *shown), list(zip(rows, *shown.values(), strict=True)))

    def predictions(self, name: str, predictions: Predictions, n_worst: int = 5) -> None:
        """Add all about the frames called ``name``: parity, errors by group and element, worst frames."""
        self.parity(name, predictions)
        errors = predictions.errors
        if errors.groups:
            self.errors("group", {**errors.groups, "all": errors})
        if len(errors.elements) > 1:
            self.errors("element", errors.elements)
        self.worst(predictions.worst(n_worst))

    def parity(self, name: str, predictions: Predictions) -> None:
        """Add parity plots of energies, forces (also by element) and stresses of the ``name`` frames."""
        errors = predictions.errors
        if errors.energy_rmse_mev_per_atom is not None:
            note = f"RMSE {errors.energy_rmse_mev_per_atom:.2f} meV/atom"
            figure = plots.parity(*predictions.energies(), "Energy", "eV/atom", note)
            self.figure(figure, f"parity_energy_{name}", f"Energies of the {name} frames.")
        if errors.force_rmse_mev_per_angstrom is not None:
            note = f"RMSE {errors.force_rmse_mev_per_angstrom:.1f} meV/Å"
            figure = plots.parity(*predictions.forces(), "Force component", "eV/Å", note)
            caption = f"All force components of the {name} frames; the colour says how many lie there."
            self.figure(figure, f"parity_forces_{name}", caption)
            self._parity_by_element(name, predictions)
        if errors.stress_rmse_gpa is not None:
            note = f"RMSE {errors.stress_rmse_gpa:.3f} GPa"
            figure = plots.parity(*predictions.stresses(), "Stress component", "GPa", note)
            self.figure(figure, f"parity_stress_{name}", f"All stress components of the {name} frames.")

    def _parity_by_element(self, name: str, predictions: Predictions) -> None:
        panels = predictions.forces_by_element()
        if len(panels) < 2:
            return
        notes = {
            element: f"RMSE {predictions.errors.elements[element].force_rmse_mev_per_angstrom:.1f} meV/Å"
            for element in panels
        }
        figure = plots.parity_panels(panels, "Force", "eV/Å", notes)
        caption = f"Force components on the atoms of each element of the {name} frames."
        self.figure(figure, f"parity_forces_by_element_{name}", caption)

    def distributions(self, parts: Mapping[str, Predictions]) -> None:
        """Add how the errors are distributed in each part of the data."""
        quantities = {
            "Energy error (meV/atom)": (Predictions.energies, 1000.0),
            "Force error (meV/Å)": (Predictions.forces, 1000.0),
            "Stress error (GPa)": (Predictions.stresses, 1.0),
        }
        panels: dict[str, dict[str, NDArray[np.float64]]] = {}
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
            self.figure(plots.error_distributions(panels), "error_distribution", caption)

    def learning_curves(
        self, log: Mapping[str, NDArray[np.float64]], best: Sequence[int], rate: str = "Learning rate"
    ) -> None:
        """Add errors, loss and learning rate against the epoch.

        Parameters
        ----------
        log
            The columns of a training's log.csv, (n,), or (n, members) where they are known of each member of
            a committee; those of validation may be NaN throughout.
        best
            The epoch whose weights were kept, of each member.
        rate
            What the optimizer's learning rate is called.
        """
        panels: dict[str, dict[str, NDArray[np.float64]]] = {}
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
        self.figure(figure, "learning_curve", caption)
        figure = epoch_plots.learning_curve(log["epoch"], panels, best, turn, linear=True)
        self.figure(figure, "learning_curve_linear", "The same on linear axes; the first epochs are cut off.")
        if turn is not None:
            self.text(
                f"From about epoch {turn} on the networks overfit: the smoothed validation loss is smallest "
                f"there and rises afterwards beyond its noise, while the training loss goes on falling."
            )

    def write(self, directory: Path) -> Path:
        """Write ``report.html`` and the PNG files.

        Parameters
        ----------
        directory
            Made where it is missing.

        Returns
        -------
        pathlib.Path
            The HTML file.
        """
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, picture in self._pictures.items():
            with atomic_write(directory / name, "wb") as stream:
                stream.write(picture)
        title = html.escape(self.title)
        page = (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
            f"<style>{CSS}</style></head>\n<body>\n<h1>{title}</h1>\n"
            + "\n".join(_side_by_side(self._parts))
            + "\n</body></html>\n"
        )
        with atomic_write(directory / "report.html") as stream:
            stream.write(page)
        return directory / "report.html"
