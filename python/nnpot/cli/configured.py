"""What commands have in common that do as a YAML file says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

INTERRUPTED = 130
"""Exit code, as of a program that Ctrl-C ended: what follows in a script is not done."""

Command = Callable[..., Any]


def configured(directory: str, resume: str) -> Callable[[Command], Command]:
    """The argument CONFIG, and the options -o, --resume and --template; the texts explain the first two."""

    def decorate(command: Command) -> Command:
        for option in (
            click.option(
                "--template", "show_template", is_flag=True, help="Print a complete commented configuration."
            ),
            click.option("--resume", is_flag=True, help=resume),
            click.option("-o", "--output", "directory", type=click.Path(path_type=Path), help=directory),
            click.argument("config", type=click.Path(path_type=Path), required=False),
        ):
            command = option(command)
        return command

    return decorate


def require_both(config: Path | None, directory: Path | None) -> tuple[Path, Path]:
    """The configuration and the directory, both of which a command needs that is not to print a template."""
    if config is None or directory is None:
        raise click.UsageError("expected CONFIG and -o DIRECTORY (or --template)")
    return config, directory
