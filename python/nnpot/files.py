"""Files that are either written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from nnpot.errors import InvalidInputError


@contextmanager
def atomic_write(path: str | os.PathLike[str], mode: Literal["w", "wb"] = "w") -> Iterator[IO[Any]]:
    """Open a file for writing that takes its name only when everything is on the disk.

    The data goes to a temporary name in the same directory; at the end of the block it is flushed to
    the disk and renamed. After an exception, a full disk included, the old file is untouched and the
    temporary one is gone; after a kill the old file is untouched.

    Parameters
    ----------
    path
        The file to write. A symbolic link is followed.
    mode
        ``"w"`` for text (UTF-8, line ends ``\\n``) or ``"wb"`` for bytes.

    Raises
    ------
    InvalidInputError
        If the directory of ``path`` does not exist.
    OSError
        If writing fails.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise InvalidInputError(f"{path}: cannot be written, the directory {target.parent} does not exist")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    binary = mode == "wb"
    encoding, newline = (None, None) if binary else ("utf-8", "\n")
    try:
        with open(temporary, "xb" if binary else "x", encoding=encoding, newline=newline) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
