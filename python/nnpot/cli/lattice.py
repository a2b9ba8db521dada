"""``nnpot lattice``: energies and databases of the lattice model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nnpot.cli.configured import INTERRUPTED
from nnpot.cli.main import Suggesting
from nnpot.cli.options import AT_LEAST_0, AT_LEAST_1, FILE, POSITIVE, defaulted
from nnpot.support.limits import MOST_THREADS

POTENTIALS = ("modified-lennard-jones", "equation-6", "equation-7", "equation-8")
COUNTS = ("document", "invariant")
potential_option = defaulted(
    "--potential", type=click.Choice(POTENTIALS), default=POTENTIALS[0], help="Of pairs and triplets."
)
count_option = defaulted(
    "--count",
    type=click.Choice(COUNTS),
    default=COUNTS[0],
    help="Triplets across the border of the cell: as equation 5 has it, or so that no border shows.",
)
threads_option = click.option("--threads", type=click.IntRange(1, MOST_THREADS), help="[default: all cores]")


@click.group(name="lattice", cls=Suggesting, short_help="Toy potential energy surfaces of periodic cells.")
def command() -> None:
    """Toy potential energy surfaces: particles in a periodic square or cubic cell, pairs and triplets."""


@command.command(name="energy", short_help="Print the energies of a database.")
@click.argument("database", type=FILE)
@click.option(
    "--depth",
    type=AT_LEAST_0,
    help="Cells away up to which images count. [default: the database's, else what is required]",
)
@potential_option
@count_option
@threads_option
def energy(database: Path, depth: int | None, potential: Any, count: Any, threads: int | None) -> None:
    """Print the energy per particle of every configuration in DATABASE, one a line, with 17 digits.

    DATABASE has the columns particleCoordinates and widthOfCell, as JSON (rows by number) or as HDF5.
    Energies are in units of E_c, lengths in units of R_c.
    """
    from nnpot.errors import InvalidInputError
    from nnpot.lattice.database import read_database
    from nnpot.lattice.model import LatticeModel, LatticePotential

    found = read_database(database)
    model = LatticeModel(LatticePotential(form=potential), count, threads)
    try:
        energies = model.energies(found.positions, found.widths, found.depths if depth is None else depth)
    except InvalidInputError as error:
        raise InvalidInputError(f"{database}: {error}") from error
    click.echo("".join(f"{value:.17g}\n" for value in energies), nl=False)


@command.command(name="generate", short_help="Generate a database of relaxed configurations.")
@click.option("-o", "--output", type=FILE, required=True, help="File of the database: .h5, .hdf5 or .json.")
@defaulted("--points", type=AT_LEAST_1, default=25_000, help="Before the cut.")
@defaulted("--particles", type=AT_LEAST_1, default=4, help="Per cell.")
@defaulted("--dimensions", type=AT_LEAST_1, default=2, help="Of space.")
@potential_option
@count_option
@defaulted("--width", "widths", type=POSITIVE, nargs=2, default=(5.0, 5.0), help="Least and largest, R_c.")
@click.option("--number-of-widths", type=AT_LEAST_1, help="[default: 1 for one width, else 86]")
@click.option("--depth", type=AT_LEAST_0, help="Of images in the energies. [default: what is required]")
@defaulted("--relaxation-depth", type=AT_LEAST_0, default=1)
@defaulted("--epochs", type=AT_LEAST_0, default=40, help="Of the relaxation.")
@defaulted(
    "--displacement", type=click.FloatRange(min=0.0), default=0.1, help="Largest move in an epoch, R_c."
)
@defaulted(
    "--keep",
    type=click.FloatRange(min=0.0, max=1.0, min_open=True),
    default=0.9,
    help="Share of each width's points that is kept, the lowest energies.",
)
@defaulted("--seed", type=AT_LEAST_0, default=0, help="Same seed, same database.")
@threads_option
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler whose workers compute.")
@click.option("--report", type=FILE, help="Folder of figures and statistics.")
def generate(
    output: Path,
    potential: Any,
    number_of_widths: int | None,
    threads: int | None,
    scheduler: str | None,
    report: Path | None,
    **values: Any,
) -> None:
    """Generate a database of random configurations that were relaxed by random moves.

    The same command goes on where one was broken off.
    """
    from nnpot.lattice.database import require_format
    from nnpot.lattice.generate import GeneratorSettings
    from nnpot.lattice.generate import generate as generate_database
    from nnpot.lattice.model import LatticePotential
    from nnpot.lattice.statistics import print_statistics

    require_format(output)
    low, high = values["widths"]
    settings = GeneratorSettings.checked(
        potential=LatticePotential(form=potential),
        number_of_widths=number_of_widths or (1 if low == high else 86),
        **values,
    )
    try:
        database = generate_database(settings, output, threads, scheduler)
    except KeyboardInterrupt as error:
        click.echo(f"interrupted: what was computed is in {output}.pieces; repeat to go on", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from error
    print_statistics(database)
    if report is not None:
        from nnpot.lattice.figures import write_page

        click.echo(f"report {write_page(database, report)}")
    click.echo(f"{len(database)} configurations written to {output}")
