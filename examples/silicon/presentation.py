"""The figures of a run: bars to meet, tables, a report."""

from dataclasses import dataclass
from pathlib import Path

from physics import Physics

from nnpot.analysis.errors import statistics
from nnpot.analysis.predictions import Predictions
from nnpot.figures import plots
from nnpot.figures.report import Report
from nnpot.study import Bar, Results, add_learning_curves, rows_of

HOT = "hot liquid"
"""The group of test frames that no bar is about: it teaches how atoms repel each other."""
ELASTIC = ("c11", "c12", "c44")


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
        closest = network.liquid.closest / sw.liquid.closest
        fluctuation = network.conservation.fluctuation_estimate.over(sw.conservation.fluctuation_estimate)

        def deviation(name: str) -> float:
            return 100.0 * abs(getattr(network.elasticity, name) / getattr(sw.elasticity, name) - 1.0)

        return [
            Bar("energy RMSE, test frames", errors.energy_rmse_mev_per_atom, energy, "meV/atom"),
            Bar("force RMSE, test frames", errors.force_rmse_mev_per_angstrom, force, "meV/Å"),
            Bar("closest atoms of the liquid / those of SW", closest, 0.8, "", True),
            Bar("lattice constant, deviation", deviation("lattice_constant"), 0.1, "%"),
            *(Bar(f"{name.upper()}, deviation", deviation(name), 5.0, "%") for name in ELASTIC),
            Bar.of("g(r) crystal 300 K, mean difference", self.physics.crystal_difference, 0.03, ""),
            Bar.of("g(r) liquid 2000 K, mean difference", self.physics.liquid_difference, 0.03, ""),
            Bar.of("energy drift in 50 ps", network.conservation.drift_estimate.size, 0.02, "meV/atom"),
            Bar.of("energy fluctuation / that of SW", fluctuation, 2.0, ""),
        ]


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    rows = rows_of(
        (outcome.physics.reference, outcome.physics.network),
        ("lattice constant (Å)", ".4f", lambda b: b.elasticity.lattice_constant),
        ("energy of the crystal (eV/atom)", ".4f", lambda b: b.elasticity.energy_per_atom),
        *((f"{name.upper()} (GPa)", ".1f", lambda b, c=name: getattr(b.elasticity, c)) for name in ELASTIC),
        ("closest atoms of the liquid (Å)", ".2f", lambda b: b.liquid.closest),
        ("NVE 50 ps: drift (meV/atom)", "+.5f", lambda b: b.conservation.drift_estimate),
        ("NVE 50 ps: fluctuation (meV/atom)", ".5f", lambda b: b.conservation.fluctuation_estimate),
        ("cost (µs per atom and step)", ".2f", lambda b: b.conservation.cost_estimate),
    )
    errors = outcome.predictions.errors

    def sections(report: Report) -> None:
        report.heading("Errors on test frames")
        report.errors("group", {**errors.groups, "all": errors})
        report.parity("test", outcome.predictions)
        report.heading("Physics in LAMMPS: pair_style nnp beside pair_style sw")
        report.table(("", "SW", "network"), rows)
        _physics_figures(report, outcome.physics)
        add_learning_curves(report, outcome.log)

    return Results(
        title="Silicon: a network potential from Stillinger-Weber data",
        bars=outcome.bars(),
        table=("Stillinger-Weber and the network that learnt it", ("Silicon", "SW", "network"), rows),
        summary={
            "example": "silicon, quick" if outcome.quick else "silicon",
            "test": errors.to_dict(),
            "physics": outcome.physics.to_dict(),
        },
        sections=sections,
        text=f"{errors.n_frames} test frames that training has never seen.",
        times=outcome.times,
    )


def _physics_figures(report: Report, physics: Physics) -> None:
    sw, network = physics.reference, physics.network
    curves = {
        "Crystal, 300 K": {"Stillinger-Weber": sw.crystal, "network": network.crystal},
        "Liquid, 2000 K": {"Stillinger-Weber": sw.liquid, "network": network.liquid},
    }
    pieces = sw.liquid.pieces
    runs_each = "" if pieces is None else f"means of {len(pieces)} runs, shaded are two standard errors, "
    caption = f"Radial distribution functions: {runs_each}216 atoms at the same density."
    report.figure(plots.radial_distributions(curves), "radial_distribution", caption)
    runs = {"Stillinger-Weber": sw.conservation, "Network": network.conservation}
    caption = "Total energy of 216 atoms at constant energy, 300 K, time step 1 fs; the line is the drift."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)
    costs = [run.cost_estimate for run in runs.values()]
    widths = [2.0 * cost.error if cost.error > 0.0 else 0.0 for cost in costs]
    ranges = [(cost.value - width, cost.value + width) for cost, width in zip(costs, widths, strict=True)]
    label = "Processor time (µs per atom and step)"
    figure = plots.bars(list(runs), [cost.value for cost in costs], label, ranges=ranges)
    caption = "Cost of a step in LAMMPS: 216 atoms, one process, one thread; median and two standard errors."
    report.figure(figure, "cost", caption)
