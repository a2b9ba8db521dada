"""What the potentials say about crystal and melt: all runs, and what is kept of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ase import Atoms
from crystal import ELEMENTS, Domains, OpticalWaves, domains, optical_waves, rock_salt
from melt import TEMPERATURE, MeltState, follow, melted
from networks import RECIPROCAL, Trained

from nnpot.analysis.dynamics import EnergyConservation, constant_energy_run
from nnpot.analysis.elastic import CubicElasticity, cubic_elasticity
from nnpot.errors import NnpotError
from nnpot.lammps.runtime import PairCommands, network_commands
from nnpot.reference.recipe import Recipe
from nnpot.study import Task, run_tasks, version_of

REFERENCE = "reference"
MESH = "pppm 1.0e-5"
"""K-space of all runs of the melt."""


@dataclass(frozen=True)
class Plan:
    """Sizes and times (ps)."""

    melt_repeat: int = 4
    """The melt has 8 times the cube of this atoms."""
    conserving_repeat: int = 5
    """The same, at constant energy."""
    melting: float = 8.0
    duration: float = 15.0
    """At constant volume."""
    free_volume: float = 40.0
    """Then at no pressure: the density is the mean of its second half."""
    equilibration: float = 2.0
    conserving: float = 10.0
    waves: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 12, 16)
    """Lengths in conventional cells."""
    domains: int = 12


FULL = Plan()
QUICK = Plan(
    melt_repeat=3,
    conserving_repeat=3,
    melting=2.0,
    duration=2.0,
    free_volume=2.0,
    equilibration=0.5,
    conserving=2.0,
    waves=(1, 2, 4, 8),
    domains=8,
)


@dataclass(frozen=True)
class Failure:
    """A run that LAMMPS broke off."""

    message: str


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result, or how it failed: a network may fall apart where it was not trained."""
    try:
        return function(*arguments)
    except NnpotError as error:
        return Failure(str(error))


@dataclass(frozen=True)
class Behaviour:
    """What was found for one potential; None for what was not asked of it."""

    elasticity: CubicElasticity | Failure
    waves: OpticalWaves
    domains: Domains
    melt: MeltState | Failure | None
    conservation: EnergyConservation | Failure | None


def pairs_of(recipe: Recipe, networks: Mapping[str, Trained], kspace: str) -> dict[str, PairCommands]:
    """The reference and the networks as commands, with the same k-space for all that have charges."""
    pairs = {REFERENCE: replace(recipe.pair, kspace=kspace)}
    for name, trained in networks.items():
        pairs[name] = network_commands(trained.model, ELEMENTS, kspace if trained.charges else "")
    return pairs


def melt_starts(recipe: Recipe, output: Path, plan: Plan, processes: int) -> dict[int, Atoms]:
    """Melts of both sizes, made with the reference."""
    pair = replace(recipe.pair, kspace=MESH)
    repeats = sorted({plan.melt_repeat, plan.conserving_repeat})
    tasks = [
        Task(REFERENCE, f"melt {repeat}", repeat**3, melted, (repeat, pair, plan.melting))
        for repeat in repeats
    ]
    found = run_tasks(tasks, processes, output / "physics", "", "melting")
    return {repeat: found[REFERENCE, f"melt {repeat}"] for repeat in repeats}


def compare_physics(
    recipe: Recipe, networks: Mapping[str, Trained], output: Path, plan: Plan, processes: int
) -> dict[str, Behaviour]:
    """Crystal and melt of the reference and of each network, by name; the melt of the main two alone."""
    starts = melt_starts(recipe, output, plan, processes)
    exact = pairs_of(recipe, networks, recipe.pair.kspace)
    moving = pairs_of(recipe, networks, MESH)
    tasks = [task for name, pair in exact.items() for task in crystal_tasks(name, pair, plan)]
    for name, pair in moving.items():
        if name != RECIPROCAL:
            tasks += melt_tasks(name, pair, starts, plan)
    version = version_of(*(trained.model for trained in networks.values()))
    found = run_tasks(tasks, processes, output / "physics", version)
    return {
        name: Behaviour(
            *(found[name, what] for what in ("elasticity", "waves", "domains")),
            *(found.get((name, what)) for what in ("melt", "conservation")),
        )
        for name in exact
    }


def crystal_tasks(name: str, pair: PairCommands, plan: Plan) -> list[Task]:
    """At rest."""
    return [
        Task(name, "elasticity", 0.2, attempt, (cubic_elasticity, rock_salt(), ELEMENTS, pair)),
        Task(name, "waves", 0.1, optical_waves, (pair, plan.waves)),
        Task(name, "domains", 0.1, domains, (pair, plan.domains)),
    ]


def melt_tasks(name: str, pair: PairCommands, starts: Mapping[int, Atoms], plan: Plan) -> Sequence[Task]:
    """In motion; a network takes about three times as long as the reference."""
    cost = 1e-3 * (1.0 if name == REFERENCE else 3.0)
    start, large = starts[plan.melt_repeat], starts[plan.conserving_repeat]
    following = (follow, start, pair, plan.duration, plan.free_volume, plan.equilibration)
    still = (large, ELEMENTS, pair, TEMPERATURE, plan.conserving, 1.0, plan.equilibration)
    conserving = (constant_energy_run, *still)
    return [
        Task(name, "melt", cost * len(start) * (plan.duration + plan.free_volume), attempt, following),
        Task(name, "conservation", cost * len(large) * plan.conserving, attempt, conserving),
    ]
