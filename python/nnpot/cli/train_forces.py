"""``nnpot train-forces``: networks that put out forces, without an energy."""

from __future__ import annotations

from pathlib import Path

import click

from nnpot.cli.configured import INTERRUPTED, configured, require_both
from nnpot.support.announce import announce


@click.command(name="train-forces", short_help="Train networks that put out forces, without an energy.")
@configured("Directory of the run.", "Go on from the last checkpoint, to the weights of an unbroken run.")
def command(config: Path | None, directory: Path | None, resume: bool, show_template: bool) -> None:
    """Train direct force networks as the YAML file CONFIG says.

    Leaves DIRECTORY/model, log.csv, report.html and a checkpoint. Such a model does not conserve energy: for
    dynamics train a potential (nnpot train). Ctrl-C finishes the epoch, exports the best weights so far, and
    ends with exit code 130.
    """
    from nnpot.training import force_template, load_force_config, train_forces

    if show_template:
        click.echo(force_template(), nl=False)
        return
    config, directory = require_both(config, directory)
    checked = load_force_config(config)
    announce("nnpot")
    result = train_forces(checked, directory, resume)
    for part, rmse in result.force_rmse.items():
        click.echo(f"{part}: force RMSE {rmse:.1f} meV/Å")
    click.echo(
        f"{result.stop} after {result.epochs} epochs and {result.seconds:.1f} s; "
        f"the weights of epoch {result.best_epoch} are kept"
    )
    click.echo(f"model {result.model}; report {result.report}")
    click.echo("it conserves no energy: nnpot measure-forces says how fast it drifts")
    if result.interrupted:
        click.echo("interrupted: the model holds the best weights so far; --resume goes on")
        raise click.exceptions.Exit(INTERRUPTED)
