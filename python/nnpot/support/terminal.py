"""The terminal, on which names out of files stand as they are: ``[red]`` is a name, and no color."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import IO

from rich.console import Console
from rich.table import Table


def plain_console(width_of_files: int | None = None, error: bool = False) -> Console:
    """A console without markup (color is a `Text`), as wide as asked for where it is a file or a pipe."""
    console = Console(stderr=error, markup=False, emoji=False)
    if width_of_files is not None and not console.is_terminal:
        console.width = width_of_files
    return console


def plain_page(file: IO[str], width: int) -> Console:
    """A console that writes into a text which is kept."""
    return Console(file=file, width=width, markup=False, emoji=False)


def plain_table(headings: Sequence[str], rows: Iterable[Sequence[str]], texts: Collection[str] = ()) -> Table:
    """A table of numbers, aligned right; ``texts`` are the headings of columns that are aligned left."""
    table = Table()
    for heading in headings:
        table.add_column(heading, justify="left" if heading in texts else "right")
    for row in rows:
        table.add_row(*row)
    return table
