"""The figures of the networks beside each other and beside the reference: bars to meet, rows of tables."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cost import Cost
from crystal import expected_splitting
from melt import TEMPERATURE, MeltState
from networks import LONG, RECIPROCAL, SHORT, Network, Trained
from physics import REFERENCE, Behaviour, Failure

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.analysis.errors import ErrorStatistics, statistics
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.analysis.statistical_error import Estimate
from nnpot.errors import InvalidInputError
from nnpot.study import Bar, text_of

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


QUICK = Limits(1.0, 1.0, 20.0, 35.0, 1.0, 8.0, 10.0, 0.5, 4.0, 2.0)
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
        own = {n.cutoff: trained for n, trained in self.networks.items() if n.kind == kind}
        return dict(sorted(own.items()))

    def bars(self) -> list[Bar]:
        """What the long-ranged network must reach."""
        limits = QUICK if self.quick else Limits()
        found = _learning_bars(self, limits) + _physics_bars(self.behaviours, limits)
        return found + _cost_bars(self.cost, limits)


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
    ratios = {kind: energy_error(long[kind]) / energy_error(short[kind]) for kind in KINDS}
    off = max(abs(abs(charge) - 1.0) for charge in outcome.main[LONG].charges.values())
    return [
        Bar(f"{text}: ideal", ratios["ideal"], limits.ideal, ""),
        Bar(f"{text}: divacancy", ratios["divacancy"], limits.divacancy, ""),
        Bar("learned charge: off the reference's by", 100.0 * off, limits.charge, "%"),
    ]


def energy_error(errors: ErrorStatistics) -> float:
    """RMSE, meV/atom; NaN where there is none."""
    found = errors.energy_rmse_mev_per_atom
    return MISSING if found is None else found


def _physics_bars(behaviours: Mapping[str, Behaviour], limits: Limits) -> list[Bar]:
    reference, long = behaviours[REFERENCE], behaviours[LONG]
    splitting = 100.0 * abs(long.waves.splitting / reference.waves.splitting - 1.0)
    lattice = 100.0 * abs(lattice_constant(long) / lattice_constant(reference) - 1.0)
    density = melt_density(long).deviation_from(melt_density(reference)).scaled(100.0)
    height = peak(long).deviation_from(peak(reference)).scaled(100.0)
    drifted = drift(long).size.minus(drift(reference).size)
    return [
        Bar("longitudinal-transverse splitting: off by", splitting, limits.splitting, "%"),
        Bar("lattice constant: off by", lattice, limits.lattice, "%"),
        Bar.of("density of the melt: off by", density, limits.density, "%"),
        Bar.of("melt, g(r) of Na-Cl: height of the peak off by", height, limits.peak, "%"),
        Bar.of("melt, constant energy: drift beyond the reference's", drifted, limits.drift, "meV/atom"),
    ]


def _cost_bars(cost: Cost, limits: Limits) -> list[Bar]:
    bars = []
    for cutoff in cost.cutoffs:
        name = f"cost over the short-ranged network's, {cutoff:g} Å, {cost.n_atoms} atoms, pppm"
        bars.append(Bar.time(name, cost.ratio(cutoff), limits.cost, ""))
    slowest = max(map(cost.time_on_two, cost.cutoffs), key=lambda found: found.value)
    return [*bars, Bar.time("time on two ranks over that on one", slowest, limits.two_ranks, "")]


def lattice_constant(found: Behaviour) -> float:
    """The lattice constant, Å; NaN where there was none."""
    return MISSING if isinstance(found.elasticity, Failure) else found.elasticity.lattice_constant


def melt_density(found: Behaviour) -> Estimate:
    """The density of the melt, g/cm³; NaN where there was none."""
    return found.melt.density if isinstance(found.melt, MeltState) else NOTHING


def peak(found: Behaviour) -> Estimate:
    """Height of the first peak of g(r) between Na and Cl."""
    if not isinstance(found.melt, MeltState):
        return NOTHING
    return first_peak(found.melt.distributions["Cl", "Na"])[1]


def first_peak(distribution: RadialDistribution) -> tuple[Estimate, Estimate]:
    """Position (Å) and height; NaN where there is none, as after a collapse."""
    try:
        return distribution.first_peak_estimates(SMALLEST_PEAK)
    except InvalidInputError:
        return NOTHING, NOTHING


def drift(found: Behaviour) -> Estimate:
    """The drift over the run at constant energy, meV/atom."""
    run = found.conservation
    return run.drift_estimate if isinstance(run, EnergyConservation) else NOTHING


def holds_together(run: EnergyConservation) -> bool:
    """Whether the atoms have not fallen into each other, where a network knows nothing, and become hot."""
    return run.temperature < 1.5 * TEMPERATURE


def figures_of(found: Behaviour) -> dict[str, Figure]:
    """All figures of one potential by name; what failed says why."""
    longest = f"wave of {found.waves.wavelength[-1]:.0f} Å"
    inside = found.domains.constants()
    figures: dict[str, Figure] = {
        f"longitudinal force constant, {longest} (eV/Å²)": float(found.waves.longitudinal[-1]),
        f"transverse force constant, {longest} (eV/Å²)": float(found.waves.transverse[-1]),
        "their difference (eV/Å²)": found.waves.splitting,
        "inside a rigidly moved half, longitudinal (eV/Å²)": inside[0],
        "inside a rigidly moved half, transverse (eV/Å²)": inside[1],
    }
    return _crystal_figures(found) | figures | _melt_figures(found)


def _crystal_figures(found: Behaviour) -> dict[str, Figure]:
    e = found.elasticity
    if isinstance(e, Failure):
        return {"lattice constant": e.message}
    return {
        "lattice constant (Å)": e.lattice_constant,
        "energy per NaCl (eV)": 2.0 * e.energy_per_atom,
        "bulk modulus (GPa)": (e.c11 + 2.0 * e.c12) / 3.0,
        "C11 (GPa)": e.c11,
        "C12 (GPa)": e.c12,
        "C44 (GPa)": e.c44,
    }


def _melt_figures(found: Behaviour) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    if isinstance(found.melt, Failure):
        figures["melt"] = found.melt.message
    elif found.melt is not None:
        figures["density of the melt (g/cm³)"] = found.melt.density
        figures["energy of the melt (eV/atom)"] = found.melt.energy
        for pair, distribution in found.melt.distributions.items():
            name = f"g(r), {'-'.join(reversed(pair))}"
            position, height = first_peak(distribution)
            figures |= {f"{name}: position of the first peak (Å)": position, f"{name}: its height": height}
    run = found.conservation
    if isinstance(run, Failure):
        figures["constant energy"] = run.message
    elif run is not None:
        figures["constant energy: drift (meV/atom)"] = run.drift_estimate
        figures["constant energy: fluctuation (meV/atom)"] = run.fluctuation_estimate
        figures["constant energy: mean temperature (K)"] = run.temperature
    return figures


def physics_rows(behaviours: Mapping[str, Behaviour]) -> list[tuple[str, ...]]:
    """A row for each figure, a column for each potential."""
    columns = [figures_of(found) for found in behaviours.values()]
    names = dict.fromkeys(name for column in columns for name in column)
    return [(name, *(text_of(column.get(name)) for column in columns)) for name in names]


def error_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """A row for each network: energy and force errors of each kind, and its charge."""
    rows = []
    for kind in (SHORT, LONG, RECIPROCAL):
        for trained in outcome.at(kind).values():
            errors = errors_of(trained).values()
            numbers = [f"{energy_error(found):.2f}" for found in errors]
            numbers += [f"{found.force_rmse_mev_per_angstrom or MISSING:.0f}" for found in errors]
            charge = f"{trained.charges['Na']:.3f}" if trained.charges else ""
            rows.append((trained.network.name, *numbers, charge))
    return rows


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """All figures, for summary.json."""

    def plain(value: Figure) -> object:
        return asdict(value) if isinstance(value, Estimate) else value

    def by_cutoff(figure: Any) -> dict[str, object]:
        return {f"{cutoff:g} Å": plain(figure(cutoff)) for cutoff in outcome.cost.cutoffs}

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
            name: {key: plain(value) for key, value in figures_of(found).items()}
            for name, found in outcome.behaviours.items()
        },
        "splitting_of_rigid_ions": expected_splitting(1.0),
        "cost": {
            "atoms": outcome.cost.n_atoms,
            "microseconds_per_atom_and_step": {
                f"{network.name}, {n} ranks": plain(time) for (network, n), time in outcome.cost.times.items()
            },
            "ratio": by_cutoff(outcome.cost.ratio),
            "time_on_two_ranks": by_cutoff(outcome.cost.time_on_two),
        },
    }
