"""What `evaluate` and `predict` share: their options, and the loop over frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.errors import NnpotError
from nnpot.units import UnitSystem

if TYPE_CHECKING:
    from ase import Atoms

    from nnpot.potential import Potential, Prediction

UNITS = click.Choice([system.value for system in UnitSystem])

model_argument = click.argument("model", type=click.Path(path_type=Path))
frames_argument = click.argument("frames", type=click.Path(path_type=Path))
units_option = click.option("--units", type=UNITS, help="Units of MODEL, where not stated.")
data_units_option = click.option("--data-units", type=UNITS, help="Units of FRAMES, where not stated.")


def predict_all(potential: Potential, frames: Sequence[Atoms], where: Path) -> list[Prediction]:
    """Predict every frame, with progress on stderr; an error names the file and the frame."""
    from nnpot.progress import progress

    predictions = []
    with progress("predicting", len(frames)) as bar:
        for number, frame in enumerate(frames):
            try:
                predictions.append(potential.predict(frame))
            except NnpotError as error:
                raise type(error)(f"{where}: frame {number} (counted from 0): {error}") from error
            bar.advance()
    return predictions
