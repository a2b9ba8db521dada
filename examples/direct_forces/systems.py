"""The data: silicon from DFT, silica from a classical potential, and little for the quick version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ase import Atoms

from nnpot.errors import InvalidInputError
from nnpot.io import read_frames, write_frames
from nnpot.study import sample_frames

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SILICON = ROOT.parent / "shared" / "data" / "mlearn" / "Si"


@dataclass(frozen=True)
class System:
    """Frames to train on and to judge by."""

    name: str
    title: str
    origin: Path
    """A folder with ``training.xyz`` and ``test.xyz``, or a recipe to sample by."""
    start_groups: tuple[str, ...]
    """Of the test frames from which motion begins."""
    fraction: float = 1.0
    """Of the recipe's frames."""
    gradients: tuple[Path, Mapping[str, Any]] = (HERE / "gradients.yaml", {})
    """The configuration of the energy network, and what is changed in it; direct models have one for all."""
    epochs: Mapping[str, int] = field(default_factory=dict)
    """By kind of model, where it is not what its configuration says."""

    def prepare(self, folder: Path) -> None:
        """Leave ``train.xyz`` and ``test.xyz`` in a folder.

        Raises
        ------
        InvalidInputError
            If the data are not there; the message says where to get them.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if self.origin.suffix == ".yaml":
            sample_frames(self.origin, folder, self.fraction)
            return
        for name, wanted in (("training.xyz", "train.xyz"), ("test.xyz", "test.xyz")):
            source = self.origin / name
            if not source.exists():
                raise InvalidInputError(
                    f"{source}: is not there. These are the data of the mlearn repository (Zuo et al. 2020; "
                    f"github.com/materialsvirtuallab/mlearn, data/Si); examples/seed_study/convert.py makes "
                    f"the files, --data names their folder, --only silica does without"
                )
            write_frames(folder / wanted, read_frames(source))

    def starts(self, frames: Sequence[Atoms], n: int) -> list[Atoms]:
        """The calmest test frames of the groups that motion begins from: those with the smallest forces."""
        chosen = [frame for frame in frames if frame.info.get("group") in self.start_groups]
        by_force = sorted(chosen, key=lambda frame: float((frame.get_forces() ** 2).mean()))
        return by_force[:n]


def silicon(data: Path = SILICON) -> System:
    """Published DFT data."""
    return System("silicon", "Si, DFT", data, ("AIMD-NVT", "Vacancy"))


AS_SILICON = {
    "network": {"hidden": [25, 25]},
    "loss": {"energy_weight": 100.0, "group_weights": {}},
    "optimizer": {"kalman": {"forgetting_rate": 0.998}},
    "training": {"epochs": 15, "seed": 1, "threads": 2},
}
"""All but the functions of examples/silica: pairs come so close that the automatic ones are too wide."""
SILICA = System(
    "silica",
    "SiO2, Vashishta",
    ROOT / "examples" / "silica" / "sample.yaml",
    ("glass", "glass, cold", "alpha-quartz", "alpha-cristobalite", "large cells"),
    fraction=0.1,
    gradients=(ROOT / "examples" / "silica" / "train.yaml", AS_SILICON),
)
FEW_EPOCHS = {"gradients": 3, "equivariant": 15, "ellipsoids": 15, "spheres": 15}
QUICK = System("quick", "Si, Stillinger-Weber", HERE / "quick.yaml", ("crystal",), epochs=FEW_EPOCHS)
