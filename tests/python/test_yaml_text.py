"""YAML that is damaged, hostile or none ends in one line that says where; plain values stay as written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.support.yaml_file import StrictModel, read_yaml
from nnpot.support.yaml_text import LARGEST_FILE, load_values, parse_value, read_yaml_values
from nnpot.training import load_config


class Settings(StrictModel):
    """What files are read into here."""

    name: str = ""
    counts: list[int] = []
    rate: float = 1.0
    names: list[str] | None = None
    anything: dict[str, Any] = {}


def bomb(levels: int, merge: bool = False) -> str:
    """Every line repeats the one before nine times."""
    lines = ["anything:", "  a0: &a0 {x: 1}" if merge else "  a0: &a0 [1, 1, 1]"]
    for level in range(1, levels):
        repeated = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"  a{level}: &a{level} " + (f"{{<<: [{repeated}]}}" if merge else f"[{repeated}]"))
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(10), r":7: .*more than 100000 values"),
        (bomb(10, merge=True), r":[78]: .*more than 100000 values"),
        ("anything: &a [*a]", r":1: .*the alias '\*a' stands within what it repeats"),
        ("anything: {<<: 1}", r":1: .*merging"),
        ("name: x\nrate: !!int foo", r":2: .*the tag .*int' is not read"),
        ("name: !!python/object/apply:os.getcwd []", r":1: .*the tag"),
        ("name: x\nrate: " + "9" * 5000, r":2: .*a number of 5000 characters"),
        ("anything: " + "[" * 20000, r":1: "),
        ("anything: " + "[" * 40 + "]" * 40, r":1: .*more than 30 lists"),
        ("anything:\n" + "\n".join(" " * n + "a:" for n in range(1, 600)), r":3[01]: .*more than 30 lists"),
        ("name: x\n\tcounts: 1", r":2: .*"),
        ("name: x\nname: y", r":2: .*the key 'name' stands twice"),
        ("name: x\n---\nname: y", r":2: .*single document"),
        ('name: "\\UFFFFFFFF"', r":1: "),
        ("name: x\n? [a]\n: 1", r":2: .*unhashable key"),
        ("name: \0", r":1: .*NUL byte"),
        ("", r"expected keys and values, got nothing"),
        ("- a\n- b", r"expected keys and values, got a list"),
        ("name: \x1b[31m", r":1: .*special characters"),
    ],
)
def test_what_is_no_configuration_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        FileFormatError, match=r"a\.yaml" + (message if message[0] == ":" else ".*" + message)
    ) as caught:
        read_yaml_values(path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate: 2001-99-99", "rate must be a valid number, got '2001-99-99'"),
        ("counts: [0x_]", r"counts\[0\] must be a valid integer, got '0x_'"),
        ("rate: .nan", None),
        ("rate: true", "must have a number in rate, got true"),
        ("counts: yes", "must have a number in counts, got true"),
        ("1: 2", "the key 1 is no text; put it in quotes"),
        ("anything: {1: 2}", "anything: the key 1 is no text; put it in quotes"),
        ("conuts: 1", "conuts is no known key; did you mean counts"),
        (f"{'k' * 900}: 1", None),
        ("counts: [" + "a, " * 3000 + "]", r"counts\[4\] must be a valid integer, got 'a'; and \d+ more"),
        (f"rate: {'7' * 390}", None),
        (f"rate: [{'1, ' * 5000}]", r"rate must be a valid number, got \[1, 1, "),
    ],
)
def test_wrong_values_are_shown_in_one_short_line(tmp_path: Path, text: str, message: str | None) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    if message is None and text.startswith("rate: ."):
        assert read_yaml(Settings, path).rate != read_yaml(Settings, path).rate
        return
    with pytest.raises(NnpotError, match=message) as caught:
        read_yaml(Settings, path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


def test_numbers_are_decimal_and_all_else_is_text_as_it_stands() -> None:
    text = "{a: 12, b: -1.5, c: 1.0e3, d: 0300, e: '1:30', f: 1:30, g: 2001-01-01, h: 0x10, i: 1_000, j: 1e3}"
    assert load_values(text) == {
        "a": 12, "b": -1.5, "c": 1000.0, "d": "0300", "e": "1:30", "f": "1:30", "g": "2001-01-01",
        "h": "0x10", "i": "1_000", "j": "1e3",
    }  # fmt: skip
    assert load_values("[.inf, -.inf, ~, true, +3, .5]") == [float("inf"), -float("inf"), None, True, 3, 0.5]


def test_aliases_of_moderate_size_and_single_values_for_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("anything: {a: &a [1, 2], b: *a, c: &c {x: 1}, d: {<<: *c, y: 2}}\ncounts: 7\nnames: 300")
    found = read_yaml_values(path)
    assert found["anything"]["b"] == [1, 2] and found["anything"]["d"] == {"x": 1, "y": 2}
    with pytest.raises(InvalidInputError, match=r"names\[0\] must be a valid string"):
        read_yaml(Settings, path)
    path.write_text("counts: 7\nnames: a")
    assert read_yaml(Settings, path) == Settings(counts=[7], names=["a"])


def test_pipes_devices_folders_large_files_and_bytes_are_refused_unread(tmp_path: Path) -> None:
    pipe, large, binary = tmp_path / "pipe", tmp_path / "large.yaml", tmp_path / "binary.yaml"
    os.mkfifo(pipe)
    large.write_bytes(b"#" * (LARGEST_FILE + 1))
    binary.write_bytes(b"a: 1\n\xff\xfe")
    for path, message in (
        (pipe, "expected a plain file, got a pipe or a device"),
        (Path("/dev/zero"), "expected a plain file, got a pipe or a device"),
        (tmp_path, "expected a plain file, got a directory"),
        (large, "at most 250000 bytes"),
        (binary, r"binary\.yaml:2: expected text in UTF-8"),
    ):
        with pytest.raises(FileFormatError, match=message):
            load_config(path)


def test_a_value_on_the_command_line_is_read_in_the_same_way() -> None:
    assert parse_value("[1, 2.5]") == [1, 2.5]
    with pytest.raises(FileFormatError, match="is no value of a YAML file"):
        parse_value("[" * 20000)
