"""Progress: a bar on the terminal (stderr); where that is none, a line of the log every minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask
from rich.text import Text

from nnpot.support.terminal import plain_console

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_LINES = 60.0  # where there is no terminal for a bar
MEMORY = 600.0  # seconds of the past from which the rate is taken: some pieces take minutes


class Counter:
    """Counts finished pieces of work; given by ``progress``."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._said = time.monotonic()

    def advance(self, n: float = 1, **fields: object) -> None:
        """Count ``n`` more pieces; ``fields`` are shown behind the bar as ``name value``."""
        self._bar.update(self._task, advance=n)
        if fields:
            self._bar.update(self._task, notes="  ".join(f"{name} {value}" for name, value in fields.items()))
        if self._bar.disable and time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            logger.info("%s", self._line())

    def _line(self) -> str:
        """How far the work has come, for a log file."""
        task = self._bar.tasks[self._task]
        left = task.time_remaining
        parts = [f"{task.description}: {task.completed:g} of {task.total:g}"]
        if left is not None:
            parts.append(f"about {left / 60.0:.1f} min left")
        return ", ".join([*parts, *filter(None, [task.fields["notes"]])])


class _RateColumn(TextColumn):
    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: RichTask) -> Text:
        return Text(f"{task.speed:.3g}/s" if task.speed else "", style="cyan")


@contextmanager
def progress(description: str, total: float) -> Iterator[Counter]:
    """A bar that counts to a total, with the rate and the time left."""
    console = plain_console(error=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[notes]}", markup=False),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, speed_estimate_period=MEMORY
    ) as bar:
        yield Counter(bar, bar.add_task(description, total=total, notes=""))
