"""The figures of both potentials beside each other: bars to meet, and rows of tables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from physics import CRYSTAL, GLASS, HOT_CRYSTAL, MELT, Behaviour, Physics
from simulations import State
from structures import ELEMENTS, POLYMORPHS

from nnpot.analysis.errors import statistics
from nnpot.analysis.predictions import Predictions
from nnpot.analysis.statistical_error import UNKNOWN, Estimate, mean_of
from nnpot.errors import InvalidInputError
from nnpot.study import Bar, rows_of

Rows = list[tuple[str, ...]]
"""Name, reference, network."""
QUICK_FACTOR = 4.0
"""Of the limits of the quick version."""
PAIRS = {("O", "Si"): "Si-O", ("O", "O"): "O-O", ("Si", "Si"): "Si-Si"}
"""Pairs of elements and their names."""
ANGLES = {"O-Si-O": "o_si_o", "Si-O-Si": "si_o_si"}
CRYSTALS = ("alpha-quartz", "alpha-cristobalite", "beta-cristobalite", "coesite")
KINDS = {
    "crystal": (*CRYSTALS, *(f"{name}, strained" for name in CRYSTALS), "alpha-quartz, hot", "stishovite"),
    "glass": ("glass",),
    "melt": ("melt",),
}
"""Groups of test frames that must meet the bars; the report lists the others too."""
STATES = (CRYSTAL, HOT_CRYSTAL, GLASS, MELT)
NOTHING = Estimate(UNKNOWN, UNKNOWN)


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    short: bool
    """Whether the simulations were smaller or shorter than they should be."""
    predictions: Predictions
    physics: Physics
    times: dict[str, float]
    log: Path
    quick: bool = False

    def bars(self) -> list[Bar]:
        """What the potential must reach.

        A quick one has `QUICK_FACTOR` times as much room, and nothing is counted of which it has some: values
        outside of its few training frames, polymorphs that change places.
        """
        room = QUICK_FACTOR if self.quick else 1.0
        found = _error_bars(self.predictions, room) + _structure_bars(self.physics, room)
        found += _density_bars(self.physics, room)
        return found + ([] if self.quick else _counted_bars(self.physics)) + _motion_bars(self.physics, room)


def _error_bars(predictions: Predictions, room: float) -> list[Bar]:
    found = []
    for kind, groups in KINDS.items():
        errors = statistics([error for error in predictions.frame_errors if error.group in groups])
        found += [
            Bar(f"energy RMSE, {kind}", errors.energy_rmse_mev_per_atom, 2.0 * room, "meV/atom"),
            Bar(f"force RMSE, {kind}", errors.force_rmse_mev_per_angstrom, 120.0 * room, "meV/Å"),
        ]
    return found


def peaks(state: State) -> dict[tuple[str, str], tuple[Estimate, Estimate]]:
    """Position and height of the first peak of each g(r); without those that have none."""
    found = {}
    for pair in PAIRS:
        try:
            found[pair] = state.distributions[pair].first_peak_estimates()
        except InvalidInputError:
            continue
    return found


def _structure_bars(physics: Physics, room: float) -> list[Bar]:
    found = []
    for name, reference in physics.reference.states.items():
        network = physics.network.states[name]
        own, other = peaks(network), peaks(reference)
        both = [(own[pair], other[pair]) for pair in other if pair in own]
        position = _largest([a[0].minus(b[0]).size for a, b in both])
        height = _largest([a[1].deviation_from(b[1]).scaled(100.0) for a, b in both])
        angles = [angle(network, kind).minus(angle(reference, kind)).size for kind in ANGLES]
        found += [
            Bar.of(f"{name}: peaks of g(r), position", position, 0.02 * room, "Å"),
            Bar.of(f"{name}: peaks of g(r), height", height, 5.0 * room, "%"),
            Bar.of(f"{name}: mean angles", _largest(angles), 1.0 * room, "°"),
        ]
    return found


def angle(state: State, kind: str) -> Estimate:
    """The mean of the angles of a kind, °."""
    found: Estimate = getattr(state, ANGLES[kind]).mean_angle_estimate
    return found


def _largest(found: list[Estimate]) -> Estimate:
    """The largest figure with its own error; NaN where there is none."""
    return max(found, key=lambda one: one.value, default=NOTHING)


def _density_bars(physics: Physics, room: float) -> list[Bar]:
    reference, network = physics.reference, physics.network
    densities = [
        network.crystal_densities[kelvin].deviation_from(density).scaled(100.0)
        for kelvin, density in reference.crystal_densities.items()
    ]
    glass = network.glass_density.deviation_from(reference.glass_density).scaled(100.0)
    return [
        Bar.of("density of the crystal, 300 to 1500 K", _largest(densities), 1.0 * room, "%"),
        Bar.of("density of the glass, 300 K", glass, 1.0 * room, "%"),
    ]


def _counted_bars(physics: Physics) -> list[Bar]:
    reference, network = physics.reference, physics.network
    swapped = sum(a != b for a, b in zip(order(network), order(reference), strict=True))
    melt = network.states[MELT]
    per_atom = _warnings(melt) / (len(melt.frames[0]) * melt.n_steps)  # no fewer than atoms that have one
    return [
        Bar("polymorphs at another place in the order of energies", swapped, 0, ""),
        Bar("extrapolations in the crystal at 300 K", _warnings(network.states[CRYSTAL]), 0, ""),
        Bar("extrapolations in the glass at 300 K", _warnings(network.states[GLASS]), 0, ""),
        Bar("extrapolations in the crystal at 1500 K", _warnings(network.states[HOT_CRYSTAL]), 0, ""),
        Bar("extrapolations in the melt at 3500 K, per atom and step", per_atom, 1e-3, ""),
    ]


def _motion_bars(physics: Physics, room: float) -> list[Bar]:
    network, drift = physics.network, physics.network.conservation.drift_estimate.size
    return [
        Bar.of("energy drift at constant energy", drift, 0.02 * room, "meV/atom"),
        Bar("two ranks, largest difference of a position", physics.continuity.two_ranks, 1e-6, "Å"),
        Bar("restart, largest difference of a position", physics.continuity.restarted, 1e-6, "Å"),
        Bar("from random positions, with the wall: pairs too close", network.random.too_close, 0, ""),
    ]


def order(behaviour: Behaviour) -> list[str]:
    """The polymorphs, the lowest energy first."""
    return sorted(behaviour.energies, key=lambda name: behaviour.energies[name].lowest)


def _warnings(state: State) -> float:
    return float("nan") if state.warnings is None else float(state.warnings)


def structure_rows(physics: Physics) -> Rows:
    """Peaks, angles, coordination, energies of the states."""
    return [row for name in physics.reference.states for row in _state_rows(physics, name)]


def _state_rows(physics: Physics, name: str) -> Rows:
    def peak(state: State, pair: tuple[str, str]) -> str:
        found = peaks(state)
        return f"{found[pair][0].text('.3f')} Å, {found[pair][1].text('.2f')}" if pair in found else "none"

    return rows_of(
        (physics.reference.states[name], physics.network.states[name]),
        *(
            (f"{name}: first peak of g(r), {t}", "", lambda s, p=pair: peak(s, p))
            for pair, t in PAIRS.items()
        ),
        *((f"{name}: mean angle {kind} (°)", ".2f", lambda s, k=kind: angle(s, k)) for kind in ANGLES),
        (f"{name}: O around Si", ".3f", lambda state: state.o_si_o.mean_coordination),
        (f"{name}: Si around O", ".3f", lambda state: state.si_o_si.mean_coordination),
        (f"{name}: energy (eV/atom)", ".4f", lambda state: state.energy),
    )


def glass_heights(behaviour: Behaviour) -> dict[tuple[str, str], list[float]]:
    """Heights of the first peaks of g(r), one for each quench that has it."""
    found = [peaks(state) for state, _ in behaviour.quenches]
    return {pair: [own[pair][1].value for own in found if pair in own] for pair in PAIRS}


def quench_rows(physics: Physics) -> Rows:
    """How far single glasses scatter."""
    return rows_of(
        (physics.reference, physics.network),
        *(
            (f"height of the first peak, {title}", "", lambda b, p=pair: _spread(glass_heights(b)[p]))
            for pair, title in PAIRS.items()
        ),
        ("density (g/cm³)", "", lambda b: _spread([density.value for _, density in b.quenches], 4)),
        *(
            (f"mean angle {k} (°)", "", lambda b, k=k: _spread([angle(s, k).value for s, _ in b.quenches]))
            for k in ANGLES
        ),
    )


def _spread(values: list[float], digits: int = 2) -> str:
    """The mean with its standard error, and the standard deviation of one."""
    if len(values) < 2:
        return ", ".join(f"{value:.{digits}f}" for value in values) or "none"
    return f"{mean_of(values).text(f'.{digits}f')} (one: ± {np.std(values, ddof=1):.{digits}f})"


def other_rows(physics: Physics) -> Rows:
    """Densities, polymorphs, motion."""

    def diffusion(symbol: str) -> Callable[[Behaviour], Estimate]:
        def found(behaviour: Behaviour) -> Estimate:
            moved = behaviour.states[MELT].displacements.get(symbol)
            return moved.diffusion_estimate if moved else NOTHING

        return found

    def above(name: str) -> Callable[[Behaviour], float]:
        return lambda b: b.energies[name].lowest - b.energies["alpha-quartz"].lowest

    elsewhere = physics.network.vibrations.difference(physics.reference.vibrations).scaled(100.0)
    return rows_of(
        (physics.reference, physics.network),
        *(
            (
                f"density of α-quartz, {kelvin:.0f} K (g/cm³)",
                ".4f",
                lambda b, k=kelvin: b.crystal_densities[k],
            )
            for kelvin in physics.reference.crystal_densities
        ),
        ("density of the glass, 300 K (g/cm³)", ".4f", lambda b: b.glass_density),
        *((f"{p.name}: above α-quartz (eV/SiO2)", "+.4f", above(p.name)) for p in POLYMORPHS),
        *((f"diffusion of {symbol}, {MELT} (cm²/s)", ".2e", diffusion(symbol)) for symbol in ELEMENTS),
        (
            "vibrations that are elsewhere (%)",
            ".1f",
            lambda b: elsewhere if b is physics.network else None,
        ),
        ("constant energy: drift (meV/atom)", "+.5f", lambda b: b.conservation.drift_estimate),
        ("constant energy: fluctuation (meV/atom)", ".5f", lambda b: b.conservation.fluctuation_estimate),
        ("cost (µs per atom and step)", ".2f", lambda b: b.conservation.cost_estimate),
        ("from random positions: energy (eV/atom)", ".3f", lambda b: b.random.energy),
    )


def random_rows(physics: Physics) -> Rows:
    """After random positions: name, pairs too close, shortest distances, energy, temperature."""
    runs = {
        "reference": physics.reference.random,
        "network with the wall": physics.network.random,
        "network without": physics.bare,
    }
    return [
        (
            name,
            str(run.too_close),
            ", ".join(f"{title} {run.shortest.get(p, float('nan')):.2f}" for p, title in PAIRS.items()),
            f"{run.energy:.3f}",
            f"{run.temperature:.0f}",
        )
        for name, run in runs.items()
    ]


def figures(physics: Physics) -> dict[str, Any]:
    """The tables for summary.json."""
    rows = structure_rows(physics) + other_rows(physics)
    rows += [(f"quenches: {name}", *values) for name, *values in quench_rows(physics)]
    return {
        "reference": {name: value for name, value, _ in rows} | {"order": order(physics.reference)},
        "network": {name: value for name, _, value in rows} | {"order": order(physics.network)},
        "random_positions": {row[0]: list(row[1:]) for row in random_rows(physics)},
    }
