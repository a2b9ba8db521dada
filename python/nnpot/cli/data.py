"""``nnpot data``: what a data set consists of, and what looks wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnpot.cli.prediction import UNITS

if TYPE_CHECKING:
    from nnpot.analysis.data_summary import DataSummary


@click.command(name="data", short_help="Show what a data set consists of, and what looks wrong.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--units", type=UNITS, help="Units of FILES, where not stated.")
def command(files: tuple[Path, ...], units: str | None) -> None:
    """Print a table of the frames in FILES and warnings about them.

    FILES are extended XYZ, RuNNer input.data (state --units), VASP OUTCAR, feature files (.features), or
    anything else that ASE reads;
    or one configuration of `nnpot train` (.yaml), whose data are then read and split as a training does it.
    Frames are counted from 0. The exit code is 0 also with warnings.
    """
    from nnpot.analysis.data_tables import WIDTH, print_summary
    from nnpot.support.terminal import plain_console

    console = plain_console(WIDTH)
    print_summary(console, _of_training(files[0]) if _is_configuration(files, units) else _of(files, units))


def _is_configuration(files: tuple[Path, ...], units: str | None) -> bool:
    if not any(path.suffix in (".yaml", ".yml") for path in files):
        return False
    if len(files) > 1 or units is not None:
        raise click.UsageError("a configuration stands alone and states its units itself")
    return True


def _of(files: tuple[Path, ...], units: str | None) -> DataSummary:
    from nnpot.analysis.data_summary import summarize
    from nnpot.io import read_frames
    from nnpot.io.labels import is_test_frame
    from nnpot.io.source import Source

    frames, sources = [], []
    for path in files:
        found = read_frames(path, units)
        frames += found
        sources += [Source(path, number) for number in range(len(found))]
    marked = ["test (set=test)" if is_test_frame(frame) else "train" for frame in frames]
    return summarize(frames, sources, marked if any(map(is_test_frame, frames)) else None)


def _of_training(path: Path) -> DataSummary:
    from nnpot.analysis.atom_energies import fit_atom_energies
    from nnpot.training import load_config
    from nnpot.training.data.frames import load_frames, summarize_split

    config = load_config(path).data
    split = load_frames(config)
    given = None if config.atom_energies == "fit" else config.atom_energies
    return summarize_split(split, fit_atom_energies(split.train, given))
