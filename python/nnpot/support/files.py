"""Files that are either written whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import secrets
import shutil
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from nnpot.errors import FileFormatError, InvalidInputError

FileName = str | os.PathLike[str]
GZIP_DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error)  # what reading a damaged gzip file raises


def damaged_gzip(path: FileName, error: Exception, after: str = "") -> FileFormatError:
    """The error that says so; ``after``: up to where the file could be read."""
    return FileFormatError(
        f"{path}: expected a whole gzip file, got a damaged one{after} ({error}); compress or copy it again"
    )


def read_bytes(path: FileName, most: int | None = None) -> bytes:
    """The content of a regular file; a pipe or a device, which might have no end, is refused unread.

    Raises `FileFormatError` if it is none, or larger than ``most`` bytes; `OSError` if it cannot be read.
    """
    size = require_file(path)
    if most is not None and size > most:
        raise FileFormatError(
            f"{path}: expected a file of at most {most} bytes, got one of {size}; is it this file?"
        )
    return Path(path).read_bytes()


def require_file(path: FileName) -> int:
    """The size in bytes of a file; a folder, a pipe or a device is refused (`FileFormatError`)."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise FileFormatError(f"{path}: expected a plain file, got {kind}")
    return found.st_size


def read_text(path: FileName, most: int | None = None) -> str:
    """The text of a regular file, UTF-8 with or without a byte order mark.

    Raises `FileFormatError` as `read_bytes` does, and if it is no text; `OSError` if it cannot be read.
    """
    content = read_bytes(path, most)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileFormatError(
            f"{path}:{line}: expected text in UTF-8, got other bytes ({error.reason}); save it again as UTF-8"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileFormatError(f"{path}:{line}: expected text, got a NUL byte; save it again as text")
    return text


def read_json(path: FileName, most: int | None = None) -> Any:
    """The values of a JSON file.

    Raises `FileFormatError` as `read_text` does, and if it is no JSON; `OSError` if it cannot be read.
    """
    text = read_text(path, most)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(f"{path}:{error.lineno}: not readable as JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested too deeply; an integer of thousands of digits
        reason = "lists within lists" if isinstance(error, RecursionError) else "a number without end"
        raise FileFormatError(f"{path}: not readable as JSON: {reason}") from error


def require_writable(path: FileName) -> None:
    """Refuse a file that could not be written, before the work whose result it is to take.

    Raises `InvalidInputError` if ``path`` is a directory, or its own directory does not exist or may not be
    written to.
    """
    directory = Path(os.path.realpath(path)).parent
    if Path(path).is_dir():
        raise InvalidInputError(f"{path}: cannot be written, it is a directory; name a file")
    if _is_device(path):
        return
    if not directory.is_dir():
        raise InvalidInputError(f"{path}: cannot be written, the directory {directory} does not exist")
    if not os.access(directory, os.W_OK):
        raise InvalidInputError(f"{path}: cannot be written, the directory {directory} is write-protected")


def require_other_file(path: FileName, read: Sequence[FileName]) -> None:
    """Refuse (`InvalidInputError`) to write a result over a file that it is made from, under any name."""
    for other in read:
        if Path(path).exists() and Path(other).exists() and os.path.samefile(path, other):
            raise InvalidInputError(
                f"{path}: is {other}, which is read for it and would be overwritten; name another file"
            )


@contextmanager
def atomic_write(path: FileName, mode: Literal["w", "wb"] = "w") -> Iterator[IO[Any]]:
    """Open a file for writing that takes its name only when everything is on the disk.

    The data goes to a temporary name in the same directory; at the end of the block it is flushed to
    the disk and renamed. After an exception, a full disk included, the old file is untouched and the
    temporary one is gone; after a kill the old file is untouched.

    ``path``: the file to write. A symbolic link is followed; a device or a pipe (/dev/stdout) is written
    directly. ``mode``: ``"w"`` for text (UTF-8, line ends ``\n``) or ``"wb"`` for bytes. Raises
    `InvalidInputError` as `require_writable` does; `OSError` if writing fails.
    """
    require_writable(path)
    encoding, newline = (None, None) if mode == "wb" else ("utf-8", "\n")
    if _is_device(path):
        with open(path, mode, encoding=encoding, newline=newline) as stream:
            yield stream
        return
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, mode.replace("w", "x"), encoding=encoding, newline=newline) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which file it was
        raise


@contextmanager
def atomic_text(path: FileName) -> Iterator[IO[str]]:
    """`atomic_write` of text, compressed where the name ends in ``.gz``: the same text, the same bytes."""
    if Path(path).suffix != ".gz":
        with atomic_write(path) as plain:
            yield plain
        return
    with (
        atomic_write(path, "wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as stream,
    ):
        yield stream


@contextmanager
def atomic_path(path: FileName) -> Iterator[Path]:
    """A path for writers that open files themselves; it takes the place of ``path`` when all is written.

    It has the name of ``path`` in a folder of its own, so that what such a writer leaves beside it goes away,
    too. After an exception the old file is untouched.

    Raises `InvalidInputError` as `require_writable` does, or if ``path`` is a device or a pipe; `OSError` if
    writing fails.
    """
    require_writable(path)
    if _is_device(path):
        raise InvalidInputError(f"{path}: is no file, as this format needs one; name a file")
    target = Path(os.path.realpath(path))
    folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        folder.mkdir()
        yield folder / target.name
        _flush_files(folder)
        os.replace(folder / target.name, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def atomic_directory(path: FileName) -> Iterator[Path]:
    """Fill a directory that takes its name only when all its files are on the disk.

    The block gets an empty directory beside ``path``; at its end that one takes the place of ``path``,
    with all that was in it. After an exception the old directory is untouched.

    Raises `InvalidInputError` if the directory that is to hold ``path`` does not exist or may not be written
    to; `OSError` if writing fails.
    """
    target = Path(os.path.realpath(path))
    mark = secrets.token_hex(4)
    temporary, old = (target.with_name(f".{target.name}.{mark}.{end}") for end in ("tmp", "old"))
    require_writable(temporary)
    try:
        temporary.mkdir()
        yield temporary
        _flush_files(temporary)
        if target.exists():
            os.rename(target, old)
        os.rename(temporary, target)
    except BaseException:
        if old.exists() and not target.exists():
            os.rename(old, target)
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def remove_leftovers(directory: FileName, names: Sequence[str]) -> None:
    """Remove what killed writers of files of these names have left in a directory that nobody writes into."""
    for name in names:
        for end in ("tmp", "old"):
            for path in Path(directory).glob(f".{name}.{'[0-9a-f]' * 8}.{end}"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def _flush_files(directory: Path) -> None:
    for path in directory.rglob("*"):
        if path.is_file():
            with open(path, "rb") as stream:
                os.fsync(stream.fileno())


def _is_device(path: FileName) -> bool:
    """Whether there is something that is no file and no directory: it has no content to keep or replace."""
    return Path(path).exists() and not Path(path).is_file()
