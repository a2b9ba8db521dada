"""Labels of the selected frames, several at once; each is kept as soon as it is there."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms

from nnpot.errors import NnpotError
from nnpot.io import read_frames, write_frames
from nnpot.learning.config import LearningConfig
from nnpot.learning.reference import LabelTask, label
from nnpot.support.farm import run_tasks
from nnpot.support.messages import shortened
from nnpot.support.progress import progress


@dataclass(frozen=True)
class Labels:
    """What became of the selected frames."""

    labelled: list[Atoms]
    failed: list[Atoms]  # ``info["failure"]`` says why


def label_frames(frames: Sequence[Atoms], config: LearningConfig, folder: Path) -> Labels:
    """Label frames; what a broken-off call has done already is not done again.

    ``config``: the reference. ``folder``: for a file per frame, ``0001.xyz`` or, where the label failed,
    ``0001.failed.xyz``. Raises `NnpotError` if no label succeeded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [n for n in range(len(frames)) if not any(path.exists() for path in _files(folder, n))]
    tasks = [
        LabelTask(frames[n], config.elements, config.reference, (folder / f"{n:04d}").absolute())
        for n in missing
    ]
    reference = config.reference
    with progress("labelling", len(frames)) as bar:
        bar.advance(len(frames) - len(missing))
        limit = None if reference.time_limit is None else 60.0 * reference.time_limit
        for number, outcome in run_tasks(label, tasks, reference.workers, reference.scheduler, limit):
            _keep(folder, missing[number], tasks[number].frame, outcome)
            bar.advance()
    found = [[path for path in _files(folder, n) if path.exists()][0] for n in range(len(frames))]
    failed = [path for path in found if path.name.endswith(".failed.xyz")]
    labels = Labels(
        [frame for path in found if path not in failed for frame in read_frames(path)],
        [frame for path in failed for frame in read_frames(path)],
    )
    if frames and not labels.labelled:
        raise NnpotError(
            f"{folder}: all {len(frames)} labels failed, the first with: {labels.failed[0].info['failure']}; "
            f"correct the reference, remove this folder and resume"
        )
    return labels


def _files(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"{number:04d}.xyz", folder / f"{number:04d}.failed.xyz"


def _reason(error: Exception) -> str:
    """In one line, which a file of frames can hold."""
    text = shortened(" ".join(str(error).split()), 500, quoted=False).replace('"', "'").replace("\\", "/")
    return f"{type(error).__name__}: {text}"


def _keep(folder: Path, number: int, frame: Atoms, outcome: Atoms | Exception) -> None:
    good, bad = _files(folder, number)
    if isinstance(outcome, Exception):
        failed: Atoms = frame.copy()
        failed.info["failure"] = _reason(outcome)
        write_frames(bad, [failed])
    else:
        write_frames(good, [outcome])
        shutil.rmtree(folder / f"{number:04d}", ignore_errors=True)
