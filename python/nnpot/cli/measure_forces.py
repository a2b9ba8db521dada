"""``nnpot measure-forces``: what a direct force model loses by having no energy."""

from __future__ import annotations

from pathlib import Path

import click

from nnpot.cli.prediction import UNITS, data_units_option

FILE = click.Path(path_type=Path)
POSITIVE = click.FloatRange(min=0.0, min_open=True)


@click.command(name="measure-forces", short_help="Drift, loop work and rotation error of direct forces.")
@click.argument("model", type=FILE)
@click.argument("frames", type=FILE)
@click.option("--reference", type=FILE, required=True, help="Potential whose energy is watched.")
@click.option("--units", type=UNITS, help="Units of the reference, where not stated.")
@data_units_option
@click.option("--temperature", type=POSITIVE, default=300.0, show_default=True, help="K, at the start.")
@click.option("--duration", type=POSITIVE, default=1.0, show_default=True, help="Of each run, ps.")
@click.option("--timestep", type=POSITIVE, default=1.0, show_default=True, help="fs")
@click.option(
    "--most", type=click.IntRange(min=1), default=3, show_default=True, help="Frames to begin from."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
def command(
    model: Path,
    frames: Path,
    reference: Path,
    units: str | None,
    data_units: str | None,
    temperature: float,
    duration: float,
    timestep: float,
    most: int,
    seed: int,
) -> None:
    """Measure the direct force model in the folder MODEL and keep the figures in its forces.nn.

    Runs at constant energy begin from some of the structures in FRAMES, evenly chosen. The energy that drifts
    is the kinetic energy plus that of the potential given with --reference, best one trained on the same
    data. Whoever loads the model from then on is told.
    """
    from nnpot.analysis.measured_forces import measure_direct_forces
    from nnpot.io import read_frames

    found = read_frames(frames, data_units)
    n = min(most, len(found))
    chosen = [found[number * len(found) // n] for number in range(n)]
    m = measure_direct_forces(model, chosen, reference, temperature, duration, timestep, seed, units)
    click.echo(f"drift {m.drift:.4g} meV/atom/ps from {m.temperature:g} K over {m.duration:g} ps or longer")
    click.echo(f"work around closed loops {m.loop_work:.4g} eV")
    click.echo(f"error under rotation {m.rotation_error:.4g} meV/Å")
    click.echo(f"kept in {model / 'forces.nn'}")
