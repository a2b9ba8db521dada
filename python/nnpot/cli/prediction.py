"""The options that `evaluate` and `predict` share."""

from __future__ import annotations

from pathlib import Path

import click

from nnpot.units import UnitSystem

UNITS = click.Choice([system.value for system in UnitSystem])

model_argument = click.argument(
    "models", metavar="MODEL...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
frames_argument = click.argument("frames", type=click.Path(path_type=Path))
units_option = click.option("--units", type=UNITS, help="Units of MODEL, where not stated.")
data_units_option = click.option("--data-units", type=UNITS, help="Units of FRAMES, where not stated.")
