"""Progress on stderr: a bar on a terminal, a line now and then in a file (the log of a batch job)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as RichTask
from rich.text import Text

SECONDS_BETWEEN_LINES = 30.0


class Counter:
    """Counts finished pieces of work; given by ``progress``."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._last_line = time.monotonic()

    def advance(self, n: float = 1, **fields: object) -> None:
        """Count ``n`` more pieces; ``fields`` are shown behind the bar as ``name value``."""
        self._bar.update(self._task, advance=n)
        if fields:
            self._bar.update(self._task, notes="  ".join(f"{name} {value}" for name, value in fields.items()))
        if self._bar.disable and time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._bar.console.print(self._line(), soft_wrap=True, highlight=False)

    def _line(self) -> str:
        task = next(task for task in self._bar.tasks if task.id == self._task)
        left = "" if task.time_remaining is None else f", {task.time_remaining:.0f} s left"
        count = f"{task.description}: {task.completed:g} of {task.total:g}{left}"
        return f"{count}  {task.fields['notes']}".rstrip()


class _RateColumn(TextColumn):
    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: RichTask) -> Text:
        return Text(f"{task.speed:.3g}/s" if task.speed else "", style="cyan")


@contextmanager
def progress(description: str, total: float) -> Iterator[Counter]:
    """A bar with the rate and the time left; where stderr is no terminal, a line every half minute.

    Parameters
    ----------
    description
        What is being done.
    total
        How many pieces there are.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[notes]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield Counter(bar, bar.add_task(description, total=total, notes=""))
