"""The report of a run, and what it says on the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from bars import bars_table, print_bars
from comparison import (
    PAIRS,
    STATES,
    Outcome,
    glass_heights,
    order,
    other_rows,
    quench_rows,
    random_rows,
    structure_rows,
)
from numpy.typing import ArrayLike
from physics import MELT, Behaviour, Physics
from rich.table import Table
from structures import ELEMENTS

from nnpot.analysis.bonding import Bonding
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.figures import plots
from nnpot.figures.panels import Panel, lines
from nnpot.figures.report import Report

REFERENCE, NETWORK = "Vashishta", "network"
SIZE = (3.6, 3.0)
"""Of a panel, in inches."""
Curve = tuple[ArrayLike, ArrayLike]
Drawn = TypeVar("Drawn")


def print_outcome(outcome: Outcome, output: Path) -> bool:
    """Print the tables; whether no bar is missed beyond chance."""
    table = Table("SiO2", title="\nVashishta and the network that learnt it")
    for column in (REFERENCE, NETWORK):
        table.add_column(column, justify="right")
    for row in other_rows(outcome.physics):
        table.add_row(*row)
    minutes = sum(outcome.times.values()) / 60.0
    return print_bars(table, outcome.bars(), output / "report.html", note=f"{minutes:.1f} minutes.")


def write_report(outcome: Outcome, output: Path) -> None:
    """report.html and its pictures."""
    errors, physics = outcome.predictions.errors, outcome.physics
    report = Report("SiO2: a network potential from Vashishta's")
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in outcome.times.items())
    size = len(physics.network.states[MELT].frames[0])
    length = "Shorter than the whole example, so that its figures scatter. " if outcome.short else ""
    report.text(f"{length}{errors.n_frames} test frames that training has never seen. Time: {times}.")
    report.table(*bars_table(outcome.bars()))
    report.heading("Errors on test frames")
    report.predictions("test", outcome.predictions)
    report.heading(f"Structure: crystal, glass, melt ({size} atoms of melt and glass)")
    _structure_figures(report, physics)
    report.table(("", REFERENCE, NETWORK), structure_rows(physics))
    _quenches(report, physics)
    report.heading("Densities, polymorphs, motion")
    _other_figures(report, physics)
    report.table(("", REFERENCE, NETWORK), other_rows(physics))
    names = [", ".join(order(side)) for side in (physics.reference, physics.network)]
    report.text(f"Order of the polymorphs' energies: {names[0]} ({REFERENCE}); {names[1]} ({NETWORK}).")
    _random_start(report, physics)
    report.heading("Training")
    log = np.genfromtxt(outcome.log, delimiter=",", names=True)
    best = int(log["epoch"][np.nanargmin(log["validation_loss"])])
    report.learning_curves({name: log[name] for name in log.dtype.names}, [best])
    report.write(output)


def _both(physics: Physics, curve: Callable[[Behaviour], Drawn]) -> dict[str, Drawn]:
    return {REFERENCE: curve(physics.reference), NETWORK: curve(physics.network)}


def _structure_figures(report: Report, physics: Physics) -> None:
    distributions = [
        Panel(
            f"{state}: {'-'.join(reversed(pair))}",
            "Distance (Å)",
            "g(r)",
            _both(physics, lambda b, s=state, p=pair: _curve(b.states[s].distributions[p])),
            x_limits=(1.2, 8.0),
            y_limits=(0.0, None),
            errors=_both(physics, lambda b, s=state, p=pair: b.states[s].distributions[p].error),
        )
        for state in STATES
        for pair in PAIRS
    ]
    caption = "Partial radial distribution functions; shaded are two standard errors."
    report.figure(lines(distributions, *SIZE), "partial_distributions", caption)
    angles = [
        Panel(
            f"{state}: {name}",
            "Angle (°)",
            "Density (1/°)",
            _both(physics, lambda b, s=state, a=attribute: _angles(getattr(b.states[s], a))),
            x_limits=(60.0, 180.0),
            y_limits=(0.0, None),
        )
        for name, attribute in (("O-Si-O", "o_si_o"), ("Si-O-Si", "si_o_si"))
        for state in STATES
    ]
    report.figure(lines(angles, *SIZE), "angles", "Distributions of the bond angles.")


def _quenches(report: Report, physics: Physics) -> None:
    n_glasses = len(physics.network.quenches)
    report.heading("Single glasses")
    report.text(
        f"The glass above is the mean of {n_glasses} of each potential, every one cooled from a melt of its "
        "own: mean, its standard error, and the standard deviation of a single one. Values outside of the "
        "training range are counted in the first of them."
    )
    report.table(("", REFERENCE, NETWORK), quench_rows(physics))
    content = [
        Panel(
            "-".join(reversed(pair)),
            "Quenches, the lowest first",
            "Height of the first peak",
            _both(physics, lambda b, p=pair: _ranked(glass_heights(b)[p])),
            markers=True,
        )
        for pair in PAIRS
    ]
    report.figure(lines(content, *SIZE), "quenches", "Height of the first peak of g(r) of each glass.")


def _ranked(values: list[float]) -> Curve:
    return list(range(1, len(values) + 1)), sorted(values)


def _curve(found: RadialDistribution) -> Curve:
    return found.r, found.g


def _angles(found: Bonding) -> Curve:
    return found.angle, found.density


def _densities(behaviour: Behaviour) -> Curve:
    return list(behaviour.crystal_densities), [d.value for d in behaviour.crystal_densities.values()]


def _other_figures(report: Report, physics: Physics) -> None:
    kelvin, density = "Temperature (K)", "Density (g/cm³)"
    content = [
        Panel(
            "Density of α-quartz",
            kelvin,
            density,
            _both(physics, _densities),
            markers=True,
            errors=_both(physics, lambda b: [d.error for d in b.crystal_densities.values()]),
        ),
        Panel(
            "Vibrations of α-quartz, 300 K",
            "Frequency (THz)",
            "Density of states (1/THz)",
            _both(physics, lambda b: (b.vibrations.frequency, b.vibrations.density)),
            x_limits=(0.0, 45.0),
            y_limits=(0.0, None),
            errors=_both(physics, lambda b: b.vibrations.error),
        ),
    ]
    for symbol in ELEMENTS:
        moved = _both(physics, lambda b, s=symbol: b.states[MELT].displacements[s])
        content.append(
            Panel(
                f"{MELT}: {symbol}",
                "Time (ps)",
                "Mean square displacement (Å²)",
                {name: (found.time, found.msd) for name, found in moved.items()},
                y_limits=(0.0, None),
                errors={name: found.error for name, found in moved.items()},
            )
        )
    caption = "Density, vibrations, motion in the melt."
    report.figure(lines(content, *SIZE), "density_vibrations_diffusion", caption)
    energies = [
        Panel(
            name,
            "Volume (Å³ per SiO2)",
            "Energy (eV per SiO2)",
            _both(physics, lambda b, n=name: (b.energies[n].volume, b.energies[n].energy)),
            markers=True,
        )
        for name in physics.reference.energies
    ]
    caption = "Energy against volume of each polymorph."
    report.figure(lines(energies, *SIZE), "energy_volume", caption)
    runs = {REFERENCE: physics.reference.conservation, "Network": physics.network.conservation}
    caption = "Total energy of α-quartz at constant energy, 300 K, time step 1 fs; the line is the drift."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)


def _random_start(report: Report, physics: Physics) -> None:
    report.heading("From random positions")
    shortest = ", ".join(f"{'-'.join(reversed(pair))} {physics.shortest[pair]:.3f}" for pair in PAIRS)
    report.text(
        f"Atoms anywhere in the cell, then 3500 K. The wall begins at the shortest distances of the training "
        f"frames of silica, {shortest} Å, and is nothing beyond:"
    )
    report.code("\n".join(physics.wall.lines()))
    headers = ("", "pairs closer than in training", "shortest distances (Å)", "energy (eV/atom)", "T (K)")
    report.table(headers, random_rows(physics))
    runs = {
        REFERENCE: physics.reference.random,
        "network with the wall": physics.network.random,
        "network without": physics.bare,
    }
    content = [
        Panel(
            "-".join(reversed(pair)),
            "Distance (Å)",
            "g(r)",
            {name: _curve(run.distributions[pair]) for name, run in runs.items()},
            x_limits=(0.0, 6.0),
            y_limits=(0.0, 1.3 * float(runs[REFERENCE].distributions[pair].g.max())),
        )
        for pair in PAIRS
    ]
    report.figure(lines(content, *SIZE), "random_start", "Melts that began with random positions.")
