"""``nnpot doctor``: does this installation work?"""

from __future__ import annotations

import click


@click.command(name="doctor", short_help="Check this installation.")
@click.pass_context
def command(context: click.Context) -> None:
    """Show versions, load the plugin, and recompute a small stored case; exit code 0 if all is well."""
    from nnpot.doctor import State, checks, versions

    for name, version in versions().items():
        click.echo(f"{name:<12} {version}")
    click.echo()
    failures = 0
    for check in checks():
        failures += check.state is State.failed
        click.echo(f"{check.state.value:<8} {check.name}: {check.detail}")
    click.echo(f"\n{'All is well.' if not failures else f'Checks that failed: {failures}'}")
    context.exit(1 if failures else 0)
