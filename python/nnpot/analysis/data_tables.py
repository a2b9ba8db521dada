"""The summary of a data set as text."""

from __future__ import annotations

import dataclasses
import io
import shutil
import sys

from rich.console import Console

from nnpot.analysis.data_summary import DataSummary
from nnpot.support.terminal import plain_page, plain_table

WIDTH = 200  # columns of text where there is no terminal: room for every column of the tables
NARROW, FEW = 130, 4
"""Columns of text, and sets of frames: a table of these few is turned where the terminal is narrower."""
TEXTS = ("data", "elements", "pair", "in")  # columns that are no numbers


def print_summary(console: Console, summary: DataSummary) -> None:
    """Print the tables and the warnings of a summary."""
    headings, rows = summary.table()
    if console.width < NARROW and len(rows) <= FEW:
        columns = [headings, *rows]
        headings, *rows = [[column[k] for column in columns] for k in range(len(headings))]
    _print_table(console, headings, rows)
    if summary.pairs:
        _print_table(console, *summary.pair_table())
    if summary.atom_energies:
        energies = ", ".join(f"{symbol} {energy:.6g}" for symbol, energy in summary.atom_energies.items())
        console.print(f"energies of single atoms (eV): {energies}", highlight=False)
    for warning in summary.warnings:
        console.print(f"warning: {warning}", highlight=False)


def _print_table(console: Console, headings: list[str], rows: list[list[str]]) -> None:
    console.print(plain_table([heading.replace(" (", "\n(") for heading in headings], rows, TEXTS))


def summary_text(summary: DataSummary) -> str:
    """The tables of a summary, without its warnings, as wide as the terminal."""
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else WIDTH
    page = io.StringIO()
    print_summary(plain_page(page, width), dataclasses.replace(summary, warnings=[]))
    return page.getvalue().rstrip("\n")
