"""The figures of a run: bars to meet, a table on the terminal, a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bars import Bar, bars_table, print_bars
from physics import Physics
from rich.table import Table

from nnpot.analysis.errors import statistics
from nnpot.analysis.predictions import Predictions
from nnpot.figures import plots
from nnpot.figures.report import Report

HOT = "hot liquid"
"""The group of test frames that no bar is about: it teaches how atoms repel each other."""


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
        errors = statistics([e for e in self.predictions.frame_errors if e.group != HOT])
        energy, force = (2.0, 80.0) if self.quick else (0.7, 30.0)
        lattice = _deviation(network.elasticity.lattice_constant, sw.elasticity.lattice_constant)
        crystal, liquid = self.physics.crystal_difference, self.physics.liquid_difference
        bars = [
            Bar("energy RMSE, test frames", errors.energy_rmse_mev_per_atom, energy, "meV/atom"),
            Bar("force RMSE, test frames", errors.force_rmse_mev_per_angstrom, force, "meV/Å"),
            Bar(
                "closest atoms of the liquid / those of SW",
                network.liquid.closest / sw.liquid.closest,
                0.8,
                "",
                True,
            ),
            Bar("lattice constant, deviation", lattice, 0.1, "%"),
        ]
        for name in ("c11", "c12", "c44"):
            deviation = _deviation(getattr(network.elasticity, name), getattr(sw.elasticity, name))
            bars.append(Bar(f"{name.upper()}, deviation", deviation, 5.0, "%"))
        drift = network.conservation.drift_estimate.size
        fluctuation = network.conservation.fluctuation_estimate.over(sw.conservation.fluctuation_estimate)
        return bars + [
            Bar.of("g(r) crystal 300 K, mean difference", crystal, 0.03, ""),
            Bar.of("g(r) liquid 2000 K, mean difference", liquid, 0.03, ""),
            Bar.of("energy drift in 50 ps", drift, 0.02, "meV/atom"),
            Bar.of("energy fluctuation / that of SW", fluctuation, 2.0, ""),
        ]


def _deviation(value: float, reference: float) -> float:
    return 100.0 * abs(value / reference - 1.0)


def _comparison(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Rows: quantity, SW, network."""
    both = (outcome.physics.reference, outcome.physics.network)

    def still(name: str, attribute: str, pattern: str) -> tuple[str, str, str]:
        values = [format(getattr(side.elasticity, attribute), pattern) for side in both]
        return (name, values[0], values[1])

    def moving(name: str, attribute: str, pattern: str) -> tuple[str, str, str]:
        values = [getattr(side.conservation, f"{attribute}_estimate").text(pattern) for side in both]
        return (name, values[0], values[1])

    return [
        still("lattice constant (Å)", "lattice_constant", ".4f"),
        still("energy of the crystal (eV/atom)", "energy_per_atom", ".4f"),
        still("C11 (GPa)", "c11", ".1f"),
        still("C12 (GPa)", "c12", ".1f"),
        still("C44 (GPa)", "c44", ".1f"),
        ("closest atoms of the liquid (Å)", *(f"{side.liquid.closest:.2f}" for side in both)),
        moving("NVE 50 ps: drift (meV/atom)", "drift", "+.5f"),
        moving("NVE 50 ps: fluctuation (meV/atom)", "fluctuation", ".5f"),
        moving("cost (µs per atom and step)", "cost", ".2f"),
    ]


def print_outcome(outcome: Outcome, output: Path) -> bool:
    """Print the tables; whether no bar is missed beyond chance."""
    table = Table("Silicon", title="\nStillinger-Weber and the network that learnt it")
    for column in ("SW", "network"):
        table.add_column(column, justify="right")
    for row in _comparison(outcome):
        table.add_row(*row)
    minutes = sum(outcome.times.values()) / 60.0
    return print_bars(table, outcome.bars(), output / "report.html", note=f"{minutes:.1f} minutes.")


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
    pieces = sw.liquid.pieces
    runs_each = "" if pieces is None else f"means of {len(pieces)} runs, shaded are two standard errors, "
    caption = f"Radial distribution functions: {runs_each}216 atoms at the same density."
    report.figure(figure, "radial_distribution", caption)
    runs = {"Stillinger-Weber": sw.conservation, "Network": network.conservation}
    caption = "Total energy of 216 atoms at constant energy, 300 K, time step 1 fs; the line is the drift."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)
    costs = [run.cost_estimate for run in runs.values()]
    ranges = [(cost.value - _known(cost.error), cost.value + _known(cost.error)) for cost in costs]
    label = "Processor time (µs per atom and step)"
    figure = plots.bars(list(runs), [cost.value for cost in costs], label, ranges=ranges)
    caption = "Cost of a step in LAMMPS: 216 atoms, one process, one thread; median and two standard errors."
    report.figure(figure, "cost", caption)


def _known(error: float) -> float:
    """The length of an error bar."""
    return 2.0 * error if error > 0.0 else 0.0
