"""Figures that consist of panels of named curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from nnpot.figures.style import COLORS, LINES, MARKERS, band, grid, logarithmic, plain_decades, style


@dataclass(frozen=True)
class Panel:
    """Curves (x, y) by name in one pair of axes."""

    title: str
    x_label: str
    y_label: str
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]]
    x_log: bool = False
    y_log: bool = False
    markers: bool = False
    level: float | None = None  # a horizontal line to compare with
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float | None, float | None] = (None, None)
    """Where the axis begins and ends; None for what the curves need."""
    errors: Mapping[str, ArrayLike] = field(default_factory=dict)
    """Standard errors of y by name of the curve: two of them are shaded, above and below."""


def lines(panels: Sequence[Panel], width: float = 4.4, height: float = 3.6) -> Figure:
    """One panel beside the other, at most three in a row, with one legend if all have the same names."""
    with style():
        figure, axes = grid(len(panels), width, height)
        for ax, panel in zip(axes, panels, strict=True):
            _draw(ax, panel)
        if len({tuple(panel.curves) for panel in panels}) == 1:
            if len(panels[0].curves) > 1:
                handles, labels = axes[0].get_legend_handles_labels()
                figure.legend(handles, labels, loc="outside lower center", ncols=4)
        else:
            for ax in axes:
                ax.legend()
    return figure


def _draw(ax: Axes, panel: Panel) -> None:
    if panel.level is not None:
        ax.axhline(panel.level, color="0.6", linewidth=0.8, zorder=0)
    for index, (name, (x, y)) in enumerate(panel.curves.items()):
        color, line = COLORS[index % len(COLORS)], LINES[index % len(LINES)]
        marker = MARKERS[index % len(MARKERS)] if panel.markers else None
        ax.plot(x, y, line, color=color, label=name, marker=marker, markersize=4)
        if name in panel.errors:
            band(ax, x, y, panel.errors[name], color)
    ax.set(title=panel.title, xlabel=panel.x_label, ylabel=panel.y_label)
    if panel.x_log:
        logarithmic(ax, "x")
    if panel.y_log:
        logarithmic(ax, "y")
    if panel.x_log and panel.y_log:
        plain_decades(ax)
    if panel.x_limits is not None:
        ax.set_xlim(panel.x_limits)
    if panel.y_limits != (None, None):
        ax.set_ylim(*panel.y_limits)


@dataclass(frozen=True)
class Map:
    """A value at each of some points of a plane."""

    title: str
    points: Mapping[tuple[float, float], float]


def maps(panels: Sequence[Map], x_label: str, y_label: str, value_label: str) -> Figure:
    """Values as colours and as numbers; places and values logarithmic, all panels on one scale of colours."""
    with style():
        figure, axes = grid(len(panels), 5.0, 4.2)
        values = [value for panel in panels for value in panel.points.values()]
        positive = [value for value in values if value > 0.0]
        norm = LogNorm(min(positive), max(*positive, 1.01 * min(positive))) if positive else None
        for ax, panel in zip(axes, panels, strict=True):
            x, y = np.array(list(panel.points), float).T
            shown = list(panel.points.values())
            drawn = ax.scatter(x, y, c=shown, norm=norm, cmap="viridis", s=70)
            for point, value in panel.points.items():
                text = f"{value:.2g}" if value < 100.0 else f"{value:.0f}"
                ax.annotate(text, point, (0, 6), textcoords="offset points", ha="center", fontsize=7)
            logarithmic(ax)
            ax.set(title=panel.title, xlabel=x_label, ylabel=y_label)
            ax.margins(0.12)
            plain_decades(ax)
        figure.colorbar(drawn, ax=axes, label=value_label)
    return figure
