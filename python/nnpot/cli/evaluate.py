"""``nnpot evaluate``: how far a potential is from reference values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.prediction import (
    data_units_option,
    frames_argument,
    model_argument,
    units_option,
)

if TYPE_CHECKING:
    from nnpot.analysis.errors import ErrorStatistics

COLUMNS = {
    "n_frames": "frames",
    "n_atoms": "atoms",
    "energy_rmse_mev_per_atom": "energy RMSE\nmeV/atom",
    "energy_mae_mev_per_atom": "energy MAE\nmeV/atom",
    "force_rmse_mev_per_angstrom": "force RMSE\nmeV/Å",
    "force_mae_mev_per_angstrom": "force MAE\nmeV/Å",
    "stress_rmse_gpa": "stress RMSE\nGPa",
}


@click.command(name="evaluate", short_help="Errors of a potential on labelled frames.")
@model_argument
@frames_argument
@units_option
@data_units_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(model: Path, frames: Path, units: str | None, data_units: str | None, as_json: bool) -> None:
    """Compare the potential in the folder MODEL with the energies and forces in FRAMES.

    FRAMES is extended XYZ, RuNNer input.data (state --data-units), or anything else that ASE reads.
    """
    from nnpot.analysis.predictions import predict_frames
    from nnpot.io import read_frames, require_labels
    from nnpot.potential import load

    potential = load(model, units)
    references = read_frames(frames, data_units)
    require_labels(references, where=frames)
    statistics = predict_frames(potential, references, frames).errors
    if as_json:
        click.echo(json.dumps(statistics.to_dict(), indent=2, ensure_ascii=False))
    else:
        _print_table(statistics)


def _print_table(statistics: ErrorStatistics) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = {name: title for name, title in COLUMNS.items() if getattr(statistics, name) is not None}
    table = Table("group")
    for title in shown.values():
        table.add_column(title, justify="right")
    for name, row in statistics.groups.items():
        table.add_row(name, *(_cell(getattr(row, column)) for column in shown))
    table.add_section()
    table.add_row("all", *(_cell(getattr(statistics, column)) for column in shown))
    console = Console()
    if not console.is_terminal:
        console.width = 160  # a file or a pipe has room for every column
    console.print(table)


def _cell(value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
