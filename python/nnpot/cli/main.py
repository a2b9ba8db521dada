"""The group of subcommands, and what becomes of errors."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module

import click

from nnpot.errors import NnpotError
from nnpot.support.announce import PROGRESS, announce
from nnpot.support.messages import suggestion


class Suggesting(click.Group):
    """A group that suggests the right name for a mistyped one, as click does for options."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            close = suggestion(name, self.list_commands(ctx), "the commands are ")
            ctx.fail(f"no such command '{name}'; {close}")
        return super().resolve_command(ctx, args)


COMMANDS = (
    "sample",
    "data",
    "descriptors",
    "train",
    "train-forces",
    "measure-forces",
    "learn",
    "evaluate",
    "predict",
    "lattice",
    "benchmark",
    "plugin",
    "doctor",
)


class _Commands(Suggesting):
    """Imports a subcommand's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"nnpot.cli.{cmd_name.replace('-', '_')}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nnpot")
def group() -> None:
    """Neural network potentials: sample, train, check, and run in LAMMPS."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; our own errors and those of the system become one line and exit code 2.

    Warnings become a line as well. What the terminal's encoding lacks (Å, lines of tables) becomes "?".
    """
    warnings.showwarning = _show_warning
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    announce(PROGRESS)
    try:
        group.main(args=arguments, prog_name="nnpot")
    except (NnpotError, OSError) as error:
        print(f"nnpot: error: {' '.join(_text(error).split())}", file=sys.stderr)
        sys.exit(2)


def _text(error: NnpotError | OSError) -> str:
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"nnpot: warning: {message}", file=sys.stderr)
