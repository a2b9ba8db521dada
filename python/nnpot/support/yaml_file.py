"""YAML files that are checked against a pydantic model before anything is done with them."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nnpot.errors import InvalidInputError
from nnpot.support.messages import shortened, suggestion
from nnpot.support.yaml_text import read_yaml_values

Model = TypeVar("Model", bound=BaseModel)
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
UNION_MEMBERS = ("list[", "dict[", "literal[")
"""How pydantic names the members of a union within the path of a key."""
PLAIN_WORDS = {
    "model_type": "must be a section with keys",
    "dict_type": "must be keys and values",
    "path_type": "must be the name of a file",
}
"""Instead of pydantic's, which speak of Python."""
MOST_FAULTS = 5  # in one message
LONGEST = 800  # characters of a message about all faults of a file


class StrictModel(BaseModel):
    """A part of a configuration: unknown keys are refused, values do not change.

    Where a list of numbers or texts is expected, a single one stands for a list of one; ``true`` and
    ``false`` are no numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _single_values(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        result = dict(values)
        for name, field in cls.model_fields.items():
            for key in (key for key in (name, field.alias) if key in values):
                value = values[key]
                if isinstance(value, bool) and _takes_numbers(field.annotation):
                    raise ValueError(f"must have a number in {key}, got {str(value).lower()}")
                if isinstance(value, str | int | float | Path) and _lists_scalars(field.annotation):
                    result[key] = [value]
        return result


def read_yaml(model: type[Model], path: Path) -> Model:
    """Read a YAML file into a pydantic model.

    Raises `FileFormatError` if the file is no YAML mapping; see `nnpot.support.yaml_text.read_yaml_values`;
    `InvalidInputError` if a key is unknown, missing or has a wrong value; the message names each by its path
    in the file.
    """
    values = read_yaml_values(path)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(f"{path}: {describe(error, model)}") from error


def describe(error: ValidationError, model: type[BaseModel]) -> str:
    """The faults in one line, each with the path of its key."""
    faults = error.errors(include_url=False)
    said = list(dict.fromkeys(_fault(dict(fault), model) for fault in faults[: 4 * MOST_FAULTS]))
    more = len(faults) - MOST_FAULTS
    text = "; ".join([*said[:MOST_FAULTS], *([f"and {more} more"] if len(said) > MOST_FAULTS else [])])
    return shortened(text, LONGEST, quoted=False)


def _fault(fault: dict[str, Any], model: type[BaseModel]) -> str:
    location: tuple[int | str, ...] = fault["loc"]
    kind = fault["type"]
    if kind in ("extra_forbidden", "missing"):
        key = _path(location, model)
        if kind == "missing":
            return f"{key} is missing"
        close = suggestion(str(location[-1]), _keys(model, location[:-1]), "the keys here are ")
        return f"{key} is no known key; {close}"
    if kind == "invalid_key" or location[-1:] == ("[key]",):
        owner = _path(location[: -2 if location[-1:] == ("[key]",) else -1], model)
        return (
            f"{owner + ': ' if owner else ''}the key {shortened(fault['input'])} is no text; put it in quotes"
        )
    key = _path(location, model)
    if kind == "too_short":
        return f"{key} must hold at least {fault['ctx']['min_length']} entry, got {shortened(fault['input'])}"
    said = PLAIN_WORDS.get(kind, str(fault["msg"]))
    message = said.removeprefix("Value error, ").replace("Input should be", "must be")
    message = shortened(message.partition(", unable to parse")[0], 300, quoted=False)
    if kind == "value_error":
        return f"{key}{'' if message.startswith('must') else ':'} {message}" if key else message
    if kind == "literal_error" and isinstance(fault["input"], str):
        close = suggestion(
            fault["input"], str(fault["ctx"]["expected"]).split("'")[1::2]
        )  # of 'a', 'b' or 'c'
        message += f" ({close})" if close else ""
    return f"{key} {message}, got {shortened(fault['input'])}"


def _path(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """A place as ``training.epochs`` or ``stages[0].name``, without what pydantic says about unions."""
    parts = [part for part in location if not (isinstance(part, str) and part.startswith(UNION_MEMBERS))]
    shown = (f"[{part}]" if isinstance(part, int) else f".{shortened(part, quoted=False)}" for part in parts)
    return shortened("".join(shown).lstrip("."), 200, quoted=False)


def _plain(annotation: Any) -> list[Any]:
    """The members of a union without None, and what stands in ``Annotated``."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [found for part in get_args(annotation) for found in _plain(part) if found is not type(None)]
    return [annotation]


def _lists_scalars(annotation: Any) -> bool:
    """Whether a list of single values, and nothing else, is expected."""
    found = _plain(annotation)
    return (
        len(found) == 1
        and get_origin(found[0]) is list
        and _only(get_args(found[0])[0], (str, float, int, Path))
    )


def _takes_numbers(annotation: Any) -> bool:
    """Whether a number, or a list of them, is expected, and no bool."""
    found = _plain(annotation)
    parts = [part for one in found for part in (get_args(one) if get_origin(one) is list else [one])]
    return bool(parts) and any(_only(part, (int, float)) for part in parts) and bool not in found


def _only(annotation: Any, kinds: tuple[type, ...]) -> bool:
    return all(found in kinds for found in _plain(annotation))


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
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
