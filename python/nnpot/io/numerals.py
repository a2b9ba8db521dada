"""Numbers from words of text files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnpot.support.messages import shortened

FORTRAN = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))[dD]([-+]?\d+)")
"""0.5d0, -3.1D+00: double precision as Fortran writes it."""


def number(word: str) -> float:
    """The number that a word says, in the spelling of C, Python or Fortran.

    Raises `ValueError` if it says none. ``1_0`` and digits of other scripts, which Python takes for numbers,
    are none.
    """
    if not word.isascii() or "_" in word:
        raise ValueError(f"no number: {shortened(word)}")
    found = FORTRAN.fullmatch(word)
    return float(f"{found[1]}e{found[2]}" if found else word)


def numbers(words: Sequence[str]) -> list[float]:
    """The numbers that many words say."""
    try:
        values = list(map(float, words))
    except ValueError:
        return list(map(number, words))
    text = "".join(words)
    return values if text.isascii() and "_" not in text else list(map(number, words))


def is_number(word: str) -> bool:
    """Whether `number` understands a word."""
    try:
        number(word)
    except ValueError:
        return False
    return True


def first_that_is_none(words: Sequence[str]) -> str:
    """The first word that says no number, as a message shows it."""
    return shortened(next(word for word in words if not is_number(word)))


def whole(word: str) -> int | None:
    """A whole number without sign; None if a word is none, or has more digits than any count."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


def n_digits(word: str) -> int:
    """How many digits a word has before its exponent."""
    return sum(letter.isdigit() for letter in re.split("[eEdD]", word, maxsplit=1)[0])
