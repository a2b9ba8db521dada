"""One process at a time writes into a folder, or a file: the second is refused while the first lives."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nnpot.errors import InvalidInputError

logger = logging.getLogger(__name__)
NAME = ".lock"  # in a folder; of a file FILE it is .FILE.lock beside it
UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
"""What a file system without locks says."""


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone; it is made where it is missing, and goes again if it stays empty.

    The lock ends with the process, however it ends.

    Raises `InvalidInputError` if another process holds it, or it is a file; `OSError` if it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"{folder}: is a file; name a directory")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _held(folder / NAME, folder):
            yield
    finally:
        for path in missing:
            try:
                path.rmdir()
            except OSError:  # there is something in it
                break


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Hold a file that is to be written for this process alone; its folder exists.

    Raises `InvalidInputError` if another process holds it; `OSError` if the lock beside it cannot be made.
    """
    if path.exists() and not path.is_file():  # a device or a pipe has no content to be mixed up
        yield
        return
    with _held(path.with_name(f".{path.name}{NAME}"), path):
        yield


@contextmanager
def _held(lock: Path, what: Path) -> Iterator[None]:
    descriptor = _acquire(lock, what)
    try:
        yield
    finally:
        if descriptor is not None:
            lock.unlink(missing_ok=True)  # while it is held: whoever waits for it sees that it is gone
            os.close(descriptor)


def _acquire(lock: Path, what: Path) -> int | None:
    """The descriptor that holds the lock; None where the file system has none."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode("utf-8", "replace").strip()
            os.close(descriptor)
            raise InvalidInputError(
                f"{what}: another process{f' ({holder})' if holder else ''} is writing into it; wait until "
                f"it has ended, or choose another name"
            ) from None
        except OSError as error:
            os.close(descriptor)
            lock.unlink(missing_ok=True)
            if error.errno not in UNSUPPORTED:
                raise
            logger.warning("%s: this file system has no locks; let only one process write there", what)
            return None
        if _is_same(descriptor, lock):
            break
        os.close(descriptor)  # its holder has removed it in between
    os.ftruncate(descriptor, 0)
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {now}\n".encode())
    return descriptor


def _is_same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
