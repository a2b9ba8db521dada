"""``nnpot descriptors``: the symmetry functions of a configuration, or of elements and a cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.options import FILE
from nnpot.cli.prediction import data_units_option
from nnpot.support.announce import announce

if TYPE_CHECKING:
    from ase import Atoms

    from nnpot.descriptors import DescriptorConfig
    from nnpot.descriptors.page import FunctionSet


@click.command(name="descriptors", short_help="Show and write symmetry functions.")
@click.argument("config", type=FILE, required=False)
@click.option("--elements", help="Symbols, for example H,O; without it those of the data.")
@click.option("--cutoff", type=float, help="Å; gives the automatic set, in the place of CONFIG.")
@click.option("--resolution", type=click.Choice(["coarse", "medium", "fine"]), help="Of the automatic set.")
@click.option(
    "--count", type=click.IntRange(min=1), help="Keep this many functions of each element, chosen by CUR."
)
@click.option("--data", type=FILE, metavar="FRAMES", help="Frames; without it CONFIG's training frames.")
@data_units_option
@click.option(
    "--lines",
    "lines_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the lines of input.nn to this file; - writes them to stdout, without the table.",
)
@click.option("-o", "--output", type=FILE, help="Directory for report.html and its figures.")
def command(
    config: Path | None,
    elements: str | None,
    cutoff: float | None,
    resolution: str | None,
    count: int | None,
    data: Path | None,
    data_units: str | None,
    lines_file: Path | None,
    output: Path | None,
) -> None:
    """Show the symmetry functions of the YAML file CONFIG (that of nnpot train), or of --cutoff.

    On frames it tells what each function does there: range, mean, deviation, and the function that it
    correlates with most. What CONFIG selects, and what does not vary, is left out.
    """
    from nnpot.support.files import require_other_file, require_writable

    if (config is None) == (cutoff is None):
        raise click.UsageError("expected either CONFIG or --cutoff")
    if cutoff is not None and elements is None and data is None:
        raise click.UsageError("--cutoff needs --elements or --data")
    if lines_file is not None and lines_file != Path("-"):
        require_writable(lines_file)
        require_other_file(lines_file, [file for file in (config, data) if file is not None])
    announce("nnpot")
    settings = _settings(config, cutoff, resolution, count)
    frames = _frames(config, data, data_units)
    found = _function_set(settings, elements.split(",") if elements else None, frames)
    _show(found, lines_file)
    if output is not None:
        from nnpot.descriptors.page import write_page

        title = f"Symmetry functions: {config or ', '.join(found.functions.elements)}"
        click.echo(f"report {write_page(found, output, title)}", err=lines_file == Path("-"))


def _settings(
    config: Path | None, cutoff: float | None, resolution: str | None, count: int | None
) -> DescriptorConfig:
    from nnpot.descriptors import AutomaticSet, Selection

    settings = _of_cutoff(cutoff) if config is None else _configured(config)
    changes: dict[str, object] = {}
    if resolution is not None:
        changes["automatic"] = AutomaticSet.model_validate({"resolution": resolution})
    if count is not None:
        changes["selection"] = Selection(method="cur", count=count)
    return settings.model_copy(update=changes)


def _of_cutoff(cutoff: float | None) -> DescriptorConfig:
    from pydantic import ValidationError

    from nnpot.descriptors import DescriptorConfig
    from nnpot.errors import InvalidInputError
    from nnpot.support.yaml_file import describe

    try:
        return DescriptorConfig.model_validate({"cutoff": cutoff})
    except ValidationError as error:
        raise InvalidInputError(f"--{describe(error, DescriptorConfig)}") from error


def _configured(config: Path) -> DescriptorConfig:
    from nnpot.errors import InvalidInputError
    from nnpot.training import load_config

    settings = load_config(config).descriptor
    if settings is None:
        raise InvalidInputError(
            f"{config}: has no section descriptor (its functions are those of training.start_from, "
            f"or its data are feature files)"
        )
    return settings


def _frames(config: Path | None, data: Path | None, units: str | None) -> Sequence[Atoms]:
    from nnpot.io import read_frames
    from nnpot.training import load_config
    from nnpot.training.data.frames import load_frames

    if data is not None:
        return read_frames(data, units)
    return [] if config is None else load_frames(load_config(config).data).train


def _function_set(
    settings: DescriptorConfig, elements: Sequence[str] | None, frames: Sequence[Atoms]
) -> FunctionSet:
    from nnpot.descriptors import candidate_lines, choose_functions
    from nnpot.descriptors.page import describe_set
    from nnpot.descriptors.settings import CUTOFF_TYPES

    elements = _checked_elements(elements, frames)
    lines = candidate_lines(settings, elements, frames)
    cutoff_type = CUTOFF_TYPES[settings.cutoff_type]
    if frames:
        lines = choose_functions(lines, elements, cutoff_type, frames, settings.selection)
    elif settings.selection.method != "none":
        raise click.UsageError("a selection needs frames: give --data")
    return describe_set(lines, elements, cutoff_type, frames)


def _checked_elements(elements: Sequence[str] | None, frames: Sequence[Atoms]) -> list[str]:
    from ase.data import atomic_numbers

    from nnpot.errors import InvalidInputError

    present = {symbol for frame in frames for symbol in frame.symbols.species()}
    chosen = present if elements is None else {element.strip() for element in elements}
    for element in chosen:
        if element not in atomic_numbers:
            raise InvalidInputError(f"--elements: {element!r} is no symbol of an element")
    if present and chosen != present:
        raise InvalidInputError(
            f"--elements: the data hold {', '.join(sorted(present))}, got {', '.join(sorted(chosen))}"
        )
    return sorted(chosen, key=atomic_numbers.__getitem__)


def _show(found: FunctionSet, lines_file: Path | None) -> None:
    from nnpot.support.files import atomic_write

    text = "".join(f"symfunction_short {line}\n" for e in found.functions.elements for line in found.lines(e))
    if lines_file == Path("-"):
        click.echo(text, nl=False)
        return
    _print_tables(found)
    if lines_file is not None:
        with atomic_write(lines_file) as stream:
            stream.write(text)
        click.echo(f"lines {lines_file}")


def _print_tables(found: FunctionSet) -> None:
    from nnpot.descriptors.page import COLUMNS, table_rows
    from nnpot.support.terminal import plain_console, plain_table

    console = plain_console(160)
    for element in found.functions.elements:
        rows = table_rows(found, element)
        click.echo(f"{element}: {found.counts(element)}")
        console.print(plain_table(COLUMNS[: len(rows[0])], rows, ("function",)))
