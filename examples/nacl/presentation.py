"""The report of a run, and what it says on the terminal."""

from __future__ import annotations

from pathlib import Path

from bars import bars_table, print_bars
from comparison import KINDS, Outcome, error_rows, errors_of, holds_together, physics_rows
from crystal import AMPLITUDE, expected_splitting
from melt import MeltState
from networks import LONG, RECIPROCAL, SHORT, Trained
from numpy.typing import ArrayLike
from physics import REFERENCE
from rich.table import Table

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.figures import plots
from nnpot.figures.panels import Panel, lines
from nnpot.figures.report import CURVES, Report

SIZE = (3.6, 3.0)
"""Of a panel, in inches."""
ERROR_TITLES = (
    "",
    *(f"energy, {kind}" for kind in KINDS),
    *(f"forces, {kind}" for kind in KINDS),
    "charge (e)",
)
Curve = tuple[ArrayLike, ArrayLike]


def print_outcome(outcome: Outcome, output: Path) -> bool:
    """Print the tables; whether no bar is missed beyond chance."""
    table = Table("NaCl", title="\nThe reference and the networks that learnt it")
    for name in outcome.behaviours:
        table.add_column(name, justify="right")
    for row in physics_rows(outcome.behaviours):
        table.add_row(*row)
    minutes = sum(outcome.times.values()) / 60.0
    return print_bars(
        table, outcome.bars(), output / "report.html", "The long-ranged network", f"{minutes:.1f} minutes."
    )


def write_report(outcome: Outcome, output: Path) -> None:
    """report.html and its pictures."""
    report = Report("NaCl: network potentials with and without charges")
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in outcome.times.items())
    length = "Shorter than the whole example, so that its figures scatter. " if outcome.short else ""
    report.text(
        f"{length}The main networks see {outcome.cutoff:g} Å far. The same frames, functions, networks and "
        f"optimizer throughout; errors are those of test frames that no training has seen. Time: {times}."
    )
    report.table(*bars_table(outcome.bars()))
    _errors(report, outcome)
    _learning(report, outcome)
    report.heading("Crystal: waves of displacement")
    _waves(report, outcome)
    report.heading("Melt")
    _melt(report, outcome)
    report.table(("", *outcome.behaviours), physics_rows(outcome.behaviours))
    report.heading("Cost")
    cost = outcome.cost
    ratios = ", ".join(f"{cost.ratio(cutoff).text('.2f')} times at {cutoff:g} Å" for cutoff in cost.cutoffs)
    shares = ", ".join(cost.time_on_two(cutoff).text(".2f") for cutoff in cost.cutoffs)
    report.text(
        f"{cost.n_atoms} atoms of melt. A step with charges takes as long as one without: {ratios}; "
        f"two MPI ranks take {shares} of one's time. Medians over the rounds."
    )
    rows = [(network.name, ranks, time.text(".2f")) for (network, ranks), time in cost.times.items()]
    report.table(("network", "MPI ranks", "µs per atom and step"), rows)
    report.write(output)


def _errors(report: Report, outcome: Outcome) -> None:
    report.heading("Errors on test frames")
    for kind in (SHORT, LONG):
        trained = outcome.main[kind]
        panels, notes = {}, {}
        for name, groups in KINDS.items():
            panels[name] = _energies(trained, groups)
            notes[name] = f"RMSE {errors_of(trained)[name].energy_rmse_mev_per_atom:.2f} meV/atom"
        figure = plots.parity_panels(panels, "Energy", "eV/atom", notes)
        report.figure(figure, f"parity_{kind}", f"Energies of the {trained.network.name} network.")
    report.text("Energies in meV/atom, forces in meV/Å, root mean squares:")
    report.table(ERROR_TITLES, error_rows(outcome))
    panels_of_cutoff = [
        Panel(
            name,
            "Cutoff (Å)",
            "Energy RMSE (meV/atom)",
            {kind: _against_cutoff(outcome, kind, name) for kind in (SHORT, LONG)},
            y_log=True,
            markers=True,
        )
        for name in KINDS
    ]
    caption = "Energy errors on test frames against the cutoff of the networks."
    report.figure(lines(panels_of_cutoff, *SIZE), "error_cutoff", caption)


def _energies(trained: Trained, groups: tuple[str, ...]) -> Curve:
    chosen = [frame.info["group"] in groups for frame in trained.predictions.frames]
    reference, predicted = trained.predictions.energies()
    return reference[chosen], predicted[chosen]


def _against_cutoff(outcome: Outcome, kind: str, name: str) -> Curve:
    found = outcome.at(kind)
    return list(found), [
        errors_of(trained)[name].energy_rmse_mev_per_atom or 0.0 for trained in found.values()
    ]


def _learning(report: Report, outcome: Outcome) -> None:
    report.heading("Training")
    charged = {
        trained.network.name: trained for kind in (LONG, RECIPROCAL) for trained in outcome.at(kind).values()
    }
    curves = {}
    for name, trained in charged.items():
        log = trained.log()
        found = [column for column in log if column.startswith("charge") and column.endswith("Na")]
        if found:
            curves[name] = (log["epoch"], log[found[0]])
    if curves:
        panel = Panel("", "Epoch", "Charge of Na (e)", curves, level=1.0)
        report.figure(lines([panel], 7.6, 3.6), "charges", "Learned charges; the line is the reference's.")
    errors = []
    logs = {kind: trained.log() for kind, trained in outcome.main.items()}
    for label, column in list(CURVES.items())[:2]:
        of_kind = {kind: (log["epoch"], log[f"validation_{column}"]) for kind, log in logs.items()}
        errors.append(Panel("Validation frames", "Epoch", label, of_kind, y_log=True))
    report.figure(lines(errors), "learning", f"Errors against epoch, {outcome.cutoff:g} Å.")


def _waves(report: Report, outcome: Outcome) -> None:
    found = outcome.behaviours
    panels = [
        Panel(
            title,
            "Wavelength (Å)",
            "Force constant (eV/Å²)",
            {name: (b.waves.wavelength, getattr(b.waves, title)) for name, b in found.items()},
            markers=True,
        )
        for title in ("longitudinal", "transverse")
    ]
    report.text(
        "Na is moved by u cos kz, Cl by the opposite. Along z the wave makes charges, and their field pulls "
        "back however long the wave is; a network without charges does not see further than its cutoff. For "
        f"rigid ions of 1 e the difference tends to 8 π e²/(4 π ε0 V) = {expected_splitting(1.0):.2f} eV/Å²."
    )
    report.figure(lines(panels, *SIZE), "waves", "Force constants of optical waves of displacement.")
    forces = [
        Panel(
            f"moved {title}",
            "z (Å)",
            "Force on Na (meV/Å)",
            {name: (b.domains.z, 1000.0 * getattr(b.domains, attribute)) for name, b in found.items()},
        )
        for title, attribute in (("along z", "longitudinal"), ("along x", "transverse"))
    ]
    caption = (
        f"Na moved by {AMPLITUDE:g} Å and Cl against it, one way in the left half and the other way in the "
        "right. Far from the borders the surroundings are the same for a move along x or along z; only the "
        "field of the polarisation tells these apart."
    )
    report.figure(lines(forces, *SIZE), "domains", caption)


def _melt(report: Report, outcome: Outcome) -> None:
    melts = {name: b.melt for name, b in outcome.behaviours.items() if isinstance(b.melt, MeltState)}
    pairs = melts[REFERENCE].distributions
    panels = [
        Panel(
            "-".join(reversed(pair)),
            "Distance (Å)",
            "g(r)",
            {name: (melt.distributions[pair].r, melt.distributions[pair].g) for name, melt in melts.items()},
            x_limits=(1.8, 8.0),
            y_limits=(0.0, None),
            errors={name: melt.distributions[pair].error for name, melt in melts.items()},
        )
        for pair in pairs
    ]
    caption = "Partial radial distribution functions of the melt; shaded are two standard errors."
    report.figure(lines(panels, *SIZE), "distributions", caption)
    found = {name: behaviour.conservation for name, behaviour in outcome.behaviours.items()}
    runs = {n: run for n, run in found.items() if isinstance(run, EnergyConservation) and holds_together(run)}
    lost = [name for name, run in found.items() if run is not None and name not in runs]
    caption = "Total energy of the melt at constant energy, time step 1 fs; the line is the drift."
    if lost:
        caption += f" The melt of the {' and the '.join(lost)} network fell apart and is not shown."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)
