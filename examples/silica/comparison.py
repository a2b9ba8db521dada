"""The figures of both potentials beside each other: bars to meet, and rows of tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bars import Bar
from physics import CRYSTAL, GLASS, HOT_CRYSTAL, MELT, Behaviour, Physics
from simulations import State
from structures import ELEMENTS, POLYMORPHS

from nnpot.analysis.errors import statistics
from nnpot.analysis.predictions import Predictions
from nnpot.analysis.statistical_error import UNKNOWN, Estimate, mean_of
from nnpot.errors import InvalidInputError

Row = tuple[str, str, str]
QUICK_FACTOR = 4.0
"""Of the limits of the quick version."""
PAIRS = (("O", "Si"), ("O", "O"), ("Si", "Si"))
CRYSTALS = ("alpha-quartz", "alpha-cristobalite", "beta-cristobalite", "coesite")
KINDS = {
    "crystal": (*CRYSTALS, *(f"{name}, strained" for name in CRYSTALS), "alpha-quartz, hot", "stishovite"),
    "glass": ("glass",),
    "melt": ("melt",),
}
"""Groups of test frames that must meet the bars; the report lists the others too."""


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
        angles = [
            getattr(network, kind)
            .mean_angle_estimate.minus(getattr(reference, kind).mean_angle_estimate)
            .size
            for kind in ("o_si_o", "si_o_si")
        ]
        found += [
            Bar.of(f"{name}: peaks of g(r), position", position, 0.02 * room, "Å"),
            Bar.of(f"{name}: peaks of g(r), height", height, 5.0 * room, "%"),
            Bar.of(f"{name}: mean angles", _largest(angles), 1.0 * room, "°"),
        ]
    return found


def _largest(found: list[Estimate]) -> Estimate:
    """The largest figure with its own error; NaN where there is none."""
    return max(found, key=lambda one: one.value, default=Estimate(UNKNOWN, UNKNOWN))


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
    return [
        Bar("polymorphs at another place in the order of energies", swapped, 0, ""),
        Bar("extrapolations in the crystal at 300 K", _warnings(network.states[CRYSTAL]), 0, ""),
        Bar("extrapolations in the glass at 300 K", _warnings(network.states[GLASS]), 0, ""),
        Bar("extrapolations in the crystal at 1500 K", _warnings(network.states[HOT_CRYSTAL]), 0, ""),
        Bar("extrapolations in the melt at 3500 K, per atom and step", _per_atom(melt), 1e-3, ""),
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


def _per_atom(state: State) -> float:
    """Values outside of their range per atom and step: no fewer than the share of atoms that have one."""
    return _warnings(state) / (len(state.frames[0]) * state.n_steps)


def structure_rows(physics: Physics) -> list[Row]:
    """Peaks, angles, coordination, energies of the states: name, reference, network."""
    rows: list[Row] = []
    for name, reference in physics.reference.states.items():
        rows += [
            (f"{name}: {what}", *values)
            for what, *values in _state_rows(reference, physics.network.states[name])
        ]
    return rows


def _state_rows(reference: State, network: State) -> Iterator[Row]:
    both = (reference, network)
    found = [peaks(state) for state in both]
    for pair in PAIRS:
        texts = [
            f"{own[pair][0].text('.3f')} Å, {own[pair][1].text('.2f')}" if pair in own else "none"
            for own in found
        ]
        yield f"first peak of g(r), {'-'.join(reversed(pair))}", texts[0], texts[1]
    yield "mean angle O-Si-O (°)", *_found(".2f", [state.o_si_o.mean_angle_estimate for state in both])
    yield "mean angle Si-O-Si (°)", *_found(".2f", [state.si_o_si.mean_angle_estimate for state in both])
    yield "O around Si", *_texts("{:.3f}", [state.o_si_o.mean_coordination for state in both])
    yield "Si around O", *_texts("{:.3f}", [state.si_o_si.mean_coordination for state in both])
    yield "energy (eV/atom)", *_found(".4f", [state.energy for state in both])


def glass_heights(behaviour: Behaviour) -> dict[tuple[str, str], list[float]]:
    """Of the first peaks of g(r), one for each quench that has it."""
    found = [peaks(state) for state, _ in behaviour.quenches]
    return {pair: [own[pair][1].value for own in found if pair in own] for pair in PAIRS}


def quench_rows(physics: Physics) -> list[Row]:
    """How far single glasses scatter: name, reference, network."""
    both = (physics.reference, physics.network)
    heights = [glass_heights(behaviour) for behaviour in both]
    rows: list[Row] = [
        (
            f"height of the first peak, {'-'.join(reversed(pair))}",
            _spread(heights[0][pair]),
            _spread(heights[1][pair]),
        )
        for pair in PAIRS
    ]
    densities = [[density.value for _, density in behaviour.quenches] for behaviour in both]
    rows.append(("density (g/cm³)", _spread(densities[0], 4), _spread(densities[1], 4)))
    for name, attribute in (("O-Si-O", "o_si_o"), ("Si-O-Si", "si_o_si")):
        angles = [[getattr(state, attribute).mean_angle for state, _ in b.quenches] for b in both]
        rows.append((f"mean angle {name} (°)", _spread(angles[0]), _spread(angles[1])))
    return rows


def _spread(values: list[float], digits: int = 2) -> str:
    """Mean with its standard error, and the standard deviation of one."""
    if len(values) < 2:
        return ", ".join(f"{value:.{digits}f}" for value in values) or "none"
    return f"{mean_of(values).text(f'.{digits}f')} (one: ± {np.std(values, ddof=1):.{digits}f})"


def _found(pattern: str, values: list[Estimate]) -> tuple[str, str]:
    first, second = (value.text(pattern) for value in values)
    return first, second


def _texts(pattern: str, values: list[float]) -> tuple[str, str]:
    first, second = (pattern.format(value) for value in values)
    return first, second


def other_rows(physics: Physics) -> list[Row]:
    """Densities, polymorphs, motion: name, reference, network."""
    both = (physics.reference, physics.network)
    rows: list[Row] = [
        (
            f"density of α-quartz, {kelvin:.0f} K (g/cm³)",
            *_found(".4f", [b.crystal_densities[kelvin] for b in both]),
        )
        for kelvin in physics.reference.crystal_densities
    ]
    rows.append(("density of the glass, 300 K (g/cm³)", *_found(".4f", [b.glass_density for b in both])))
    for polymorph in POLYMORPHS:
        above = [b.energies[polymorph.name].lowest - b.energies["alpha-quartz"].lowest for b in both]
        rows.append((f"{polymorph.name}: above α-quartz (eV/SiO2)", *_texts("{:+.4f}", above)))
    for symbol in ELEMENTS:
        diffusion = [b.states[MELT].displacements.get(symbol) for b in both]
        values = [found.diffusion_estimate if found else Estimate(UNKNOWN, UNKNOWN) for found in diffusion]
        rows.append((f"diffusion of {symbol}, {MELT} (cm²/s)", *_found(".2e", values)))
    conserved = [b.conservation for b in both]
    elsewhere = vibrations_elsewhere(physics).scaled(100.0).text(".1f")
    rows += [
        ("vibrations that are elsewhere (%)", "", elsewhere),
        ("constant energy: drift (meV/atom)", *_found("+.5f", [c.drift_estimate for c in conserved])),
        (
            "constant energy: fluctuation (meV/atom)",
            *_found(".5f", [c.fluctuation_estimate for c in conserved]),
        ),
        ("cost (µs per atom and step)", *_found(".2f", [c.cost_estimate for c in conserved])),
        ("from random positions: energy (eV/atom)", *_texts("{:.3f}", [b.random.energy for b in both])),
    ]
    return rows


def vibrations_elsewhere(physics: Physics) -> Estimate:
    """The share of the network's vibrations at other frequencies than the reference's."""
    return physics.network.vibrations.difference(physics.reference.vibrations)


def random_rows(physics: Physics) -> list[tuple[str, str, str, str, str]]:
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
            ", ".join(f"{'-'.join(reversed(p))} {run.shortest.get(p, float('nan')):.2f}" for p in PAIRS),
            f"{run.energy:.3f}",
            f"{run.temperature:.0f}",
        )
        for name, run in runs.items()
    ]


def figures(outcome: Outcome) -> dict[str, dict[str, str | list[str]]]:
    """The tables for summary.json."""
    physics = outcome.physics
    rows = structure_rows(physics) + other_rows(physics)
    rows += [(f"quenches: {name}", *values) for name, *values in quench_rows(physics)]
    return {
        "reference": {name: value for name, value, _ in rows} | {"order": order(physics.reference)},
        "network": {name: value for name, _, value in rows} | {"order": order(physics.network)},
        "random_positions": {row[0]: list(row[1:]) for row in random_rows(physics)},
    }


STATES = (CRYSTAL, HOT_CRYSTAL, GLASS, MELT)
