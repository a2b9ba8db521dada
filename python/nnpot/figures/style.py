"""The look of all figures: colours, lines, axes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

# Okabe and Ito's colours, told apart also by colour-blind readers; the first is for the reference.
COLORS = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES = ("-", "--", ":", "-.")
MARKERS = "osD^v*Xp"
STYLE: dict[str, object] = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "xtick.direction": "out",
    "figure.constrained_layout.use": True,
}


def style() -> AbstractContextManager[None]:
    return matplotlib.rc_context(STYLE)  # type: ignore[arg-type]


def table(rows: int, columns: int, size: tuple[float, float], **how: Any) -> tuple[Figure, NDArray[Any]]:
    """A figure of a size in inches, and its axes (rows, columns); ``how``: as for ``Figure.subplots``."""
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **how)


def row(columns: int = 1, width: float = 4.6, height: float = 3.5) -> tuple[Figure, list[Axes]]:
    """A figure with axes beside each other."""
    figure, axes = table(1, columns, (width * columns, height))
    return figure, list(axes[0])


def grid(n: int, width: float = 3.6, height: float = 3.0) -> tuple[Figure, list[Axes]]:
    """Axes for n panels, at most three in a row."""
    columns = n if n < 4 else 2 if n == 4 else 3
    rows = -(-n // columns)
    figure, axes = table(rows, columns, (max(width * columns, 4.6), height * rows))
    for unused in axes.flat[n:]:
        unused.set_axis_off()
    return figure, list(axes.flat[:n])


def logarithmic(ax: Axes, which: Literal["x", "y", "xy"] = "xy") -> None:
    """Make axes logarithmic that show a value above 0; others stay linear. Called when all is drawn."""
    smallest = {"x": ax.dataLim.minposx, "y": ax.dataLim.minposy}
    for name in which:
        if np.isfinite(smallest[name]):
            ax.set(**{f"{name}scale": "log"})


def band(ax: Axes, x: ArrayLike, y: ArrayLike, error: ArrayLike, color: str) -> None:
    """Shade two standard errors above and below a curve, where they are known."""
    middle, width = np.asarray(y, float), 2.0 * np.asarray(error, float)
    if np.isfinite(width).any():
        ax.fill_between(np.asarray(x), middle - width, middle + width, color=color, alpha=0.2, linewidth=0)


def plain_decades(ax: Axes) -> None:
    """Say 0.5, 1, 2, 5, 10 instead of powers where a logarithmic axis spans few decades."""
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() != "log":
            continue
        low, high = axis.get_view_interval()
        fine = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0) if high < 5.0 * low else (1.0, 2.0, 5.0)
        subs = fine if high < 300.0 * low else (1.0,)
        axis.set_major_locator(LogLocator(subs=subs, numticks=20))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.10g}"))
        axis.set_minor_formatter(NullFormatter())
