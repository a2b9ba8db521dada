"""The page of a database: its statistics and figures."""

from __future__ import annotations

import json
from pathlib import Path

from nnpot.figures.report import Report
from nnpot.lattice import figures
from nnpot.lattice.database import Database
from nnpot.lattice.statistics import HEADINGS, by_width, rows, thinned


def write_page(database: Database, folder: Path) -> Path:
    """Write report.html and its pictures; gives the page."""
    report = Report("A database of the lattice model")
    report.text(f"{len(database)} configurations. Energies in E_c, lengths in R_c.")
    add_database(report, database)
    report.details("What was asked for", json.dumps(database.settings, indent=2))
    report.write(folder)
    return folder / "report.html"


def add_database(report: Report, database: Database, prefix: str = "") -> None:
    """Statistics and figures of a database; ``prefix`` begins the names of the pictures."""
    report.table(HEADINGS, rows(thinned(by_width(database))))
    report.text("Accepted: moves in the last ten epochs of the relaxation, with the standard error.")
    report.figure(
        figures.energy_distribution(database), f"{prefix}energy_distribution", "Energies per particle."
    )
    report.figure(
        figures.energy_by_width(database),
        f"{prefix}energy_by_width",
        "Percentiles of the energies against the width of the cell.",
    )
    accepted = figures.acceptance(database)
    if accepted is not None:
        report.figure(accepted, f"{prefix}acceptance", "Moves that the relaxation accepted.")
    report.figure(
        figures.sample_lattices(database), f"{prefix}lattices", "Some configurations with their images."
    )
