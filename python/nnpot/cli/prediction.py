"""The arguments and options that `evaluate`, `predict` and others share."""

from __future__ import annotations

from pathlib import Path

import click

from nnpot.errors import InvalidInputError
from nnpot.units import UnitSystem

UNITS = click.Choice([system.value for system in UnitSystem])


def _require_folders(
    context: click.Context, parameter: click.Parameter, models: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Refuse files, above all frames in the place of a model."""
    for path in models:
        if path.is_file():
            raise InvalidInputError(
                f"{path}: expected the folder of a model, got a file; MODEL comes first, then FRAMES"
            )
    return models


model_argument = click.argument(
    "models",
    metavar="MODEL...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    callback=_require_folders,
)
frames_argument = click.argument("frames", type=click.Path(path_type=Path))
units_option = click.option("--units", type=UNITS, help="Units of MODEL, where not stated.")
data_units_option = click.option("--data-units", type=UNITS, help="Units of FRAMES, where not stated.")
