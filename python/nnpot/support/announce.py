"""Who may say on stderr what goes on: without a terminal, a long task's progress is lines of a log."""

from __future__ import annotations

import logging

PROGRESS = "nnpot.support.progress"  # the logger of the lines that stand for progress bars


def announce(*loggers: str) -> None:
    """Let these loggers say on stderr what goes on, and all others what is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    for logger in loggers:
        logging.getLogger(logger).setLevel(logging.INFO)
