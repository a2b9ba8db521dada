"""The figures of a run: bars to meet, tables, a report."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.analysis.statistical_error import Estimate
from nnpot.figures import plots
from nnpot.figures.report import Report
from nnpot.learning import LearningConfig
from nnpot.learning.figures import calibration_figure, progress_figure
from nnpot.learning.judgement import Judged
from nnpot.learning.report import rounds_table
from nnpot.learning.rounds import RoundOutcome
from nnpot.study import Bar, Results


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
        """What is asked of the loop; of the quick version, that it does what it should."""
        last, force = self.rounds[-1], self.liquid.errors.force_rmse_mev_per_angstrom
        rank = self.test.rank_correlation
        assert force is not None and rank is not None, "test frames have forces"
        limit = 0.3 if self.quick else 0.6
        correlation = Bar("rank correlation of spread and error", rank, limit, "", at_least=True)
        if self.quick:
            added = last.frames - self.rounds[0].frames
            return [Bar("frames that the loop has labelled", added, 1, "", at_least=True), correlation]
        rounds = last.number if last.trusted else float("nan")
        return [
            Bar("rounds until every stage is trusted", rounds, 8, ""),
            Bar.time("time of the loop", self.minutes, 30.0, "min"),
            Bar("force RMSE, liquid at 2500 K", force, 80.0, "meV/Å"),
            correlation,
        ]


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    titles, rows = rounds_table(outcome.rounds)
    return Results(
        title="Active learning of silicon",
        bars=outcome.bars(),
        table=("From crystal at 300 K to the liquid at 2500 K", titles, [tuple(map(str, r)) for r in rows]),
        summary={
            "example": "active_learning, quick" if outcome.quick else "active_learning",
            "rounds": [asdict(one) for one in outcome.rounds],
            "minutes": outcome.minutes,
            "test": outcome.test.errors.to_dict(),
            "rank_correlation": {
                "all": outcome.test.rank_correlation,
                "liquid": outcome.liquid.rank_correlation,
            },
            "g_r_mean_difference_liquid_2500_k": asdict(outcome.difference),
        },
        sections=lambda report: _sections(report, outcome),
        text=f"The loop began with {outcome.rounds[0].frames} frames of crystal and ended with "
        f"{outcome.rounds[-1].frames}. Its own report is loop/report.html.",
        what="The committee",
        note=f"{outcome.minutes:.1f} minutes.",
    )


def _sections(report: Report, outcome: Outcome) -> None:
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
    caption = (
        "Radial distribution functions at the same density, shaded are two standard errors; mean difference "
        f"beyond noise: {outcome.difference.text('.3f')}."
    )
    figure = plots.radial_distributions({"Liquid, 2500 K": outcome.liquids})
    report.figure(figure, "radial_distribution", caption)
