"""Sampling recipes: what is sampled, with which potential, how hot and how long."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import ase.build
import ase.io
import ase.spacegroup
from ase import Atoms
from ase.data import atomic_numbers
from pydantic import AfterValidator, Field, PositiveInt, model_validator

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.lammps.runtime import PairCommands, fill_in_path
from nnpot.support.limited_types import Duration, Frames, Repeats
from nnpot.support.messages import shortened
from nnpot.support.yaml_file import Finite, NotNegative, Positive, StrictModel, read_yaml

if TYPE_CHECKING:
    from typing_extensions import Self

Strain = Annotated[float, Field(ge=0.0, lt=0.5)]


def _different_symbols(elements: list[str]) -> list[str]:
    unknown = [symbol for symbol in elements if atomic_numbers.get(symbol, 0) == 0]
    if unknown or len(set(elements)) < len(elements):
        raise ValueError(f"must be different chemical symbols; look at {unknown or elements}")
    return elements


Elements = Annotated[list[str], Field(min_length=1), AfterValidator(_different_symbols)]
"""The elements of LAMMPS's atom types, in their order."""


class Crystal(StrictModel):
    """A cell from ``ase.build.bulk``: lattice constants in Å."""

    name: str
    crystalstructure: str
    a: Positive
    c: Positive | None = None
    cubic: bool = False
    orthorhombic: bool = False

    def build(self) -> Atoms:
        """The cell."""
        return ase.build.bulk(**vars(self))


SURFACES = ("diamond100", "diamond111", "fcc100", "fcc110", "fcc111", "bcc100", "bcc110", "bcc111", "hcp0001")


class Surface(StrictModel):
    """A slab from ``ase.build`` with vacuum on both sides (Å); ``size`` counts surface cells and layers."""

    facet: Literal[SURFACES]  # type: ignore[valid-type]
    name: str
    size: tuple[Repeats, Repeats, Repeats]
    a: Positive
    vacuum: Positive

    def build(self) -> Atoms:
        """The slab, periodic in all directions: the vacuum keeps its images apart."""
        slab: Atoms = getattr(ase.build, self.facet)(self.name, self.size, a=self.a, vacuum=self.vacuum)
        slab.pbc = True
        return slab


class SpaceGroup(StrictModel):
    """A crystal as publications give it: space group, cell, and the sites that differ by symmetry.

    ``number`` is that of the International Tables, in ASE's setting ``setting``; ``cell`` holds a, b, c in Å
    and α, β, γ in degrees; each of ``sites`` an element and its fractional coordinates.
    """

    number: Annotated[int, Field(ge=1, le=230)]
    setting: Literal[1, 2] = 1
    cell: tuple[Positive, Positive, Positive, Positive, Positive, Positive]
    sites: Annotated[list[tuple[str, Finite, Finite, Finite]], Field(min_length=1)]

    def build(self) -> Atoms:
        """The conventional cell."""
        atoms = ase.spacegroup.crystal(
            [site[0] for site in self.sites],
            [site[1:] for site in self.sites],
            spacegroup=self.number,
            setting=self.setting,
            cellpar=self.cell,
        )
        return Atoms(atoms.symbols, positions=atoms.positions, cell=atoms.cell, pbc=True)


class Structure(StrictModel):
    """Where a group starts from: exactly one of a crystal, a space group, a surface, a file."""

    crystal: Crystal | None = None
    space_group: SpaceGroup | None = None
    surface: Surface | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Structure:
        kinds = tuple(type(self).model_fields)
        given = [name for name in kinds if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"must have exactly one of {', '.join(kinds)}; got {given or 'none'}")
        return self

    def build(self) -> Atoms:
        """The starting structure."""
        if self.file is not None:
            return _read_structure(self.file)
        source = self.crystal or self.space_group or self.surface
        assert source is not None, "one of the four is there"
        try:
            return source.build()
        except (ValueError, KeyError, RuntimeError) as error:
            what, reason = (shortened(text, quoted=False) for text in (repr(source), str(error)))
            raise InvalidInputError(f"ASE cannot build {what}: {reason}") from error


def _read_structure(path: Path) -> Atoms:
    try:
        atoms = ase.io.read(path)
    except (OSError, FileFormatError):
        raise
    except Exception as error:
        raise FileFormatError(f"{path}: ASE cannot read a structure from it: {error}") from error
    assert isinstance(atoms, Atoms), "without an index ASE gives one structure"
    return atoms


class Melt(StrictModel):
    """Heating before the equilibration, to lose all memory of the starting structure.

    With ``cooling`` (ps) the temperature then falls evenly to that of the frames, without it at once.
    """

    temperature: Positive
    duration: Duration
    cooling: NotNegative = 0.0


class Start(StrictModel):
    """What a trajectory starts from: a structure, repeated, strained, with atoms out and others in."""

    structure: Structure
    repeat: tuple[Repeats, Repeats, Repeats] = (1, 1, 1)
    strain: Strain = 0.0
    vacuum: NotNegative = 0.0
    vacancies: Annotated[int, Field(ge=0)] | dict[str, PositiveInt] = 0
    interstitials: list[str] = []

    def with_file_beside(self, folder: Path) -> Self:
        """The same with the structure's file, if it has one, taken relative to a folder."""
        file = self.structure.file
        if file is None or file.is_absolute():
            return self
        structure = self.structure.model_copy(update={"file": folder / file})
        return self.model_copy(update={"structure": structure})


class Group(Start):
    """Frames of one kind: independent trajectories that go through all temperatures and densities in turn.

    Each trajectory draws its own strain, vacancies, interstitials and velocities, is equilibrated, and
    gives ``frames_per_trajectory`` frames that are ``interval`` apart.
    """

    name: str
    temperature: Annotated[list[Positive], Field(min_length=1)]
    density: Annotated[list[Positive], Field(min_length=1)] | None = None
    pressure: Annotated[list[Finite], Field(min_length=1)] | None = None
    melt: Melt | None = None
    equilibration: NotNegative = 2.0
    interval: Duration = 0.2
    frames_per_trajectory: Frames = 5
    n_frames: Frames

    @model_validator(mode="after")
    def _one_volume(self) -> Group:
        if self.pressure is not None and (self.density is not None or self.strain > 0.0 or self.vacuum > 0.0):
            raise ValueError(
                "pressure lets the cell go where it wants: give it without density, strain and vacuum"
            )
        return self

    @property
    def n_trajectories(self) -> int:
        """Trajectories that give the frames."""
        return -(-self.n_frames // self.frames_per_trajectory)

    @property
    def preparation(self) -> float:
        """Time before a trajectory counts, ps."""
        melt = self.melt.duration + self.melt.cooling if self.melt else 0.0
        return self.equilibration + melt

    @property
    def simulated_time(self) -> float:
        """The time of all trajectories together, ps."""
        return self.n_trajectories * self.preparation + self.n_frames * self.interval

    def conditions(self) -> list[tuple[float, float | None, float | None]]:
        """Temperature (K), density (g/cm³) and pressure (GPa) of each trajectory until all are met once."""
        nothing: list[float | None] = [None]
        densities, pressures = self.density or nothing, self.pressure or nothing
        return [
            (temperature, density, pressure)
            for density in densities
            for pressure in pressures
            for temperature in self.temperature
        ]


class Recipe(StrictModel):
    """A potential in LAMMPS and the groups of frames to sample with it."""

    elements: Elements
    pair_style: str
    pair_coeff: Annotated[list[str], Field(min_length=1)]
    charges: dict[str, Finite] | None = None
    kspace_style: str | None = None
    timestep: Positive = 1.0
    groups: Annotated[list[Group], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> Recipe:
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names):
            raise ValueError(f"groups must have different names, got {names}")
        return self

    @model_validator(mode="after")
    def _charges_of_all(self) -> Recipe:
        if self.kspace_style is not None and self.charges is None:
            raise ValueError("kspace_style needs charges: give those of all elements")
        if self.charges is not None and sorted(self.charges) != sorted(self.elements):
            raise ValueError(
                f"charges must have each of {', '.join(self.elements)}; got {', '.join(self.charges)}"
            )
        return self

    @property
    def pair(self) -> PairCommands:
        """The potential."""
        charges = tuple(self.charges[symbol] for symbol in self.elements) if self.charges else ()
        return PairCommands(self.pair_style, tuple(self.pair_coeff), charges, self.kspace_style or "")

    @property
    def n_frames(self) -> int:
        """Frames of all groups together."""
        return sum(group.n_frames for group in self.groups)

    def reduced(self, fraction: float) -> Recipe:
        """The same recipe with this fraction of the frames of every group and trajectory, one at least."""
        if not 0.0 < fraction <= 1.0:
            raise InvalidInputError(f"fraction must be > 0 and at most 1, got {fraction}")

        def fewer(count: int) -> int:
            return max(1, round(fraction * count))

        groups = []
        for group in self.groups:
            per_trajectory = fewer(group.frames_per_trajectory)
            counts = {"n_frames": fewer(group.n_frames), "frames_per_trajectory": per_trajectory}
            groups.append(group.model_copy(update=counts))
        return self.model_copy(update={"groups": groups})


def builtin_recipes() -> list[str]:
    """Names of the recipes that come with the package."""
    folder = resources.files("nnpot.reference") / "recipes"
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load_recipe(source: str | Path) -> Recipe:
    """Read and check a recipe.

    ``source``: a YAML file, or the name of a recipe that comes with the package. Raises `InvalidInputError`
    if it is neither, or a value is wrong; the message names the key.
    """
    if str(source) in builtin_recipes():
        with resources.as_file(resources.files("nnpot.reference") / "recipes" / f"{source}.yaml") as path:
            return read_yaml(Recipe, path)
    path = Path(source)
    if not path.exists():
        names = ", ".join(builtin_recipes())
        raise InvalidInputError(
            f"{source}: no such file, and no built-in recipe of this name (there are: {names})"
        )
    recipe = read_yaml(Recipe, path)
    groups = [group.with_file_beside(path.parent) for group in recipe.groups]
    coefficients = with_here(recipe.pair_coeff, path.parent)
    return recipe.model_copy(update={"groups": groups, "pair_coeff": coefficients})


def with_here(coefficients: list[str], folder: Path) -> list[str]:
    """Lines of ``pair_coeff`` with ``{here}`` filled in."""
    return [fill_in_path(text, "{here}", folder) if "{here}" in text else text for text in coefficients]
