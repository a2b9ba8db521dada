"""``nnpot benchmark networks``: evaluation of untrained networks by TensorFlow and by Armadillo."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nnpot.benchmark.machine import describe_host
from nnpot.benchmark.network_cases import CONTESTANTS, PRECISIONS, Contestant, Program, Programs
from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.support.digested import read_record, write_record
from nnpot.support.lock import locked_folder
from nnpot.support.progress import progress

LAYERS = (1, 2, 5, 10, 30)
NODES = (1, 10, 100, 1000)
BATCHES = (1, 10, 100, 1000)
PACKAGES = ("nnpot", "tensorflow", "tensorflow-cpu", "keras", "numpy", "scipy")
FEWEST = 3  # evaluations that are timed at least, however long one takes
TOLERANCES = {"float32": 1e-3, "float64": 1e-9}
"""By how much outputs of the same network may differ, relative to 1 or to the output if it is larger."""


@dataclass(frozen=True)
class NetworkSettings:
    """What is to be measured."""

    layers: tuple[int, ...] = LAYERS  # numbers of hidden layers
    nodes: tuple[int, ...] = NODES  # nodes of a hidden layer
    batches: tuple[int, ...] = BATCHES
    precisions: tuple[str, ...] = PRECISIONS
    evaluations: int = 50  # of which a time is the mean
    repeat: int = 3  # rounds; every contestant has its turn in each
    seconds: float = 0.1  # a mean is over fewer evaluations where they would take longer
    largest: float = 3e8  # multiplications of an evaluation; larger cases are left out


@dataclass(frozen=True)
class Case:
    """A network, its numbers, and how many inputs it gets at once."""

    layers: int
    nodes: int
    precision: str
    batch: int

    @property
    def work(self) -> float:
        """Multiplications of an evaluation."""
        return float(self.batch * ((self.layers - 1) * self.nodes**2 + 2 * self.nodes))


@dataclass(frozen=True)
class Times:
    """Mean seconds of an evaluation by one contestant, for each round."""

    case: Case
    label: str
    evaluations: int
    rounds: list[float]


@dataclass
class NetworkBenchmark:
    """What `run_network_benchmark` has found."""

    settings: NetworkSettings
    machine: dict[str, str | int]
    times: list[Times] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)  # contestants that do not work here, and why
    notes: list[str] = field(default_factory=list)
    too_large: int = 0  # cases that were left out


def run_network_benchmark(settings: NetworkSettings, output: Path, fresh: bool = False) -> NetworkBenchmark:
    """Measure; networks that the folder has already are not timed again.

    ``output``: the folder of the results; made where it is missing. ``fresh``: measure all anew. Raises
    `InvalidInputError` if the folder has times from another machine or with other settings; `NnpotError` if
    there is no compiler, or two programs disagree about a network.
    """
    with locked_folder(output):
        return _run_network_benchmark(settings, output / "times", fresh)


def _run_network_benchmark(settings: NetworkSettings, folder: Path, fresh: bool) -> NetworkBenchmark:
    folder.mkdir(exist_ok=True)
    machine = {name: value for name, value in describe_host(PACKAGES).items() if value != "not installed"}
    bench = NetworkBenchmark(settings, machine)
    networks = list(itertools.product(settings.precisions, settings.layers, settings.nodes))
    with Programs() as programs, progress("networks", len(networks)) as bar:
        bench.left_out, bench.notes = programs.left_out, programs.notes
        for precision, layers, nodes in networks:
            bar.advance(0, layers=layers, nodes=nodes, precision=precision)
            cases = [Case(layers, nodes, precision, batch) for batch in settings.batches]
            small = [case for case in cases if case.work <= settings.largest]
            bench.too_large += len(cases) - len(small)
            if small:
                place = folder / f"{precision}-{layers}x{nodes}.json"
                made_with = _made_with(bench, programs.running)
                found = None if fresh else _kept(place, made_with, small)
                if found is None:
                    found = _measure(settings, programs.running, small)
                    write_record(place, {"made_with": made_with, "times": [asdict(entry) for entry in found]})
                bench.times += found
            bar.advance(1)
    return bench


def _made_with(bench: NetworkBenchmark, running: Mapping[str, Program]) -> dict[str, Any]:
    settings = bench.settings
    rules = {name: getattr(settings, name) for name in ("evaluations", "repeat", "seconds")}
    return {"machine": bench.machine, "programs": sorted(running), **rules}


def _measure(settings: NetworkSettings, running: Mapping[str, Program], cases: list[Case]) -> list[Times]:
    """All batches of one network; the contestants take turns."""
    first = cases[0]
    contestants = [c for c in CONTESTANTS if c.program in running and first.precision in c.precisions]
    _build(running, contestants, first)
    found = []
    for case in cases:
        counts = {c.label: _warm_up(settings, running[c.program], c.method, case.batch) for c in contestants}
        rounds: dict[str, list[float]] = {c.label: [] for c in contestants}
        for _ in range(settings.repeat):
            for c in contestants:
                program, count = running[c.program], counts[c.label]
                if count > FEWEST:  # the others have had the caches
                    program.time(c.method, case.batch, 1 + count // 5)
                rounds[c.label].append(program.time(c.method, case.batch, count))
        found += [Times(case, label, counts[label], rounds[label]) for label in rounds]
    return found


def _build(running: Mapping[str, Program], contestants: list[Contestant], case: Case) -> None:
    """Make the same network in all programs, and see that it is the same."""
    outputs = {
        name: running[name].build(case.layers, case.nodes, case.precision)
        for name in dict.fromkeys(c.program for c in contestants)
    }
    expected = next(iter(outputs.values()))
    for name, output in outputs.items():
        if not abs(output - expected) <= TOLERANCES[case.precision] * max(1.0, abs(expected)):
            raise NnpotError(
                f"{name} and {next(iter(outputs))} disagree about a network of {case.layers} layers of "
                f"{case.nodes} nodes in {case.precision}: {output:.9g} and {expected:.9g}; please report this"
            )


def _warm_up(settings: NetworkSettings, program: Program, method: str, batch: int) -> int:
    """Evaluate a little; returns how many evaluations are to be timed."""
    program.time(method, batch, 1)
    once = program.time(method, batch, 2)
    fitting = math.ceil(settings.seconds / once) if once > 0.0 else settings.evaluations
    return min(settings.evaluations, max(FEWEST, fitting))


def _kept(place: Path, made_with: dict[str, Any], cases: list[Case]) -> list[Times] | None:
    """What was measured before; None where that lacks a case."""
    if not place.is_file():
        return None
    advice = "remove it to measure again"
    content = read_record(place, "record of times", advice)
    try:
        before = dict(content["made_with"])
        times = [Times(**(entry | {"case": Case(**entry["case"])})) for entry in content["times"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{place}: holds no times ({error}); {advice}") from error
    for name, value in made_with.items():
        if before.get(name) != value:
            raise InvalidInputError(
                f"{place.parent}: has times with another {name}: {before.get(name)!r}, now {value!r}; name "
                f"another --output, or give --fresh to measure anew"
            )
    chosen = [entry for entry in times if entry.case in cases]
    return chosen if {entry.case for entry in chosen} == set(cases) else None
