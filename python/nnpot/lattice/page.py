"""The page of a database: its statistics and figures."""

from __future__ import annotations

import json
from pathlib import Path

from nnpot.figures.page import Page
from nnpot.lattice import figures
from nnpot.lattice.database import Database
from nnpot.lattice.statistics import HEADINGS, by_width, rows, thinned


def write_page(database: Database, folder: Path) -> Path:
    """Write report.html and its pictures; gives the page."""
    page = Page("A database of the lattice model")
    page.text(f"{len(database)} configurations. Energies in E_c, lengths in R_c.")
    add_database(page, database)
    page.details("What was asked for", json.dumps(database.settings, indent=2))
    return page.write(folder)


def add_database(page: Page, database: Database, prefix: str = "") -> None:
    """Statistics and figures of a database; ``prefix`` begins the names of the pictures."""
    page.table(HEADINGS, rows(thinned(by_width(database))))
    page.text("Accepted: moves in the last ten epochs of the relaxation, with the standard error.")
    page.figure(
        figures.energy_distribution(database), f"{prefix}energy_distribution", "Energies per particle."
    )
    page.figure(
        figures.energy_by_width(database),
        f"{prefix}energy_by_width",
        "Percentiles of the energies against the width of the cell.",
    )
    accepted = figures.acceptance(database)
    if accepted is not None:
        page.figure(accepted, f"{prefix}acceptance", "Moves that the relaxation accepted.")
    page.figure(
        figures.sample_lattices(database), f"{prefix}lattices", "Some configurations with their images."
    )
