"""What a potential makes of silicon: lattice, elastic constants, g(r), energy conservation, cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ase import Atoms
from ase.build import bulk

from nnpot import farm
from nnpot.analysis.dynamics import EnergyConservation, constant_energy_run
from nnpot.analysis.elastic import CubicElasticity, cubic_elasticity
from nnpot.analysis.radial_distribution import RadialDistribution, Simulation, simulate_radial_distribution
from nnpot.lammps_runtime import PairCommands
from nnpot.reference.sampling import scale_to_density

LATTICE_CONSTANT = 5.431  # Å, at which simulations of the crystal are done
LIQUID_DENSITY = 2.45  # g/cm³
CRYSTAL = Simulation(temperature=300.0, duration=10.0)
LIQUID = Simulation(temperature=2000.0, duration=50.0, melt=4000.0, equilibration=5.0, interval=0.1)


@dataclass(frozen=True)
class Behaviour:
    """What was found for one potential."""

    elasticity: CubicElasticity
    crystal: RadialDistribution
    liquid: RadialDistribution
    conservation: EnergyConservation


@dataclass(frozen=True)
class Physics:
    """Both potentials."""

    reference: Behaviour
    network: Behaviour

    def to_dict(self) -> dict[str, Any]:
        """The figures without the curves."""
        return {
            "sw": _figures(self.reference),
            "network": _figures(self.network),
            "g_r_mean_difference_crystal_300_k": self.network.crystal.mean_difference(self.reference.crystal),
            "g_r_mean_difference_liquid_2000_k": self.network.liquid.mean_difference(self.reference.liquid),
        }


def _figures(behaviour: Behaviour) -> dict[str, float]:
    elastic = asdict(behaviour.elasticity)
    return {
        "lattice_constant_angstrom": elastic["lattice_constant"],
        "energy_ev_per_atom": elastic["energy_per_atom"],
        "c11_gpa": elastic["c11"],
        "c12_gpa": elastic["c12"],
        "c44_gpa": elastic["c44"],
        "nve_drift_mev_per_atom": behaviour.conservation.drift,
        "nve_fluctuation_mev_per_atom": behaviour.conservation.fluctuation,
        "nve_temperature_k": behaviour.conservation.temperature,
        "cost_us_per_atom_and_step": behaviour.conservation.cost,
    }


def crystal() -> Atoms:
    """216 atoms of crystal."""
    return bulk("Si", "diamond", a=LATTICE_CONSTANT, cubic=True).repeat(3)


def liquid() -> Atoms:
    """The same at the density of the liquid, to be melted."""
    atoms = crystal()
    scale_to_density(atoms, LIQUID_DENSITY)
    return atoms


def elastic_task(pair: PairCommands) -> CubicElasticity:
    """Lattice constant and elastic constants."""
    return cubic_elasticity(bulk("Si", "diamond", a=LATTICE_CONSTANT, cubic=True), ["Si"], pair)


def crystal_task(pair: PairCommands) -> RadialDistribution:
    """g(r) of the crystal."""
    return simulate_radial_distribution(crystal(), ["Si"], pair, CRYSTAL)


def liquid_task(pair: PairCommands) -> RadialDistribution:
    """g(r) of the liquid."""
    return simulate_radial_distribution(liquid(), ["Si"], pair, LIQUID)


def conservation_task(pair: PairCommands) -> EnergyConservation:
    """216 atoms for 50 ps at constant energy, 300 K, 1 fs."""
    return constant_energy_run(crystal(), ["Si"], pair, temperature=300.0, duration=50.0, timestep=1.0)


TASKS: tuple[Callable[[PairCommands], Any], ...] = (
    conservation_task,
    liquid_task,
    crystal_task,
    elastic_task,
)


def _run(run: tuple[PairCommands, Callable[[PairCommands], Any]]) -> Any:
    pair, task = run
    return task(pair)


def compare_physics(reference: PairCommands, network: PairCommands) -> Physics:
    """Run all tasks for both potentials, two at once, the longest first."""
    runs = [(pair, task) for pair in (network, reference) for task in TASKS]
    found = dict(zip(runs, farm.run_all(_run, runs, 2), strict=True))
    behaviours = [
        Behaviour(
            elasticity=found[pair, elastic_task],
            crystal=found[pair, crystal_task],
            liquid=found[pair, liquid_task],
            conservation=found[pair, conservation_task],
        )
        for pair in (reference, network)
    ]
    return Physics(*behaviours)
