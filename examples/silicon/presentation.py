"""The figures of a run: bars to meet, a table on the terminal, a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bars import Bar, bars_table, print_bars
from physics import Physics
from rich.table import Table

from nnpot import plots
from nnpot.analysis.predictions import Predictions
from nnpot.report import Report


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    quick: bool
    predictions: Predictions
    physics: Physics
    times: dict[str, float]
    log: Path

    def bars(self) -> list[Bar]:
        """What the potential must reach."""
        sw, network = self.physics.reference, self.physics.network
        errors = self.predictions.errors
        energy, force = (2.0, 80.0) if self.quick else (0.7, 30.0)
        lattice = _deviation(network.elasticity.lattice_constant, sw.elasticity.lattice_constant)
        bars = [
            Bar("energy RMSE, test frames", errors.energy_rmse_mev_per_atom, energy, "meV/atom"),
            Bar("force RMSE, test frames", errors.force_rmse_mev_per_angstrom, force, "meV/Å"),
            Bar("lattice constant, deviation", lattice, 0.1, "%"),
        ]
        for name in ("c11", "c12", "c44"):
            deviation = _deviation(getattr(network.elasticity, name), getattr(sw.elasticity, name))
            bars.append(Bar(f"{name.upper()}, deviation", deviation, 5.0, "%"))
        fluctuation = network.conservation.fluctuation / sw.conservation.fluctuation
        return bars + [
            Bar("g(r) crystal 300 K, mean difference", network.crystal.mean_difference(sw.crystal), 0.03, ""),
            Bar("g(r) liquid 2000 K, mean difference", network.liquid.mean_difference(sw.liquid), 0.03, ""),
            Bar("energy drift in 50 ps", abs(network.conservation.drift), 0.02, "meV/atom"),
            Bar("energy fluctuation / that of SW", fluctuation, 2.0, ""),
        ]


def _deviation(value: float, reference: float) -> float:
    return 100.0 * abs(value / reference - 1.0)


def _comparison(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Rows: quantity, SW, network."""
    both = [
        (side.elasticity, side.conservation) for side in (outcome.physics.reference, outcome.physics.network)
    ]

    def row(name: str, attribute: str, pattern: str, part: int) -> tuple[str, str, str]:
        values = [pattern.format(getattr(side[part], attribute)) for side in both]
        return (name, values[0], values[1])

    return [
        row("lattice constant (Å)", "lattice_constant", "{:.4f}", 0),
        row("energy of the crystal (eV/atom)", "energy_per_atom", "{:.4f}", 0),
        row("C11 (GPa)", "c11", "{:.1f}", 0),
        row("C12 (GPa)", "c12", "{:.1f}", 0),
        row("C44 (GPa)", "c44", "{:.1f}", 0),
        row("NVE 50 ps: drift (meV/atom)", "drift", "{:+.5f}", 1),
        row("NVE 50 ps: fluctuation (meV/atom)", "fluctuation", "{:.5f}", 1),
        row("cost (µs per atom and step)", "cost", "{:.2f}", 1),
    ]


def print_outcome(outcome: Outcome, output: Path) -> bool:
    """Print the tables; whether every bar is met."""
    table = Table("Silicon", title="\nStillinger-Weber and the network that learnt it")
    for column in ("SW", "network"):
        table.add_column(column, justify="right")
    for row in _comparison(outcome):
        table.add_row(*row)
    minutes = sum(outcome.times.values()) / 60.0
    last_line = f"{minutes:.1f} minutes. Report: {output / 'report.html'}"
    return print_bars(table, outcome.bars(), last_line)


def write_report(outcome: Outcome, output: Path) -> None:
    """report.html and its pictures."""
    errors = outcome.predictions.errors
    report = Report("Silicon: a network potential from Stillinger-Weber data")
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in outcome.times.items())
    report.text(f"{errors.n_frames} test frames that training has never seen. Time: {times}.")
    report.table(*bars_table(outcome.bars()))
    report.heading("Errors on test frames")
    report.errors("group", {**errors.groups, "all": errors})
    report.parity("test", outcome.predictions)
    report.heading("Physics in LAMMPS: pair_style nnp beside pair_style sw")
    report.table(("", "SW", "network"), _comparison(outcome))
    _physics_figures(report, outcome)
    report.heading("Training")
    log = np.genfromtxt(outcome.log, delimiter=",", names=True)
    best = int(log["epoch"][np.nanargmin(log["validation_loss"])])
    report.learning_curves({name: log[name] for name in log.dtype.names}, [best])
    report.write(output)


def _physics_figures(report: Report, outcome: Outcome) -> None:
    sw, network = outcome.physics.reference, outcome.physics.network
    curves = {
        "Crystal, 300 K": {"Stillinger-Weber": sw.crystal, "network": network.crystal},
        "Liquid, 2000 K": {"Stillinger-Weber": sw.liquid, "network": network.liquid},
    }
    figure = plots.radial_distributions(curves)
    report.figure(
        figure, "radial_distribution", "Radial distribution functions; 216 atoms at the same density."
    )
    runs = {"Stillinger-Weber": sw.conservation, "Network": network.conservation}
    caption = "Total energy of 216 atoms at constant energy, 300 K, time step 1 fs; the line is the drift."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)
    costs = [run.cost for run in runs.values()]
    figure = plots.bars(list(runs), costs, "Processor time (µs per atom and step)")
    report.figure(figure, "cost", "Cost of a step in LAMMPS: 216 atoms, one process, one thread.")
