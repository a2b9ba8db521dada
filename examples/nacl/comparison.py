"""The figures of the networks beside each other and beside the reference: bars to meet, rows of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bars import Bar, summary_of_bars
from cost import Cost
from crystal import expected_splitting
from melt import TEMPERATURE
from networks import LONG, RECIPROCAL, SHORT, Network, Trained
from physics import REFERENCE, Behaviour, Failure

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.analysis.errors import ErrorStatistics, statistics
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.analysis.statistical_error import Estimate
from nnpot.errors import InvalidInputError

KINDS = {
    "ideal": ("ideal, 8 atoms", "ideal, 64 atoms", "ideal, long cell", "ideal, strained"),
    "divacancy": ("divacancy",),
    "slab": ("slab",),
    "melt": ("melt",),
}
"""Groups of test frames that are compared; the report lists each group too."""
MISSING = float("nan")
NOTHING = Estimate(MISSING, MISSING)
Figure = Estimate | float | str


@dataclass(frozen=True)
class Limits:
    """Of the long-ranged network, in the units of the bars."""

    ideal: float = round(1 / 3, 3)
    divacancy: float = 0.5
    charge: float = 5.0
    splitting: float = 5.0
    lattice: float = 0.2
    density: float = 2.0
    peak: float = 3.0
    drift: float = 0.02
    cost: float = 1.5
    two_ranks: float = round(1 / 1.8, 3)


QUICK = Limits(
    ideal=1.0,
    divacancy=1.0,
    charge=20.0,
    splitting=35.0,
    lattice=1.0,
    density=8.0,
    peak=10.0,
    drift=0.5,
    cost=4.0,
    two_ranks=2.0,
)
"""Little data, short trainings, few atoms."""
SMALLEST_PEAK = 1.3
"""Of g(r): like ions have peaks below 2 in the melt."""


@dataclass(frozen=True)
class Outcome:
    """All results of a run."""

    short: bool
    """Whether it was smaller or shorter than the whole."""
    networks: dict[Network, Trained]
    cutoff: float
    """Å, of the main networks."""
    behaviours: dict[str, Behaviour]
    cost: Cost
    times: dict[str, float]
    quick: bool = False

    @property
    def main(self) -> dict[str, Trained]:
        """The networks at the main cutoff, by kind."""
        return main_networks(self.networks, self.cutoff)

    def at(self, kind: str) -> dict[float, Trained]:
        """The networks of a kind by cutoff."""
        return {
            n.cutoff: trained for n, trained in sorted(self.networks.items(), key=_cutoff) if n.kind == kind
        }

    def bars(self) -> list[Bar]:
        """What the long-ranged network must reach."""
        limits = QUICK if self.quick else Limits()
        found = _learning_bars(self, limits) + _physics_bars(self.behaviours, limits)
        return found + _cost_bars(self.cost, limits)


def _cutoff(item: tuple[Network, Trained]) -> float:
    return item[0].cutoff


def main_networks(networks: Mapping[Network, Trained], cutoff: float) -> dict[str, Trained]:
    """Those of a cutoff, by kind."""
    return {network.kind: trained for network, trained in networks.items() if network.cutoff == cutoff}


def errors_of(trained: Trained) -> dict[str, ErrorStatistics]:
    """On the test frames, of each kind."""
    frames = trained.predictions.frame_errors
    return {kind: statistics([f for f in frames if f.group in groups]) for kind, groups in KINDS.items()}


def _learning_bars(outcome: Outcome, limits: Limits) -> list[Bar]:
    short, long = (errors_of(outcome.main[kind]) for kind in (SHORT, LONG))
    text = f"energy RMSE, long- over short-ranged, {outcome.cutoff:g} Å"
    ratios = {kind: _energy(long[kind]) / _energy(short[kind]) for kind in KINDS}
    off = max(abs(abs(charge) - 1.0) for charge in outcome.main[LONG].charges.values())
    return [
        Bar(f"{text}: ideal", ratios["ideal"], limits.ideal, ""),
        Bar(f"{text}: divacancy", ratios["divacancy"], limits.divacancy, ""),
        Bar("learned charge: off the reference's by", 100.0 * off, limits.charge, "%"),
    ]


def _energy(errors: ErrorStatistics) -> float:
    found = errors.energy_rmse_mev_per_atom
    return MISSING if found is None else found


def _force(errors: ErrorStatistics) -> float:
    found = errors.force_rmse_mev_per_angstrom
    return MISSING if found is None else found


def _physics_bars(behaviours: Mapping[str, Behaviour], limits: Limits) -> list[Bar]:
    reference, long = behaviours[REFERENCE], behaviours[LONG]
    splitting = long.waves.splitting / reference.waves.splitting - 1.0
    lattice = 100.0 * abs(lattice_constant(long) / lattice_constant(reference) - 1.0)
    return [
        Bar("longitudinal-transverse splitting: off by", 100.0 * abs(splitting), limits.splitting, "%"),
        Bar("lattice constant: off by", lattice, limits.lattice, "%"),
        Bar.of(
            "density of the melt: off by",
            melt_density(long).deviation_from(melt_density(reference)).scaled(100.0),
            limits.density,
            "%",
        ),
        Bar.of(
            "melt, g(r) of Na-Cl: height of the peak off by",
            peak(long).deviation_from(peak(reference)).scaled(100.0),
            limits.peak,
            "%",
        ),
        Bar.of(
            "melt, constant energy: drift beyond the reference's",
            drift(long).size.minus(drift(reference).size),
            limits.drift,
            "meV/atom",
        ),
    ]


def _cost_bars(cost: Cost, limits: Limits) -> list[Bar]:
    shared = f"{cost.n_atoms} atoms, pppm"
    bars = [
        Bar.time(
            f"cost over the short-ranged network's, {cutoff:g} Å, {shared}",
            cost.ratio(cutoff),
            limits.cost,
            "",
        )
        for cutoff in cost.cutoffs
    ]
    slowest = max(map(cost.time_on_two, cost.cutoffs), key=lambda found: found.value)
    return [*bars, Bar.time("time on two ranks over that on one", slowest, limits.two_ranks, "")]


def lattice_constant(found: Behaviour) -> float:
    """Å; NaN where there was none."""
    return MISSING if isinstance(found.elasticity, Failure) else found.elasticity.lattice_constant


def melt_density(found: Behaviour) -> Estimate:
    """g/cm³."""
    return NOTHING if found.melt is None or isinstance(found.melt, Failure) else found.melt.density


def peak(found: Behaviour) -> Estimate:
    """Height of the first peak of g(r) between Na and Cl."""
    if found.melt is None or isinstance(found.melt, Failure):
        return NOTHING
    return first_peak(found.melt.distributions["Cl", "Na"])[1]


def first_peak(distribution: RadialDistribution) -> tuple[Estimate, Estimate]:
    """Position (Å) and height; NaN where there is none, as after a collapse."""
    try:
        return distribution.first_peak_estimates(SMALLEST_PEAK)
    except InvalidInputError:
        return NOTHING, NOTHING


def drift(found: Behaviour) -> Estimate:
    """meV/atom over the run at constant energy."""
    run = found.conservation
    return NOTHING if run is None or isinstance(run, Failure) else run.drift_estimate


def holds_together(run: EnergyConservation) -> bool:
    """Whether the atoms have not fallen into each other, where a network knows nothing, and become hot."""
    return run.temperature < 1.5 * TEMPERATURE


def figures_of(found: Behaviour) -> dict[str, Figure]:
    """All figures of one potential by name; what failed says why."""
    figures: dict[str, Figure] = {}
    if isinstance(found.elasticity, Failure):
        figures["lattice constant"] = found.elasticity.message
    else:
        e = found.elasticity
        figures |= {
            "lattice constant (Å)": e.lattice_constant,
            "energy per NaCl (eV)": 2.0 * e.energy_per_atom,
            "bulk modulus (GPa)": (e.c11 + 2.0 * e.c12) / 3.0,
            "C11 (GPa)": e.c11,
            "C12 (GPa)": e.c12,
            "C44 (GPa)": e.c44,
        }
    longest = f"wave of {found.waves.wavelength[-1]:.0f} Å"
    inside = found.domains.constants()
    figures |= {
        f"longitudinal force constant, {longest} (eV/Å²)": float(found.waves.longitudinal[-1]),
        f"transverse force constant, {longest} (eV/Å²)": float(found.waves.transverse[-1]),
        "their difference (eV/Å²)": found.waves.splitting,
        "inside a rigidly moved half, longitudinal (eV/Å²)": inside[0],
        "inside a rigidly moved half, transverse (eV/Å²)": inside[1],
    }
    return figures | _melt_figures(found)


def _melt_figures(found: Behaviour) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    if isinstance(found.melt, Failure):
        figures["melt"] = found.melt.message
    elif found.melt is not None:
        figures |= {
            "density of the melt (g/cm³)": found.melt.density,
            "energy of the melt (eV/atom)": found.melt.energy,
        }
        for pair, distribution in found.melt.distributions.items():
            position, height = first_peak(distribution)
            figures[f"g(r), {'-'.join(reversed(pair))}: position of the first peak (Å)"] = position
            figures[f"g(r), {'-'.join(reversed(pair))}: its height"] = height
    if isinstance(found.conservation, Failure):
        figures["constant energy"] = found.conservation.message
    elif found.conservation is not None:
        figures["constant energy: drift (meV/atom)"] = found.conservation.drift_estimate
        figures["constant energy: fluctuation (meV/atom)"] = found.conservation.fluctuation_estimate
        figures["constant energy: mean temperature (K)"] = found.conservation.temperature
    return figures


def physics_rows(behaviours: Mapping[str, Behaviour]) -> list[tuple[str, ...]]:
    """A row for each figure, a column for each potential."""
    columns = {name: figures_of(found) for name, found in behaviours.items()}
    names = dict.fromkeys(name for column in columns.values() for name in column)
    return [(name, *(_text(column.get(name)) for column in columns.values())) for name in names]


def _text(value: Figure | None) -> str:
    if isinstance(value, Estimate):
        return value.text(".4f")
    return "" if value is None else value if isinstance(value, str) else f"{value:.4f}"


def _plain(value: Figure) -> object:
    """For summary.json."""
    return asdict(value) if isinstance(value, Estimate) else value


def error_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """A row for each network: energy and force errors of each kind, and its charge."""
    rows = []
    for kind in (SHORT, LONG, RECIPROCAL):
        for trained in outcome.at(kind).values():
            errors = errors_of(trained)
            numbers = [f"{_energy(errors[k]):.2f}" for k in KINDS] + [
                f"{_force(errors[k]):.0f}" for k in KINDS
            ]
            charge = f"{trained.charges['Na']:.3f}" if trained.charges else ""
            rows.append((trained.network.name, *numbers, charge))
    return rows


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """Everything for summary.json."""
    return {
        "example": "nacl, shortened" if outcome.short else "nacl",
        "cutoff": outcome.cutoff,
        "networks": {
            network.name: {
                "charges": trained.charges,
                "errors": {kind: errors.to_dict() for kind, errors in errors_of(trained).items()},
                "groups": trained.predictions.errors.to_dict()["groups"],
            }
            for network, trained in outcome.networks.items()
        },
        "physics": {
            name: {key: _plain(value) for key, value in figures_of(found).items()}
            for name, found in outcome.behaviours.items()
        },
        "splitting_of_rigid_ions": expected_splitting(1.0),
        "cost": {
            "atoms": outcome.cost.n_atoms,
            "microseconds_per_atom_and_step": {
                f"{network.name}, {n} ranks": _plain(t) for (network, n), t in outcome.cost.times.items()
            },
            "ratio": {f"{cutoff:g} Å": _plain(outcome.cost.ratio(cutoff)) for cutoff in outcome.cost.cutoffs},
            "time_on_two_ranks": {
                f"{cutoff:g} Å": _plain(outcome.cost.time_on_two(cutoff)) for cutoff in outcome.cost.cutoffs
            },
        },
        "bars": summary_of_bars(outcome.bars()),
        "seconds": outcome.times,
    }
