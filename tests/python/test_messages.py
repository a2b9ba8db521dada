"""Values in messages: one line, short, and nothing that a terminal would obey."""

from __future__ import annotations

import pytest

from nnpot.support.messages import shortened


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a b", "'a b'"),
        ("a\x00b\n", r"'a\x00b\n'"),
        (3, "3"),
        ([1, "x"], "[1, 'x']"),
    ],
)
def test_values_are_shown_as_python_writes_them(value: object, shown: str) -> None:
    assert shortened(value) == shown


def test_texts_may_stay_as_they_are() -> None:
    assert shortened("it's\x1b[31m\nred", quoted=False) == "it's?[31m?red"


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("length", [10, 60, 400])
def test_no_message_is_long(length: int, quoted: bool) -> None:
    for value in (10**5000, "x" * 10**6, "\n" * 10**5, ["y" * 1000] * 1000, {n: n for n in range(10**4)}):
        found = shortened(value, length, quoted)
        assert len(found) <= length and found.isprintable()
