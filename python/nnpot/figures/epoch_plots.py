"""Figures of what goes on in a training, against the epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from nnpot.figures.style import COLORS, LINES, grid, logarithmic, plain_decades, row, style


def learning_curve(
    epochs: ArrayLike,
    panels: Mapping[str, Mapping[str, ArrayLike]],
    best: Sequence[float] = (),
    turn: int | None = None,
    guides: Sequence[str] = (),
    linear: bool = False,
) -> Figure:
    """Errors against epochs, both logarithmic or both linear, a panel for each quantity.

    ``epochs`` are counted from 1, shape (n,). ``panels`` has for each label of a vertical axis its curves by
    name, of shape (n,), or (n, members): then the mean is drawn, and shaded from the smallest to the largest.
    Vertical lines mark the epochs that were kept, ``best``, and that from which on the networks overfit,
    ``turn``. The panels in ``guides`` have a line 1/√epoch, which errors follow that fall as in a random
    walk. On ``linear`` axes there is none, and the first epochs, which lie far above, are cut off.
    """
    with style():
        figure, axes = grid(len(panels))
        for ax, (label, curves) in zip(axes, panels.items(), strict=True):
            for (name, values), color, line in zip(curves.items(), COLORS[1:], LINES * 2, strict=False):
                shown = name if len(curves) > 1 or name != label else None
                _draw(ax, epochs, values, line, color, shown)
            _mark(ax, best, turn)
            ax.set(xlabel="Epoch", ylabel=label)
            if linear:
                _show_late_epochs(ax, curves)
            else:
                logarithmic(ax)
                if label in guides and ax.get_yscale() == "log":
                    _guide(ax, np.asarray(epochs, float), next(iter(curves.values())))
                plain_decades(ax)
            if ax.get_legend_handles_labels()[0] and not linear:
                ax.legend()
        if linear:  # curves that level off leave no free corner
            figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _mark(ax: Axes, best: Sequence[float], turn: int | None) -> None:
    """The epochs that were kept, and that from which on the networks overfit."""
    kept = sorted(set(best))
    few = [f"{epoch:.0f}" for epoch in kept]
    named = ", ".join(few) if len(few) < 4 else f"{few[0]} … {few[-1]}"
    for number, epoch in enumerate(kept):
        text = f"_{number}" if number else f"kept: epoch {named}"
        ax.axvline(epoch, color="0.6", linewidth=0.8, zorder=0, label=text)
    if turn is not None:
        label = f"overfits from {turn}"
        ax.axvline(turn, color=COLORS[3], linestyle="-.", linewidth=1.2, label=label)


def _draw(ax: Axes, epochs: ArrayLike, values: ArrayLike, line: str, color: str, label: str | None) -> None:
    """A curve (n,), or the mean of those of members (n, K) with their range."""
    members = np.asarray(values, float).reshape(len(np.asarray(values)), -1)
    ax.plot(epochs, members.mean(axis=1), line, color=color, label=label)
    if members.shape[1] > 1:
        low, high = members.min(axis=1), members.max(axis=1)
        ax.fill_between(epochs, low, high, color=color, alpha=0.25, linewidth=0)


def _guide(ax: Axes, epochs: np.ndarray, curve: ArrayLike) -> None:
    """A line that falls with the square root of the epoch, through a curve where half of its decades are."""
    values = np.asarray(curve, float).reshape(len(epochs), -1).mean(axis=1)
    middle = int(np.argmin(np.abs(np.log(epochs) - 0.5 * np.log(epochs[-1]))))
    line = values[middle] * np.sqrt(epochs[middle] / epochs)
    limits = ax.get_ylim()
    ax.plot(epochs, line, color="0.5", linewidth=0.9, linestyle=(0, (1, 1)), label="1/√epoch", zorder=0)
    ax.set_ylim(limits)  # those of the curves: a guide may run out of them


def _show_late_epochs(ax: Axes, curves: Mapping[str, ArrayLike]) -> None:
    """Show errors from 0 to a little above what all curves stay below after a twentieth of the epochs."""
    late = [np.asarray(values, float)[len(np.asarray(values)) // 20 :] for values in curves.values()]
    largest = max((float(np.nanmax(values)) for values in late if np.isfinite(values).any()), default=0.0)
    if largest > 0.0:
        ax.set_ylim(0.0, 1.1 * largest)


def charge_curves(epochs: ArrayLike, curves: Mapping[str, ArrayLike], best: Sequence[float] = ()) -> Figure:
    """Charges of elements against epochs, sign and all.

    ``epochs``: counted from 1, shape (n,). ``curves``: of each element (n, members), e: drawn is the mean,
    shaded from the smallest to the largest. ``best``: the epochs that were kept, marked by vertical lines.
    """
    with style():
        figure, (ax, *_) = row(1, width=5.2, height=3.6)
        for index, (name, values) in enumerate(curves.items()):
            color = COLORS[1 + index % (len(COLORS) - 1)]
            _draw(ax, epochs, values, LINES[index % len(LINES)], color, name)
        for number, epoch in enumerate(sorted(set(best))):
            text = f"_{number}" if number else "kept"
            ax.axvline(epoch, color="0.6", linewidth=0.8, zorder=0, label=text)
        ax.axhline(0.0, color="0.8", linewidth=0.8, zorder=0)
        logarithmic(ax, "x")
        ax.set(xlabel="Epoch", ylabel="Charge (e)")
        plain_decades(ax)
        ax.legend()
    return figure
