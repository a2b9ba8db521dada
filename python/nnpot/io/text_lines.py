"""The lines of text files, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from nnpot.errors import FileFormatError
from nnpot.support.files import GZIP_DAMAGE, FileName, damaged_gzip, require_file

COMPRESSIONS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
"""What opens a compressed file, by the end of its name."""
LONGEST_LINE = 2**26  # characters. What is longer is no line of text (a compressed file of nothing but zeros)
BYTE_ORDER_MARK = "\ufeff"
COMPRESSION_DAMAGE = (*GZIP_DAMAGE, lzma.LZMAError, OSError)
"""What reading a damaged compressed file raises; of bz2 an error of the system."""


def damaged(path: FileName, error: Exception, after: str = "") -> Exception:
    """The error that says so, or the system's own that says something else."""
    if isinstance(error, gzip.BadGzipFile) or Path(path).suffix == ".gz":
        return damaged_gzip(path, error, after)
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return FileFormatError(
        f"{path}: expected a whole compressed file, got a damaged one{after} ({error}); "
        f"compress or copy it again"
    )


def is_compressed(path: FileName) -> bool:
    """Whether a file is compressed, by its name."""
    return Path(path).suffix in COMPRESSIONS


def plain_name(path: FileName) -> Path:
    """The name of a file without what says that it is compressed."""
    return Path(path).with_suffix("") if is_compressed(path) else Path(path)


def opened(path: FileName, mode: str = "rb", **how: Any) -> IO[Any]:
    """Open a regular file, compressed or not; `FileFormatError` if it is a pipe or a device."""
    require_file(path)
    stream: IO[Any] = COMPRESSIONS.get(Path(path).suffix, open)(path, mode, **how)
    return stream


class TextLines:
    """The lines of a stream one by one, with their number and where they are in the words of an error."""

    def __init__(self, path: FileName, stream: IO[str]) -> None:
        self._path, self._stream = path, stream
        self.number = 0  # of the last line that was read, counted from 1
        self.last = ""  # that line, with its line end

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._stream.readline(LONGEST_LINE)
        except COMPRESSION_DAMAGE as error:
            raise damaged(self._path, error, f" after line {self.number}") from error
        if not line:
            raise StopIteration
        self.number, self.last = self.number + 1, line.lstrip(BYTE_ORDER_MARK)
        if "\0" in line or len(line) == LONGEST_LINE:
            raise FileFormatError(
                f"{self._path}:{self.number}: expected a line of text, got zero bytes or a line without end; "
                f"the file is damaged, binary or not in UTF-8, save it again as UTF-8"
            )
        return self.last

    @property
    def whole(self) -> bool:
        """Whether the last line that was read has a line end; one that has none may be cut."""
        return self.last.endswith("\n")


@contextmanager
def text_lines(path: FileName) -> Iterator[TextLines]:
    """Read a text file line by line, whatever its line ends.

    Bytes that are no UTF-8 become a sign that stands for them: comments are in any encoding.

    Raises `FileFormatError` if it is no regular file, damaged, or no text; from the iteration too.
    """
    with opened(path, "rt", encoding="utf-8", errors="replace") as stream:
        yield TextLines(path, stream)
