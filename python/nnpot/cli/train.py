"""``nnpot train``: a potential from reference frames."""

from __future__ import annotations

import logging
from pathlib import Path

import click

INTERRUPTED = 130
"""Exit code, as of a program that Ctrl-C ended: what follows in a script is not done."""


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
    for part, errors in result.errors.items():
        click.echo(
            f"{part:<12}{errors.n_frames:>6} frames {errors.energy_rmse_mev_per_atom:>9.2f} meV/atom"
            f"{errors.force_rmse_mev_per_angstrom:>9.1f} meV/Å"
        )
    click.echo(f"model {result.model}, report {result.report}")
    if result.interrupted:
        click.echo("interrupted: the model holds the best weights so far; --resume goes on")
        raise click.exceptions.Exit(INTERRUPTED)
