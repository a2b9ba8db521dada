"""``nnpot train``: a potential from reference frames."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.error_tables import print_errors

if TYPE_CHECKING:
    from nnpot.analysis.errors import ErrorStatistics
    from nnpot.training.result import TrainingResult

INTERRUPTED = 130
"""Exit code, as of a program that Ctrl-C ended: what follows in a script is not done."""


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
@click.argument("config", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--output", "run_dir", type=click.Path(path_type=Path), help="Directory of the run.")
@click.option(
    "--resume", is_flag=True, help="Go on from the last checkpoint, to the weights of an unbroken run."
)
@click.option("--template", "show_template", is_flag=True, help="Print a complete commented configuration.")
def command(config: Path | None, run_dir: Path | None, resume: bool, show_template: bool) -> None:
    """Train as the YAML file CONFIG says.

    Leaves RUN_DIR/model, log.csv, report.html and a checkpoint. Ctrl-C finishes the epoch, exports the
    best weights so far, and ends with exit code 130.
    """
    from nnpot.training import load_config, template, train

    if show_template:
        click.echo(template(), nl=False)
        return
    if config is None or run_dir is None:
        raise click.UsageError("expected CONFIG and -o RUN_DIR (or --template)")
    checked = load_config(config)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("nnpot").setLevel(logging.INFO)
    result = train(checked, run_dir, resume)
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
