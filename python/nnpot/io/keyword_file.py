"""Text files of keywords and values, as the models of direct forces and of feature files have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from nnpot.errors import FileFormatError
from nnpot.io import numerals
from nnpot.support.arrays import Array
from nnpot.support.files import read_text
from nnpot.support.messages import shortened

LARGEST = 1 << 29  # bytes of a file that is read
LONGEST = 400  # characters of a message
LARGEST_WHOLE = 10**9


@dataclass(frozen=True)
class Line:
    """What stands behind a keyword."""

    number: int
    words: list[str]


class KeywordFile:
    """The lines of a file, each a keyword and its values, by keyword.

    ``path``: the file; it ends with a line end, so that one cut in its last value is noticed. ``once``,
    ``repeated``: the keywords that may stand once, and those that may stand on several lines. Raises
    `FileFormatError` here and in all methods, with file and line, what was expected and what came.
    """

    def __init__(self, path: Path, once: Sequence[str], repeated: Sequence[str]) -> None:
        self.path = path
        self._found: dict[str, list[Line]] = {name: [] for name in (*once, *repeated)}
        text = read_text(path, LARGEST)
        if not text.endswith("\n"):
            self.fail(text.count("\n") + 1, "expected a line end behind the last line; the file is cut short")
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if not words or words[0][0] in "#!":
                continue
            if words[0] not in self._found:
                self.fail(
                    number, f"'{words[0]}' is no known keyword; expected one of {', '.join(self._found)}"
                )
            if words[0] in once and self._found[words[0]]:
                self.fail(number, f"keyword '{words[0]}' is given twice; keep one of the two")
            if len(words) == 1:
                self.fail(number, f"expected a value after '{words[0]}'")
            self._found[words[0]].append(Line(number, words[1:]))

    def fail(self, number: int, message: str) -> NoReturn:
        """Name the file, and the line where there is one; a damaged file may hold words without end."""
        shown = shortened(message, LONGEST, quoted=False)
        raise FileFormatError(f"{self.path}{f':{number}' if number else ''}: {shown}")

    def all(self, keyword: str) -> list[list[str]]:
        """The words behind each line of a keyword."""
        return [line.words for line in self._found[keyword]]

    def one(self, keyword: str) -> Line:
        """The line of a keyword that stands once."""
        if not self._found[keyword]:
            self.fail(0, f"expected a line '{keyword}', there is none; add it")
        return self._found[keyword][0]

    def number(self, keyword: str, fallback: float | None = None) -> float:
        """The number behind a keyword that stands once."""
        if not self._found[keyword] and fallback is not None:
            return fallback
        line = self.one(keyword)
        return self._numbers(line, line.words, keyword, 1)[0]

    def integer(self, keyword: str, fallback: int | None = None) -> int:
        """The whole number behind a keyword that stands once."""
        if not self._found[keyword] and fallback is not None:
            return fallback
        return self._whole(self.one(keyword), keyword, self.number(keyword))

    def numbers(self, keyword: str, n: int, after: str | None = None) -> Array:
        """(lines, n): the numbers of all lines of a keyword, or of those that begin with a word."""
        rows = []
        for line in self._found[keyword]:
            if after is None:
                rows.append(self._numbers(line, line.words, keyword, n))
            elif line.words[0] == after:
                rows.append(self._numbers(line, line.words[1:], f"{keyword} {after}", n))
        return np.array(rows, np.float64).reshape(-1, n)

    def integers(self, keyword: str) -> tuple[int, ...]:
        """The whole numbers of all lines of a keyword, one each."""
        return tuple(
            self._whole(line, keyword, self._numbers(line, line.words, keyword, 1)[0])
            for line in self._found[keyword]
        )

    def require_names(self, keyword: str, names: Sequence[str]) -> None:
        """Refuse a line of a keyword that does not begin with one of some names."""
        for line in self._found[keyword]:
            if line.words[0] not in names:
                self.fail(
                    line.number, f"{keyword}: expected one of {', '.join(names)}, got '{line.words[0]}'"
                )

    def named(self, keyword: str, names: Sequence[str]) -> dict[str, Line]:
        """What stands behind the name on each line of a keyword; all names or none, each once."""
        self.require_names(keyword, names)
        found: dict[str, Line] = {}
        for line in self._found[keyword]:
            name, *words = line.words
            if name in found:
                self.fail(line.number, f"'{keyword} {name}' is given twice; keep one of the two")
            if not words:
                self.fail(line.number, f"expected a value after '{keyword} {name}'")
            found[name] = Line(line.number, words)
        missing = [name for name in names if name not in found]
        if found and missing:
            self.fail(0, f"expected a line '{keyword} {missing[0]}' beside the others, there is none; add it")
        return found

    def of_each(self, keyword: str, names: Sequence[str]) -> dict[str, Line]:
        """What stands behind each of all names; none is an error."""
        found = self.named(keyword, names)
        if not found:
            self.fail(
                0, f"expected a line '{keyword} {names[0]}', there is none; add it, or copy the file again"
            )
        return found

    def _whole(self, line: Line, keyword: str, value: float) -> int:
        if value != round(value) or abs(value) > LARGEST_WHOLE:
            self.fail(line.number, f"expected a whole number after '{keyword}', got {value:g}")
        return round(value)

    def _numbers(self, line: Line, words: Sequence[str], after: str, n: int) -> list[float]:
        expected = f"expected {'a finite number' if n == 1 else f'{n} finite numbers'} after '{after}'"
        try:
            values = numerals.numbers(words)
        except ValueError:
            values = []
        if len(values) != n or not np.isfinite(values).all():
            self.fail(line.number, f"{expected}, got '{' '.join(words)}'")
        return values
