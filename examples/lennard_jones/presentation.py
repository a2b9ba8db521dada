"""The outcome as tables, figures and a report."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import potential
from direct_forces import DirectForces
from fit import rms
from many_neighbors import N_NEIGHBORS, ManyNeighbors
from one_distance import ENERGY_FROM, GRADIENT_FROM, Row

from nnpot.figures import plots
from nnpot.figures.panels import Panel, lines
from nnpot.figures.report import Report
from nnpot.study import Bar, Results

MINUTES = 5.0
"""For the network of one distance."""
ROW_TITLES = (
    "activation",
    "hidden layers",
    "energy, rms (ε)",
    f"energy, largest for r ≥ {ENERGY_FROM:g}",
    f"gradient, largest for r ≥ {GRADIENT_FROM:g} (ε/σ)",
    "training (s)",
)
FORCE_TITLES = ("force, rms error (ε/σ)", "drift (ε per 100 τ)", "fluctuation (ε)", "run (τ)")
FORCE_CAPTION = (
    "Left: the share of test values with a larger error. Middle and right: the total energy of six atoms at "
    "constant energy, less that at the start, on two scales; a run that breaks up ends early."
)


@dataclass(frozen=True)
class Limits:
    """Of the largest errors of the network of one distance, ε and ε/σ."""

    energy: float = 1e-3
    gradient: float = 1e-2


QUICK_LIMITS = Limits(energy=0.03, gradient=1.0)


@dataclass(frozen=True)
class Outcome:
    """All results of a run; the network that is asked about is the first row of part 1, or trained longer."""

    rows: list[Row]
    many: ManyNeighbors
    direct: DirectForces
    limits: Limits = field(default_factory=Limits)
    asked: Row | None = None

    @property
    def chosen(self) -> Row:
        """The network that is asked about."""
        return self.rows[0] if self.asked is None else self.asked

    def bars(self) -> list[Bar]:
        """What the network of one distance must reach."""
        curves, limits = self.chosen.curves, self.limits
        energy, gradient = curves.largest_energy_error, curves.largest_gradient_error
        return [
            Bar(f"energy error, r ≥ {ENERGY_FROM:g} σ", energy, limits.energy, "ε"),
            Bar(f"gradient error, r ≥ {GRADIENT_FROM:g} σ", gradient, limits.gradient, "ε/σ"),
            Bar("Python − C++, relative", curves.difference, 1e-12, ""),
            Bar.time("training", self.chosen.fit.seconds / 60.0, MINUTES, "min"),
        ]


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    rows = [_row(row) for row in outcome.rows]

    def sections(report: Report) -> None:
        report.heading(f"One distance in, one energy out, r from {potential.NEAREST} to {potential.CUTOFF} σ")
        _one_distance(report, outcome, rows)
        report.heading(f"{N_NEIGHBORS} distances in, the sum of their energies out")
        _many_neighbors(report, outcome.many)
        report.heading("Five neighbours (x, y, z, r) in, force and energy out")
        _direct_forces(report, outcome.direct)

    return Results(
        title="Lennard-Jones: what a network makes of a potential that is known",
        bars=outcome.bars(),
        table=("Lennard-Jones: networks of one distance", ROW_TITLES, rows),
        summary=_summary(outcome),
        sections=sections,
        text="Units: ε, σ, and τ = σ √(m/ε). Networks are trained in TensorFlow; errors are those in C++.",
        what="The network of one distance",
    )


def _summary(outcome: Outcome) -> dict[str, Any]:
    """All figures."""
    many, direct = outcome.many, outcome.direct
    return {
        "one_distance": [
            {
                "activation": row.activation,
                "hidden": list(row.hidden),
                "energy_rms_error": row.curves.rms_energy_error,
                "largest_energy_error": row.curves.largest_energy_error,
                "largest_gradient_error": row.curves.largest_gradient_error,
                "difference_python_cpp": row.curves.difference,
                "seconds": row.fit.seconds,
            }
            for row in outcome.rows
        ],
        "twenty_neighbours": {
            "test_rmse": many.rmse,
            "test_rmse_summed_network_of_one_distance": many.summed_rmse,
            "standard_deviation": many.width,
            "seconds": many.fit.seconds,
        },
        "five_neighbours": {
            "energy_rmse": rms(direct.energy_error),
            "force_rmse_put_out": rms(direct.direct_error),
            "force_rmse_backpropagated": rms(direct.backpropagated_error),
            "force_rms": direct.force_width,
            "seconds": direct.fit.seconds,
            "runs": {
                name: {
                    "drift_per_100": motion.drift,
                    "fluctuation": motion.fluctuation,
                    "until": float(motion.time[-1]),
                    "broke_up": motion.broke_up,
                }
                for name, motion in direct.motions.items()
            },
        },
    }


def _row(row: Row) -> tuple[str, ...]:
    return (
        row.activation,
        "–".join(map(str, row.hidden)),
        f"{row.curves.rms_energy_error:.1e}",
        f"{row.curves.largest_energy_error:.1e}",
        f"{row.curves.largest_gradient_error:.1e}",
        f"{row.fit.seconds:.0f}",
    )


def _one_distance(report: Report, outcome: Outcome, rows: list[tuple[str, ...]]) -> None:
    chosen, curves = outcome.chosen, outcome.chosen.curves
    name = f"{chosen.activation}, hidden layers of {' and '.join(map(str, chosen.hidden))} nodes"
    sides = {"in Python (TensorFlow)": "python", "in C++": "cpp"}
    panels = [
        Panel(
            what.capitalize(),
            "Distance r (σ)",
            f"Error ({unit})",
            {title: (curves.r, getattr(curves, f"{what}_{side}")) for title, side in sides.items()},
        )
        for what, unit in (("energy", "ε"), ("gradient", "ε/σ"))
    ]
    caption = (
        f"Network minus potential ({name}): energy, and gradient by backpropagation down to the input. "
        f"Python and C++ differ by {curves.difference:.0e} of the largest value."
    )
    report.figure(lines(panels), "one_distance_errors", caption)
    report.table(ROW_TITLES, rows)
    ordered = sorted(outcome.rows, key=lambda row: row.curves.rms_energy_error)
    labels = [f"{row.activation}, {'–'.join(map(str, row.hidden))}" for row in ordered]
    values = [1000.0 * row.curves.rms_energy_error for row in ordered]
    figure = plots.bars(labels, values, "Energy error, rms (10⁻³ ε)", "{:.3g}")
    caption = "Activations and architectures, equal numbers of iterations."
    report.figure(figure, "one_distance_comparison", caption)


def _many_neighbors(report: Report, many: ManyNeighbors) -> None:
    fit = many.fit
    costs = {"training data": (fit.iterations, fit.train_cost), "test data": (fit.iterations, fit.test_cost)}
    panel = Panel("", "Iteration (epoch)", "Mean square error / variance", costs, x_log=True, y_log=True)
    caption = (
        f"Cost against epoch. Test energies (standard deviation {many.width:.2f} ε) are missed by "
        f"{many.rmse:.3f} ε; the network of one distance, applied to each distance and summed, misses them "
        f"by {many.summed_rmse:.1e} ε."
    )
    report.figure(lines([panel], width=5.4), "twenty_neighbours_cost", caption)


def _direct_forces(report: Report, direct: DirectForces) -> None:
    report.text(
        "The same network gives forces twice: as outputs, and as the gradient of its energy. Energies of "
        f"test atoms are missed by {rms(direct.energy_error):.3f} ε (rms), force components (rms "
        f"{direct.force_width:.2f} ε/σ) by {rms(direct.direct_error):.3f} as outputs and by "
        f"{rms(direct.backpropagated_error):.3f} ε/σ as gradient."
    )
    errors = {
        "network, forces backpropagated": direct.backpropagated_error,
        "network, forces put out": direct.direct_error,
    }
    rows = [
        (
            name,
            f"{rms(errors[name]):.1e}" if name in errors else "",
            f"{motion.drift:+.1e}",
            f"{motion.fluctuation:.1e}",
            f"{'broke up at' if motion.broke_up else 'all of'} {motion.time[-1]:.0f}",
        )
        for name, motion in direct.motions.items()
    ]
    report.table(("forces", *FORCE_TITLES), rows)
    report.figure(lines(_force_panels(direct)), "five_neighbours", FORCE_CAPTION)


def _force_panels(direct: DirectForces) -> list[Panel]:
    errors = {
        "energy (ε)": direct.energy_error,
        "force, backpropagated (ε/σ)": direct.backpropagated_error,
        "force, put out (ε/σ)": direct.direct_error,
    }
    shares = {}
    for name, values in errors.items():
        sizes = np.sort(np.abs(values).ravel())[::-1]
        shares[name] = (sizes, np.arange(1, len(sizes) + 1) / len(sizes))
    totals = {name: (motion.time, motion.energy) for name, motion in direct.motions.items()}
    kept = {name: line for name, line in totals.items() if name != "network, forces put out"}
    change = "Change of the total energy (ε)"
    return [
        Panel("Test data", "|Error|", "Share with a larger error", shares, x_log=True, y_log=True),
        Panel("Constant energy", "Time (τ)", change, totals),
        Panel("Without the forces put out", "Time (τ)", change, kept),
    ]
