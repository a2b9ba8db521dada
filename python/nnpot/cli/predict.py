"""``nnpot predict``: energies, forces and stress of structures."""

from __future__ import annotations

from pathlib import Path

import click

from nnpot.cli.prediction import data_units_option, frames_argument, model_argument, units_option


@click.command(name="predict", short_help="Predict energies, forces and stress of structures.")
@model_argument
@frames_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="File of frames: .xyz (also without any ending), .traj, .db, .json, .features.",
)
@units_option
@data_units_option
def command(
    models: tuple[Path, ...], frames: Path, output: Path, units: str | None, data_units: str | None
) -> None:
    """Predict the structures of FRAMES with the model in the folder MODEL, or a committee of several.

    The output holds energy (eV), forces (eV/Å), stress (eV/Å³, where there is a cell), atomic energies (the
    array "energies"), and for each atom how far it is outside of the training data ("grades"). A committee
    adds its standard deviations: "force_spreads" (eV/Å) and "energy_spreads" (eV) of the atoms,
    "energy_spread" (eV) of the frame. FRAMES may be a feature file where MODEL was trained on such: there are
    no forces then, and an output whose name ends in .features is FRAMES with the predicted energies.
    """
    from nnpot.analysis.predictions import predict_frames
    from nnpot.io import read_frames, require_known_format, with_prediction, write_results
    from nnpot.models.kinds import load

    require_known_format(output, [frames])
    model = load(models, units)
    structures = read_frames(frames, data_units)
    predictions = predict_frames(model, structures, frames, uncertainty=True).predictions
    said = [with_prediction(*pair) for pair in zip(structures, predictions, strict=True)]
    write_results(output, said)
    click.echo(f"{len(structures)} frames written to {output}")
