"""Figures. Each function takes data and returns a matplotlib ``Figure``; nothing is shown or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.figures.style import (
    COLORS,
    LINES,
    MARKERS,
    band,
    grid,
    logarithmic,
    plain_decades,
    row,
    style,
    table,
)

MANY_POINTS = 3000


def parity(reference: ArrayLike, prediction: ArrayLike, quantity: str, unit: str, note: str = "") -> Figure:
    """Prediction against reference, and the error below it.

    Few points are drawn one by one, many as their density (logarithmic).

    ``reference``, ``prediction``: the values, any shape, the same for both. ``quantity``, ``unit``: for the
    axes, for example ``"Force component"`` and ``"eV/Å"``. ``note``: a line for the upper left corner, for
    example the error.
    """
    x, y = np.ravel(np.asarray(reference, float)), np.ravel(np.asarray(prediction, float))
    with style():
        figure, ((upper,), (lower,)) = table(2, 1, (4.4, 4.8), sharex=True, height_ratios=(3, 1))
        _diagonal(upper, x, y)
        lower.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
        factor, prefix = (1000.0, "m") if unit.startswith("eV") else (1.0, "")
        error = factor * (y - x)
        bins = _points(upper, x, y, (120, 120))
        if bins is not None:
            figure.colorbar(bins, ax=upper, label="Number of values")
        _points(lower, x, error, (80, 18))
        upper.set(ylabel=f"{quantity}, predicted ({unit})")
        lower.set(xlabel=f"{quantity}, reference ({unit})", ylabel=f"Error ({prefix}{unit})")
        largest = float(np.abs(error).max()) or 1.0
        lower.set_ylim(-1.1 * largest, 1.1 * largest)
        figure.align_ylabels()
        upper.text(0.04, 0.95, note, transform=upper.transAxes, va="top")
    return figure


def parity_panels(
    panels: Mapping[str, tuple[ArrayLike, ArrayLike]], quantity: str, unit: str, notes: Mapping[str, str]
) -> Figure:
    """Prediction against reference, a panel with a note for each name; one scale of density for all."""
    with style():
        figure, axes = grid(len(panels), height=3.4)
        drawn = []
        for ax, (name, pair) in zip(axes, panels.items(), strict=True):
            x, y = (np.ravel(np.asarray(values, float)) for values in pair)
            _diagonal(ax, x, y)
            drawn.append(_points(ax, x, y, (90, 90)))
            ax.set(title=name, xlabel=f"{quantity}, reference ({unit})", ylabel=f"Predicted ({unit})")
            ax.text(0.04, 0.95, notes[name], transform=ax.transAxes, va="top")
        dense = [bins for bins in drawn if bins is not None]
        if dense:
            most = max(float(np.max(np.asarray(bins.get_array()))) for bins in dense)
            for bins in dense:
                bins.set_norm(LogNorm(1.0, max(most, 2.0)))
            figure.colorbar(dense[0], ax=axes, label="Number of values")
    return figure


def _diagonal(ax: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """The line of perfect predictions, and limits that hold all points."""
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    margin = 0.03 * (high - low) or 1.0
    limits = (low - margin, high + margin)
    ax.plot(limits, limits, color="0.6", linewidth=0.8, zorder=0)
    ax.set(xlim=limits, ylim=limits)
    ax.locator_params(nbins=5)


def _points(ax: Axes, x: np.ndarray, y: np.ndarray, cells: tuple[int, int]) -> PolyCollection | None:
    """Draw few points one by one, many as their density, which is returned."""
    if len(x) < MANY_POINTS:
        ax.scatter(x, y, s=14, color=COLORS[2], alpha=0.7, linewidths=0)
        return None
    return ax.hexbin(x, y, gridsize=cells, norm=LogNorm(), mincnt=1, cmap="viridis", linewidths=0.1)


def error_distributions(panels: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """How errors are distributed: above their density, below the share of values with a larger error.

    ``panels``: for each quantity with its unit, for example ``"Energy error (meV/atom)"``, the errors
    (predicted minus reference, any shape) by name, for example of each part of the data.
    """
    with style():
        figure, axes = table(2, len(panels), (max(3.6 * len(panels), 4.6), 5.4))
        for (upper, lower), (label, curves) in zip(axes.T, panels.items(), strict=True):
            errors = {name: np.ravel(np.asarray(values, float)) for name, values in curves.items()}
            _histogram(upper, errors)
            upper.set(xlabel=label, ylabel="Density")
            for index, (name, values) in enumerate(errors.items()):
                _exceedance(lower, values, LINES[index % 4], COLORS[1 + index % 6], name)
            logarithmic(lower)
            lower.set(xlabel=f"|{label.replace(' (', '| (', 1)}")
            largest = max(float(np.abs(values).max()) for values in errors.values())
            if largest > 0.0:  # zeros by symmetry are rounding errors: not shown
                lower.set_xlim(1e-4 * largest, 1.5 * largest)
            lower.set_ylabel("Share with a larger error")
        axes[0, 0].legend()
    return figure


def _histogram(ax: Axes, errors: Mapping[str, np.ndarray]) -> None:
    """Outlines within four root mean squares of the widest set, where nearly all values lie."""
    width = 4.0 * max(float(np.sqrt(np.mean(values**2))) for values in errors.values()) or 1.0
    for index, (name, values) in enumerate(errors.items()):
        edges = np.linspace(-width, width, int(np.clip(len(values) / 8, 12, 80)) // 2 * 2 + 2)
        share = np.histogram(values, edges)[0] / (len(values) * (edges[1] - edges[0]))
        ax.stairs(
            share, edges, color=COLORS[1 + index % 6], linestyle=LINES[index % 4], linewidth=1.6, label=name
        )
    ax.axvline(0.0, color="0.6", linewidth=0.8, zorder=0)


def _exceedance(ax: Axes, errors: np.ndarray, line: str, color: str, name: str) -> None:
    """The share of values whose absolute error is at least as large, at up to a thousand places."""
    sizes = np.sort(np.abs(errors))[::-1]
    places = np.unique(np.geomspace(1, len(sizes), 1000).astype(int))
    ax.plot(sizes[places - 1], places / len(sizes), line, color=color, label=name)


def radial_distributions(panels: Mapping[str, Mapping[str, RadialDistribution]]) -> Figure:
    """g(r) by name, the first the reference, a panel for each title; two standard errors are shaded."""
    with style():
        figure, axes = row(len(panels))
        for ax, (title, curves) in zip(axes, panels.items(), strict=True):
            for index, (name, curve) in enumerate(curves.items()):
                color = COLORS[index % len(COLORS)]
                ax.plot(curve.r, curve.g, LINES[index % 4], color=color, label=name, alpha=0.9)
                band(ax, curve.r, curve.g, curve.error, color)
            ax.axhline(1.0, color="0.6", linewidth=0.8, zorder=0)
            last = next(iter(curves.values())).r[-1]
            ax.set(
                xlabel="Distance r (Å)", ylabel="g(r)", title=title, xlim=(1.5, float(last)), ylim=(0.0, None)
            )
            ax.legend()
    return figure


def energy_conservation(runs: Mapping[str, EnergyConservation], title: str = "") -> Figure:
    """Total energy against time, a panel for each run, with the fitted line; all panels have one scale."""
    with style():
        figure, axes = row(len(runs))
        spread = max(float(np.abs(run.energy - run.energy.mean()).max()) for run in runs.values())
        for index, (ax, (name, run)) in enumerate(zip(axes, runs.items(), strict=True)):
            centred = run.energy - run.energy.mean()
            line = np.polyval(np.polyfit(run.time, centred, 1), run.time)
            ax.plot(run.time, 1000.0 * centred, color=COLORS[index], linewidth=0.5, alpha=0.7)
            ax.plot(run.time, 1000.0 * line, color=COLORS[2], linewidth=1.6)
            ax.set(xlabel="Time (ps)", ylim=(-1250.0 * spread, 1250.0 * spread))
            ax.set_ylabel("Total energy − mean (µeV/atom)")
            drift, fluctuation = 1000.0 * run.drift, 1000.0 * run.fluctuation
            ax.set_title(f"{name}: drift {drift:+.2f}, rms {fluctuation:.2f} µeV/atom")
        figure.suptitle(title, fontsize=10)
    return figure


def bars(
    names: Sequence[str],
    values: Sequence[float],
    label: str,
    note: str = "{:.2f}",
    ranges: Sequence[tuple[float, float]] | None = None,
) -> Figure:
    """Horizontal bars, one per name, each with its value behind it, and its range where ``ranges`` has it."""
    with style():
        figure, axes = row(1, height=0.7 + 0.45 * len(names))
        colors = [COLORS[index % len(COLORS)] for index in range(len(names))]
        drawn = axes[0].barh(list(names), list(values), color=colors, height=0.6)
        if ranges is not None:
            below_above = np.abs(np.transpose(ranges) - np.asarray(values))
            axes[0].errorbar(values, names, xerr=below_above, fmt="none", ecolor="0.4", capsize=3)
        tops = values if ranges is None else [high for _, high in ranges]
        for bar, value, top in zip(drawn, values, tops, strict=True):
            place = (top, bar.get_y() + bar.get_height() / 2)
            axes[0].annotate(note.format(value), place, (4, 0), textcoords="offset points", va="center")
        axes[0].invert_yaxis()
        axes[0].set(xlabel=label, xlim=(0.0, 1.2 * max(tops)))
    return figure


def stacked_bars(bars: Mapping[str, Mapping[str, float]], label: str, note: str = "{:.2f}") -> Figure:
    """Horizontal bars that consist of named parts, the sum behind each bar."""
    with style():
        figure, axes = row(1, width=6.4, height=1.5 + 0.5 * len(bars))
        left = np.zeros(len(bars))
        parts = dict.fromkeys(part for bar in bars.values() for part in bar)
        for index, part in enumerate(parts):
            widths = np.array([bar.get(part, 0.0) for bar in bars.values()])
            hatch = "//" if index >= len(COLORS) - 1 else None
            color = COLORS[1 + index % (len(COLORS) - 1)]
            drawn = axes[0].barh(
                list(bars), widths, left=left, height=0.6, label=part, color=color, hatch=hatch
            )
            left += widths
        axes[0].bar_label(drawn, [note.format(value) for value in left], padding=3)
        axes[0].invert_yaxis()
        axes[0].set(xlabel=label, xlim=(0.0, 1.15 * left.max()))
        figure.legend(loc="outside upper center", ncols=4)
    return figure


@dataclass(frozen=True)
class Curve:
    """Values with their range, all of the same length."""

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def curves(lines: Mapping[str, Curve], x_label: str, y_label: str) -> Figure:
    """Values against a size, both logarithmic, a line with the range of its values for each name.

    The vertical axis spans a factor of ten at least, so that what is nearly constant looks so.
    """
    with style():
        figure, (ax, *_) = row(1, width=6.4, height=4.0)
        _draw_curves(ax, lines)
        logarithmic(ax)
        ax.set(xlabel=x_label, ylabel=y_label)
        if ax.get_yscale() == "log":
            low, high = ax.get_ylim()
            middle, half = np.sqrt(low * high), np.sqrt(max(10.0, high / low))
            ax.set_ylim(middle / half, middle * half)
        plain_decades(ax)
        figure.legend(loc="outside right upper")
    return figure


def speed_up(lines: Mapping[str, Curve], x_label: str, y_label: str) -> Figure:
    """Speed-ups against the number of workers, with the ideal line, a line for each name."""
    with style():
        figure, (ax, *_) = row(1, width=6.0, height=4.0)
        workers = sorted({x for line in lines.values() for x in line.x})
        ideal = np.array(workers) / workers[0]
        ax.plot(workers, ideal, color="0.6", linewidth=0.8, zorder=0, label="ideal")
        _draw_curves(ax, lines)
        ax.set(xlabel=x_label, ylabel=y_label, ylim=(0.0, None))
        ax.set_xticks(workers)
        figure.legend(loc="outside right upper")
    return figure


def _draw_curves(ax: Axes, lines: Mapping[str, Curve]) -> None:
    for index, (name, line) in enumerate(lines.items()):
        below_above = np.abs(np.array([line.low, line.high]) - np.asarray(line.y))
        look = MARKERS[index % len(MARKERS)] + LINES[index // len(COLORS) % len(LINES)]
        color = COLORS[index % len(COLORS)]
        ax.errorbar(line.x, line.y, below_above, fmt=look, color=color, markersize=5, capsize=3, label=name)


def errors_in_time(
    lines: Mapping[str, Sequence[tuple[Sequence[float], Sequence[float]]]], label: str, target: float
) -> Figure:
    """Errors against seconds, both logarithmic: for each name several runs (x, y); and what was asked for."""
    with style():
        figure, (ax, *_) = row(1, width=6.4, height=4.0)
        ax.axhline(target, color="0.6", linewidth=0.8, zorder=0, label=f"target: {target:g}")
        for index, (name, runs) in enumerate(lines.items()):
            dashes, color = LINES[index // len(COLORS) % len(LINES)], COLORS[index % len(COLORS)]
            for number, (x, y) in enumerate(runs):
                shown = name if number == 0 else None
                ax.plot(x, y, dashes, color=color, label=shown, alpha=0.8, linewidth=1.2)
        logarithmic(ax)
        ax.set(xlabel="Time in epochs (s)", ylabel=label)
        plain_decades(ax)
        figure.legend(loc="outside right upper")
    return figure
