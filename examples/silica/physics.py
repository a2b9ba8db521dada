"""All simulations of both potentials, and what is compared."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ase import Atoms
from continuity import Continuity, continuity
from simulations import (
    EnergyVolume,
    RandomStart,
    State,
    crystal_density,
    energy_volume,
    mean_state,
    random_start,
    run_state,
    vibrations,
    watched,
)
from structures import ELEMENTS, POLYMORPHS, cristobalite, crystal, is_silica, quartz, random_positions

from nnpot import load
from nnpot.analysis.closest_pairs import Elements
from nnpot.analysis.dynamics import EnergyConservation, constant_energy_run
from nnpot.analysis.motion import Vibrations
from nnpot.analysis.statistical_error import Estimate, mean_of
from nnpot.analysis.wall import shortest_distances, walled
from nnpot.io import read_frames
from nnpot.lammps.runtime import PairCommands, network_commands
from nnpot.reference.recipe import Recipe
from nnpot.study import Schedule, Task, run_tasks, version_of

LONGEST = ("long_run", "reference_run", "short_run", "quench_run", "cooling", "free_volume")
LONGEST += ("constant_energy", "random")
"""Runs that can be shortened."""
CRYSTAL, HOT_CRYSTAL, GLASS, MELT = "crystal, 300 K", "crystal, 1500 K", "glass, 300 K", "melt, 3500 K"


@dataclass(frozen=True)
class Plan:
    """Sizes and times (ps)."""

    quartz_repeat: int = 5
    cristobalite_repeat: tuple[int, int, int] = (4, 4, 3)
    long_run: float = 100.0
    """At constant temperature, for what is watched over a long time: the network."""
    reference_run: float = 40.0
    """The same of the reference, which needs no watching."""
    short_run: float = 15.0
    equilibration: float = 2.0
    melting: float = 5.0
    cooling: float = 40.0
    free_volume: float = 10.0
    quenches: int = 8
    """Glasses, each cooled from a melt of its own. The height of a narrow peak of a single one scatters by
    4 %: what a glass of 1152 atoms froze into. The first is followed, and watched, for the long run."""
    quench_run: float = 3.0
    """Of the other glasses, at 300 K."""
    temperatures: tuple[float, ...] = (300.0, 600.0, 900.0, 1200.0, 1500.0)
    """K, at which the crystal's density is taken."""
    constant_energy: float = 20.0
    random: float = 10.0
    continuity_steps: int = 100
    vibration: float = 8.0
    resolution: float = 0.5
    """THz, of the vibrations."""
    scales: tuple[float, ...] = (0.88, 0.91, 0.94, 0.97, 1.0, 1.03, 1.06, 1.09, 1.12, 1.15, 1.18)
    """Volumes at which the polymorphs' energies are taken, in times those of the published cells."""

    def shortened(self, factor: float) -> "Plan":
        """The same with the longest runs this much shorter."""
        return replace(self, **{name: factor * getattr(self, name) for name in LONGEST})

    def schedules(self, owner: str) -> dict[str, Schedule]:
        """Of the states, by name."""
        long_run = self.reference_run if owner == "reference" else self.long_run
        crystal_run = self.short_run if owner == "reference" else self.long_run
        return {
            GLASS: Schedule(
                300.0, long_run, 6000.0, self.melting, self.cooling, self.equilibration, self.free_volume
            ),
            MELT: Schedule(3500.0, long_run, melt=6000.0, melting=self.melting, equilibration=self.melting),
            HOT_CRYSTAL: Schedule(1500.0, long_run, equilibration=self.equilibration),
            CRYSTAL: Schedule(300.0, crystal_run, equilibration=self.equilibration),
        }


FULL = Plan()
QUICK = Plan(
    quartz_repeat=3,
    cristobalite_repeat=(2, 2, 2),
    long_run=3.0,
    reference_run=3.0,
    short_run=2.0,
    equilibration=2.0,
    melting=2.0,
    cooling=3.0,
    free_volume=6.0,
    quenches=3,
    quench_run=0.5,
    temperatures=(300.0, 1200.0),
    constant_energy=2.0,
    random=4.0,
    continuity_steps=40,
    vibration=4.5,
    resolution=1.0,
)


@dataclass(frozen=True)
class Contender:
    """A potential under test."""

    name: str
    pair: PairCommands
    watched: PairCommands
    """The same, in a style that counts extrapolations where there is one."""


@dataclass(frozen=True)
class Behaviour:
    """What was found for one potential."""

    states: dict[str, State]
    """That of the glass is the mean over all quenches."""
    quenches: list[tuple[State, Estimate]]
    """Each glass and its density at no pressure, g/cm³."""
    crystal_densities: dict[float, Estimate]
    energies: dict[str, EnergyVolume]
    conservation: EnergyConservation
    vibrations: Vibrations
    random: RandomStart

    @property
    def glass_density(self) -> Estimate:
        """Mean over all quenches, g/cm³."""
        return mean_of([density.value for _, density in self.quenches])


@dataclass(frozen=True)
class Physics:
    """Both potentials, and what only the network is asked."""

    reference: Behaviour
    network: Behaviour
    bare: RandomStart
    """The network from random positions without its wall."""
    continuity: Continuity
    shortest: dict[Elements, float]
    """Of the training frames with the composition of silica, Å: where the wall begins. Frames rich in Si have
    Si-Si bonds, of which the network knows little, and which silica does not have."""
    wall: PairCommands


COST = {"reference": 1.0, "network": 2.5, "bare": 2.5}
"""Of a step, roughly, to begin with what takes longest."""


def _task(owner: str, what: str, length: float, function: Callable[..., Any], *arguments: Any) -> Task:
    return Task(owner, what, COST[owner] * length, function, arguments)


def compare_physics(recipe: Recipe, output: Path, plan: Plan, processes: int) -> Physics:
    """Run all simulations for both potentials, so many at once, the longest first."""
    model = output / "model"
    shortest = shortest_distances(filter(is_silica, read_frames(output / "train.xyz")))
    bare = network_commands(model, ELEMENTS)
    network = walled(bare, ELEMENTS, shortest)
    counting = walled(watched(model, load(model).cutoff + 0.01), ELEMENTS, shortest)
    contenders = (
        Contender("reference", recipe.pair, recipe.pair),
        Contender("network", network, counting),
    )
    start = random_positions(recipe, plan.cristobalite_repeat)
    tasks = [task for contender in contenders for task in _tasks(contender, recipe, plan)]
    for owner, pair in (("reference", recipe.pair), ("network", network), ("bare", bare)):
        falling = (start, pair, shortest, 3500.0, plan.random, plan.equilibration)
        tasks.append(_task(owner, "random", plan.random + plan.equilibration, random_start, *falling))
    hot = quartz(recipe, plan.quartz_repeat)
    steps = plan.continuity_steps
    tasks.append(_task("network", "continuity", 1.0, continuity, hot, network, 1500.0, steps))
    found = run_tasks(tasks, processes, output / "physics", version_of(model))
    return Physics(
        reference=_behaviour(found, "reference", plan),
        network=_behaviour(found, "network", plan),
        bare=found["bare", "random"],
        continuity=found["network", "continuity"],
        shortest=shortest,
        wall=network,
    )


def _tasks(contender: Contender, recipe: Recipe, plan: Plan) -> list[Task]:
    crystal_atoms = quartz(recipe, plan.quartz_repeat)
    starts: dict[str, Atoms] = {
        CRYSTAL: crystal_atoms,
        HOT_CRYSTAL: crystal_atoms,
        GLASS: cristobalite(recipe, plan.cristobalite_repeat),
        MELT: cristobalite(recipe, plan.cristobalite_repeat),
    }
    name, pair = contender.name, contender.pair
    tasks: list[Task] = [
        _task(name, state, schedule.total, run_state, starts[state], contender.watched, schedule)
        for state, schedule in plan.schedules(name).items()
    ]
    quench = replace(plan.schedules(name)[GLASS], duration=plan.quench_run)
    for number in range(2, plan.quenches + 1):
        cooled = (starts[GLASS], pair, quench, 10 * number)
        tasks.append(_task(name, f"{GLASS}, {number}", quench.total, run_state, *cooled))
    for kelvin in plan.temperatures:
        heated = (crystal_atoms, pair, kelvin, plan.free_volume)
        tasks.append(_task(name, f"density {kelvin}", plan.free_volume, crystal_density, *heated))
    for polymorph in POLYMORPHS:
        cell = crystal(recipe, polymorph.name)
        scaled = (cell, pair, polymorph.relaxed, plan.scales)
        tasks.append(_task(name, polymorph.name, 0.1, energy_volume, *scaled))
    conserving = (crystal_atoms, ELEMENTS, pair, 300.0, plan.constant_energy, 1.0, plan.equilibration)
    tasks.append(
        _task(
            name, "conservation", plan.constant_energy + plan.equilibration, constant_energy_run, *conserving
        )
    )
    swinging = (crystal_atoms, pair, 300.0, plan.vibration, plan.equilibration, plan.resolution)
    tasks.append(_task(name, "vibrations", plan.vibration + plan.equilibration, vibrations, *swinging))
    return tasks


def _behaviour(found: dict[tuple[str, str], Any], name: str, plan: Plan) -> Behaviour:
    states = {state: found[name, state][0] for state in plan.schedules(name)}
    quenches = [found[name, GLASS]]
    quenches += [found[name, f"{GLASS}, {number}"] for number in range(2, plan.quenches + 1)]
    states[GLASS] = mean_state([state for state, _ in quenches])
    return Behaviour(
        states=states,
        quenches=quenches,
        crystal_densities={kelvin: found[name, f"density {kelvin}"] for kelvin in plan.temperatures},
        energies={polymorph.name: found[name, polymorph.name] for polymorph in POLYMORPHS},
        conservation=found[name, "conservation"],
        vibrations=found[name, "vibrations"],
        random=found[name, "random"],
    )
