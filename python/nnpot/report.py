"""A report: one HTML file that holds its pictures, with the same pictures as PNG files beside it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nnpot import plots
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions
from nnpot.files import atomic_write

CSS = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.25rem 0.9rem; text-align: right; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #555; } td:first-child, th:first-child { text-align: left; }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; }
figcaption { color: #444; font-size: 0.95rem; }
"""

ERRORS = {
    "frames": ("n_frames", "d"),
    "energy RMSE (meV/atom)": ("energy_rmse_mev_per_atom", ".2f"),
    "energy MAE": ("energy_mae_mev_per_atom", ".2f"),
    "force RMSE (meV/Å)": ("force_rmse_mev_per_angstrom", ".1f"),
    "force MAE": ("force_mae_mev_per_angstrom", ".1f"),
    "stress RMSE (GPa)": ("stress_rmse_gpa", ".3f"),
}
"""Columns of a table of errors: attribute and format."""


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

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table; the first column is aligned left, the others right."""
        head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>\n"
            for row in rows
        )
        self._parts.append(f"<table>\n<tr>{head}</tr>\n{body}</table>")

    def figure(self, figure: Figure, name: str, caption: str) -> None:
        """Add a figure, which is also written as ``<name>.png``."""
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=160)
        picture = self._pictures[f"{name}.png"] = buffer.getvalue()
        text = html.escape(caption)
        data = base64.b64encode(picture).decode("ascii")
        width = round(figure.get_figwidth() * 96)
        self._parts.append(
            f'<figure><img src="data:image/png;base64,{data}" width="{width}" alt="{text}">'
            f"<figcaption>{text}</figcaption></figure>"
        )

    def errors(self, first: str, rows: Mapping[str, ErrorStatistics]) -> None:
        """Add a table of errors, a row per set of frames; ``first`` is the heading of their names."""
        columns = list(ERRORS.values())
        if all(errors.stress_rmse_gpa is None for errors in rows.values()):
            columns = columns[:-1]

        def cell(value: float | None, pattern: str) -> str:
            return "" if value is None else format(value, pattern)

        self.table(
            (first, *list(ERRORS)[: len(columns)]),
            [
                (name, *(cell(getattr(errors, attribute), pattern) for attribute, pattern in columns))
                for name, errors in rows.items()
            ],
        )

    def parity(self, name: str, predictions: Predictions) -> None:
        """Add the parity plots of energies and forces of the frames called ``name``."""
        note = f"RMSE {predictions.errors.energy_rmse_mev_per_atom:.2f} meV/atom"
        figure = plots.parity(*predictions.energies(), "Energy", "eV/atom", note)
        self.figure(figure, f"parity_energy_{name}", f"Energies of the {name} frames.")
        note = f"RMSE {predictions.errors.force_rmse_mev_per_angstrom:.1f} meV/Å"
        figure = plots.parity(*predictions.forces(), "Force component", "eV/Å", note)
        caption = f"All force components of the {name} frames; the colour says how many lie there."
        self.figure(figure, f"parity_forces_{name}", caption)

    def learning_curves(self, log: Mapping[str, NDArray[np.float64]], best: int | None) -> None:
        """Add the errors against the epoch.

        Parameters
        ----------
        log
            The columns of a training's log.csv; those of validation may be NaN throughout.
        best
            The epoch whose weights were kept.
        """
        kinds = ("train", "validation") if np.isfinite(log["validation_loss"]).all() else ("train",)
        panels = {
            label: {kind: log[f"{kind}_{column}"] for kind in kinds}
            for label, column in (
                ("Energy RMSE (meV/atom)", "energy_rmse_mev_per_atom"),
                ("Force RMSE (meV/Å)", "force_rmse_mev_per_angstrom"),
            )
        }
        caption = "Errors during training; those on the training frames are means over an epoch."
        self.figure(plots.learning_curve(log["epoch"], panels, best), "learning_curve", caption)

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
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{CSS}</style></head>\n<body>\n<h1>{title}</h1>\n"
            + "\n".join(self._parts)
            + "\n</body></html>\n"
        )
        with atomic_write(directory / "report.html") as stream:
            stream.write(page)
        return directory / "report.html"
