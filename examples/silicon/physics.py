"""What a potential makes of silicon: lattice, elastic constants, g(r), energy conservation, cost.

g(r) comes from several short runs, each from a melt (or thermal motion) of its own: how far they scatter is
the statistical error of their mean.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ase import Atoms
from ase.build import bulk

from nnpot.analysis.dynamics import EnergyConservation, constant_energy_run
from nnpot.analysis.elastic import CubicElasticity, cubic_elasticity
from nnpot.analysis.radial_distribution import (
    RadialDistribution,
    Simulation,
    mean_distribution,
    simulate_radial_distribution,
)
from nnpot.analysis.statistical_error import Estimate
from nnpot.lammps.runtime import PairCommands, network_commands
from nnpot.reference.sampling import scale_to_density
from nnpot.study import Task, run_tasks, version_of

LATTICE_CONSTANT = 5.431  # Å, at which simulations of the crystal are done
LIQUID_DENSITY = 2.45  # g/cm³
REFERENCE, NETWORK = "reference", "network"
COST = {REFERENCE: 1.0, NETWORK: 2.0}
"""Of a step, roughly, to begin with what takes longest."""


@dataclass(frozen=True)
class Plan:
    """How much is simulated; times in ps."""

    runs: int
    """Of each state."""
    crystal: Simulation
    liquid: Simulation
    constant_energy: float


FULL = Plan(
    runs=8,
    crystal=Simulation(temperature=300.0, duration=4.0, equilibration=2.0),
    liquid=Simulation(temperature=2000.0, duration=12.0, melt=4000.0, equilibration=2.0, interval=0.1),
    constant_energy=50.0,
)
QUICK = replace(
    FULL,
    crystal=replace(FULL.crystal, duration=2.0, equilibration=1.0),
    liquid=replace(FULL.liquid, duration=4.0, equilibration=1.5),
)


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

    @property
    def crystal_difference(self) -> Estimate:
        """The mean difference of g(r) of the crystal."""
        return self.network.crystal.difference(self.reference.crystal)

    @property
    def liquid_difference(self) -> Estimate:
        """The mean difference of g(r) of the liquid."""
        return self.network.liquid.difference(self.reference.liquid)

    def to_dict(self) -> dict[str, Any]:
        """The figures without the curves."""
        return {
            "sw": _figures(self.reference),
            "network": _figures(self.network),
            "g_r_mean_difference_crystal_300_k": asdict(self.crystal_difference),
            "g_r_mean_difference_liquid_2000_k": asdict(self.liquid_difference),
        }


def _figures(behaviour: Behaviour) -> dict[str, float]:
    elastic, conserved = asdict(behaviour.elasticity), behaviour.conservation
    return {
        "lattice_constant_angstrom": elastic["lattice_constant"],
        "energy_ev_per_atom": elastic["energy_per_atom"],
        "c11_gpa": elastic["c11"],
        "c12_gpa": elastic["c12"],
        "c44_gpa": elastic["c44"],
        "nve_drift_mev_per_atom": conserved.drift,
        "nve_drift_error": conserved.drift_estimate.error,
        "nve_fluctuation_mev_per_atom": conserved.fluctuation,
        "nve_fluctuation_error": conserved.fluctuation_estimate.error,
        "nve_temperature_k": conserved.temperature,
        "cost_us_per_atom_and_step": conserved.cost,
        "cost_error": conserved.cost_estimate.error,
    }


def crystal() -> Atoms:
    """216 atoms of crystal."""
    return bulk("Si", "diamond", a=LATTICE_CONSTANT, cubic=True).repeat(3)


def liquid() -> Atoms:
    """The same at the density of the liquid, to be melted."""
    atoms = crystal()
    scale_to_density(atoms, LIQUID_DENSITY)
    return atoms


def _tasks(owner: str, pair: PairCommands, plan: Plan, seed: int) -> list[Task]:
    """All simulations of one potential; work in ps of a potential that costs 1."""
    cost = COST[owner]
    conserving = (crystal(), ["Si"], pair, 300.0, plan.constant_energy, 1.0, 2.0, 0.02, seed)
    cell = bulk("Si", "diamond", a=LATTICE_CONSTANT, cubic=True)
    tasks = [
        Task(owner, "constant energy", cost * plan.constant_energy, constant_energy_run, conserving),
        Task(owner, "elastic constants", 2.0 * cost, cubic_elasticity, (cell, ["Si"], pair)),
    ]
    for state, atoms, simulation in (
        ("crystal", crystal(), plan.crystal),
        ("liquid", liquid(), plan.liquid),
    ):
        heating = 1 if simulation.melt is None else 2
        length = simulation.duration + heating * simulation.equilibration
        for number in range(plan.runs):
            own = replace(simulation, seed=_seed(seed, owner, number))
            arguments = (atoms, ["Si"], pair, own)
            name = f"{state} {number + 1}"
            tasks.append(Task(owner, name, cost * length, simulate_radial_distribution, arguments))
    return tasks


def _seed(seed: int, owner: str, number: int) -> int:
    """The seed of a run: no two runs of both potentials begin alike, so that their errors are independent."""
    return 10_000 * seed + 1_000 * (owner == NETWORK) + 10 * number + 1


def compare_physics(reference: PairCommands, output: Path, plan: Plan, seed: int, processes: int) -> Physics:
    """Run all simulations of the reference and of the model in ``output``, so many at once.

    The longest come first. What ``output`` has for the same model is not simulated again.
    """
    model = output / "model"
    tasks = _tasks(NETWORK, network_commands(model, ["Si"]), plan, seed)
    tasks += _tasks(REFERENCE, reference, plan, seed)
    found = run_tasks(tasks, processes, output / "physics", version_of(model))

    def behaviour(owner: str) -> Behaviour:
        crystals, liquids = (
            mean_distribution([found[owner, f"{state} {number + 1}"] for number in range(plan.runs)])
            for state in ("crystal", "liquid")
        )
        return Behaviour(
            elasticity=found[owner, "elastic constants"],
            crystal=crystals,
            liquid=liquids,
            conservation=found[owner, "constant energy"],
        )

    return Physics(behaviour(REFERENCE), behaviour(NETWORK))
