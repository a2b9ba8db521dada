"""Files that broken-off work goes on from, with a digest of all that they hold, so that damage is seen."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnpot.errors import FileFormatError
from nnpot.support.files import atomic_write, read_bytes, read_text
from nnpot.support.messages import shortened

MARK = b"\nsha256 "  # stands behind the archive, before the digest
TAIL = len(MARK) + 64
DIGEST = "digest"  # key of a JSON record


class _Digesting:
    """A stream that can only be written to, which digests what goes through."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.total = stream, hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.total.update(content)
        return self._stream.write(content)

    def flush(self) -> None:
        self._stream.flush()

    def read(self, *_: int) -> bytes:
        """numpy takes an object without it for the name of a file."""
        raise io.UnsupportedOperation("read")


def write_arrays(path: Path, **arrays: ArrayLike) -> None:
    """Write an archive of numpy's with a digest behind it, whole or not at all; `OSError` if it fails."""
    with atomic_write(path, "wb") as stream:
        digesting = _Digesting(stream)
        np.savez(digesting, **arrays)  # type: ignore[arg-type]
        stream.write(MARK + digesting.total.hexdigest().encode())


def read_arrays(path: Path, kind: str, advice: str) -> dict[str, NDArray[Any]]:
    """Read what `write_arrays` wrote, every byte as it was.

    ``kind``: what the file is, for the message: ``checkpoint``. ``advice``: what to do if it is damaged.
    Raises `FileFormatError` if a byte is another than was written, or the file is none of ours.
    """
    content = read_bytes(path)
    if content[-TAIL:-64] != MARK:
        raise FileFormatError(
            f"{path}: the {kind} is damaged: it does not end with its digest (cut off, or of an older "
            f"version); {advice}"
        )
    if hashlib.sha256(memoryview(content)[:-TAIL]).hexdigest().encode() != content[-64:]:
        raise FileFormatError(f"{path}: the {kind} is damaged: its content does not fit its digest; {advice}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return dict(arrays)
    except Exception as error:  # a file that somebody has made: numpy raises what it likes
        reason = shortened(str(error), 200, quoted=False)
        raise FileFormatError(f"{path}: the {kind} is damaged: {reason}; {advice}") from error


def write_record(path: Path, values: dict[str, Any]) -> None:
    """Write values as JSON with a digest among them, whole or not at all."""
    with atomic_write(path) as stream:
        json.dump(values | {DIGEST: _digest(values)}, stream, indent=2, ensure_ascii=False)
        stream.write("\n")


def read_record(path: Path, kind: str, advice: str) -> dict[str, Any]:
    """Read what `write_record` wrote.

    Parameters as for `read_arrays`.

    Raises `FileFormatError` if a value is another than was written, or the file is none of ours.
    """
    try:
        values = json.loads(read_text(path))
        said = values.pop(DIGEST)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FileFormatError) as error:
        reason = "it has no digest (perhaps of an older version)" if isinstance(error, KeyError) else error
        text = shortened(str(reason).removeprefix(f"{path}: "), 200, quoted=False)
        raise FileFormatError(f"{path}: the {kind} is damaged: {text}; {advice}") from error
    if said != _digest(values):
        raise FileFormatError(f"{path}: the {kind} is damaged: its content does not fit its digest; {advice}")
    return dict(values)


def _digest(values: dict[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(json.dumps(json.loads(text), sort_keys=True).encode()).hexdigest()
