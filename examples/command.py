"""The command line of an example: the options that all share, how it ends, and where its figures go."""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nnpot.errors import NnpotError
from nnpot.support.announce import PROGRESS, announce
from nnpot.support.files import atomic_write

MISSED, FAILED, INTERRUPTED = 1, 2, 130
"""Exit codes."""
EXIT_CODES = (
    "Exit code: 0 when every bar is met, or missed by no more than two standard errors of its figure (by "
    "chance); 1 when one is missed beyond that; 2 after an error; 130 when interrupted. The same for --quick."
)


def command_line(doc: str, quick: str = "the quick version") -> argparse.ArgumentParser:
    """Options of every example; ``doc`` is the docstring of its run.py."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0], epilog=EXIT_CODES)
    parser.add_argument("--output", type=Path, required=True, help="folder of the results")
    parser.add_argument("--quick", action="store_true", help=quick)
    return parser


def add_stages(parser: argparse.ArgumentParser, stages: Sequence[str]) -> None:
    """Options of an example whose long parts are kept: one stage alone, and how many tasks at once."""
    parser.add_argument(
        "--only", choices=stages, help="one stage, on what the others have left in the folder"
    )
    add_processes(parser)


def add_processes(parser: argparse.ArgumentParser) -> None:
    """How many tasks at once."""
    parser.add_argument(
        "--processes",
        type=count,
        default=len(os.sched_getaffinity(0)),
        help="trainings and simulations at once (one for each core)",
    )


def count(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, got '{text}'")
    return int(text)


def positive(text: str) -> float:
    """A finite number > 0, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (value > 0.0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"must be a number > 0, got '{text}'")
    return value


def exit_code(example: Callable[[], bool]) -> int:
    """Run an example, which says whether no bar is missed beyond chance; see `EXIT_CODES`.

    What the terminal's encoding lacks (Å, lines of tables) becomes "?".
    """
    announce(PROGRESS)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        return 0 if example() else MISSED
    except KeyboardInterrupt:
        print("interrupted: the same command goes on where this one ended, or begins anew", file=sys.stderr)
        return INTERRUPTED
    except (NnpotError, OSError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return FAILED


def write_summary(output: Path, figures: Mapping[str, Any]) -> None:
    """All figures of an example in summary.json."""
    with atomic_write(output / "summary.json") as stream:
        json.dump(figures, stream, indent=2, ensure_ascii=False)
        stream.write("\n")
