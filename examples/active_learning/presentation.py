"""The figures of a run: bars to meet, a table on the terminal, a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bars import Bar, bars_table, print_bars, summary_of_bars
from rich.table import Table

from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.analysis.statistical_error import Estimate
from nnpot.figures import plots
from nnpot.figures.report import Report
from nnpot.learning import LearningConfig
from nnpot.learning.figures import calibration_figure, progress_figure
from nnpot.learning.judgement import Judged
from nnpot.learning.report import rounds_table
from nnpot.learning.rounds import RoundOutcome


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    quick: bool
    config: LearningConfig
    rounds: Sequence[RoundOutcome]
    minutes: float
    test: Judged
    """On all test frames."""
    liquid: Judged
    """On those of the liquid at 2500 K."""
    liquids: Mapping[str, RadialDistribution]
    """By potential: the teacher first."""

    @property
    def difference(self) -> Estimate:
        """Mean difference of the two g(r), less what noise alone would give."""
        teacher, committee = self.liquids.values()
        return committee.difference(teacher)

    def bars(self) -> list[Bar]:
        """What issue 10 asks for; of the quick version, that the loop does what it should."""
        return self._quick_bars() if self.quick else self._whole_bars()

    def _quick_bars(self) -> list[Bar]:
        rank, added = self.test.rank_correlation, self.rounds[-1].frames - self.rounds[0].frames
        assert rank is not None, "test frames have forces"
        return [
            Bar("frames that the loop has labelled", added, 1, "", at_least=True),
            Bar("rank correlation of spread and error", rank, 0.3, "", at_least=True),
        ]

    def _whole_bars(self) -> list[Bar]:
        last = self.rounds[-1]
        force, rank = self.liquid.errors.force_rmse_mev_per_angstrom, self.test.rank_correlation
        assert force is not None and rank is not None, "test frames have forces"
        return [
            Bar("rounds until every stage is trusted", last.number if last.trusted else float("nan"), 8, ""),
            Bar.time("time of the loop", self.minutes, 30.0, "min"),
            Bar("force RMSE, liquid at 2500 K", force, 80.0, "meV/Å"),
            Bar("rank correlation of spread and error", rank, 0.6, "", at_least=True),
        ]

    def summary(self) -> dict[str, Any]:
        """For summary.json."""
        return {
            "example": "active_learning, quick" if self.quick else "active_learning",
            "rounds": [asdict(outcome) for outcome in self.rounds],
            "minutes": self.minutes,
            "test": self.test.errors.to_dict(),
            "rank_correlation": {"all": self.test.rank_correlation, "liquid": self.liquid.rank_correlation},
            "g_r_mean_difference_liquid_2500_k": asdict(self.difference),
            "bars": summary_of_bars(self.bars()),
        }


def print_outcome(outcome: Outcome, output: Path) -> bool:
    """Print the tables; whether no bar is missed beyond chance."""
    titles, rows = rounds_table(outcome.rounds)
    table = Table(*titles, title="\nFrom crystal at 300 K to the liquid at 2500 K")
    for row in rows:
        table.add_row(*map(str, row))
    note = f"{outcome.minutes:.1f} minutes."
    return print_bars(table, outcome.bars(), output / "report.html", "The committee", note)


def write_report(outcome: Outcome, output: Path) -> None:
    """report.html and its pictures."""
    report = Report("Active learning of silicon")
    report.text(
        f"The loop began with {outcome.rounds[0].frames} frames of crystal and ended with "
        f"{outcome.rounds[-1].frames}. Its own report is loop/report.html."
    )
    report.table(*bars_table(outcome.bars()))
    report.heading("Rounds")
    caption = "Force errors on test frames and on frames met; trusted share of the steps; frames with labels."
    report.figure(progress_figure(outcome.rounds, outcome.config.trust.share), "rounds", caption)
    report.table(*rounds_table(outcome.rounds))
    report.heading("Test frames, which the loop has never seen")
    report.errors("group", {**outcome.test.errors.groups, "all": outcome.test.errors})
    report.parity("test", outcome.test.predictions)
    report.heading("Does the spread tell the error?")
    sets = {"all test frames": outcome.test, "liquid at 2500 K": outcome.liquid}
    caption = "The committee's force spread and the true force error of each atom of the test frames."
    report.figure(calibration_figure(sets), "calibration", caption)
    report.heading("The liquid in LAMMPS")
    figure = plots.radial_distributions({"Liquid, 2500 K": outcome.liquids})
    caption = (
        "Radial distribution functions at the same density, shaded are two standard errors; mean difference "
        f"beyond noise: {outcome.difference.text('.3f')}."
    )
    report.figure(figure, "radial_distribution", caption)
    report.write(output)
