"""The report of a run, and what it says on the terminal."""

from collections.abc import Callable
from typing import Any

from comparison import (
    KINDS,
    Outcome,
    energy_error,
    error_rows,
    errors_of,
    holds_together,
    physics_rows,
    summary_of,
)
from crystal import AMPLITUDE, expected_splitting
from melt import MeltState
from networks import LONG, RECIPROCAL, SHORT, Trained
from numpy.typing import ArrayLike
from physics import REFERENCE, Behaviour

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.figures import plots
from nnpot.figures.panels import Panel, lines
from nnpot.figures.report import Report
from nnpot.study import Results

SIZE = (3.6, 3.0)
"""Of a panel, in inches."""
VALIDATION = {"Energy RMSE (meV/atom)": "energy_rmse_mev_per_atom"}
VALIDATION["Force RMSE (meV/Å)"] = "force_rmse_mev_per_angstrom"
"""Columns of the logs."""
Curve = tuple[ArrayLike, ArrayLike]


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    length = "Shorter than the whole example, so that its figures scatter. " if outcome.short else ""
    rows = physics_rows(outcome.behaviours)
    return Results(
        title="NaCl: network potentials with and without charges",
        bars=outcome.bars(),
        table=("The reference and the networks that learnt it", ("NaCl", *outcome.behaviours), rows),
        summary=summary_of(outcome),
        sections=lambda report: _sections(report, outcome, rows),
        text=f"{length}The main networks see {outcome.cutoff:g} Å far. The same frames, functions, networks "
        f"and optimizer throughout; errors are those of test frames that no training has seen.",
        what="The long-ranged network",
        times=outcome.times,
    )


def _sections(report: Report, outcome: Outcome, rows: list[tuple[str, ...]]) -> None:
    report.heading("Errors on test frames")
    _errors(report, outcome)
    report.heading("Training")
    _learning(report, outcome)
    report.heading("Crystal: waves of displacement")
    _waves(report, outcome.behaviours)
    report.heading("Melt")
    _melt(report, outcome)
    report.table(("", *outcome.behaviours), rows)
    report.heading("Cost")
    cost = outcome.cost
    ratios = ", ".join(f"{cost.ratio(cutoff).text('.2f')} times at {cutoff:g} Å" for cutoff in cost.cutoffs)
    shares = ", ".join(cost.time_on_two(cutoff).text(".2f") for cutoff in cost.cutoffs)
    report.text(
        f"{cost.n_atoms} atoms of melt. A step with charges takes as long as one without: {ratios}; "
        f"two MPI ranks take {shares} of one's time. Medians over the rounds."
    )
    times = [(network.name, ranks, time.text(".2f")) for (network, ranks), time in cost.times.items()]
    report.table(("network", "MPI ranks", "µs per atom and step"), times)


def _errors(report: Report, outcome: Outcome) -> None:
    for kind in (SHORT, LONG):
        trained = outcome.main[kind]
        panels = {name: _energies(trained, groups) for name, groups in KINDS.items()}
        errors = errors_of(trained)
        notes = {name: f"RMSE {energy_error(errors[name]):.2f} meV/atom" for name in KINDS}
        figure = plots.parity_panels(panels, "Energy", "eV/atom", notes)
        report.figure(figure, f"parity_{kind}", f"Energies of the {trained.network.name} network.")
    report.text("Energies in meV/atom, forces in meV/Å, root mean squares:")
    titles = [f"{what}, {kind}" for what in ("energy", "forces") for kind in KINDS]
    report.table(("", *titles, "charge (e)"), error_rows(outcome))

    def against_cutoff(kind: str, name: str) -> Curve:
        found = outcome.at(kind)
        return list(found), [energy_error(errors_of(trained)[name]) for trained in found.values()]

    axes = ("Cutoff (Å)", "Energy RMSE (meV/atom)")
    panels_of_cutoff = [
        Panel(name, *axes, {k: against_cutoff(k, name) for k in (SHORT, LONG)}, y_log=True, markers=True)
        for name in KINDS
    ]
    caption = "Energy errors on test frames against the cutoff of the networks."
    report.figure(lines(panels_of_cutoff, *SIZE), "error_cutoff", caption)


def _energies(trained: Trained, groups: tuple[str, ...]) -> Curve:
    chosen = [frame.info["group"] in groups for frame in trained.predictions.frames]
    reference, predicted = trained.predictions.energies()
    return reference[chosen], predicted[chosen]


def _learning(report: Report, outcome: Outcome) -> None:
    curves = {}
    for trained in (one for kind in (LONG, RECIPROCAL) for one in outcome.at(kind).values()):
        log = trained.log()
        found = [column for column in log if column.startswith("charge") and column.endswith("Na")]
        if found:
            curves[trained.network.name] = (log["epoch"], log[found[0]])
    if curves:
        panel = Panel("", "Epoch", "Charge of Na (e)", curves, level=1.0)
        report.figure(lines([panel], 7.6, 3.6), "charges", "Learned charges; the line is the reference's.")
    logs = {kind: trained.log() for kind, trained in outcome.main.items()}
    errors = []
    for label, column in VALIDATION.items():
        of_kind = {kind: (log["epoch"], log[f"validation_{column}"]) for kind, log in logs.items()}
        errors.append(Panel("Validation frames", "Epoch", label, of_kind, y_log=True))
    report.figure(lines(errors), "learning", f"Errors against epoch, {outcome.cutoff:g} Å.")


def _waves(report: Report, behaviours: dict[str, Behaviour]) -> None:
    def curves(curve: Callable[[Behaviour], Any]) -> dict[str, Any]:
        return {name: curve(behaviour) for name, behaviour in behaviours.items()}

    panels = [
        Panel(
            title,
            "Wavelength (Å)",
            "Force constant (eV/Å²)",
            curves(lambda b, t=title: (b.waves.wavelength, getattr(b.waves, t))),
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
            curves(lambda b, a=attribute: (b.domains.z, 1000.0 * getattr(b.domains, a))),
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
    found = outcome.behaviours.items()
    melts = {name: b.melt.distributions for name, b in found if isinstance(b.melt, MeltState)}
    panels = [
        Panel(
            "-".join(reversed(pair)),
            "Distance (Å)",
            "g(r)",
            {name: (melt[pair].r, melt[pair].g) for name, melt in melts.items()},
            x_limits=(1.8, 8.0),
            y_limits=(0.0, None),
            errors={name: melt[pair].error for name, melt in melts.items()},
        )
        for pair in melts[REFERENCE]
    ]
    caption = "Partial radial distribution functions of the melt; shaded are two standard errors."
    report.figure(lines(panels, *SIZE), "distributions", caption)
    runs = {name: b.conservation for name, b in found if b.conservation is not None}
    shown = {n: run for n, run in runs.items() if isinstance(run, EnergyConservation) and holds_together(run)}
    lost = [name for name in runs if name not in shown]
    caption = "Total energy of the melt at constant energy, time step 1 fs; the line is the drift."
    if lost:
        caption += f" The melt of the {' and the '.join(lost)} network fell apart and is not shown."
    report.figure(plots.energy_conservation(shown), "energy_conservation", caption)
