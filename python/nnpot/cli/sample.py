"""``nnpot sample``: reference frames from LAMMPS."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="sample", short_help="Sample reference frames with LAMMPS.")
@click.argument("recipe")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="File of frames (extxyz)."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same frames."
)
@click.option(
    "--fraction",
    type=click.FloatRange(min=0.0, max=1.0, min_open=True),
    default=1.0,
    show_default=True,
    help="Sample only this fraction of the frames of every group.",
)
def command(recipe: str, output: Path, seed: int, fraction: float) -> None:
    """Sample reference frames as RECIPE says: a YAML file or the name of a built-in recipe (silicon_sw)."""
    from nnpot.files import require_writable
    from nnpot.io import write_frames
    from nnpot.reference.recipe import load_recipe
    from nnpot.reference.sampling import sample, summarize

    require_writable(output)
    frames = sample(load_recipe(recipe).reduced(fraction), seed)
    write_frames(output, frames)
    click.echo(f"{'group':<24}{'frames':>7}{'eV/atom':>10}{'spread':>9}{'max eV/Å':>10}{'correlation':>13}")
    for group in summarize(frames):
        click.echo(
            f"{group.name:<24}{group.n_frames:>7}{group.energy:>10.4f}{group.energy_spread:>9.4f}"
            f"{group.largest_force:>10.2f}{group.correlation:>13.3f}"
        )
    click.echo(f"{len(frames)} frames written to {output}")
