"""``nnpot doctor``: does this installation work, and what does a directory hold?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from nnpot.cli.prediction import units_option


@click.command(name="doctor", short_help="Check this installation, or a model.")
@click.argument("models", metavar="[MODEL]...", nargs=-1, type=click.Path(path_type=Path))
@units_option
@click.pass_context
def command(context: click.Context, models: tuple[Path, ...], units: str | None) -> None:
    """Show versions, load the plugin, and recompute a small stored case; exit code 0 if all is well.

    With a MODEL, or several of a committee: say what kind of model the folder holds, what it was trained on
    and what looks wrong; exit code 2 if it is no model.
    """
    if models:
        _show_model(models, units)
        return
    if units is not None:
        raise click.UsageError("--units needs a MODEL")
    from nnpot.doctor import State, checks, versions

    _show(versions())
    click.echo()
    failures = 0
    for check in checks():
        failures += check.state is State.failed
        click.echo(f"{check.state.value:<8} {check.name}: {check.detail}")
    click.echo(f"\n{'All is well.' if not failures else f'Checks that failed: {failures}'}")
    context.exit(1 if failures else 0)


def _show_model(models: tuple[Path, ...], units: str | None) -> None:
    from nnpot.doctor import examine

    facts, suspicious = examine(models, units)
    _show(facts)
    click.echo()
    for line in suspicious or ["Nothing looks wrong."]:
        click.echo(line)


def _show(facts: Mapping[str, str]) -> None:
    width = max(12, *map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name:<{width}} {value}")
