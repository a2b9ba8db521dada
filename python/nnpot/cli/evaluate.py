"""``nnpot evaluate``: how far a model is from reference values."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.error_tables import print_errors, print_worst
from nnpot.cli.prediction import data_units_option, frames_argument, model_argument, units_option

if TYPE_CHECKING:
    from nnpot.analysis.predictions import Predictions


@click.command(name="evaluate", short_help="Errors of a model on labelled frames.")
@model_argument
@frames_argument
@units_option
@data_units_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--worst", "n_worst", type=click.IntRange(min=0), default=0, help="List the N worst frames.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Directory for report.html and its figures."
)
def command(
    models: tuple[Path, ...],
    frames: Path,
    units: str | None,
    data_units: str | None,
    as_json: bool,
    n_worst: int,
    output: Path | None,
) -> None:
    """Compare the model in the folder MODEL with the energies, forces and stresses in FRAMES.

    Several MODELs are a committee, whose mean is compared; how far its members are apart is said beside it.

    FRAMES is extended XYZ, RuNNer input.data (state --data-units), a feature file (.features), or anything
    else that ASE reads. Frames that lack energy, forces or stress count for what they have.
    """
    from nnpot.analysis.label_checks import suspicious_labels
    from nnpot.analysis.predictions import predict_frames
    from nnpot.analysis.uncertainty import uncertainty_statistics
    from nnpot.errors import InvalidInputError
    from nnpot.io import read_frames, require_any_labels
    from nnpot.io.labels import results_of
    from nnpot.models.kinds import load

    model = load(models, units)
    references = read_frames(frames, data_units)
    require_any_labels(references, where=frames)
    compared = [label for label in ("energy", "forces", "stress") if label in model.gives]
    if not any(label in results_of(frame) for frame in references for label in compared):
        raise InvalidInputError(
            f"{frames}: no frame has {' or '.join(compared)}, and {model.what} gives nothing else to compare"
        )
    suspicious = suspicious_labels(references, frames)
    for line in suspicious:
        warnings.warn(line, stacklevel=1)
    predictions = predict_frames(model, references, frames, uncertainty=True)
    uncertainty = uncertainty_statistics(predictions)
    if as_json:
        values = predictions.errors.to_dict()
        if uncertainty is not None:
            values["uncertainty"] = uncertainty.to_dict()
        if n_worst:
            values["worst"] = predictions.worst(n_worst).to_dict()
        click.echo(json.dumps(values, indent=2, ensure_ascii=False))
    else:
        _print(predictions, n_worst)
        if uncertainty is not None:
            click.echo(uncertainty.to_text())
    if output is not None:
        from nnpot.figures.report import Report

        name = str(models[0]) + (f" and {len(models) - 1} more (a committee)" if len(models) > 1 else "")
        report = Report(f"{name}: errors on {frames}")
        report.model(model)
        report.errors("frames", {frames.name: predictions.errors})
        for line in suspicious:
            report.warning(line)
        report.distributions({frames.name: predictions})
        report.predictions(frames.stem, predictions, max(n_worst, 5))
        click.echo(f"report {report.write(output)}", err=as_json)


def _print(predictions: Predictions, n_worst: int) -> None:
    errors = predictions.errors
    print_errors("group", errors.groups, errors)
    if len(errors.elements) > 1 and errors.force_rmse_mev_per_angstrom is not None:
        print_errors("forces on", errors.elements)
    if n_worst:
        worst = predictions.worst(n_worst)
        for title, rows in (("worst energies", worst.by_energy), ("worst forces", worst.by_forces)):
            if rows:
                print_worst(title, rows)
