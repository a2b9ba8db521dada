"""What the LAMMPS tests share: model directories with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from charged_model import ALPHA, CHARGES, RADIUS, REAL_CUTOFF
from random_model import random_model
from structures import NAMES, structure

from nnpot import _core

FUNCTIONS = [
    f"{center} {rest} {RADIUS}"
    for center in ("Si", "O")
    for rest in (
        "2 Si 0.3 0.0",
        "2 O 0.3 0.0",
        "2 O 2.0 1.8",
        "3 Si Si 0.02 1.0 1.0",
        "3 Si O 0.02 -1.0 2.0",
        "3 O O 0.05 1.0 4.0",
        "9 Si O 0.1 1.0 2.0",
        "9 O O 0.1 -1.0 1.0",
    )
]


@pytest.fixture(scope="session")
def model_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of silicon and oxygen; tests that damage it copy it first."""
    directory = tmp_path_factory.mktemp("model")
    _model().write(str(directory))
    return directory


@pytest.fixture(scope="session")
def committee(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four models that share their functions; the data of one cover less than those of the others."""
    directories = []
    for seed in (21, 22, 23, 24):
        names = NAMES[1:] if seed == 23 else NAMES
        model = random_model(
            [structure(name) for name in names], FUNCTIONS, 2, "t", "scale_center", seed=seed
        )
        directories.append(tmp_path_factory.mktemp(f"member_{seed}"))
        model.write(str(directories[-1]))
    return directories


@pytest.fixture(scope="session")
def charged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same model with charges, in both forms: with the part in real space and without it."""
    directories = {}
    for form, real_cutoff in (("full", REAL_CUTOFF), ("reciprocal", 0.0)):
        model = _model()
        model.long_range = _core.LongRange(form=form, alpha=ALPHA, real_cutoff=real_cutoff, charges=CHARGES)
        directories[form] = tmp_path_factory.mktemp(form)
        model.write(str(directories[form]))
    return directories


def _model() -> _core.Model:
    structures = [structure(name) for name in NAMES]
    return random_model(structures, FUNCTIONS, 2, "t", "scale_center", seed=21)
