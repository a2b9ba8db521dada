"""``data``: which frames to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from nnpot.io.feature_files import is_feature_file
from nnpot.support.limited_types import Seed
from nnpot.support.yaml_file import Finite, StrictModel
from nnpot.training.config.lists import Names, Paths

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]

FILES = {"train", "validation", "test"}
"""Keys of ``data`` that name files."""
COMPONENTS = {"xx", "yy", "zz", "yz", "xz", "xy"}


class LabelsConfig(StrictModel):
    """The names of the reference values in the files, where they are not ASE's; None for ASE's."""

    energy: str | None = None
    forces: str | None = None
    stress: str | None = None
    stress_unit: Literal["eV/A^3", "GPa", "kbar", "eV"] = "eV/A^3"
    """``eV`` stands for a virial: the stress times the volume."""
    stress_order: str = "xx yy zz yz xz xy"
    stress_positive: Literal["tension", "compression"] | None = None
    """None for tension, and for compression where ``stress_unit`` is ``eV``."""

    @field_validator("stress_order")
    @classmethod
    def _six_components(cls, order: str) -> str:
        if len(order.split()) != 6 or set(order.split()) != COMPONENTS:
            raise ValueError(f"must name xx, yy, zz, yz, xz and xy, each once, got '{order}'")
        return order

    @model_validator(mode="after")
    def _no_unit_of_nothing(self) -> LabelsConfig:
        about_stress = (self.stress_unit, self.stress_order, self.stress_positive)
        if self.stress is None and about_stress != ("eV/A^3", "xx yy zz yz xz xy", None):
            raise ValueError(
                "must say by stress which key stress_unit, stress_order and stress_positive are about"
            )
        return self

    @property
    def compression_is_positive(self) -> bool:
        """Whether the stress has the sign of a pressure or virial."""
        return self.stress_positive == "compression" or (
            self.stress_positive is None and self.stress_unit == "eV"
        )


class DataConfig(StrictModel):
    """Which frames to learn from, and how they are split."""

    train: Annotated[Paths, Field(min_length=1)]
    validation: Paths = []
    test: Paths = []
    format: Literal["features"] | None = None
    """Of all files, where their names do not say it; None to find it out."""
    units: Literal["metal", "real", "atomic"] | None = None
    labels: LabelsConfig = LabelsConfig()
    validation_fraction: Fraction = 0.1
    """Not used where validation files or groups are named."""
    test_fraction: Fraction = 0.0
    validation_groups: Names = []
    test_groups: Names = []
    split: Literal["stratified", "random"] = "stratified"
    """Of the fractions: over each group alike, or over all frames alike."""
    seed: Seed = 0
    atom_energies: Literal["fit"] | dict[str, Finite] = "fit"

    @model_validator(mode="after")
    def _one_way_to_a_test(self) -> DataConfig:
        if (self.test or self.test_groups) and self.test_fraction > 0.0:
            named = "test files" if self.test else "test_groups"
            raise ValueError(f"must not have both {named} and test_fraction; keep one of them")
        return self

    @model_validator(mode="after")
    def _every_file_and_group_once(self) -> DataConfig:
        twice = sorted(set(self.validation_groups) & set(self.test_groups))
        if twice:
            raise ValueError(f"must not have {twice[0]} in both validation_groups and test_groups")
        files = [*self.train, *self.validation, *self.test]
        again = next((path for number, path in enumerate(files) if path in files[:number]), None)
        if again is not None:
            raise ValueError(f"must not name a file twice in train, validation and test, got {again}")
        return self

    @model_validator(mode="after")
    def _something_to_train_on(self) -> DataConfig:
        if self.random_validation + self.test_fraction >= 1.0:
            raise ValueError("must leave frames to train on: validation_fraction + test_fraction < 1")
        return self

    @model_validator(mode="after")
    def _features_alone(self) -> DataConfig:
        files = [*self.train, *self.validation, *self.test]
        others = [path for path in files if not is_feature_file(path)]
        if self.has_features and self.format is None and others:
            raise ValueError(
                f"must not have {others[0]} beside feature files: a model sees features or positions"
            )
        found = {
            f"units: {self.units}": self.units not in (None, "metal"),
            "labels": self.labels != LabelsConfig(),
        }
        if self.has_features and any(found.values()):
            names = " and ".join(name for name, present in found.items() if present)
            raise ValueError(f"must not have {names} beside feature files, which hold energies in eV alone")
        return self

    @property
    def has_features(self) -> bool:
        """Whether the files are feature files: frames without positions."""
        files = [*self.train, *self.validation, *self.test]
        return self.format == "features" or any(map(is_feature_file, files))

    @property
    def random_validation(self) -> float:
        """The fraction of the training frames to validate with, 0 where files or groups are named for it."""
        return 0.0 if self.validation or self.validation_groups else self.validation_fraction

    def resolved(self, directory: Path) -> DataConfig:
        """The same with paths taken relative to ``directory``."""
        return self.model_copy(
            update={name: [directory / path for path in getattr(self, name)] for name in FILES}
        )
