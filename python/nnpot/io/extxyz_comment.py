"""The comment line of extended XYZ: keys and values as text, and what the text of a value means."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from nnpot.io.numerals import numbers

PIECE = r"""(?:\\.|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\{(?:\\.|[^}\\])*\}?|\[(?:\\.|[^\]\\])*\]?|[^\s=])"""
"""One sign outside of marks that hold blanks together, or all that stands between two such marks."""
ITEM = re.compile(rf"\s*((?:{PIECE})*)(?:(\s*=\s*)((?:{PIECE}|=)*))?", re.DOTALL)
LOGICAL = {"T": True, "F": False} | {
    spelling: word == "true" for word in ("true", "false") for spelling in (word, word.title(), word.upper())
}
CLOSING = {'"': '"', "'": "'", "{": "}", "[": "]"}  # the second of a pair of marks
WORDS = re.compile(r"[^\s,]+")
JSON = "_JSON "


def comment_fields(line: str) -> list[tuple[str, str | None]]:
    """Keys of a comment line and the text behind each, without the marks around it; None without a value.

    Marks are ``""``, ``''``, ``{}`` and ``[]``; a backslash takes the sign behind it as it is.
    """
    fields = []
    place, line = 0, line.strip()
    while place < len(line):
        item = ITEM.match(line, place)
        assert item is not None, "it matches nothing at all, too"
        place = max(item.end(), place + 1)
        key = _plain(item[1])
        if key:
            fields.append((key, None if item[2] is None else _plain(item[3])))
    return fields


def unclosed(line: str) -> str | None:
    """What stands from a mark that is not closed to the end of the line; None without such a mark."""
    for piece in re.findall(f"{PIECE}|=", line.strip(), re.DOTALL):
        if piece[0] in CLOSING and (len(piece) == 1 or not _is_closed(piece)):
            return str(piece)
    return None


def _is_closed(piece: str) -> bool:
    return len(piece) > 1 and piece[-1] == CLOSING[piece[0]]


def _plain(text: str) -> str:
    """A text without marks and backslashes."""
    if not any(mark in text for mark in "\\\"'{["):
        return text
    return "".join(_unmarked(piece) for piece in re.findall(f"{PIECE}|=", text, re.DOTALL))


def _unmarked(piece: str) -> str:
    if len(piece) == 1:
        return "" if piece in "\"'{[" else piece
    if piece[0] == "\\":
        return piece[1:]
    return re.sub(r"\\(.)", r"\1", piece[1:-1] if _is_closed(piece) else piece[1:], flags=re.DOTALL)


def value_of(text: str) -> Any:
    """What a text means: a number, True or False, an array of these, what JSON says, or the text itself."""
    words = WORDS.findall(text)
    if not words:
        return text
    if all(word in LOGICAL for word in words):
        values = [LOGICAL[word] for word in words]
        return values[0] if len(words) == 1 else values
    if text.startswith(JSON):
        return _json(text.removeprefix(JSON))
    array = _numbers(words)
    if array is None:
        return text
    return array[0] if len(words) == 1 else array


def _numbers(words: list[str]) -> Any:
    """Whole numbers where all words are, otherwise with a fraction; None where a word is no number."""
    try:
        values = numbers(words)
        if all(word.lstrip("+-").isdigit() and len(word) < 19 for word in words):
            return np.array([int(word) for word in words])
    except ValueError:
        return None
    return np.array(values)


def _json(text: str) -> Any:
    """What it says, as an array where it is one of numbers; the text where it is no JSON."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return JSON + text
    try:
        array = np.array(values)
    except ValueError:
        return values
    return array if array.dtype.kind in "ifb" and array.ndim else values
