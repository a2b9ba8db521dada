"""What the studies are about: data, goals, and what others reached on the same data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnpot.errors import InvalidInputError

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
Range = tuple[float, float]
"""Lowest and highest; twice the same where there is one value."""


@dataclass(frozen=True)
class Goal:
    """What the median of the seeds must reach on the test frames; minutes are those of the slowest."""

    energy: float
    """meV/atom"""
    force: float
    """meV/Å"""
    minutes: float


@dataclass(frozen=True)
class Published:
    """Errors on the same test frames by another potential or code."""

    name: str
    energy: Range
    """meV/atom"""
    force: Range
    """meV/Å"""
    minutes: str = ""
    """Of training, in words, where known."""


@dataclass(frozen=True)
class Study:
    """Data that are given, and what is asked of a potential for them; ``NAME.yaml`` is its configuration."""

    name: str
    title: str
    data: Path
    """Where the data are expected."""
    train_file: str
    test_file: str
    origin: str
    """How to get the data, for who has none."""
    goal: Goal
    quick_goal: Goal
    quick_changes: Mapping[str, Any]
    """What the configuration of the quick version has otherwise."""
    published: tuple[Published, ...]

    @property
    def config_file(self) -> Path:
        """The configuration of the training."""
        return HERE / f"{self.name}.yaml"

    def files(self, directory: Path) -> tuple[Path, Path]:
        """The training and the test file in a directory.

        Raises
        ------
        InvalidInputError
            If one of them is not there.
        """
        train, test = directory / self.train_file, directory / self.test_file
        for file in (train, test):
            if not file.is_file():
                raise InvalidInputError(f"{file}: not found; name its directory by --data. {self.origin}")
        return train, test


DFT_SILICON = Study(
    name="dft_silicon",
    title="DFT silicon (Zuo et al. 2020)",
    data=DATA / "mlearn" / "Si",
    train_file="training.xyz",
    test_file="test.xyz",
    origin="The data are those of the mlearn repository (Zuo et al. 2020, J. Phys. Chem. A; "
    "github.com/materialsvirtuallab/mlearn, data/Si); examples/seed_study/convert.py makes these files",
    goal=Goal(energy=4.5, force=105.0, minutes=30.0),
    quick_goal=Goal(energy=6.4, force=119.0, minutes=3.4),
    quick_changes={"network": {"members": 1}, "loss": {"energy_weight": 200.0, "stress_weight": 1.0}},
    published=(
        Published("network, published with the data", (6.9, 6.9), (170.0, 170.0)),
        Published("SNAP, published with the data", (8.1, 8.1), (205.0, 205.0)),
        Published("qSNAP, published with the data", (5.5, 5.5), (177.0, 177.0)),
        Published("n2p2's nnp-train, Kalman", (6.4, 7.8), (119.0, 123.0), "3.4"),
    ),
)
SW_SILICON = Study(
    name="sw_silicon_training",
    title="Stillinger-Weber silicon, 216 frames",
    data=DATA / "sw_silicon",
    train_file="train.xyz",
    test_file="test.xyz",
    origin="Without these files, `nnpot sample silicon_sw --seed 1 -o DIR/train.xyz` and "
    "`nnpot sample silicon_sw --seed 2 --fraction 0.2 -o DIR/test.xyz` make others of the kind",
    goal=Goal(energy=1.0, force=35.0, minutes=30.0),
    quick_goal=Goal(energy=2.1, force=69.0, minutes=63.0 / 60.0),
    quick_changes={"descriptor": {"automatic": {"resolution": "medium"}}, "training": {"epochs": 25}},
    published=(
        Published("n2p2's nnp-train, 31 functions, 10 epochs", (2.1, 2.8), (69.0, 69.0), "1.05 to 1.3"),
        Published("n2p2's nnp-train, 50 functions, 30 epochs", (0.8, 1.1), (41.0, 41.0), "13.8"),
    ),
)
STUDIES = {study.name: study for study in (DFT_SILICON, SW_SILICON)}
