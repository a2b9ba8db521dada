"""Parts of error messages: values cut to a length that a line holds, and names that are close to others."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable

LONGEST_VALUE = 60  # characters of a value in a message


class _Short(reprlib.Repr):
    """Numbers of any length, and containers of any depth, in a few characters."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxlist, self.maxtuple, self.maxdict = 3, 6, 6, 6
        self.maxstring = self.maxother = LONGEST_VALUE

    def repr_int(self, x: int, level: int) -> str:
        return f"an integer of {x.bit_length()} bits" if x.bit_length() > 200 else repr(x)


_SHORT = _Short()


def shortened(value: object, length: int = LONGEST_VALUE, quoted: bool = True) -> str:
    """A value in one line of at most this length; ``quoted``: a text as Python writes it."""
    text = value if isinstance(value, str) and not quoted else _SHORT.repr(value)
    if len(text) > length:
        part = (length - 3) // 2
        text = f"{text[:part]}...{text[-part:]}"
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def suggestion(wrong: str, known: Iterable[str], what: str = "") -> str:
    """``did you mean X?``; where nothing is close, ``what`` and what there is."""
    names = list(known)
    close = difflib.get_close_matches(wrong[:100], names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"{what}{', '.join(names)}" if what else ""
