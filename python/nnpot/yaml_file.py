"""YAML files that are checked against a pydantic model before anything is done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError

from nnpot.errors import FileFormatError, InvalidInputError

Model = TypeVar("Model", bound=BaseModel)


def read_yaml(model: type[Model], path: Path) -> Model:
    """Read a YAML file into a pydantic model.

    Raises
    ------
    FileFormatError
        If the file is no YAML mapping.
    InvalidInputError
        If a key is unknown, missing or has a wrong value; the message names each by its path in the file.
    """
    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise FileFormatError(f"{path}: expected keys and values, got {type(values).__name__}")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(f"{path}: {describe(error)}") from error


def describe(error: ValidationError) -> str:
    """All faults in one line, each with the path of its key."""
    return "; ".join(_fault(dict(fault)) for fault in error.errors(include_url=False))


def _fault(fault: dict[str, object]) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    kind = fault["type"]
    if kind == "extra_forbidden":
        return f"{key} is no known key; correct the spelling or remove it"
    if kind == "missing":
        return f"{key} is missing"
    message = str(fault["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
    if kind == "value_error":
        return f"{key or 'the file'}: {message}"
    return f"{key} {message}, got {fault['input']!r}"
