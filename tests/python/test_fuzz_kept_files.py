"""Some dozens of the cases of the fuzzing of YAML files and checkpoints, in this process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import checkpoints
import pytest
import yaml_files
from fuzzing import FAULTS, Case, outcome_of

from nnpot.errors import FileFormatError


@pytest.mark.parametrize(
    ("case", "refused"), [(yaml_files.case, 15), (checkpoints.case, 15)], ids=["yaml", "checkpoints"]
)
def test_damaged_files_are_read_or_refused_in_one_line(tmp_path: Path, case: Case, refused: int) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(60):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcomes[outcome_of(case, 3, number, folder)] += 1
    assert not [outcome for outcome in outcomes if outcome.startswith(FAULTS)], outcomes
    assert outcomes["refused: FileFormatError"] >= refused, outcomes


@pytest.mark.parametrize("read", list(yaml_files.TEXTS), ids=lambda read: read.__name__)
def test_the_whole_configurations_are_read(tmp_path: Path, read: object) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(yaml_files.TEXTS[read])  # type: ignore[index]
    read(path)  # type: ignore[operator]


@pytest.mark.parametrize(
    "kind", [kind for kind in checkpoints.KINDS if kind.sealed], ids=lambda kind: kind.name
)
def test_every_changed_byte_of_a_kept_file_is_seen(tmp_path: Path, kind: checkpoints.Kind) -> None:
    """Some hundred places over the whole file: the content comes back as it was, or not at all."""
    path = tmp_path / kind.name
    kind.write(path)
    content, before = path.read_bytes(), repr(kind.read(path))
    for place in range(0, len(content), max(1, len(content) // 150)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            assert repr(kind.read(path)) == before, f"byte {place}"
        except FileFormatError as error:
            assert "damaged" in str(error), place
    for length in (0, 10, len(content) // 2, len(content) - 3):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match="damaged"):
            kind.read(path)
