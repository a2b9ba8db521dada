"""Figures of the lattice model, and the page of a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnpot.figures.page import Page
from nnpot.figures.style import COLORS, LINES, row, style, table
from nnpot.lattice.database import Database
from nnpot.lattice.diagnostics import LARGEST, SQUARE_WIDTH, SURFACE_CELL, SURFACE_WIDTH, Diagnostics
from nnpot.lattice.statistics import HEADINGS, by_width, known_energies, rows, thinned
from nnpot.support.arrays import Array

SHARES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


def diagnostics(found: Diagnostics, title: str) -> Figure:
    """The six tests of a potential, a panel each."""
    with style():
        figure, axes = table(2, 3, (3 * 3.7, 2 * 3.1))
        triangle, cell, surface, square, repulsion, convergence = axes.flat
        _curve(triangle, found.sides, found.single_triangle, "One triangle", "Side (R_c)", "Energy (E_c)")
        _curve(cell, found.sides, found.triangle_in_cell, "It alone in a wide cell", "Side (R_c)")
        cell.plot(found.sides, 6.0 * found.single_triangle, "--", color=COLORS[1], label="6 × one triangle")
        cell.legend()
        _surface(figure, surface, found.surface)
        _square(square, found)
        _curve(repulsion, found.distances, found.repulsion, "A third leaves a close pair", "Distance (R_c)")
        repulsion.set_yscale("symlog", linthresh=1.0)
        repulsion.set_ylim(min(float(found.repulsion.min()) * 2.0, -1.0), float(found.repulsion.max()) * 2.0)
        convergence.plot(found.depths, found.convergence, "o-", color=COLORS[2], markersize=4)
        convergence.set(title="Convergence", xlabel="Depth of images", ylabel="Energy per particle (E_c)")
        figure.suptitle(title, fontsize=11)
    return figure


def _curve(ax: Axes, x: Array, y: Array, title: str, x_label: str, y_label: str = "Energy (E_c)") -> None:
    ax.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
    ax.plot(x, y, color=COLORS[2])
    low = float(np.nanmin(y))
    ax.set(title=title, xlabel=x_label, ylabel=y_label)
    if low > LARGEST:
        ax.set_yscale("log")
    elif np.nanmax(y) > LARGEST:
        ax.set_ylim(min(1.3 * low, -0.5), max(LARGEST, abs(low)))


def _surface(figure: Figure, ax: Axes, energies: Array) -> None:
    limit = LARGEST + max(float(np.nanmin(energies)), 0.0)
    shown = np.minimum(energies, limit)
    extent = (0.0, SURFACE_WIDTH, 0.0, SURFACE_WIDTH)
    image = ax.imshow(shown, origin="lower", extent=extent, cmap="viridis")
    ax.plot(*np.transpose(SURFACE_CELL), "o", color="white", markeredgecolor="black", markersize=5)
    ax.set(title="Energy surface of a fourth", xlabel="x (R_c)", ylabel="y (R_c)")
    figure.colorbar(image, ax=ax, label=f"Energy per particle, up to {limit:.3g} E_c")


def _square(ax: Axes, found: Diagnostics) -> None:
    for (name, energies), color, line in zip(found.square.items(), COLORS[1:], LINES, strict=False):
        ax.plot(found.square_sides, energies, line, color=color, label=name)
    ax.axvline(SQUARE_WIDTH / 2.0, color="0.6", linewidth=0.8, zorder=0)
    middle = next(iter(found.square.values()))
    ax.set(title="A square moves apart", xlabel="Side (R_c)", ylabel="Energy per particle (E_c)")
    ax.set_ylim(1.25 * float(middle.min()) - 0.1, max(-float(middle.min()), 0.5))
    ax.legend(title="the same crystal")


def energy_distribution(database: Database) -> Figure:
    """Percentiles and the histogram of all energies."""
    energies = np.sort(known_energies(database))
    share = 100.0 * np.arange(1, len(energies) + 1) / len(energies)
    with style():
        figure, (left, right) = row(2, 4.4, 3.4)
        left.plot(share, energies, color=COLORS[2])
        left.set(xlabel="Percentile", ylabel="Energy per particle (E_c)", xlim=(0.0, 100.0))
        low, high = np.quantile(energies, [0.001, 0.99])
        right.hist(energies, bins=np.linspace(low, high, 100).tolist(), color=COLORS[2])
        right.set(xlabel="Energy per particle (E_c)", ylabel="Configurations")
    return figure


def energy_by_width(database: Database) -> Figure:
    """Percentiles of the energies against the width of the cell, or of one width all energies."""
    energies = known_energies(database)
    widths = np.unique(database.widths)
    quantiles = np.array([np.quantile(energies[database.widths == width], SHARES) for width in widths])
    with style():
        figure, (ax,) = row(1, 6.0, 3.8)
        for number, share in enumerate(SHARES):
            color, width = (COLORS[1], 2.0) if share == 0.5 else (COLORS[2], 0.9)
            line, label = "o-" if len(widths) < 20 else "-", f"{100 * share:g} %"
            curve = quantiles[:, number]
            ax.plot(widths, curve, line, color=color, linewidth=width, markersize=3, label=label)
        ax.set(xlabel="Width of the cell (R_c)", ylabel="Energy per particle (E_c)")
        figure.legend(title="percentile", loc="outside right upper", reverse=True)
    return figure


def acceptance(database: Database) -> Figure | None:
    """The share of moves that the relaxation kept, against its epochs, for a few widths; None if unknown."""
    shares = database.acceptance
    if shares is None or not shares.size:
        return None
    low, high = database.settings["widths"]
    widths = np.linspace(low, high, len(shares))
    chosen = np.unique(np.linspace(0, len(shares) - 1, 6).round().astype(int))
    epochs = np.arange(1, shares.shape[1] + 1)
    with style():
        figure, (ax,) = row(1, 5.6, 3.6)
        for number, index in enumerate(chosen):
            color = COLORS[number % len(COLORS)]
            ax.plot(epochs, 100.0 * shares[index], color=color, label=f"{widths[index]:.3g} R_c")
        ax.set(xlabel="Epoch of relaxation", ylabel="Accepted moves (%)", ylim=(0.0, 100.0))
        figure.legend(title="width", loc="outside right upper")
    return figure


def sample_lattices(database: Database, n: int = 6, seed: int = 0) -> Figure:
    """Some configurations with their images, from low to high energy; the first two coordinates."""
    energies = known_energies(database)
    chosen = np.random.default_rng(seed).choice(len(energies), min(n, len(energies)), replace=False)
    chosen = chosen[np.argsort(energies[chosen])]
    with style():
        n_rows = -(-len(chosen) // 3)
        figure, axes = table(n_rows, 3, (3 * 2.9, n_rows * 3.0))
        for ax in axes.flat[len(chosen) :]:
            ax.set_axis_off()
        for ax, index in zip(axes.flat, chosen, strict=False):
            _lattice(ax, database.positions[index], float(database.widths[index]))
            ax.set_title(f"{energies[index]:.2f} E_c, width {database.widths[index]:.3g} R_c")
    return figure


def _lattice(ax: Axes, positions: Array, width: float) -> None:
    first = positions[:, :2] if positions.shape[1] > 1 else np.c_[positions, np.zeros(len(positions))]
    for x in (-1, 0, 1):
        for y in (-1, 0, 1) if positions.shape[1] > 1 else (0,):
            central = x == 0 and y == 0
            shown = first + width * np.array([x, y])
            size, color = (22, COLORS[2]) if central else (10, "0.7")
            ax.scatter(shown[:, 0], shown[:, 1], s=size, color=color, linewidths=0)
    ax.plot([0, width, width, 0, 0], [0, 0, width, width, 0], color="0.4", linewidth=0.8)
    margin = min(0.5 * width, 2.5)
    ax.set(xlim=(-margin, width + margin), ylim=(-margin, width + margin), aspect="equal")


@dataclass(frozen=True)
class Drag:
    """What is known of a particle that is moved through its cell along one axis."""

    places: Array
    energies: dict[str, Array]  # per particle, by name; the first is the truth
    gradients: dict[str, Array]  # derivatives by the moved coordinate


def drag(panels: Mapping[str, Drag]) -> Figure:
    """Energy above, gradient below, a column for each cell."""
    with style():
        figure, axes = table(2, len(panels), (4.6 * len(panels), 5.6), sharex="col")
        for (upper, lower), (title, found) in zip(axes.T, panels.items(), strict=True):
            for ax, curves in ((upper, found.energies), (lower, found.gradients)):
                for number, (name, values) in enumerate(curves.items()):
                    color, line = COLORS[number % len(COLORS)], LINES[number % 4]
                    ax.plot(found.places, values, line, color=color, label=name, alpha=0.9)
                _limit(ax, next(iter(curves.values())))
            upper.set(title=title, ylabel="Energy per particle (E_c)")
            lower.set(xlabel="Place of the particle (R_c)", ylabel="Gradient (E_c/R_c)")
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _limit(ax: Axes, truth: Array) -> None:
    """Room for the truth; a network that leaves it may leave the picture."""
    low, high = float(np.min(truth)), float(np.max(truth))
    margin = 0.15 * (high - low) + 0.05
    ax.set_ylim(low - margin, high + margin)


def write_page(database: Database, folder: Path) -> Path:
    """Write report.html and its pictures; gives the page."""
    page = Page("A database of the lattice model")
    page.text(f"{len(database)} configurations. Energies in E_c, lengths in R_c.")
    add_database(page, database)
    page.details("What was asked for", json.dumps(database.settings, indent=2))
    return page.write(folder)


def add_database(page: Page, database: Database, prefix: str = "") -> None:
    """Statistics and figures of a database; ``prefix`` begins the names of the pictures."""
    page.table(HEADINGS, rows(thinned(by_width(database))))
    page.text("Accepted: moves in the last ten epochs of the relaxation, with the standard error.")
    page.figure(energy_distribution(database), f"{prefix}energy_distribution", "Energies per particle.")
    page.figure(
        energy_by_width(database),
        f"{prefix}energy_by_width",
        "Percentiles of the energies against the width of the cell.",
    )
    accepted = acceptance(database)
    if accepted is not None:
        page.figure(accepted, f"{prefix}acceptance", "Moves that the relaxation accepted.")
    page.figure(sample_lattices(database), f"{prefix}lattices", "Some configurations with their images.")
