"""``nnpot train``: a potential from reference frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.configured import INTERRUPTED, configured, require_both
from nnpot.cli.error_tables import print_errors
from nnpot.support.announce import announce

if TYPE_CHECKING:
    from nnpot.analysis.errors import ErrorStatistics
    from nnpot.training.potentials.job import TrainingResult


def _with_members(result: TrainingResult) -> dict[str, ErrorStatistics]:
    """A row for each part of the data, of a committee also one for each member."""
    if len(result.models) == 1:
        return result.errors
    rows = {}
    for part, errors in result.errors.items():
        for number, member in enumerate(result.member_errors[part], 1):
            rows[f"{part}, member {number}"] = member
        rows[f"{part}, mean of members"] = errors
    return rows


@click.command(name="train", short_help="Train a potential on energies and forces.")
@configured("Directory of the run.", "Go on from the last checkpoint, to the weights of an unbroken run.")
def command(config: Path | None, directory: Path | None, resume: bool, show_template: bool) -> None:
    """Train as the YAML file CONFIG says.

    Leaves DIRECTORY/model, log.csv, report.html and a checkpoint. Ctrl-C finishes the epoch, exports the
    best weights so far, and ends with exit code 130.
    """
    from nnpot.training import load_config, template, train

    if show_template:
        click.echo(template(), nl=False)
        return
    config, directory = require_both(config, directory)
    checked = load_config(config)
    announce("nnpot")
    result = train(checked, directory, resume)
    print_errors("data", _with_members(result))
    click.echo(
        f"{result.stop} after {result.epochs} epochs and {result.seconds:.1f} s "
        f"({result.frames_per_second:.0f} structures/s); the weights of epoch "
        f"{', '.join(map(str, result.best_epochs))} are kept"
    )
    models = ", ".join(map(str, result.models))
    click.echo(f"model {models}; report {result.report}")
    if result.interrupted:
        click.echo("interrupted: the model holds the best weights so far; --resume goes on")
        raise click.exceptions.Exit(INTERRUPTED)
