"""The figures of a run: bars to meet, tables, a report."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from drag import energy_error, gradient_error
from networks import Trained
from study import Part, Study

from nnpot.figures import epoch_plots, plots
from nnpot.figures.report import Report
from nnpot.lattice import figures
from nnpot.lattice.database import Database
from nnpot.lattice.diagnostics import Diagnostics
from nnpot.lattice.figures import Drag, add_database
from nnpot.study import Bar, Results

DRAG_ENERGY, DRAG_GRADIENT = 0.5, 0.5
"""What following the truth means: E_c, and a share of the mean gradient."""
HEADINGS = ("network", "count", "parameters", "MAE (E_c)", "MAE, 1 to 99 %", "kept epoch", "training (s)")


@dataclass(frozen=True)
class PartOutcome:
    """Results of one database."""

    part: Part
    database: Database
    trained: list[Trained]
    drags: dict[str, Drag]
    seconds: float
    """Of the generation; 0 if the database was there."""
    scatter: float = float("nan")
    """Of the energies under common translations, E_c: about what invariant descriptors leave."""

    @property
    def judged(self) -> list[Trained]:
        """The networks for the count of the database."""
        return [one for one in self.trained if one.experiment.count == self.part.database.count]

    @property
    def best(self) -> Trained:
        """The one with the smallest error."""
        return min(self.judged, key=lambda one: one.error)

    @property
    def error_of_a_constant(self) -> float:
        """Mean absolute error of saying the median energy of the held-out points, E_c."""
        truth = self.best.truth
        return float(np.abs(truth - np.median(truth)).mean())

    @property
    def best_of_document(self) -> Trained:
        """The best one with the descriptor of the document; the best of all if there is none."""
        own = [one for one in self.judged if one.experiment.descriptor == "eigenvalues"]
        return min(own or self.judged, key=lambda one: one.error)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """What a table says of each network."""
        return [
            (
                one.experiment.name,
                one.experiment.count,
                str(one.network.n_parameters),
                f"{one.error:.3f}",
                f"{one.inner_error:.3f}",
                f"{one.history.best} of {len(one.history.validation)}",
                f"{one.history.seconds:.0f}",
            )
            for one in self.trained
        ]


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    study: Study
    tests: dict[str, Diagnostics]
    speed: dict[str, tuple[float, float]]
    one_width: PartOutcome
    range_of_widths: PartOutcome
    quick: bool = False

    def bars(self) -> list[Bar]:
        """What is asked for."""
        slowest = {
            n: max(t[0] for name, t in self.speed.items() if name.startswith(f"{n} ")) for n in (4, 20)
        }
        return [
            Bar.time("energy of 20 particles, depth 2", slowest[20], 5.0, "ms"),
            Bar.time("energy of 4 particles, depth 3", slowest[4], 0.3, "ms"),
            *(self._quick_bars() if self.quick else self._whole_bars()),
        ]

    def _quick_bars(self) -> list[Bar]:
        """That something is learned: errors beside those of a constant, the median energy."""
        parts = (("one width", self.one_width, 0.4), ("range of widths", self.range_of_widths, 0.7))
        return [
            Bar(f"{title}: MAE over that of a constant", p.best.error / p.error_of_a_constant, limit, "")
            for title, p, limit in parts
        ]

    def _whole_bars(self) -> list[Bar]:
        """What the document and its readers ask for."""
        one, many = self.one_width, self.range_of_widths
        found = [
            Bar("one width: MAE, descriptor of the document", one.best_of_document.error, 0.4, "E_c"),
            Bar("one width: MAE, best", one.best.error, 0.1, "E_c"),
            Bar("range of widths: MAE, percentiles 1 to 99", many.best.inner_error, 0.5, "E_c"),
        ]
        if one.seconds:
            found.insert(0, Bar.time("generation of the points of one width", one.seconds, 180.0, "s"))
        name = many.best.experiment.name
        for title, drag in many.drags.items():
            gradient = gradient_error(drag, name)
            found.append(Bar(f"drag, {title}: energy", energy_error(drag, name), DRAG_ENERGY, "E_c"))
            found.append(Bar(f"drag, {title}: gradient", gradient, DRAG_GRADIENT, "of the mean"))
        return found


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    one, many = outcome.one_width, outcome.range_of_widths
    scatter = f"Common translations scatter the energies of the document's count by {one.scatter:.3f} E_c"

    def sections(report: Report) -> None:
        report.table(
            ("Time on one thread", "energy (ms)", "with gradient (ms)"),
            [(name, f"{a:.3g}", f"{b:.3g}") for name, (a, b) in outcome.speed.items()],
        )
        report.heading("The potentials: six tests each")
        for form, found in outcome.tests.items():
            report.figure(figures.diagnostics(found, form), f"potential_{form}", f"Six tests of {form}.")
        _add_part(report, "One width", "one_", one)
        report.text(
            f"{scatter}: they depend on which images the central cell holds, which invariant "
            "descriptors cannot see."
        )
        _add_part(report, "A range of widths", "range_", many)

    return Results(
        title="The lattice model",
        bars=outcome.bars(),
        table=("Held-out errors of energies per particle", HEADINGS, [*one.rows, *many.rows]),
        summary={
            "milliseconds": outcome.speed,
            "scatter_by_translation": one.scatter,
            "seconds_to_generate": {"one_width": one.seconds, "range_of_widths": many.seconds},
            "networks": {
                "one_width": [_summary(trained) for trained in one.trained],
                "range_of_widths": [_summary(trained) for trained in many.trained],
            },
        },
        sections=sections,
        text="Energies per particle in E_c, lengths in R_c. See README.md for what is compared.",
        what="The best network",
        note=f"{scatter}.",
    )


def _summary(one: Trained) -> dict[str, Any]:
    return {
        "name": one.experiment.name,
        "count": one.experiment.count,
        "mae": one.error,
        "mae_percentiles_1_to_99": one.inner_error,
        "parameters": one.network.n_parameters,
        "epoch": one.history.best,
        "seconds": one.history.seconds,
        "seconds_for_descriptors": one.seconds_for_descriptors,
    }


def _add_part(report: Report, title: str, prefix: str, part: PartOutcome) -> None:
    report.heading(title)
    add_database(report, part.database, prefix)
    report.table(HEADINGS, part.rows)
    panels = {one.experiment.name: (one.truth, one.predicted) for one in part.trained}
    notes = {one.experiment.name: f"MAE {one.error:.3f} E_c" for one in part.trained}
    figure = plots.parity_panels(panels, "Energy per particle", "E_c", notes)
    report.figure(figure, f"{prefix}parity", "Held-out points.")
    _add_learning_curves(report, prefix, part.trained)
    caption = "One particle moves through its cell; above the energy, below its derivative."
    report.figure(figures.drag(part.drags), f"{prefix}drag", caption)


def _add_learning_curves(report: Report, prefix: str, trained: list[Trained]) -> None:
    """Held-out errors, a panel for each count of triplets."""
    epochs = max(len(one.history.validation) for one in trained)
    panels: dict[str, dict[str, np.ndarray]] = {}
    for one in trained:
        curve = np.full(epochs, np.nan)
        curve[: len(one.history.validation)] = one.history.validation
        panel = panels.setdefault(f"{one.experiment.count} count: MAE (E_c)", {})
        panel[one.experiment.name] = curve
    figure = epoch_plots.learning_curve(np.arange(1, epochs + 1), panels)
    report.figure(figure, f"{prefix}learning", "Errors against epochs.")
