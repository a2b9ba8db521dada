"""``data``: which frames to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from nnpot.training.config.lists import Paths, Seed
from nnpot.yaml_file import Finite, StrictModel

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class DataConfig(StrictModel):
    """Which frames to learn from, and how they are split."""

    train: Annotated[Paths, Field(min_length=1)]
    test: Paths = []
    units: Literal["metal", "real", "atomic"] | None = None
    validation_fraction: Fraction = 0.1
    test_fraction: Fraction = 0.0
    seed: Seed = 0
    atom_energies: Literal["fit"] | dict[str, Finite] = "fit"

    @model_validator(mode="after")
    def _something_to_train_on(self) -> DataConfig:
        if self.test and self.test_fraction > 0.0:
            raise ValueError("must not have both test files and test_fraction; keep one of them")
        if self.validation_fraction + self.test_fraction >= 1.0:
            raise ValueError("must leave frames to train on: validation_fraction + test_fraction < 1")
        return self

    def resolved(self, directory: Path) -> DataConfig:
        """The same with paths taken relative to ``directory``."""
        return self.model_copy(
            update={
                "train": [directory / path for path in self.train],
                "test": [directory / p for p in self.test],
            }
        )
