"""``nnpot sample``: reference frames from LAMMPS."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.options import AT_LEAST_0, FILE, defaulted

if TYPE_CHECKING:
    from ase import Atoms

    from nnpot.reference.recipe import Recipe
    from nnpot.reference.sampling import GroupSummary

LARGEST_CORRELATION = 0.5


@click.command(name="sample", short_help="Sample reference frames with LAMMPS.")
@click.argument("recipe")
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    help="File of frames: .xyz (also without any ending), .traj, .db, .json.",
)
@defaulted("--seed", type=AT_LEAST_0, default=0, help="Same seed, same frames.")
@defaulted(
    "--fraction",
    type=click.FloatRange(min=0.0, max=1.0, min_open=True),
    default=1.0,
    help="Sample only this fraction of the frames of every group.",
)
def command(recipe: str, output: Path, seed: int, fraction: float) -> None:
    """Sample reference frames as RECIPE says: a YAML file or the name of a built-in recipe (silicon_sw)."""
    from nnpot.io import require_known_format, write_results
    from nnpot.reference.recipe import load_recipe
    from nnpot.reference.sampling import summarize
    from nnpot.support.lock import locked_file

    require_known_format(output, [recipe])
    with locked_file(output):
        frames = _sampled(load_recipe(recipe).reduced(fraction), seed, output)
        write_results(output, frames)
    _print_summary(summarize(frames))
    click.echo(f"{len(frames)} frames written to {output}")


def _sampled(recipe: Recipe, seed: int, output: Path) -> list[Atoms]:
    """All frames; where the work is broken off, those so far are written beside the output."""
    from nnpot.io import write_frames
    from nnpot.reference.sampling import sample

    frames: list[Atoms] = []
    try:
        for frame in sample(recipe, seed):
            frames.append(frame)
    except BaseException:
        if frames:
            partial = output.with_name(f"{output.stem}.partial.xyz")
            write_frames(partial, frames)
            click.echo(f"broken off: the {len(frames)} frames so far are in {partial}", err=True)
        raise
    return frames


def _print_summary(groups: list[GroupSummary]) -> None:
    click.echo(f"{'group':<24}{'frames':>7}{'eV/atom':>10}{'spread':>9}{'max eV/Å':>10}{'correlation':>13}")
    for group in groups:
        correlation = "-" if math.isnan(group.correlation) else f"{group.correlation:.3f}"
        click.echo(
            f"{group.name:<24}{group.n_frames:>7}{group.energy:>10.4f}{group.energy_spread:>9.4f}"
            f"{group.largest_force:>10.2f}{correlation:>13}"
        )
    click.echo("(spread: standard deviation; correlation: of the forces of successive frames, 0 is best)")
    alike = [group.name for group in groups if group.correlation > LARGEST_CORRELATION]
    if alike:
        click.echo(
            f"warning: the frames of {', '.join(alike)} are much alike; take a longer interval", err=True
        )
