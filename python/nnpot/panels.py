"""One figure for many comparisons: curves of several potentials, a panel for each quantity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from nnpot.plots import COLORS, LINES, MARKERS, _grid, _style


@dataclass(frozen=True)
class Panel:
    """Curves (x, y) by name, the reference first, and what their axes are called."""

    curves: Mapping[str, tuple[ArrayLike, ArrayLike]]
    x_label: str
    y_label: str
    x_limits: tuple[float, float] | None = None
    y_from_zero: bool = False
    y_top: float | None = None
    """Where the axis ends, if curves may leave it."""
    marked: bool = False
    """Whether the points are marked."""


def panels(content: Mapping[str, Panel], width: float = 3.6, height: float = 3.0) -> Figure:
    """Draw the panels, at most three in a row, each under its title; a curve's name has one colour in all."""
    names = list(dict.fromkeys(name for panel in content.values() for name in panel.curves))
    with _style():
        figure, axes = _grid(len(content), width, height)
        for ax, (title, panel) in zip(axes, content.items(), strict=True):
            for name, (x, y) in panel.curves.items():
                index = names.index(name)
                marker = MARKERS[index % len(MARKERS)] if panel.marked else ""
                style = marker + LINES[index % len(LINES)]
                color = COLORS[index % len(COLORS)]
                ax.plot(x, y, style, color=color, label=name, alpha=0.9, markersize=4)
            ax.set(title=title, xlabel=panel.x_label, ylabel=panel.y_label)
            if panel.x_limits is not None:
                ax.set_xlim(panel.x_limits)
            if panel.y_from_zero:
                ax.set_ylim(0.0, panel.y_top)
        handles, labels = [], []
        for ax in axes:
            for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
                if label not in labels:
                    handles.append(handle)
                    labels.append(label)
        figure.legend(handles, labels, loc="outside upper center", ncols=min(len(labels), 5))
    return figure
