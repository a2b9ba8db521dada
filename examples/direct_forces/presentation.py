"""The outcome: one ranked table, bars, figures, a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bars import Bar, bars_table, print_bars
from judgement import Figures, Judged
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from models import DIRECT, GRADIENTS, KINDS
from rich.table import Table

from nnpot.figure_style import COLORS, grid, style
from nnpot.panels import Panel, lines
from nnpot.report import Report

MINUTES = 15.0
LEAST_SHOWN = 1e-12
"""On logarithmic axes."""
COLUMNS = (
    ("force RMSE (meV/Å)", "force_rmse"),
    ("error under rotation (meV/Å)", "rotation_error"),
    ("work around loops (eV)", "loop_work"),
    ("drift (meV/atom/ps)", "drift"),
)
NOTHING = "no forces at all"


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    judged: list[Judged]
    quick: bool

    def bars(self) -> list[Bar]:
        """What was asked for."""
        found = [bar for judged in self.judged for bar in system_bars(judged)]
        return [*found, Bar("processor time over two cores", self.processor / 120.0, MINUTES, "min")]

    @property
    def processor(self) -> float:
        """Seconds of processor time, of all systems."""
        return sum(judged.processor for judged in self.judged)

    def to_dict(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return {
            "example": "direct forces, quick" if self.quick else "direct forces",
            "systems": {
                judged.name: {
                    "training_frames": judged.n_train,
                    "test_frames": judged.n_test,
                    "rms_force": judged.force_rms,
                    "feature_change_on_inversion": judged.feature_change,
                    "seconds": judged.times,
                    "models": {kind: asdict(figures) for kind, figures in judged.models.items()},
                }
                for judged in self.judged
            },
            "bars": [vars(bar) | {"passed": bool(bar.passed)} for bar in self.bars()],
            "processor_seconds": self.processor,
        }


def system_bars(judged: Judged) -> list[Bar]:
    """What one system must show."""
    name, models = judged.name, judged.models
    gradients, equivariant = models[GRADIENTS], models["equivariant"]
    even = min(models["spheres"].force_rmse, models["ellipsoids"].force_rmse)
    return [
        Bar(
            f"{name}: spheres / gradients", models["spheres"].force_rmse / gradients.force_rmse, 5.0, "", True
        ),
        Bar(f"{name}: equivariant / best of spheres, ellipsoids", equivariant.force_rmse / even, 1.0, ""),
        Bar(
            f"{name}: rotation error, equivariant", equivariant.relative_rotation_error, 1e-9, "of the forces"
        ),
        Bar(f"{name}: work around loops, gradients", gradients.loop_work, 1e-4, "eV"),
        Bar(f"{name}: work around loops, equivariant", equivariant.loop_work, 1e-3, "eV", True),
        Bar(
            f"{name}: even part of the ellipsoids' forces", models["ellipsoids"].inverted, 0.999999, "", True
        ),
    ]


def ranked(judged: Judged) -> list[Figures]:
    """The models, the best forces first."""
    return sorted(judged.models.values(), key=lambda figures: figures.force_rmse)


def rows(judged: Judged) -> list[tuple[str, ...]]:
    """Of the table, the best first; the last line says 0 everywhere."""
    found = []
    for figures in ranked(judged):
        values = [f"{getattr(figures, name):.3g}" for _, name in COLUMNS]
        early = (
            ""
            if figures.shortest_run >= ranked(judged)[0].shortest_run
            else f" (to {figures.shortest_run:.2f} ps)"
        )
        values[-1] += early
        found.append((judged.title, figures.kind, *values, f"{figures.seconds:.0f}"))
    return [*found, (judged.title, NOTHING, f"{judged.force_rms:.3g}", "0", "0", "", "")]


def headers() -> tuple[str, ...]:
    """Of the table."""
    return ("system", "forces from", *(title for title, _ in COLUMNS), "training (s)")


def print_outcome(outcome: Outcome, report: Path) -> bool:
    """Print the tables; whether every bar is met."""
    table = Table(*headers()[:2], title="\nForces put out, and gradients, on the same held-out frames")
    for header in headers()[2:]:
        table.add_column(header, justify="right")
    for judged in outcome.judged:
        for row in rows(judged):
            table.add_row(*row)
        table.add_section()
    minutes = sum(sum(judged.times.values()) for judged in outcome.judged) / 60.0
    return print_bars(table, outcome.bars(), f"{minutes:.1f} minutes. Report: {report}")


def write_report(outcome: Outcome, output: Path) -> Path:
    """report.html and its figures."""
    report = Report("Direct forces: spheres, ellipsoids, vectors, and gradients of an energy")
    if outcome.quick:
        report.text("The quick version: little data and short trainings, so that its figures say little.")
    report.table(headers(), [row for judged in outcome.judged for row in rows(judged)])
    report.table(*bars_table(outcome.bars()))
    report.figure(
        comparison(outcome.judged),
        "direct_forces_comparison",
        "What the models are judged by, on held-out frames; shorter bars are better. The line in the first "
        "panel of a system is the error of a model that says 0.",
    )
    report.figure(
        motion(outcome.judged),
        "direct_forces_motion",
        "Kinetic energy plus the potential energy of the gradient network, in runs without a thermostat.",
    )
    return report.write(output)


def comparison(judged: Sequence[Judged]) -> Figure:
    """A panel for each figure of each system, with a bar for each model."""
    with style():
        figure, axes = grid(4 * len(judged), 3.4, 2.6)
        places = iter(axes)
        for one in judged:
            for number, (title, name) in enumerate(COLUMNS):
                values = [max(getattr(one.models[kind], name), LEAST_SHOWN) for kind in KINDS]
                level = one.force_rms if number == 0 else None
                _bars(next(places), f"{one.title}: {title}", values, level)
    return figure


def _bars(ax: Axes, title: str, values: Sequence[float], level: float | None) -> None:
    drawn = ax.barh(range(len(KINDS)), values, color=COLORS[: len(KINDS)])
    ax.bar_label(drawn, [f" {value:.2g}" for value in values], fontsize=8)
    if level is not None:
        ax.axvline(level, color="0.5", linewidth=0.8)
    ax.set_yticks(range(len(KINDS)), KINDS)
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.margins(x=0.25)
    ax.set_title(title, fontsize=9)


def motion(judged: Sequence[Judged]) -> Figure:
    """The energy in the first run of each model."""
    panels = [
        Panel(
            one.title,
            "Time (ps)",
            "Energy (meV/atom)",
            {kind: one.curves[kind] for kind in (GRADIENTS, *DIRECT)},
        )
        for one in judged
    ]
    return lines(panels)
