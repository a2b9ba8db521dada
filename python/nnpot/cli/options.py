"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

FILE = click.Path(path_type=Path)
POSITIVE = click.FloatRange(min=0.0, min_open=True)
AT_LEAST_0, AT_LEAST_1 = click.IntRange(min=0), click.IntRange(min=1)
Command = TypeVar("Command", bound=Callable[..., Any])
json_option = click.option("--json", "json_file", type=FILE, help="Write summary.json here too.")


def defaulted(*names: str, **how: Any) -> Callable[[Command], Command]:
    """An option whose help ends with its default."""
    return click.option(*names, show_default=True, **how)
