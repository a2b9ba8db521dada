"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnpot import InvalidInputError
from nnpot.support.files import atomic_directory, atomic_write, remove_leftovers


def test_text_and_bytes_arrive_as_written(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "text") as stream:
        stream.write("å\nb\n")
    with atomic_write(tmp_path / "bytes", "wb") as stream:
        stream.write(b"\x00\r\n")
    assert (tmp_path / "text").read_bytes() == "å\nb\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\x00\r\n"
    assert sorted(os.listdir(tmp_path)) == ["bytes", "text"]


def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_write(path) as stream:
        stream.write("half of the new")
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_that_outgrows_its_limit_leaves_the_old_one(tmp_path: Path) -> None:
    """The file-size limit stands for a full disk: write() fails in the same way."""
    path = tmp_path / "file"
    path.write_text("old")
    program = """
import resource, signal, sys
from nnpot.support.files import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with atomic_write(sys.argv[1]) as stream:
        stream.write("x" * 100000)
except OSError as error:
    sys.exit(7)
"""
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 7
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with atomic_write(tmp_path / "link") as stream:
        stream.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_the_usual_permissions_are_given(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "ours") as stream:
        stream.write("x")
    (tmp_path / "usual").write_text("x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="nowhere"), atomic_write(tmp_path / "nowhere" / "file"):
        pass


def test_a_directory_changes_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "model"
    for text in ("first", "second"):
        with atomic_directory(target) as directory:
            (directory / text).write_text(text)
    assert [path.name for path in target.iterdir()] == ["second"]
    with pytest.raises(RuntimeError), atomic_directory(target) as directory:
        (directory / "third").write_text("half")
        raise RuntimeError
    assert [path.name for path in target.iterdir()] == ["second"]
    assert os.listdir(tmp_path) == ["model"]


def test_a_full_disk_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="frames.xyz"), atomic_write(tmp_path / "frames.xyz"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = [".log.csv.tmp", ".other.0123abcd.tmp", "log.csv", ".log.csv.0123abcd.tmp.txt"]
    for name in [*kept, ".log.csv.0123abcd.tmp", ".model_1.0123abcd.old/x"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    remove_leftovers(tmp_path, ("log.csv", "model*"))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
