"""What long studies have in common: bars and a conclusion, a command line, kept tasks, stages, states.

A study samples or reads frames, trains, simulates, and says whether what came out is good enough. See
docs/study.md, and the folders of examples/ for studies that are made of this.
"""

from __future__ import annotations

from nnpot.study.bars import Bar, conclusion
from nnpot.study.command import (
    EXIT_CODES,
    add_processes,
    add_stages,
    command_line,
    count,
    exit_code,
    positive,
)
from nnpot.study.results import Results, add_learning_curves, rows_of, text_of, write_json
from nnpot.study.stages import (
    changed,
    evaluate,
    read_log,
    sample_frames,
    seeded,
    stage,
    train_on,
)
from nnpot.study.states import (
    INTERVAL,
    Schedule,
    density_of,
    distributions,
    free_density,
    prepare,
    trajectory,
)
from nnpot.study.tasks import Task, run_tasks, version_of
from nnpot.support.progress import progress
from nnpot.support.yaml_file import StrictModel, read_yaml

__all__ = [
    "EXIT_CODES",
    "INTERVAL",
    "Bar",
    "Results",
    "Schedule",
    "StrictModel",
    "Task",
    "add_learning_curves",
    "add_processes",
    "add_stages",
    "changed",
    "command_line",
    "conclusion",
    "count",
    "density_of",
    "distributions",
    "evaluate",
    "exit_code",
    "free_density",
    "positive",
    "prepare",
    "progress",
    "read_log",
    "read_yaml",
    "rows_of",
    "run_tasks",
    "sample_frames",
    "seeded",
    "stage",
    "text_of",
    "train_on",
    "trajectory",
    "version_of",
    "write_json",
]
