"""``nnpot benchmark md``: pair styles beside each other in LAMMPS, in interleaved runs."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnpot.benchmark.cases import Case, Model, largest_cutoff, model_case, own_element, wheel_case
from nnpot.benchmark.launch import Outcome, run_lammps
from nnpot.benchmark.machine import describe_machine
from nnpot.benchmark.records import Ledger, Run, Task
from nnpot.benchmark.systems import SILICON, System, crystal_system, data_system
from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.lammps.runtime import fill_in_path
from nnpot.support.lock import locked_folder
from nnpot.support.progress import progress

SKIN = 2.0  # Å, LAMMPS's default of `units metal`
STYLES_OF_SILICON = ("sw", "tersoff", "snap", "pod", "uf3", "zero")
PROBE_STEPS = 10
FEWEST_STEPS = 5
MOST_STEPS_OF_ZERO = 1000  # without forces the atoms fly off: not for long
START_UP = 1.0  # seconds, for estimates of the time left
NO_STAGES = (
    "--stages: the plugin has no stage timers; build it with: "
    "pip install . -C cmake.define.NNPOT_STAGE_TIMERS=ON"
)


@dataclass(frozen=True)
class Settings:
    """What is to be measured."""

    models: tuple[Model, ...]
    styles: tuple[str, ...] | None
    """None: those for silicon that LAMMPS has, and where the models are not for silicon the empty one."""
    sizes: tuple[int, ...] = (4096,)
    ranks: tuple[int, ...] = (1,)
    variants: tuple[str, ...] = ("nnp",)
    units: str | None = None
    data: Path | None = None
    elements: tuple[str, ...] = ()
    snap: Path | None = None
    temperature: float = 300.0
    timestep: float = 0.5
    repeat: int = 5
    seconds: float = 5.0
    stages: bool = False


@dataclass(frozen=True)
class Subject:
    """A potential on its system, with what a first short run has shown."""

    case: Case
    system: System
    cutoff: float  # Å
    neighbors: float  # mean number within the cutoff
    cost: float  # loop time on one MPI rank, µs per atom and step: for choosing the number of steps

    def n_steps(self, size: int, ranks: int, seconds: float) -> int:
        """So many that a run takes about so many seconds, but some at least."""
        n_atoms = self.n_atoms(size)
        steps = max(FEWEST_STEPS, round(seconds * 1e6 * ranks / (self.cost * n_atoms)))
        return min(steps, MOST_STEPS_OF_ZERO) if self.case.is_floor else steps

    def n_atoms(self, size: int) -> int:
        """How many atoms a system of about this size has."""
        first, second, third = self.system.replication(size)
        return first * second * third * len(self.system.atoms)


@dataclass
class Benchmark:
    """What `run_benchmark` has found."""

    settings: Settings
    machine: dict[str, str | int]
    subjects: list[Subject]
    runs: list[Run]
    failures: dict[str, str] = field(default_factory=dict)  # what could not be measured, and why


def run_benchmark(settings: Settings, output: Path, fresh: bool = False) -> Benchmark:
    """Measure; runs that the folder has already are not made again.

    ``output``: the folder of ``runs.csv``; made where it is missing. ``fresh``: forget the runs that it has.
    Raises `InvalidInputError` if the folder has runs that were made with other settings, or a setting makes
    no sense; `NnpotError` if nothing at all could be measured.
    """
    if settings.data is not None and not settings.elements:
        raise InvalidInputError("--data: name the elements of its atom types with --elements")
    with locked_folder(output):
        blocks = output / "systems"
        blocks.mkdir(exist_ok=True)
        bench = Benchmark(settings, describe_machine(), [], [])
        systems = _Systems(settings, blocks)
        cases = _build_cases(settings, systems.elements, bench.failures)
        models = [case for case in cases if case.is_model]
        if models and all(case.crystal is not None for case in models):
            systems.crystal = models[0].crystal or SILICON
        ledger = Ledger(output, _fixed_settings(bench, cases), fresh)
        bench.subjects = _probe_all(cases, systems, settings, bench.failures)
        tasks = plan([subject.case.label for subject in bench.subjects], settings)
        _measure(ledger, tasks, bench)
        wanted = set(tasks)
        bench.runs = [run for run in ledger.runs if run.task in wanted]
        if not bench.runs:
            raise NnpotError(f"nothing could be measured: {'; '.join(_lines(bench.failures))}")
        return bench


def plan(labels: Sequence[str], settings: Settings) -> list[Task]:
    """All runs, in order: every round has each size, number of ranks and potential once."""
    rounds = range(1, settings.repeat + 1)
    return [
        Task(label, size, ranks, number)
        for number, size, ranks, label in itertools.product(rounds, settings.sizes, settings.ranks, labels)
    ]


class _Systems:
    """The systems that the potentials run on, each made when it is first needed."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._made: dict[str, System] = {}
        self.common: System | None = None
        if settings.data is not None:
            self.common = data_system(settings.data, settings.elements, folder)
        self.elements = self.common.elements if self.common else (SILICON.element,)
        self.crystal = SILICON  # that of potentials for any element

    def of(self, case: Case) -> System:
        """The crystal that a potential is made for, or what the user has given."""
        if self.common is not None:
            if case.crystal is not None and set(self.elements) != {case.crystal.element}:
                raise InvalidInputError(
                    f"its potential is for {case.crystal.element}, the data file has "
                    f"{', '.join(self.elements)}"
                )
            return self.common
        crystal = case.crystal or self.crystal
        if crystal.name not in self._made:
            smallest = min(self._settings.sizes)
            made = crystal_system(crystal, self._settings.temperature, smallest, self._folder)
            self._made[crystal.name] = made
        return self._made[crystal.name]


def _build_cases(settings: Settings, elements: Sequence[str], failures: dict[str, str]) -> list[Case]:
    zero_cutoff = largest_cutoff(settings.models, settings.units)
    cases: dict[str, Case] = {}
    own = {} if settings.data is not None else _own_elements(settings, failures)
    for model, variant in itertools.product(settings.models, settings.variants):
        with _collected(model.label, failures):
            element = own.get(model)
            chosen = elements if element is None else [element]
            case = model_case(model, variant, chosen, settings.units, element)
            if case.label in cases:
                raise InvalidInputError(
                    f"--model: {case.label!r} is there twice; give them labels: LABEL=DIR"
                )
            cases[case.label] = case
    if settings.models and not cases:
        raise InvalidInputError(f"none of the models can be measured: {'; '.join(_lines(failures))}")
    for style in _styles(settings, own):
        cases.setdefault(style, wheel_case(style, zero_cutoff, settings.snap))
    return list(cases.values())


def _own_elements(settings: Settings, failures: dict[str, str]) -> dict[Model, str | None]:
    """The element on which each model runs that can be read; None for silicon."""
    found = {}
    for model in settings.models:
        try:
            found[model] = own_element(model, settings.units)
        except (FileFormatError, OSError):
            continue  # what is wrong with it is said where it is to run
    return found


def _styles(settings: Settings, own: dict[Model, str | None]) -> Sequence[str]:
    if settings.styles is not None:
        return settings.styles
    is_silicon = settings.data is None and (not own or None in own.values())
    return STYLES_OF_SILICON if is_silicon else ("zero",)


@contextmanager
def _collected(label: str, failures: dict[str, str]) -> Iterator[None]:
    """What fails is left out with a line; the others go on."""
    try:
        yield
    except (NnpotError, OSError) as error:
        failures[label] = " ".join(str(error).split())
        warnings.warn(f"{label} is left out: {failures[label]}", stacklevel=3)


def _fixed_settings(bench: Benchmark, cases: Sequence[Case]) -> dict[str, Any]:
    settings = bench.settings
    return {
        "data": str(settings.data.resolve()) if settings.data else None,
        "temperature": settings.temperature,
        "timestep": settings.timestep,
        "seconds": settings.seconds,
        "machine": bench.machine,
        "cases": {case.label: {"pair": case.pair.lines(), "files": case.fingerprint} for case in cases},
    }


def _probe_all(
    cases: Sequence[Case], systems: _Systems, settings: Settings, failures: dict[str, str]
) -> list[Subject]:
    subjects, with_stages = [], False
    with progress("preparing", len(cases)) as bar:
        for case in cases:
            with _collected(case.label, failures):
                subject, outcome = _probe(case, systems.of(case), settings)
                subjects.append(subject)
                with_stages |= bool(outcome.log.stages)
            bar.advance(1, style=case.label)
    if settings.stages and not with_stages:
        warnings.warn(NO_STAGES, stacklevel=2)
    return subjects


def _probe(case: Case, system: System, settings: Settings) -> tuple[Subject, Outcome]:
    """A short run of the block alone: cutoff, neighbors, and about how long a step takes."""
    outcome = run_lammps(input_script(case, system, (1, 1, 1), (2, PROBE_STEPS), settings))
    log = outcome.log
    cutoff = log.list_cutoff - SKIN
    cost = max(1e6 * log.loop / (log.n_atoms * log.n_steps), 1e-3)
    return Subject(case, system, cutoff, system.neighbors(cutoff), cost), outcome


def input_script(
    case: Case, system: System, replication: tuple[int, int, int], steps: tuple[int, int], settings: Settings
) -> str:
    """The LAMMPS input of a run: steps to warm up, then those that are timed, at constant energy."""
    lines = [
        "units metal",
        f"atom_style {case.pair.atom_style}",
        "box tilt large",
        fill_in_path("read_data {data}", "{data}", system.data_of(case.pair.atom_style)),
        f"replicate {' '.join(map(str, replication))}",
        *case.pair.lines(),
        f"neighbor {SKIN} bin",
        f"velocity all create {settings.temperature!r} 4928459 loop geom",
        f"timestep {settings.timestep / 1000.0!r}",
        "fix motion all nve",
        "thermo_style custom step temp",
        "thermo 1000000000",
        f"run {steps[0]}",
        f"run {steps[1]}",
    ]
    return "\n".join(lines) + "\n"


def _measure(ledger: Ledger, tasks: Sequence[Task], bench: Benchmark) -> None:
    """Make the runs that are missing, in their order."""
    settings, subjects = bench.settings, {subject.case.label: subject for subject in bench.subjects}
    missing = ledger.missing(tasks)
    weights = {task: _duration(subjects[task.label], task, settings) for task in missing}
    total = sum(weights.values())
    with progress("measuring", len(missing)) as bar:
        for task in missing:
            name = _name(task)
            if name not in bench.failures:
                with _collected(name, bench.failures):
                    ledger.add(_run(subjects[task.label], task, settings))
            bar.advance(len(missing) * weights[task] / total, style=name)


def _run(subject: Subject, task: Task, settings: Settings) -> Run:
    steps = subject.n_steps(task.size, task.ranks, settings.seconds)
    replication = subject.system.replication(task.size)
    script = input_script(subject.case, subject.system, replication, (_warm_up(steps), steps), settings)
    outcome = run_lammps(script, task.ranks)
    log = outcome.log
    scale = 1e6 / (log.n_atoms * log.n_steps)
    return Run(
        **vars(task),
        n_atoms=log.n_atoms,
        n_steps=log.n_steps,
        pair_us=log.pair * scale,
        loop_us=log.loop * scale,
        neigh_us=log.sections.get("Neigh", 0.0) * scale,
        comm_us=log.sections.get("Comm", 0.0) * scale,
        cpu_use=log.cpu_use,
        temperature=log.temperature,
        memory_max=max(outcome.peak_memory),
        memory_sum=sum(outcome.peak_memory),
        allocated=log.allocated,
        stages={name: seconds * scale for name, seconds in log.stages.items()},
    )


def _warm_up(steps: int) -> int:
    return max(2, steps // 10)


def _duration(subject: Subject, task: Task, settings: Settings) -> float:
    steps = subject.n_steps(task.size, task.ranks, settings.seconds)
    n_atoms = subject.n_atoms(task.size)
    return START_UP + 1e-6 * subject.cost * n_atoms * (steps + _warm_up(steps)) / task.ranks


def _name(task: Task) -> str:
    return f"{task.label}, {task.size} atoms, {task.ranks} rank{'s' if task.ranks > 1 else ''}"


def _lines(failures: dict[str, str]) -> Iterator[str]:
    return (f"{name}: {reason}" for name, reason in failures.items())
