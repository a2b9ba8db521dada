"""The summary of a data set as text."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from nnpot.analysis.data_summary import DataSummary


def print_summary(console: Console, summary: DataSummary) -> None:
    """Print the tables and the warnings of a summary."""
    for n_left, (headings, rows) in ((1, summary.table()), (1, summary.pair_table())):
        table = Table()
        for number, heading in enumerate(headings):
            left = number < n_left or heading in ("elements", "in")
            table.add_column(heading.replace(" (", "\n("), justify="left" if left else "right")
        for row in rows:
            table.add_row(*row)
        if rows:
            console.print(table)
    if summary.atom_energies:
        energies = ", ".join(f"{symbol} {energy:.6g}" for symbol, energy in summary.atom_energies.items())
        console.print(f"energies of single atoms (eV): {energies}", markup=False, highlight=False)
    for warning in summary.warnings:
        console.print(f"warning: {warning}", markup=False, highlight=False)
