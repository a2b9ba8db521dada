"""The comment line of extended XYZ, held against what ASE makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ase.io.extxyz import key_val_str_to_dict
from hypothesis import given
from hypothesis import strategies as st

from nnpot.io.extxyz_comment import comment_fields, value_of


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a=1 b='two words' c", {"a": "1", "b": "two words", "c": None}),
        ('a = 1 b="say \\"x\\"" c={1 2}', {"a": "1", "b": 'say "x"', "c": "1 2"}),
        ("a=b=c [d e]=5 f=[1 2]3", {"a": "b=c", "d e": "5", "f": "1 23"}),
        ("it's an open quote", {"its an open quote": None}),
        ("", {}),
        ("= =", {}),
    ],
)
def test_keys_and_texts(line: str, fields: dict[str, str | None]) -> None:
    assert dict(comment_fields(line)) == fields


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3.1D+00", -3.1),
        ("0.5d0 1", np.array([0.5, 1.0])),
        ("1 2 3", np.array([1, 2, 3])),
        ("1, 2", np.array([1, 2])),
        ("T", True),
        ("T F", [True, False]),
        ("1_000", "1_000"),
        ("None", "None"),
        ("", ""),
        ("9" * 30, 1e30),
        ("_JSON [1, 2]", np.array([1, 2])),
        ("_JSON [[1], [1, 2]]", [[1], [1, 2]]),
        ("_JSON " + "[" * 100_000, "_JSON " + "[" * 100_000),
        ("_JSON nonsense", "_JSON nonsense"),
    ],
)
def test_what_a_text_means(text: str, value: Any) -> None:
    np.testing.assert_equal(value_of(text), value)


@given(st.text(alphabet="ab1 ='\"{}[].-T", max_size=30))
def test_the_same_keys_as_ase(line: str) -> None:
    try:
        expected = key_val_str_to_dict(line)
    except (IndexError, ValueError):
        return
    unusual = (" =", "= ", "==", "''", '""', "{}", "[]")  # ASE takes the next key for an empty value
    if not line.startswith("=") and not any(mark in line for mark in unusual):
        assert set(dict(comment_fields(line))) == set(expected) - {""}
