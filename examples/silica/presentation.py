"""The report of a run, and what it says on the terminal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bars import print_bars
from comparison import PAIRS, STATES, Outcome, order, other_rows, random_rows, structure_rows
from physics import MELT, Physics
from rich.table import Table
from structures import ELEMENTS

from nnpot import plots
from nnpot.panels import Panel, panels
from nnpot.report import Report

REFERENCE, NETWORK = "Vashishta", "network"


def print_outcome(outcome: Outcome, output: Path) -> bool:
    """Print the tables; whether every bar is met."""
    table = Table("SiO2", title="\nVashishta and the network that learnt it")
    for column in (REFERENCE, NETWORK):
        table.add_column(column, justify="right")
    for row in other_rows(outcome.physics):
        table.add_row(*row)
    minutes = sum(outcome.times.values()) / 60.0
    last_line = f"{minutes:.1f} minutes. Report: {output / 'report.html'}"
    return print_bars(table, outcome.bars(), last_line)


def write_report(outcome: Outcome, output: Path) -> None:
    """report.html and its pictures."""
    errors, physics = outcome.predictions.errors, outcome.physics
    report = Report("SiO2: a network potential from Vashishta's")
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in outcome.times.items())
    size = len(physics.network.states[MELT].frames[0])
    length = "Shorter than the whole example, so that its figures scatter. " if outcome.short else ""
    report.text(f"{length}{errors.n_frames} test frames that training has never seen. Time: {times}.")
    found = [
        (b.name, f"{b.value:.3g}", f"{b.limit:g}", b.unit, "✓" if b.passed else "✗") for b in outcome.bars()
    ]
    report.table(("What was asked for", "found", "at most", "unit", ""), found)
    report.heading("Errors on test frames")
    report.predictions("test", outcome.predictions)
    report.heading(f"Structure: crystal, glass, melt ({size} atoms of melt and glass)")
    _structure_figures(report, physics)
    report.table(("", REFERENCE, NETWORK), structure_rows(physics))
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


def _both(physics: Physics, curve: object) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {REFERENCE: curve(physics.reference), NETWORK: curve(physics.network)}  # type: ignore[operator]


def _structure_figures(report: Report, physics: Physics) -> None:
    distributions = {
        f"{state}: {'-'.join(reversed(pair))}": Panel(
            _both(
                physics,
                lambda b, s=state, p=pair: (b.states[s].distributions[p].r, b.states[s].distributions[p].g),
            ),
            "Distance (Å)",
            "g(r)",
            x_limits=(1.2, 8.0),
            y_from_zero=True,
        )
        for state in STATES
        for pair in PAIRS
    }
    report.figure(panels(distributions), "partial_distributions", "Partial radial distribution functions.")
    angles = {}
    for name, attribute in (("O-Si-O", "o_si_o"), ("Si-O-Si", "si_o_si")):
        for state in STATES:
            curves = _both(
                physics,
                lambda b, s=state, a=attribute: (
                    getattr(b.states[s], a).angle,
                    getattr(b.states[s], a).density,
                ),
            )
            angles[f"{state}: {name}"] = Panel(curves, "Angle (°)", "Density (1/°)", (60.0, 180.0), True)
    report.figure(panels(angles), "angles", "Distributions of the bond angles.")


def _other_figures(report: Report, physics: Physics) -> None:
    content = {
        "Density of α-quartz": Panel(
            _both(physics, lambda b: (list(b.crystal_densities), list(b.crystal_densities.values()))),
            "Temperature (K)",
            "Density (g/cm³)",
            marked=True,
        ),
        "Vibrations of α-quartz, 300 K": Panel(
            _both(physics, lambda b: (b.vibrations.frequency, b.vibrations.density)),
            "Frequency (THz)",
            "Density of states (1/THz)",
            (0.0, 45.0),
            True,
        ),
    }
    for symbol in ELEMENTS:
        content[f"{MELT}: {symbol}"] = Panel(
            _both(
                physics,
                lambda b, s=symbol: (
                    b.states[MELT].displacements[s].time,
                    b.states[MELT].displacements[s].msd,
                ),
            ),
            "Time (ps)",
            "Mean square displacement (Å²)",
            y_from_zero=True,
        )
    report.figure(panels(content), "density_vibrations_diffusion", "Density, vibrations, motion in the melt.")
    energies = {
        name: Panel(
            _both(physics, lambda b, n=name: (b.energies[n].volume, b.energies[n].energy)),
            "Volume (Å³ per SiO2)",
            "Energy (eV per SiO2)",
            marked=True,
        )
        for name in physics.reference.energies
    }
    report.figure(panels(energies), "energy_volume", "Energy against volume of each polymorph.")
    runs = {REFERENCE: physics.reference.conservation, "Network": physics.network.conservation}
    caption = "Total energy of α-quartz at constant energy, 300 K, time step 1 fs; the line is the drift."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)


def _random_start(report: Report, physics: Physics) -> None:
    report.heading("From random positions")
    shortest = ", ".join(f"{'-'.join(reversed(pair))} {physics.shortest[pair]:.3f}" for pair in PAIRS)
    report.text(
        f"Atoms anywhere in the cell, then 3500 K. The wall begins at the shortest distances of the training "
        f"frames, {shortest} Å, and is nothing beyond:"
    )
    report.code("\n".join(physics.wall.lines()))
    headers = ("", "pairs closer than in training", "shortest distances (Å)", "energy (eV/atom)", "T (K)")
    report.table(headers, random_rows(physics))
    runs = {
        REFERENCE: physics.reference.random,
        "network with the wall": physics.network.random,
        "network without": physics.bare,
    }
    content = {
        "-".join(reversed(pair)): Panel(
            {name: (run.distributions[pair].r, run.distributions[pair].g) for name, run in runs.items()},
            "Distance (Å)",
            "g(r)",
            x_limits=(0.0, 6.0),
            y_from_zero=True,
            y_top=1.3 * float(runs[REFERENCE].distributions[pair].g.max()),
        )
        for pair in PAIRS
    }
    report.figure(panels(content), "random_start", "Melts that began with random positions.")
