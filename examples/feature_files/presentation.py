"""The outcome as tables on the terminal, a figure and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bars import Bar, bars_table, print_bars, summary_of_bars
from measure import EPOCHS, Cost
from rich.table import Table

from nnpot.analysis.errors import ErrorStatistics
from nnpot.figures.plots import bars as bar_figure
from nnpot.figures.report import Report

SOURCE = "source (GTX 1070)"
SOURCE_SECONDS, SOURCE_ERROR = 56.0, 3.6
"""s for 300 epochs on a GPU, meV/atom: of its own data, which are not these."""
MOST_SECONDS = 60.0
QUICK_SHARE = 0.7
"""Of the standard deviation of the test energies."""


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    n_frames: int
    n_atoms: int
    """In all frames."""
    costs: Sequence[Cost]
    """The first on the CPU."""
    test: ErrorStatistics
    test_deviation: float
    """meV/atom, standard deviation of the test energies: the error of a model that knows their mean."""
    reading_seconds: float
    """Of all training frames, from the time of the test frames."""
    quick: bool = False

    def bars(self) -> list[Bar]:
        """What was asked for; of the quick version, that it has learned something."""
        error = self.test.energy_rmse_mev_per_atom
        found = float("nan") if error is None else error
        if self.quick:
            name = "energies of other frames: error over their standard deviation"
            return [Bar(name, found / self.test_deviation, QUICK_SHARE, "")]
        return [
            Bar.time(f"{EPOCHS} epochs, CPU", self.costs[0].seconds_of_all_epochs, MOST_SECONDS, "s"),
            Bar("energies of other frames", found, SOURCE_ERROR, "meV/atom"),
        ]

    def to_dict(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return {
            "frames": self.n_frames,
            "atoms": self.n_atoms,
            "costs": [
                vars(cost)
                | {
                    "epochs_per_second": cost.epochs_per_second,
                    f"seconds_of_{EPOCHS}_epochs": cost.seconds_of_all_epochs.value,
                }
                for cost in self.costs
            ],
            "reading_seconds": self.reading_seconds,
            "test_deviation": self.test_deviation,
            "test": self.test.to_dict(),
            "bars": summary_of_bars(self.bars()),
        }


TITLES = ("epochs/s", f"{EPOCHS} epochs (s)", "whole training (s)", "peak memory (MB)", "load before")


def _rows(costs: Sequence[Cost]) -> list[tuple[str, ...]]:
    rows = [
        (
            f"nnpot, {cost.device}",
            f"{cost.epochs_per_second:.2f}",
            cost.seconds_of_all_epochs.text(".0f")
            + ("" if cost.epochs == EPOCHS else f" (from {cost.epochs})"),
            f"{cost.wall_seconds:.0f}",
            f"{cost.peak_memory:.0f}",
            f"{cost.load:.1f}",
        )
        for cost in costs
    ]
    source = (SOURCE, f"{EPOCHS / SOURCE_SECONDS:.2f}", f"{SOURCE_SECONDS:.0f}", "", "", "")
    return [*rows, source]


def print_outcome(outcome: Outcome, report: Path) -> bool:
    """Print the tables; whether no bar is missed beyond chance."""
    table = Table("", title=f"\n{outcome.n_frames} frames, {outcome.n_atoms} atoms")
    for title in TITLES:
        table.add_column(title, justify="right")
    for row in _rows(outcome.costs):
        table.add_row(*row)
    return print_bars(table, outcome.bars(), report, "The network")


def write_report(outcome: Outcome, output: Path) -> Path:
    """report.html and its picture."""
    report = Report("Feature files: energies of clusters without their positions")
    report.text(
        f"{outcome.n_frames} frames, {outcome.n_atoms} atoms; reading takes {outcome.reading_seconds:.1f} s. "
        f"Test energies have a standard deviation of {outcome.test_deviation:.1f} meV/atom. "
        f"The report of the training, with its learning curves, is run_cpu/report.html."
    )
    report.table(*bars_table(outcome.bars()))
    report.table(("", *TITLES), _rows(outcome.costs))
    names = [SOURCE, *(f"nnpot, {cost.device}" for cost in outcome.costs)]
    seconds = [SOURCE_SECONDS, *(cost.seconds_of_all_epochs.value for cost in outcome.costs)]
    figure = bar_figure(names, seconds, f"{EPOCHS} epochs (s)", "{:.3g}")
    report.figure(figure, "speed", f"Seconds for {EPOCHS} epochs.")
    report.errors("frames", {"test": outcome.test})
    return report.write(output)
