"""The command line of an example: the options that all share, how it ends, and where its figures go."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nnpot.announce import PROGRESS, announce
from nnpot.errors import NnpotError
from nnpot.files import atomic_write

MISSED, FAILED = 1, 2
"""Exit codes."""


def command_line(doc: str, quick: str = "the quick version") -> argparse.ArgumentParser:
    """Options of every example; ``doc`` is the docstring of its run.py."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder of the results")
    parser.add_argument("--quick", action="store_true", help=quick)
    return parser


def add_stages(parser: argparse.ArgumentParser, stages: Sequence[str]) -> None:
    """Options of an example whose long parts are kept: one stage alone, and how many tasks at once."""
    parser.add_argument(
        "--only", choices=stages, help="one stage, on what the others have left in the folder"
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=len(os.sched_getaffinity(0)),
        help="trainings and simulations at once (one for each core)",
    )


def exit_code(example: Callable[[], bool]) -> int:
    """Run an example, which says whether it met every bar; 0, 1 when it missed one, 2 after an error."""
    announce(PROGRESS)
    try:
        return 0 if example() else MISSED
    except (NnpotError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED


def write_summary(output: Path, figures: Mapping[str, Any]) -> None:
    """All figures of an example in summary.json."""
    with atomic_write(output / "summary.json") as stream:
        json.dump(figures, stream, indent=2, ensure_ascii=False)
        stream.write("\n")
