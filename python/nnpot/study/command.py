"""The command line of a study: the options that all share, and how it ends."""

from __future__ import annotations

import argparse
import io
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nnpot.errors import NnpotError
from nnpot.support.announce import PROGRESS, announce

MISSED, FAILED, INTERRUPTED = 1, 2, 130
"""Exit codes."""
EXIT_CODES = (
    "Exit code: 0 when every bar is met, or missed by no more than two standard errors of its figure (by "
    "chance); 1 when one is missed beyond that; 2 after an error; 130 when interrupted. The same for --quick."
)


def command_line(
    doc: str | None, quick: str = "the quick version", output: Path | None = None
) -> argparse.ArgumentParser:
    """A parser with the options of every study: ``--output`` and ``--quick``.

    Parameters
    ----------
    doc
        The docstring of the script, whose first line is the description.
    quick
        The help for ``--quick``.
    output
        The folder of the results where none is named; None: it must be.
    """
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0], epilog=EXIT_CODES)
    parser.add_argument(
        "--output", type=Path, required=output is None, default=output, help="folder of the results"
    )
    parser.add_argument("--quick", action="store_true", help=quick)
    return parser


def add_stages(parser: argparse.ArgumentParser, stages: Sequence[str]) -> None:
    """Add the options of a study whose long parts are kept: one stage alone, and how many tasks at once."""
    parser.add_argument(
        "--only", choices=stages, help="one stage, on what the others have left in the folder"
    )
    add_processes(parser)


def add_processes(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many tasks run at once."""
    parser.add_argument(
        "--processes",
        type=count,
        default=len(os.sched_getaffinity(0)),
        help="trainings and simulations at once (one for each core)",
    )


def count(text: str) -> int:
    """Read a whole number from 1 on, for argparse."""
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, got '{text}'")
    return int(text)


def positive(text: str) -> float:
    """Read a finite number > 0, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (value > 0.0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"must be a number > 0, got '{text}'")
    return value


def exit_code(study: Callable[[], bool], *talking: str) -> int:
    """Run a study, which says whether no bar is missed beyond chance, and give the code of `EXIT_CODES`.

    Progress is announced on stderr, and so is what the loggers called ``talking`` say. What the terminal's
    encoding lacks (Å, lines of tables) becomes "?".
    """
    for name in (PROGRESS, *talking):
        announce(name)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        return 0 if study() else MISSED
    except KeyboardInterrupt:
        print("interrupted: the same command goes on where this one ended, or begins anew", file=sys.stderr)
        return INTERRUPTED
    except (NnpotError, OSError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return FAILED
