"""Generation of databases: random configurations, relaxed by random moves, the highest energies cut."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError, model_validator

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.lattice.database import Database, write_database
from nnpot.lattice.model import MOST_DIMENSIONS, Count, LatticeModel, LatticePotential, require_few_images
from nnpot.support.arrays import Array, Integers, Mask
from nnpot.support.digested import read_arrays, write_arrays
from nnpot.support.farm import run_tasks
from nnpot.support.files import atomic_write, read_text
from nnpot.support.limited_types import Frames
from nnpot.support.limits import MOST_REPEATS, MOST_ROUNDS
from nnpot.support.lock import locked_file
from nnpot.support.progress import progress
from nnpot.support.yaml_file import NotNegative, Positive, StrictModel, describe

POINTS_PER_PIECE = 500
"""A piece is computed as a whole, kept on the disk, and has its own random numbers: never change it."""
MOST_COORDINATES = 10**9  # of a database: 8 GB
LAST_EPOCHS = 10  # over which the acceptance of a point is averaged, as in the document's table 2
Share = Annotated[float, Field(gt=0.0, le=1.0)]


class GeneratorSettings(StrictModel):
    """What a database is to hold; the document's names stand behind the meaning."""

    points: Annotated[int, Field(gt=0, le=10**9)] = 25_000
    """How many before the cut, rounded up to the same number for each width (numberOfDatapoints)."""
    particles: Annotated[int, Field(gt=0, le=MOST_REPEATS)] = 4  # per cell (numberOfParticlesPerCell)
    dimensions: Annotated[int, Field(gt=0, le=MOST_DIMENSIONS)] = 2  # of space (numberOfDimensions)
    potential: LatticePotential = LatticePotential()  # of pairs and triplets (potentialEnergyFunction)
    count: Count = "document"  # how triplets count whose particles are in two cells
    widths: tuple[Positive, Positive] = (5.0, 5.0)  # the smallest and the largest (widthOfCell)
    number_of_widths: Frames = 1  # evenly between them, both included (numberOfWidths)
    depth: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] | None = None
    """The depth of images in the energies; without, what each width requires (depthOfSurroundingCells)."""
    relaxation_depth: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] = 1
    """The depth of the images in the relaxation (relaxationDepthOfSurroundingCells)."""
    epochs: Annotated[int, Field(ge=0, le=MOST_ROUNDS)] = 40
    """The epochs of the relaxation: each moves each particle once (amountOfEpochs)."""
    displacement: NotNegative = 0.1  # the largest, in each direction, of a move (maxDeltaPerEpoch)
    keep: Share = 0.9
    """The share of the points of each width, those with the lowest energies, that is kept (cutoff)."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0  # same seed, same database, however many cores compute it

    @model_validator(mode="after")
    def _widths_fit(self) -> GeneratorSettings:
        low, high = self.widths
        if low > high:
            raise ValueError(f"widths: the smallest must come first, got {low:g} and {high:g}")
        if self.number_of_widths == 1 and low != high:
            raise ValueError("number_of_widths must be 2 or more for a range of widths")
        if self.points * self.particles * self.dimensions > MOST_COORDINATES:
            raise ValueError(
                f"points, particles, dimensions: must be at most {MOST_COORDINATES} coordinates in all, got "
                f"{self.points * self.particles * self.dimensions}"
            )
        if self.depth is None and self.potential.form != "modified-lennard-jones":
            raise ValueError(f"depth must be stated, since {self.potential.form} has no cutoff")
        return self

    @property
    def all_widths(self) -> Array:
        """Shape (number_of_widths,)."""
        return np.linspace(*self.widths, self.number_of_widths)

    @property
    def points_per_width(self) -> int:
        """The number of points of each width before the cut."""
        return math.ceil(self.points / self.number_of_widths)

    @classmethod
    def checked(cls, **values: Any) -> GeneratorSettings:
        """Make settings as the constructor does, with faults in one line."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise InvalidInputError(describe(error, cls)) from error


@dataclass(frozen=True)
class Piece:
    """Some points of one width."""

    width_number: int
    first: int
    n_points: int


@dataclass(frozen=True)
class Points:
    """What comes out of a piece."""

    positions: Array
    energies: Array
    accepted: Integers  # moves by point and epoch


def pieces(settings: GeneratorSettings) -> list[Piece]:
    """The work, in order of widths."""
    n = settings.points_per_width
    return [
        Piece(width, first, min(POINTS_PER_PIECE, n - first))
        for width in range(settings.number_of_widths)
        for first in range(0, n, POINTS_PER_PIECE)
    ]


def compute(settings: GeneratorSettings, piece: Piece, threads: int | None = None) -> Points:
    """Draw, relax and evaluate the points of a piece."""
    model = LatticeModel(settings.potential, settings.count, threads)
    width = float(settings.all_widths[piece.width_number])
    number = piece.width_number * settings.points_per_width + piece.first
    random = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(number,)))
    start = random.uniform(0.0, width, (piece.n_points, settings.particles, settings.dimensions))
    widths = np.full(piece.n_points, width)
    how = settings.epochs, settings.displacement, settings.relaxation_depth, settings.seed
    relaxed, accepted = model.core.relax(start, widths, *how, number, threads or 0)
    return Points(relaxed, model.energies(relaxed, widths, settings.depth), accepted)


def generate(
    settings: GeneratorSettings, output: Path, threads: int | None = None, scheduler: str | None = None
) -> Database:
    """Generate a database into ``output``; what was broken off goes on where it ended.

    ``settings``: what it is to hold. ``output``: the file, as for `write_database`. Pieces are kept beside it
    until it is whole. ``threads``: how many to use here; None for all cores. ``scheduler``: address of a Dask
    scheduler whose workers are to compute the pieces. Raises `InvalidInputError` if pieces of a database with
    other settings are there.
    """
    shape, widths = (1, settings.particles, settings.dimensions), settings.all_widths
    for depth in (settings.depth, settings.relaxation_depth):
        depths = LatticeModel(settings.potential, settings.count).depths(widths, depth)
        require_few_images(shape, widths, depths, settings.potential)
    with locked_file(output):
        store = _Store(output.with_name(f"{output.name}.pieces"), settings)
        work = pieces(settings)
        missing = [piece for piece in work if not store.file(piece).exists()]
        with progress("generating", len(work) * POINTS_PER_PIECE) as bar:
            bar.advance((len(work) - len(missing)) * POINTS_PER_PIECE)
            for piece, points in _computed(settings, missing, threads, scheduler):
                store.write(piece, points)
                bar.advance(POINTS_PER_PIECE, width=f"{widths[piece.width_number]:.3g}")
        database = _assemble(settings, [store.read(piece) for piece in work])
        write_database(output, database)
        store.remove()
        return database


class _Store:
    """The pieces that are done, in a folder of their own."""

    def __init__(self, folder: Path, settings: GeneratorSettings) -> None:
        self._folder = folder
        text = json.dumps(settings.model_dump(), indent=2)
        said = folder / "settings.json"
        if said.exists() and read_text(said) != text:
            raise InvalidInputError(
                f"{folder}: holds pieces of a database with other settings; repeat them, or remove it"
            )
        folder.mkdir(exist_ok=True)
        with atomic_write(said) as stream:
            stream.write(text)

    def file(self, piece: Piece) -> Path:
        return self._folder / f"{piece.width_number:05d}_{piece.first:09d}.npz"

    def write(self, piece: Piece, points: Points) -> None:
        write_arrays(self.file(piece), **vars(points))

    def read(self, piece: Piece) -> Points:
        advice = "remove it and repeat the command"
        found = read_arrays(self.file(piece), "piece of a database", advice)
        if found.keys() != Points.__dataclass_fields__.keys():
            raise FileFormatError(f"{self.file(piece)}: is no piece of a database; {advice}")
        return Points(**found)

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _computed(
    settings: GeneratorSettings, work: list[Piece], threads: int | None, scheduler: str | None
) -> Iterator[tuple[Piece, Points]]:
    """Pieces as they come: here, or from Dask's workers, which have a thread for each core and piece."""
    if scheduler is None:
        yield from ((piece, compute(settings, piece, threads)) for piece in work)
        return
    for number, points in run_tasks(partial(compute, settings, threads=1), work, 1, scheduler):
        if isinstance(points, Exception):
            raise points
        yield work[number], points


def _assemble(settings: GeneratorSettings, found: list[Points]) -> Database:
    columns = zip(*(vars(points).values() for points in found), strict=True)
    positions, energies, accepted = map(np.concatenate, columns)
    widths = np.repeat(settings.all_widths, settings.points_per_width)
    shape = (settings.number_of_widths, settings.points_per_width)
    kept = _lowest(energies.reshape(shape), settings.keep).ravel()
    depths = LatticeModel(settings.potential).depths(widths, settings.depth)
    share = accepted.reshape(*shape, settings.epochs) / settings.particles
    last = share[:, :, -LAST_EPOCHS:]
    of_points = last.mean(axis=2) if settings.epochs else np.full(shape, np.nan)
    return Database(
        positions[kept],
        widths[kept],
        np.array(depths[kept]),
        energies[kept],
        settings.model_dump(mode="json"),
        share.mean(axis=1),
        np.stack([of_points.mean(axis=1), of_points.std(axis=1) / math.sqrt(shape[1])], axis=1),
    )


def _lowest(energies: Array, share: float) -> Mask:
    """Tell the energies of each row that do not exceed its quantile."""
    if share == 1.0:
        return np.ones(energies.shape, bool)
    return np.asarray(energies <= np.quantile(energies, share, axis=1, keepdims=True))
