"""YAML files that are checked against a pydantic model before anything is done with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nnpot.errors import FileFormatError, InvalidInputError

Model = TypeVar("Model", bound=BaseModel)

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class StrictModel(BaseModel):
    """A part of a configuration: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would keep the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                message = f"the key '{key.value}' stands twice"
                raise yaml.constructor.ConstructorError(problem=message, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(model: type[Model], path: Path) -> Model:
    """Read a YAML file into a pydantic model.

    Raises
    ------
    FileFormatError
        If the file is no YAML mapping, or a key stands twice.
    InvalidInputError
        If a key is unknown, missing or has a wrong value; the message names each by its path in the file.
    """
    try:
        values = yaml.load(Path(path).read_text(encoding="utf-8"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise FileFormatError(f"{path}: expected keys and values, got {type(values).__name__}")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(f"{path}: {describe(error, model)}") from error


def describe(error: ValidationError, model: type[BaseModel]) -> str:
    """All faults in one line, each with the path of its key."""
    return "; ".join(_fault(dict(fault), model) for fault in error.errors(include_url=False))


def _fault(fault: dict[str, Any], model: type[BaseModel]) -> str:
    location: tuple[int | str, ...] = fault["loc"]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    kind = fault["type"]
    if kind == "extra_forbidden":
        return f"{key} is no known key; {_suggestion(str(location[-1]), _keys(model, location[:-1]))}"
    if kind == "missing":
        return f"{key} is missing"
    if kind == "too_short":
        return f"{key} must hold at least {fault['ctx']['min_length']} entry, got {fault['input']!r}"
    message = str(fault["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
    message = message.partition(", unable to parse")[0]
    if kind == "value_error":
        return f"{key}{'' if message.startswith('must') else ':'} {message}" if key else message
    return f"{key} {message}, got {fault['input']!r}"


def _suggestion(wrong: str, known: list[str]) -> str:
    close = difflib.get_close_matches(wrong, known, n=1)
    return f"did you mean {close[0]}?" if close else f"the keys here are {', '.join(known)}"


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed at a place in the file."""
    models = [model]
    for part in location:
        if isinstance(part, str):
            annotations = [
                field.annotation
                for current in models
                for name, field in current.model_fields.items()
                if part in (name, field.alias)
            ]
            models = [found for annotation in annotations for found in _models_in(annotation)]
    return [field.alias or name for current in models for name, field in current.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
