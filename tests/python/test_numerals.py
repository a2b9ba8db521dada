"""Numbers from words: what C, Python and Fortran write, and nothing else."""

from __future__ import annotations

import math

import pytest

from nnpot.io.numerals import is_number, n_digits, number, numbers, whole


@pytest.mark.parametrize(
    ("word", "value"),
    [("1", 1.0), ("-3.1D+00", -3.1), ("0.5d0", 0.5), (".5d-1", 0.05), ("1.e3", 1000.0), ("+2D2", 200.0)],
)
def test_numbers_are_read(word: str, value: float) -> None:
    assert number(word) == value
    assert numbers(["1", word]) == [1.0, value]


def test_what_is_not_finite_is_a_number_too() -> None:
    assert math.isnan(number("NaN")) and number("-inf") == -math.inf


@pytest.mark.parametrize(
    "word", ["", "1_0", "١", "1,5", "0x10", "d5", "1d", "T", "None", "1.2.3", "--1", "1D5D"]
)
def test_other_words_are_none(word: str) -> None:
    assert not is_number(word)
    with pytest.raises(ValueError, match="number|convert"):
        numbers(["1.0", word])


def test_whole_numbers_have_digits_alone() -> None:
    assert whole("012") == 12
    assert [whole(word) for word in ("-1", "1.0", "", "²", "1_0", "9" * 19)] == [None] * 6


def test_digits_are_counted_before_the_exponent() -> None:
    assert [n_digits(word) for word in ("-0.25", "2.5E-03", "1.0D+00", "abc")] == [3, 2, 2, 0]
