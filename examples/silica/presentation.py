"""The report of a run, and what it says on the terminal."""

from collections.abc import Callable
from typing import Any, TypeVar

from comparison import (
    ANGLES,
    PAIRS,
    STATES,
    Outcome,
    figures,
    glass_heights,
    order,
    other_rows,
    quench_rows,
    random_rows,
    structure_rows,
)
from physics import MELT, Behaviour, Physics
from structures import ELEMENTS

from nnpot.figures import plots
from nnpot.figures.panels import Panel, lines
from nnpot.figures.report import Report
from nnpot.study import Results, add_learning_curves

SIDES = REFERENCE, NETWORK = "Vashishta", "network"
SIZE = (3.6, 3.0)
"""Of a panel, in inches."""
FROM_ZERO = (0.0, None)
Drawn = TypeVar("Drawn")


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    errors, physics = outcome.predictions.errors, outcome.physics
    length = "Shorter than the whole example, so that its figures scatter. " if outcome.short else ""
    return Results(
        title="SiO2: a network potential from Vashishta's",
        bars=outcome.bars(),
        table=("Vashishta and the network that learnt it", ("SiO2", *SIDES), other_rows(physics)),
        summary={
            "example": "silica, shortened" if outcome.short else "silica",
            "test": errors.to_dict(),
            "physics": figures(physics),
        },
        sections=lambda report: _sections(report, outcome),
        text=f"{length}{errors.n_frames} test frames that training has never seen.",
        times=outcome.times,
    )


def _sections(report: Report, outcome: Outcome) -> None:
    physics = outcome.physics
    size = len(physics.network.states[MELT].frames[0])
    report.heading("Errors on test frames")
    report.predictions("test", outcome.predictions)
    report.heading(f"Structure: crystal, glass, melt ({size} atoms of melt and glass)")
    _structure_figures(report, physics)
    report.table(("", *SIDES), structure_rows(physics))
    _quenches(report, physics)
    report.heading("Densities, polymorphs, motion")
    _other_figures(report, physics)
    report.table(("", *SIDES), other_rows(physics))
    names = [", ".join(order(side)) for side in (physics.reference, physics.network)]
    report.text(f"Order of the polymorphs' energies: {names[0]} ({REFERENCE}); {names[1]} ({NETWORK}).")
    _random_start(report, physics)
    add_learning_curves(report, outcome.log)


def _both(physics: Physics, curve: Callable[[Behaviour], Drawn]) -> dict[str, Drawn]:
    return {REFERENCE: curve(physics.reference), NETWORK: curve(physics.network)}


def _panel(
    physics: Physics,
    titles: tuple[str, str, str],
    curve: Callable[[Behaviour], Any],
    error: Callable[[Behaviour], Any] | None = None,
    **options: Any,
) -> Panel:
    """Curves of both potentials, below a title, with the titles of the axes."""
    errors = {} if error is None else {"errors": _both(physics, error)}
    return Panel(*titles, _both(physics, curve), **errors, **options)


def _structure_figures(report: Report, physics: Physics) -> None:
    distributions = [
        _panel(
            physics,
            (f"{state}: {title}", "Distance (Å)", "g(r)"),
            lambda b, s=state, p=pair: (b.states[s].distributions[p].r, b.states[s].distributions[p].g),
            lambda b, s=state, p=pair: b.states[s].distributions[p].error,
            x_limits=(1.2, 8.0),
            y_limits=FROM_ZERO,
        )
        for state in STATES
        for pair, title in PAIRS.items()
    ]
    caption = "Partial radial distribution functions; shaded are two standard errors."
    report.figure(lines(distributions, *SIZE), "partial_distributions", caption)

    def density(behaviour: Behaviour, state: str, attribute: str) -> Any:
        found = getattr(behaviour.states[state], attribute)
        return found.angle, found.density

    angles = [
        _panel(
            physics,
            (f"{state}: {name}", "Angle (°)", "Density (1/°)"),
            lambda b, s=state, a=attribute: density(b, s, a),
            x_limits=(60.0, 180.0),
            y_limits=FROM_ZERO,
        )
        for name, attribute in ANGLES.items()
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
    report.table(("", *SIDES), quench_rows(physics))

    def ranked(behaviour: Behaviour, pair: tuple[str, str]) -> tuple[list[int], list[float]]:
        values = sorted(glass_heights(behaviour)[pair])
        return list(range(1, len(values) + 1)), values

    axes = ("Quenches, the lowest first", "Height of the first peak")
    content = [
        _panel(physics, (title, *axes), lambda b, p=pair: ranked(b, p), markers=True)
        for pair, title in PAIRS.items()
    ]
    report.figure(lines(content, *SIZE), "quenches", "Height of the first peak of g(r) of each glass.")


def _other_figures(report: Report, physics: Physics) -> None:
    content = [
        _panel(
            physics,
            ("Density of α-quartz", "Temperature (K)", "Density (g/cm³)"),
            lambda b: (list(b.crystal_densities), [d.value for d in b.crystal_densities.values()]),
            lambda b: [d.error for d in b.crystal_densities.values()],
            markers=True,
        ),
        _panel(
            physics,
            ("Vibrations of α-quartz, 300 K", "Frequency (THz)", "Density of states (1/THz)"),
            lambda b: (b.vibrations.frequency, b.vibrations.density),
            lambda b: b.vibrations.error,
            x_limits=(0.0, 45.0),
            y_limits=FROM_ZERO,
        ),
    ]
    content += [
        _panel(
            physics,
            (f"{MELT}: {symbol}", "Time (ps)", "Mean square displacement (Å²)"),
            lambda b, s=symbol: (b.states[MELT].displacements[s].time, b.states[MELT].displacements[s].msd),
            lambda b, s=symbol: b.states[MELT].displacements[s].error,
            y_limits=FROM_ZERO,
        )
        for symbol in ELEMENTS
    ]
    caption = "Density, vibrations, motion in the melt."
    report.figure(lines(content, *SIZE), "density_vibrations_diffusion", caption)
    energies = [
        _panel(
            physics,
            (name, "Volume (Å³ per SiO2)", "Energy (eV per SiO2)"),
            lambda b, n=name: (b.energies[n].volume, b.energies[n].energy),
            markers=True,
        )
        for name in physics.reference.energies
    ]
    report.figure(lines(energies, *SIZE), "energy_volume", "Energy against volume of each polymorph.")
    runs = {REFERENCE: physics.reference.conservation, "Network": physics.network.conservation}
    caption = "Total energy of α-quartz at constant energy, 300 K, time step 1 fs; the line is the drift."
    report.figure(plots.energy_conservation(runs), "energy_conservation", caption)


def _random_start(report: Report, physics: Physics) -> None:
    report.heading("From random positions")
    shortest = ", ".join(f"{title} {physics.shortest[pair]:.3f}" for pair, title in PAIRS.items())
    report.text(
        f"Atoms anywhere in the cell, then 3500 K. The wall begins at the shortest distances of the training "
        f"frames of silica, {shortest} Å, and is nothing beyond:"
    )
    report.code("\n".join(physics.wall.lines()))
    headers = ("", "pairs closer than in training", "shortest distances (Å)", "energy (eV/atom)", "T (K)")
    report.table(headers, random_rows(physics))
    runs = {
        REFERENCE: physics.reference.random.distributions,
        "network with the wall": physics.network.random.distributions,
        "network without": physics.bare.distributions,
    }
    content = [
        Panel(
            title,
            "Distance (Å)",
            "g(r)",
            {name: (found[pair].r, found[pair].g) for name, found in runs.items()},
            x_limits=(0.0, 6.0),
            y_limits=(0.0, 1.3 * float(runs[REFERENCE][pair].g.max())),
        )
        for pair, title in PAIRS.items()
    ]
    report.figure(lines(content, *SIZE), "random_start", "Melts that began with random positions.")
