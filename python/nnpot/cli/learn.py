"""``nnpot learn``: a committee that looks for what it does not know, and learns it."""

from __future__ import annotations

from pathlib import Path

import click

from nnpot.cli.configured import INTERRUPTED, configured, require_both
from nnpot.support.announce import announce


@click.command(name="learn", short_help="Explore, label and train until a committee is trusted.")
@configured("Directory of the loop.", "Go on where the loop was broken off, to the end of an unbroken one.")
def command(config: Path | None, directory: Path | None, resume: bool, show_template: bool) -> None:
    """Learn as the YAML file CONFIG says: molecular dynamics with a committee, labels for what it does not
    know, training, until a share of the steps is trusted.

    Leaves DIRECTORY/committee, report.html, and each round's data, model, log and figures in
    DIRECTORY/round_NN. Exit code 1 where max_rounds came first, 130 after Ctrl-C.
    """
    from nnpot.learning import load_config, template

    if show_template:
        click.echo(template(), nl=False)
        return
    config, directory = require_both(config, directory)
    from nnpot.learning.loop import Interrupted, learn

    checked = load_config(config)
    announce("nnpot.learning")
    try:
        result = learn(checked, directory, resume)
    except (Interrupted, KeyboardInterrupt):
        click.echo("interrupted: what is done is kept; --resume goes on", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    last = result.rounds[-1]
    click.echo(f"committee {directory / 'committee'}; report {result.report}")
    if not result.trusted:
        shares = ", ".join(f"{stage.name} {100.0 * stage.share:.1f} %" for stage in last.stages)
        click.echo(
            f"not trusted after {last.number} rounds ({shares}); --resume with a larger max_rounds goes on"
        )
        raise click.exceptions.Exit(1)
    click.echo(f"every stage is trusted after {last.number} rounds and {last.frames} labelled frames")
