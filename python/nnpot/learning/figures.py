"""Figures of a loop: how it went, what a round saw, and whether the spread tells the error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nnpot.figures.style import COLORS, LINES, MARKERS, grid, logarithmic, plain_decades, row, style
from nnpot.learning.config import Limits, TrustConfig
from nnpot.learning.exploration import Trace
from nnpot.learning.judgement import Judged
from nnpot.learning.rounds import RoundOutcome

FORCES, ENERGY = "force_rmse_mev_per_angstrom", "energy_rmse_mev_per_atom"
N_BINS = 12  # of a calibration, with equally many atoms in each


def progress_figure(rounds: Sequence[RoundOutcome], share: float) -> Figure:
    """Force error and trusted share against the round, with the number of labelled frames."""
    with style():
        figure, (errors, shares, frames) = row(3, width=4.2)
        _draw_errors(errors, rounds)
        names = list(dict.fromkeys(stage.name for outcome in rounds for stage in outcome.stages))
        for index, name in enumerate(names):
            points = [(r.number, 100.0 * s.share) for r in rounds for s in r.stages if s.name == name]
            look = MARKERS[index % len(MARKERS)] + LINES[index % 4]
            shares.plot(*zip(*points, strict=True), look, color=COLORS[1 + index % 6], label=name)
        shares.axhline(100.0 * share, color="0.6", linewidth=0.8, zorder=0)
        shares.set(ylabel="Trusted steps (%)", ylim=(-3.0, 103.0))
        frames.plot([r.number for r in rounds], [r.frames for r in rounds], "o-", color=COLORS[0])
        frames.set(ylabel="Frames with labels", ylim=(0.0, None))
        for ax in (errors, shares, frames):
            ax.set(xlabel="Round", xlim=(-0.3, max(1, rounds[-1].number) + 0.3))
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        for ax in (errors, shares):
            if ax.get_legend_handles_labels()[0]:
                ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def _draw_errors(ax: Axes, rounds: Sequence[RoundOutcome]) -> None:
    """Draw errors of the test frames by group, and of the frames that a round met and had not learned."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for outcome in rounds:
        groups = outcome.test.get("groups") or ({"test frames": outcome.test} if outcome.test else {})
        for name, errors in groups.items():
            if FORCES in errors:
                curves.setdefault(name, []).append((outcome.number, errors[FORCES]))
        if FORCES in outcome.met:
            curves.setdefault("met, before learning", []).append((outcome.number, outcome.met[FORCES]))
    for index, (name, points) in enumerate(curves.items()):
        look = MARKERS[index % len(MARKERS)] + LINES[index % 4]
        ax.plot(*zip(*points, strict=True), look, color=COLORS[index % len(COLORS)], label=name)
    logarithmic(ax, "y")
    ax.set(ylabel="Force RMSE (meV/Å)")
    plain_decades(ax)


def spread_figure(traces: Mapping[str, Trace], trust: TrustConfig) -> Figure:
    """Force spread and grade along the trajectories of each stage, with the limits."""
    stages = list(dict.fromkeys(name.partition("/")[0] for name in traces))
    with style():
        figure, axes = grid(2 * len(stages), 4.2, 3.0)
        for number, stage in enumerate(stages):
            own = {name: trace for name, trace in traces.items() if name.partition("/")[0] == stage}
            for ax, quantity in zip(axes[2 * number : 2 * number + 2], ("spread", "grade"), strict=True):
                _draw_traces(ax, own, quantity, trust)
                ax.set(title=stage, xlabel="Time (ps)")
    return figure


def _draw_traces(ax: Axes, traces: Mapping[str, Trace], quantity: str, trust: TrustConfig) -> None:
    limits: Limits = trust.force_spread if quantity == "spread" else trust.grade
    for index, trace in enumerate(traces.values()):
        values = trace.force_spread if quantity == "spread" else trace.grade
        ax.plot(trace.time, values, color=COLORS[1 + index % 6], linewidth=0.8)
        if len(trace.time) < trace.planned:
            ax.plot(trace.time[-1:], values[-1:], "x", color=COLORS[1 + index % 6], markersize=8)
    for limit in (limits.low, limits.high):
        ax.axhline(limit, color="0.6", linewidth=0.8, zorder=0)
    if quantity == "spread":
        logarithmic(ax, "y")
        ax.set(ylabel="Largest force spread (eV/Å)")
    else:
        ax.set(ylabel="Largest grade", ylim=(0.0, 1.2 * limits.high))


def calibration_figure(sets: Mapping[str, Judged]) -> Figure:
    """True error of the force on an atom against the committee's spread, a panel for each set of frames."""
    with style():
        figure, axes = row(len(sets), width=4.8, height=4.0)
        for ax, (name, judged) in zip(axes, sets.items(), strict=True):
            spread, error = 1000.0 * judged.spread, 1000.0 * judged.error
            seen = (spread > 0.0) & (error > 0.0)
            spread, error = spread[seen], error[seen]
            if len(spread):
                _draw_calibration(figure, ax, spread, error)
            rank = judged.rank_correlation
            title = name if rank is None else f"{name}: rank correlation {rank:.2f}"
            ax.set(title=title, xlabel="Force spread (meV/Å)", ylabel="Force error (meV/Å)")
            plain_decades(ax)
    return figure


def _draw_calibration(figure: Figure, ax: Axes, spread: np.ndarray, error: np.ndarray) -> None:
    bins = ax.hexbin(
        spread, error, gridsize=45, xscale="log", yscale="log", norm=LogNorm(), mincnt=1, cmap="Greys"
    )
    figure.colorbar(bins, ax=ax, label="Number of atoms")
    middle, found = binned_errors(spread, error)
    ax.plot(middle, found, "o-", color=COLORS[1], markersize=4, label="root mean square of a bin")
    ax.plot(middle, middle, "--", color=COLORS[2], linewidth=1.0, label="error = spread")
    ax.legend(loc="lower right")


def binned_errors(spread: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Root mean squares of spread and error of atoms in bins of equally many, by increasing spread."""
    order = np.array_split(np.argsort(spread), min(N_BINS, len(spread)))
    return tuple(  # type: ignore[return-value]
        np.array([np.sqrt(np.mean(values[part] ** 2)) for part in order]) for values in (spread, error)
    )
