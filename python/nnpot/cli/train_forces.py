"""``nnpot train-forces``: networks that put out forces, without an energy."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from nnpot.cli.train import INTERRUPTED


@click.command(name="train-forces", short_help="Train networks that put out forces, without an energy.")
@click.argument("config", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--output", "run_dir", type=click.Path(path_type=Path), help="Directory of the run.")
@click.option(
    "--resume", is_flag=True, help="Go on from the last checkpoint, to the weights of an unbroken run."
)
@click.option("--template", "show_template", is_flag=True, help="Print a complete commented configuration.")
def command(config: Path | None, run_dir: Path | None, resume: bool, show_template: bool) -> None:
    """Train direct force networks as the YAML file CONFIG says.

    Leaves RUN_DIR/model, log.csv and a checkpoint. Such a model does not conserve energy: for dynamics train
    a potential (nnpot train). Ctrl-C finishes the epoch, exports the best weights so far, and ends with exit
    code 130.
    """
    from nnpot.training import force_template, load_force_config, train_forces

    if show_template:
        click.echo(force_template(), nl=False)
        return
    if config is None or run_dir is None:
        raise click.UsageError("expected CONFIG and -o RUN_DIR (or --template)")
    checked = load_force_config(config)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("nnpot").setLevel(logging.INFO)
    result = train_forces(checked, run_dir, resume)
    for part, rmse in result.force_rmse.items():
        click.echo(f"{part}: force RMSE {rmse:.1f} meV/Å")
    click.echo(
        f"{result.stop} after {result.epochs} epochs and {result.seconds:.1f} s; "
        f"the weights of epoch {result.best_epoch} are kept"
    )
    click.echo(f"model {result.model}; it conserves no energy: nnpot measure-forces says how fast it drifts")
    if result.interrupted:
        click.echo("interrupted: the model holds the best weights so far; --resume goes on")
        raise click.exceptions.Exit(INTERRUPTED)
