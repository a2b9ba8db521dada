"""Errors as tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnpot.analysis.errors import ErrorStatistics
    from nnpot.analysis.worst_frames import FrameSummary

ERRORS = {
    "n_frames": "frames",
    "n_atoms": "atoms",
    "energy_rmse_mev_per_atom": "energy RMSE\nmeV/atom",
    "energy_mae_mev_per_atom": "energy MAE\nmeV/atom",
    "force_rmse_mev_per_angstrom": "force RMSE\nmeV/Å",
    "force_mae_mev_per_angstrom": "force MAE\nmeV/Å",
    "stress_rmse_gpa": "stress RMSE\nGPa",
    "stress_mae_gpa": "stress MAE\nGPa",
}
WORST = {
    "frame": "",
    "group": "group",
    "formula": "atoms",
    "energy_error_mev_per_atom": "energy error\nmeV/atom",
    "force_rmse_mev_per_angstrom": "force RMSE\nmeV/Å",
    "force_error_mev_per_angstrom": "largest force\nerror, meV/Å",
    "atom": "on atom",
}


def print_errors(
    first: str, rows: Mapping[str, ErrorStatistics], total: ErrorStatistics | None = None
) -> None:
    """Print a row per set of frames, and one for all of them; ``first`` heads the column of names."""
    everything = {**rows, "all": total} if total is not None else dict(rows)
    _print(first, ERRORS, list(everything), list(everything.values()), has_total=total is not None)


def print_worst(title: str, frames: Sequence[FrameSummary]) -> None:
    """Print a row per frame."""
    _print(title, WORST, [str(number) for number in range(1, len(frames) + 1)], frames)


def _print(
    first: str,
    columns: Mapping[str, str],
    names: Sequence[str],
    rows: Sequence[object],
    has_total: bool = False,
) -> None:
    """A table of attributes, without the columns that are empty."""
    from rich.table import Table

    from nnpot.support.terminal import plain_console

    shown = {
        title: [_cell(getattr(row, name)) for row in rows]
        for name, title in columns.items()
        if any(getattr(row, name) not in (None, "") for row in rows)
    }
    table = Table(first)
    for title in shown:
        table.add_column(title, justify="right")
    for number, name in enumerate(names):
        if has_total and number == len(names) - 1:
            table.add_section()
        table.add_row(name, *(cells[number] for cells in shown.values()))
    plain_console(160).print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
