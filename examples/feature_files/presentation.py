"""The outcome: bars, a table, a figure and a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from measure import EPOCHS, Cost

from nnpot.analysis.errors import ErrorStatistics
from nnpot.figures import plots
from nnpot.figures.report import Report
from nnpot.study import Bar, Results

SOURCE = "source (GTX 1070)"
SOURCE_SECONDS, SOURCE_ERROR = 56.0, 3.6
"""s for 300 epochs on a GPU, meV/atom: of its own data, which are not these."""
MOST_SECONDS = 60.0
QUICK_SHARE = 0.7
"""Of the standard deviation of the test energies."""
TITLES = ("epochs/s", f"{EPOCHS} epochs (s)", "whole training (s)", "peak memory (MB)", "load before")


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


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    rows = [_row(cost) for cost in outcome.costs]
    rows.append((SOURCE, f"{EPOCHS / SOURCE_SECONDS:.2f}", f"{SOURCE_SECONDS:.0f}", "", "", ""))
    seconds = {SOURCE: SOURCE_SECONDS}
    seconds |= {f"nnpot, {cost.device}": cost.seconds_of_all_epochs.value for cost in outcome.costs}

    def sections(report: Report) -> None:
        report.table(("", *TITLES), rows)
        figure = plots.bars(list(seconds), list(seconds.values()), f"{EPOCHS} epochs (s)", "{:.3g}")
        report.figure(figure, "speed", f"Seconds for {EPOCHS} epochs.")
        report.errors("frames", {"test": outcome.test})

    return Results(
        title="Feature files: energies of clusters without their positions",
        bars=outcome.bars(),
        table=(f"{outcome.n_frames} frames, {outcome.n_atoms} atoms", ("", *TITLES), rows),
        summary={
            "frames": outcome.n_frames,
            "atoms": outcome.n_atoms,
            "costs": [cost.summary for cost in outcome.costs],
            "reading_seconds": outcome.reading_seconds,
            "test_deviation": outcome.test_deviation,
            "test": outcome.test.to_dict(),
        },
        sections=sections,
        text=f"{outcome.n_frames} frames, {outcome.n_atoms} atoms; reading takes "
        f"{outcome.reading_seconds:.1f} s. Test energies have a standard deviation of "
        f"{outcome.test_deviation:.1f} meV/atom. The report of the training, with its learning curves, is "
        f"run_cpu/report.html.",
        what="The network",
    )


def _row(cost: Cost) -> tuple[str, ...]:
    from_fewer = "" if cost.epochs == EPOCHS else f" (from {cost.epochs})"
    return (
        f"nnpot, {cost.device}",
        f"{cost.epochs_per_second:.2f}",
        cost.seconds_of_all_epochs.text(".0f") + from_fewer,
        f"{cost.wall_seconds:.0f}",
        f"{cost.peak_memory:.0f}",
        f"{cost.load:.1f}",
    )
