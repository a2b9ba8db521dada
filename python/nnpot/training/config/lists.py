"""Types of configuration values that may be a list or a single value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _as_text(value: Any) -> Any:
    """A number that YAML sees in a name is the text that stands in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Paths = Annotated[list[Path], BeforeValidator(_as_list)]
Name = Annotated[str, BeforeValidator(_as_text)]
Names = Annotated[list[Name], BeforeValidator(_as_list)]
