"""The configuration of a learning loop: one YAML file, checked whole before any work."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from nnpot.lammps.runtime import PairCommands
from nnpot.reference.recipe import Elements, Start, with_here
from nnpot.support.files import FileName
from nnpot.support.limited_types import Duration, Epochs, Frames, Repeats, Rounds, Seed, Threads
from nnpot.support.limits import MOST_FRAMES
from nnpot.support.yaml_file import Finite, NotNegative, Positive, StrictModel, read_yaml
from nnpot.training.config import (
    DescriptorConfig,
    LongRangeConfig,
    LossConfig,
    NetworkConfig,
    OptimizerConfig,
    RunConfig,
    TrainingConfig,
)
from nnpot.training.config.sections import Paths

Share = Annotated[float, Field(gt=0.0, le=1.0)]
Section = TypeVar("Section", bound=StrictModel)
MEMBERS = 4  # of a committee, where no number is given
MAY_CHANGE: Any = {
    "start": True,
    "test": True,
    "max_rounds": True,
    "reference": {"workers", "scheduler", "time_limit"},
    "exploration": {"workers"},
    "training": {"training": {"max_minutes", "checkpoint_seconds", "threads", "jacobian", "memory_limit"}},
}
"""Keys that may change between the parts of a loop; start and test are file names, and kept in the loop."""


class StartConfig(StrictModel):
    """The first frames, with energies and forces: exactly one of files and a sampling recipe."""

    frames: Paths = []
    recipe: str | None = None
    """A file, or the name of a recipe that comes with the package; its labels are its own potential's."""
    seed: Seed = 0  # of the recipe

    @model_validator(mode="after")
    def _exactly_one(self) -> StartConfig:
        if bool(self.frames) == (self.recipe is not None):
            raise ValueError("must have exactly one of frames and recipe")
        return self


class LammpsReference(StrictModel):
    """A pair style of LAMMPS, as in a sampling recipe."""

    pair_style: str
    pair_coeff: Annotated[list[str], Field(min_length=1)]

    @property
    def pair(self) -> PairCommands:
        """The potential."""
        return PairCommands(self.pair_style, tuple(self.pair_coeff))


class AseReference(StrictModel):
    """Any class or function that gives an ASE calculator."""

    calculator: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")]
    """Where it is imported from, for example ``ase.calculators.emt.EMT``."""
    arguments: dict[str, Any] = {}
    """Its keywords; ``{directory}`` in a text is replaced by a directory for this frame alone."""


class ReferenceConfig(StrictModel):
    """What gives energies and forces: exactly one of LAMMPS and ASE."""

    lammps: LammpsReference | None = None
    ase: AseReference | None = None
    workers: Threads = 1
    scheduler: str | None = None
    time_limit: Positive | None = 1440.0
    """Minutes for one label; one that takes longer is ended and counts as failed. None: no limit."""
    largest_force: Positive = 100.0  # eV/Å; a label with a larger one counts as failed

    @model_validator(mode="after")
    def _exactly_one(self) -> ReferenceConfig:
        if (self.lammps is None) == (self.ase is None):
            raise ValueError("must have exactly one of lammps and ase")
        return self


class TrainingSections(StrictModel):
    """The sections of `nnpot train`'s configuration but for the data, which the loop collects."""

    validation_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    atom_energies: Literal["fit"] | dict[str, Finite] = "fit"
    descriptor: DescriptorConfig
    network: NetworkConfig = NetworkConfig(members=MEMBERS)
    long_range: LongRangeConfig | None = None
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    training: RunConfig = RunConfig()

    @model_validator(mode="before")
    @classmethod
    def _four_members(cls, values: Any) -> Any:
        """The default of the number of members is not that of a single training."""
        network = values.get("network") if isinstance(values, dict) else None
        if isinstance(network, dict) and "members" not in network:
            return values | {"network": network | {"members": MEMBERS}}
        return values

    @model_validator(mode="after")
    def _a_committee(self) -> TrainingSections:
        if self.network.members < 2:
            raise ValueError(
                f"must have network.members of 2 or more: their spread is what trust rests on, "
                f"got {self.network.members}"
            )
        if self.training.start_from is not None:
            raise ValueError("must not have training.start_from: the loop starts each training itself")
        return self


class RetrainingConfig(StrictModel):
    """What is different when a committee is trained further; None for no difference."""

    epochs: Epochs | None = None
    initial_rate: Positive | None = None
    final_rate: Positive | None = None
    fresh_beyond: Positive | None = 3.0
    """New functions and weights where a function spreads over the data this many times wider than it did over
    the frames that scale it; None: never."""


class RunConditions(Start):
    """Molecular dynamics with the committee, along a path of temperatures."""

    temperature: Annotated[list[Positive], Field(min_length=1)]
    """K, evenly spaced in time; a single one is kept."""
    duration: Duration  # ps
    density: Positive | None = None  # g/cm³, to which the cell is scaled
    pressure: Finite | None = None  # GPa: the volume is free
    trajectories: Repeats = 1  # with velocities, strains and vacancies of their own

    @model_validator(mode="after")
    def _one_volume(self) -> RunConditions:
        if self.pressure is not None and (self.density is not None or self.strain > 0.0):
            raise ValueError("pressure lets the cell go where it wants: give it without density and strain")
        return self


class Stage(StrictModel):
    """Runs that are to be trusted before the next, harder stage begins."""

    name: Annotated[str, Field(pattern=r"^[\w .,+-]+$")]
    runs: Annotated[list[RunConditions], Field(min_length=1)]


class ExplorationConfig(StrictModel):
    """The runs in which the committee is to be trusted."""

    stages: Annotated[list[Stage], Field(min_length=1)]
    timestep: Positive = 1.0  # fs
    interval: Positive = 0.01  # ps between two looks at the committee's spread
    workers: Threads = 1  # trajectories at once

    @model_validator(mode="after")
    def _looked_at(self) -> ExplorationConfig:
        durations = [run.duration for stage in self.stages for run in stage.runs]
        shortest, longest = min(durations), max(durations)
        if longest / self.interval > MOST_FRAMES:
            raise ValueError(
                f"must look at a run at most {MOST_FRAMES} times, got a duration of {longest:g} ps and an "
                f"interval of {self.interval:g} ps"
            )
        if shortest < self.interval:
            raise ValueError(
                f"must look at each run once or more often: expected durations of at least the interval of "
                f"{self.interval:g} ps, got {shortest:g} ps"
            )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> ExplorationConfig:
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names):
            raise ValueError(f"stages must have different names, got {names}")
        return self


class Limits(StrictModel):
    """Limits: below ``low`` a step is trusted; above ``high`` the run is stopped."""

    low: Positive
    high: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Limits:
        if self.high <= self.low:
            raise ValueError(f"must have high > low, got {self.high:g} <= {self.low:g}")
        return self


class TrustConfig(StrictModel):
    """When a step is trusted, and when enough of them are."""

    force_spread: Limits  # eV/Å, of the atom with the largest
    grade: Limits = Limits(low=0.1, high=1.0)
    """Bounds on extrapolation: how far outside the training range, in widths of it, of the worst atom."""
    share: Share = 0.98  # of the steps of a stage


class SelectionConfig(StrictModel):
    """The choice of the uncertain frames that are labelled."""

    most_frames: Frames = 50  # in a round
    smallest_distance: NotNegative = 0.02
    """Between the surroundings of atoms, in widths of the functions' ranges: frames without an atom that is
    farther than this from all that is known are near-duplicates."""


class LearningConfig(StrictModel):
    """Everything ``nnpot learn`` needs to know; units are eV, Å, ps, K, GPa and g/cm³."""

    elements: Elements
    start: StartConfig
    reference: ReferenceConfig
    test: Paths = []
    training: TrainingSections
    retraining: RetrainingConfig = RetrainingConfig()
    exploration: ExplorationConfig
    trust: TrustConfig
    selection: SelectionConfig = SelectionConfig()
    max_rounds: Rounds = 10
    seed: Seed = 0

    def fingerprint(self) -> str:
        """A text of all that decides the outcome."""
        return self.model_dump_json(exclude=MAY_CHANGE, indent=2)

    def first_training(self, data: list[Path]) -> TrainingConfig:
        """The training of new functions and weights."""
        return TrainingConfig.model_validate(self._sections(data))

    def further_training(self, data: list[Path], start_from: Path) -> TrainingConfig:
        """The training that goes on from the weights of a committee."""
        sections = self._sections(data) | {"descriptor": None}
        changes: dict[str, Any] = {name: value for name, value in self.retraining if value is not None}
        rates: dict[str, Any] = {name: value for name, value in changes.items() if name.endswith("_rate")}
        run = {"start_from": start_from, "epochs": changes.get("epochs", self.training.training.epochs)}
        sections["network"] = {name: getattr(self.training.network, name) for name in ("members", "dropout")}
        sections["optimizer"] = self.training.optimizer.model_copy(update=rates)
        sections["training"] = self.training.training.model_copy(update=run)
        return TrainingConfig.model_validate(sections)

    def _sections(self, data: list[Path]) -> dict[str, Any]:
        sections = dict(self.training)
        of_data = {name: sections.pop(name) for name in ("validation_fraction", "atom_energies")}
        return sections | {"data": {"train": data, **of_data}}

    def resolved(self, folder: Path) -> LearningConfig:
        """The same with all file names taken relative to a folder."""
        recipe, lammps = self.start.recipe, self.reference.lammps
        if recipe is not None and (folder / recipe).exists():
            recipe = str(folder / recipe)
        if lammps is not None:
            lammps = _changed(lammps, pair_coeff=with_here(lammps.pair_coeff, folder))
        stages = [
            _changed(stage, runs=[run.with_file_beside(folder) for run in stage.runs])
            for stage in self.exploration.stages
        ]
        return _changed(
            self,
            start=_changed(self.start, frames=[folder / path for path in self.start.frames], recipe=recipe),
            reference=_changed(self.reference, lammps=lammps),
            test=[folder / path for path in self.test],
            exploration=_changed(self.exploration, stages=stages),
        )


def _changed(section: Section, **values: Any) -> Section:
    return section.model_copy(update=values)


def load_config(path: FileName) -> LearningConfig:
    """Read and check a configuration; its file names are relative to its own directory.

    Raises `FileFormatError` if the file is not YAML; `InvalidInputError` if a key is unknown, missing or has
    a wrong value; one line that names each.
    """
    return read_yaml(LearningConfig, Path(path)).resolved(Path(path).parent)


def template() -> str:
    """A complete commented configuration, itself valid."""
    return resources.files("nnpot.learning").joinpath("template.yaml").read_text(encoding="utf-8")
