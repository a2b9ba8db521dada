"""What a round leaves behind: its files, and the record of what came out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ase import Atoms

from nnpot.errors import FileFormatError
from nnpot.io import read_frames
from nnpot.support.digested import read_record, write_record


@dataclass(frozen=True)
class StageOutcome:
    """How far the committee was trusted in the runs of a stage."""

    name: str
    share: float  # of the planned steps that were trusted; those after a stop were not
    trajectories: int
    stopped: int  # trajectories that were stopped


@dataclass(frozen=True)
class RoundOutcome:
    """What came out of a round; round 0 only trains on the first frames."""

    number: int
    labelled: int
    failed: int  # labels that failed
    frames: int  # all frames with labels, of all rounds so far
    trained: bool
    fresh: bool  # whether training chose functions and weights anew
    trusted: bool = False  # whether all stages are: the end of the loop
    stages: list[StageOutcome] = field(default_factory=list)
    candidates: int = 0  # frames that were not trusted
    near_duplicates: int = 0  # candidates that were too close to others
    met: dict[str, Any] = field(default_factory=dict)
    """Errors on this round's labelled frames before the training that they went into."""
    rank_correlation: float | None = None
    """The rank correlation of force spread and force error, over the atoms of those frames, also before."""
    test: dict[str, Any] = field(default_factory=dict)
    """Errors on the test frames after the training; empty without any."""
    test_rank_correlation: float | None = None
    """The rank correlation of force spread and force error, over the atoms of the test frames."""
    seconds: dict[str, float] = field(default_factory=dict)


class RoundFiles:
    """Where everything of a round lies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exploration = folder / "exploration"  # a folder with a trace and candidates for each trajectory
        self.selected = folder / "selected.xyz"  # frames to be labelled
        self.labels = folder / "labels"  # a folder with a file per label
        self.labelled = folder / "labelled.xyz"  # all labels of the round
        self.failed = folder / "failed.xyz"  # frames whose label failed, with the reason
        self.training = folder / "training"  # the run of `nnpot train`, with ``model_1``, ``model_2``, ...
        self.record = folder / "round.json"  # the outcome; it is there when the round is done

    def read(self) -> RoundOutcome | None:
        """The outcome of a round that is done."""
        if not self.record.exists():
            return None
        advice = "remove it and resume: the round is then put together again from its other files"
        values = read_record(self.record, "record of a round", advice)
        try:
            values["stages"] = [StageOutcome(**stage) for stage in values["stages"]]
            return RoundOutcome(**values)
        except (KeyError, TypeError) as error:
            raise FileFormatError(f"{self.record}: is no record of a round ({error}); {advice}") from error

    def write(self, outcome: RoundOutcome) -> None:
        """Mark the round as done."""
        write_record(self.record, asdict(outcome))

    @classmethod
    def of(cls, directory: Path, number: int) -> RoundFiles:
        """The files of the round of this number in the directory of a loop."""
        return cls(directory / f"round_{number:02d}")


def read_any(path: Path) -> list[Atoms]:
    """All frames of a file that may be empty or not there."""
    return read_frames(path) if path.exists() and path.stat().st_size else []


def find_models(folder: Path) -> list[Path]:
    """The directories ``model_1``, ``model_2``, ... of a committee, in this order."""
    return sorted(folder.glob("model_*"), key=lambda path: int(path.name.rpartition("_")[2]))
