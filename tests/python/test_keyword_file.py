"""Text files of keywords and values; their users' tests refuse whole models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnpot.errors import FileFormatError
from nnpot.io.keyword_file import KeywordFile, Line

TEXT = """# a comment
! another

kind cubes
count 3
place 1 2
place 3 4e-1
of Si 5
of O 7 8
"""


def read(tmp_path: Path, text: str | bytes) -> KeywordFile:
    path = tmp_path / "a.nn"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return KeywordFile(path, ("kind", "count", "none"), ("place", "of"))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_values_are_found_by_keyword(tmp_path: Path, mark: bytes) -> None:
    lines = read(tmp_path, mark + TEXT.encode())
    assert lines.one("kind") == Line(4, ["cubes"])
    assert lines.integer("count") == 3
    assert lines.integer("none", 4) == 4
    assert lines.number("none", 0.5) == 0.5
    np.testing.assert_array_equal(lines.numbers("place", 2), [[1.0, 2.0], [3.0, 0.4]])
    np.testing.assert_array_equal(lines.numbers("of", 2, "O"), [[7.0, 8.0]])
    assert lines.of_each("of", ("O", "Si")) == {"Si": Line(8, ["5"]), "O": Line(9, ["7", "8"])}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind", "kin", r"a.nn:4: 'kin' is no known keyword; expected one of kind, count"),
        ("kind cubes", "kind cubes\nkind balls", r"a.nn:5: keyword 'kind' is given twice; keep one"),
        ("kind cubes", "kind", r"a.nn:4: expected a value after 'kind'"),
        ("of O 7 8\n", "of O 7 8", r"a.nn:9: expected a line end .* cut short"),
        ("cubes", "cubes\xff".encode("latin-1"), r"a.nn:4: expected text in UTF-8, got .* save it again"),
    ],
)
def test_bad_files_are_refused_at_once(tmp_path: Path, old: str, new: str | bytes, message: str) -> None:
    changed = TEXT.encode().replace(old.encode(), new if isinstance(new, bytes) else new.encode())
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, changed)


@pytest.mark.parametrize("value", ["x", "nan", "1_0", "1 2", "1_0 5"])
def test_what_is_no_number_is_refused(tmp_path: Path, value: str) -> None:
    lines = read(tmp_path, TEXT.replace("count 3", f"count {value}"))
    with pytest.raises(FileFormatError, match=rf"a.nn:5: expected a finite number .*'count', got '{value}'"):
        lines.number("count")


def test_a_part_of_a_number_is_no_whole_one(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"a.nn:5: expected a whole number after 'count', got 2.5"):
        read(tmp_path, TEXT.replace("count 3", "count 2.5")).integer("count")


def test_names_are_required(tmp_path: Path) -> None:
    lines = read(tmp_path, TEXT)
    with pytest.raises(FileFormatError, match=r"a.nn:9: of: expected one of Si, Au, got 'O'"):
        lines.named("of", ("Si", "Au"))
    with pytest.raises(FileFormatError, match=r"a.nn: expected a line 'of Au' beside the others.*add it"):
        lines.named("of", ("Si", "O", "Au"))
    with pytest.raises(FileFormatError, match=r"a.nn: expected a line 'none', there is none; add it"):
        lines.one("none")
