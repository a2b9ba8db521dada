"""The outcome: one ranked table, bars, figures, a report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from judgement import Figures, Judged
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from models import GRADIENTS, KINDS

from nnpot.figures.panels import Panel, lines
from nnpot.figures.report import Report
from nnpot.figures.style import COLORS, grid, style
from nnpot.study import Bar, Results

MINUTES = 15.0
LEAST_SHOWN = 1e-12
"""On logarithmic axes."""
COLUMNS = (
    ("force RMSE (meV/Å)", "force_rmse"),
    ("error under rotation (meV/Å)", "rotation_error"),
    ("work around loops (eV)", "loop_work"),
    ("drift (meV/atom/ps)", "drift"),
)
HEADERS = ("system", "forces from", *(title for title, _ in COLUMNS), "training (s)")
NOTHING = "no forces at all"


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    judged: list[Judged]
    quick: bool

    def bars(self) -> list[Bar]:
        """What was asked for."""
        found = [bar for judged in self.judged for bar in system_bars(judged, 3.0 if self.quick else 5.0)]
        return [*found, Bar.time("processor time over two cores", self.processor / 120.0, MINUTES, "min")]

    @property
    def processor(self) -> float:
        """Seconds of processor time, of all systems."""
        return sum(judged.processor for judged in self.judged)


def system_bars(judged: Judged, worse: float) -> list[Bar]:
    """What one system must show; spheres are so many times ``worse`` than gradients at least."""
    name, models = judged.name, judged.models
    gradients, equivariant = models[GRADIENTS], models["equivariant"]
    spheres, ellipsoids = models["spheres"], models["ellipsoids"]
    even, turned = min(spheres.force_rmse, ellipsoids.force_rmse), equivariant.relative_rotation_error
    ratio = spheres.force_rmse / gradients.force_rmse
    return [
        Bar(f"{name}: spheres / gradients", ratio, worse, "", True),
        Bar(f"{name}: equivariant / best of spheres, ellipsoids", equivariant.force_rmse / even, 1.0, ""),
        Bar(f"{name}: rotation error, equivariant", turned, 1e-9, "of the forces"),
        Bar(f"{name}: work around loops, gradients", gradients.loop_work, 1e-4, "eV"),
        Bar(f"{name}: work around loops, equivariant", equivariant.loop_work, 1e-3, "eV", True),
        Bar(f"{name}: even part of the ellipsoids' forces", ellipsoids.inverted, 0.999999, "", True),
    ]


def ranked(judged: Judged) -> list[Figures]:
    """The models, the best forces first."""
    return sorted(judged.models.values(), key=lambda figures: figures.force_rmse)


def rows(judged: Judged) -> list[tuple[str, ...]]:
    """Rows of the table, the best first; the last line says 0 everywhere."""
    found = []
    longest = max(figures.shortest_run for figures in judged.models.values())
    for figures in ranked(judged):
        values = [number(getattr(figures, name)) for _, name in COLUMNS]
        if figures.shortest_run < longest:
            values[-1] += f" (to {figures.shortest_run:.2f} ps)"
        found.append((judged.title, figures.kind, *values, f"{figures.seconds:.0f}"))
    return [*found, (judged.title, NOTHING, number(judged.force_rms), "0", "0", "", "")]


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    table = [row for judged in outcome.judged for row in rows(judged)]
    minutes = sum(sum(judged.times.values()) for judged in outcome.judged) / 60.0
    quick = "The quick version: little data and short trainings, so that its figures say little."

    def sections(report: Report) -> None:
        report.table(HEADERS, table)
        for judged in outcome.judged:
            caption = (
                f"{judged.title}: what the models are judged by, on held-out frames; shorter is better. The "
                f"line in the first panel is the error of a model that says 0."
            )
            report.figure(comparison(judged), f"direct_forces_{judged.name}", caption)
        axes = ("Time (ps)", "Energy (meV/atom)")
        panels = [
            Panel(one.title, *axes, {kind: one.curves[kind] for kind in KINDS}) for one in outcome.judged
        ]
        caption = (
            "Kinetic energy plus the potential energy of the gradient network, in runs without a thermostat."
        )
        report.figure(lines(panels), "direct_forces_motion", caption)

    return Results(
        title="Direct forces: spheres, ellipsoids, vectors, and gradients of an energy",
        bars=outcome.bars(),
        table=("Forces put out, and gradients, on the same held-out frames", HEADERS, table),
        summary={
            "example": "direct forces, quick" if outcome.quick else "direct forces",
            "systems": {judged.name: _summary(judged) for judged in outcome.judged},
            "processor_seconds": outcome.processor,
        },
        sections=sections,
        text=quick if outcome.quick else "The best forces first, on held-out frames.",
        what="The outcome",
        note=f"{minutes:.1f} minutes.",
    )


def _summary(judged: Judged) -> dict[str, Any]:
    return {
        "training_frames": judged.n_train,
        "test_frames": judged.n_test,
        "rms_force": judged.force_rms,
        "feature_change_on_inversion": judged.feature_change,
        "seconds": judged.times,
        "models": {kind: asdict(figures) for kind, figures in judged.models.items()},
    }


def comparison(judged: Judged) -> Figure:
    """A panel for each figure, with a bar for each model."""
    with style():
        figure, axes = grid(len(COLUMNS), 4.4, 2.4)
        for ax, (title, name) in zip(axes, COLUMNS, strict=True):
            _bars(ax, title, [getattr(judged.models[kind], name) for kind in KINDS])
        axes[0].axvline(judged.force_rms, color="0.5", linewidth=0.8)
        axes[0].set_xscale("linear")
        axes[0].set_xlim(0.0, 1.25 * judged.force_rms)
    return figure


def _bars(ax: Axes, title: str, values: Sequence[float]) -> None:
    shown = [max(value, LEAST_SHOWN) for value in values]
    drawn = ax.barh(range(len(KINDS)), shown, color=COLORS[: len(KINDS)])
    ax.bar_label(drawn, [f" {number(value)}" for value in values], fontsize=8)
    ax.set_yticks(range(len(KINDS)), KINDS)
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.margins(x=0.25)
    ax.set_title(title, fontsize=10)


def number(value: float) -> str:
    """Three digits, and no power of ten where it can be done without."""
    return f"{value:.0f}" if value >= 100.0 else f"{value:.3g}"
