"""Types of configuration values that may be a list or a single value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Paths = Annotated[list[Path], BeforeValidator(_as_list)]
Names = Annotated[list[str], BeforeValidator(_as_list)]
