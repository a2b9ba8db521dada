"""YAML text into plain values: no more of YAML than a configuration needs, and every fault by its line."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nnpot.errors import FileFormatError
from nnpot.support.files import read_text
from nnpot.support.messages import shortened

LARGEST_FILE = 250_000  # bytes of a YAML file: thousands of lines, read within seconds
DEEPEST = 30  # lists and sections within each other
MOST_VALUES = 100_000  # numbers, texts, lists and sections, those that aliases repeat counted again
LONGEST_NUMBER = 400  # digits and signs; the largest double in full has 309


def read_yaml_values(path: Path) -> dict[Any, Any]:
    """The keys and values of a YAML file.

    Raises `FileFormatError` if the file is no regular file, too large, or no YAML mapping; if it has tags, a
    key stands twice, lists are nested too deeply, or aliases make it too large. The message names the line.
    """
    text = read_text(path, LARGEST_FILE)
    try:
        values = load_values(text)
    except yaml.YAMLError as error:
        raise FileFormatError(
            f"{path}{_line(error, text)}: not readable as YAML: {_problem(error)}"
        ) from error
    if not isinstance(values, dict):
        found = {list: "a list", type(None): "nothing"}.get(type(values), f"the value {shortened(values)}")
        raise FileFormatError(f"{path}: expected keys and values, got {found}")
    return values


def parse_value(text: str) -> Any:
    """One value, as it might stand in a YAML file; `FileFormatError` if it is none."""
    try:
        return load_values(text)
    except yaml.YAMLError as error:
        raise FileFormatError(f"{shortened(text)} is no value of a YAML file: {_problem(error)}") from error


def load_values(text: str) -> Any:
    """The values of a YAML text; ``yaml.YAMLError`` whatever is wrong with it."""
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    except (ValueError, OverflowError) as error:  # "\UFFFFFFFF", a character that does not exist
        mark = loader.get_mark()
        raise yaml.constructor.ConstructorError(problem=str(error), problem_mark=mark) from error
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """Plain values only: what the others of YAML do in silence, or at any cost, is refused."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._sizes: dict[int, int] = {}
        """Values within each node that is whole, those that aliases repeat included."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise _fault(f"the tag '{event.tag}' is not read; leave it out, text may stand in quotes", event)
        self._depth += 1
        if self._depth > DEEPEST:
            raise _fault(f"more than {DEEPEST} lists or sections within each other", event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(event, yaml.AliasEvent) and id(node) not in self._sizes:
            raise _fault(f"the alias '*{event.anchor}' stands within what it repeats", event)
        self._sizes[id(node)] = size = 1 + sum(self._sizes[id(part)] for part in _parts(node))
        if size > MOST_VALUES:
            raise _fault(f"more than {MOST_VALUES} values, aliases written out", event)
        return node

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A key that stands twice is refused: YAML would keep the last in silence."""
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, ScalarNode)):
            if key.value in seen:
                raise _fault(f"the key {shortened(key.value)} stands twice", key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: ScalarNode) -> int | float:
        """Decimal numbers, as they are written."""
        text = node.value
        if len(text) > LONGEST_NUMBER:
            raise _fault(f"a number of {len(text)} characters", node)
        special = text.lower().lstrip("+-")
        if special in (".inf", ".nan"):
            return math.copysign(float(special[1:]), -1.0 if text[0] == "-" else 1.0)
        return float(text) if re.search(r"[.eE]", text) else int(text)


def _plain_numbers() -> None:
    """Only decimal numbers are numbers, and no text is a date: 0300, 1:30 or 2001-01-01 stay as written."""
    kept = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
    _Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag in kept]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    integer = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
    floating = re.compile(
        r"^(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    )
    for tag, pattern in (("int", integer), ("float", floating)):
        _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", pattern, list("-+.0123456789"))
        _Loader.add_constructor(f"tag:yaml.org,2002:{tag}", _Loader.construct_number)


_plain_numbers()


def _parts(node: Node | None) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _fault(problem: str, place: Any) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(problem=problem, problem_mark=place.start_mark)


def _problem(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be understood"
    context = getattr(error, "context", None)
    said = f"{context}, {problem}" if context else str(problem)
    return shortened(" ".join(said.split()), 200, quoted=False)


def _line(error: yaml.YAMLError, text: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return f":{mark.line + 1}"
    place = getattr(error, "position", None)
    return f":{text.count(chr(10), 0, place) + 1}" if isinstance(place, int) else ""
