"""What the tests share: structures and models with random weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import quick_training
from ase import Atoms
from random_model import random_model
from structures import NAMES, structure

from nnpot import Potential, _core

NARROW = [  # cutoff 4.6 Å: radial with and without shift, angular with r_jk in the cutoff and without
    line.format(center=center, radius=4.6)
    for center in ("Si", "O")
    for line in (
        "{center} 2 Si 0.3 0.0 {radius}",
        "{center} 2 O 0.3 0.0 {radius}",
        "{center} 2 O 2.0 1.8 {radius}",
        "{center} 3 Si Si 0.02 1.0 1.0 {radius}",
        "{center} 3 Si O 0.02 -1.0 2.0 {radius}",
        "{center} 3 O O 0.05 1.0 4.0 {radius}",
        "{center} 9 Si O 0.1 1.0 2.0 {radius}",
        "{center} 9 O O 0.1 -1.0 1.0 {radius} 0.4",
    )
]
COMPACT = [  # weighted by atomic numbers and with compact support
    line.format(center=center)
    for center in ("Si", "O")
    for line in (
        "{center} 12 0.3 0.5 4.6",
        "{center} 13 0.02 0.0 -1.0 2.0 4.6",
        "{center} 20 Si -4.6 4.6 p2",
        "{center} 20 O 0.8 4.0 e",
        "{center} 21 Si O 0.0 4.6 20.0 160.0 p3",
        "{center} 22 O O 0.5 4.6 -120.0 120.0 p2a",
        "{center} 23 1.0 4.6 p4",
        "{center} 24 -4.6 4.6 60.0 300.0 p2",
        "{center} 25 0.0 4.6 30.0 150.0 p3a",
    )
]
RADIAL = [
    f"{center} 2 {other} {eta} 0.0 5.2"
    for center in ("Si", "O")
    for other in ("Si", "O")
    for eta in (0.1, 0.6)
]


@pytest.fixture(params=NAMES)
def any_structure(request: pytest.FixtureRequest) -> Atoms:
    """Each of the structures in turn."""
    return structure(request.param)


@pytest.fixture(scope="session")
def model() -> _core.Model:
    """Silicon and oxygen; radial and angular functions, tanh, cosine cutoff."""
    return random_model([structure(name) for name in NAMES], NARROW, 1, "t", "scale_center", seed=11)


@pytest.fixture(scope="session")
def smooth_model() -> _core.Model:
    """Silicon and oxygen; radial functions only, softplus, polynomial cutoff, scaled by sigma."""
    return random_model([structure(name) for name in NAMES], RADIAL, 6, "p", "sigma", seed=12)


@pytest.fixture(scope="session")
def compact_model() -> _core.Model:
    """Silicon and oxygen; the weighted and compact functions that n2p2 added."""
    return random_model([structure(name) for name in NAMES], COMPACT, 6, "t", "scale_center", seed=13)


@pytest.fixture(scope="session")
def model_directory(model: _core.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``model`` on the disk; tests that damage it copy it first."""
    directory = tmp_path_factory.mktemp("model")
    model.write(str(directory))
    return directory


@pytest.fixture(scope="session")
def potential(model: _core.Model) -> Potential:
    """The potential of ``model``."""
    return Potential(model)


@pytest.fixture(scope="session", params=["model", "smooth_model", "compact_model"])
def any_potential(request: pytest.FixtureRequest) -> Potential:
    """The potential of each model in turn."""
    return Potential(request.getfixturevalue(request.param))


@pytest.fixture
def eagerly() -> Iterator[None]:
    """TensorFlow works uncompiled: compiling would take longer than all epochs of a small training."""
    with quick_training.uncompiled():
        yield


@pytest.fixture
def unreported() -> Iterator[None]:
    """Trainings leave no report."""
    with quick_training.unreported():
        yield
