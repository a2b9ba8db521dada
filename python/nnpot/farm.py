"""Many independent tasks: in processes of this machine, or on the workers of a Dask scheduler."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any, TypeVar

from nnpot.errors import InvalidInputError, NnpotError

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int, scheduler: str | None = None
) -> Iterator[tuple[int, Result | Exception]]:
    """Run ``function`` on every task, several at once.

    A task that raises, or whose process dies, costs none of the others.

    Parameters
    ----------
    function
        Of a module, so that another process finds it.
    tasks
        What it is called with.
    workers
        Processes on this machine; they end with this one, even if it is killed.
    scheduler
        Address of a Dask scheduler whose workers are to do it instead.

    Yields
    ------
    tuple
        The number of a task and its result, or the exception that it raised, as they come.
    """
    if scheduler is None:
        yield from _run_here(function, tasks, workers)
        return
    with dask_client(scheduler) as client:
        from distributed import as_completed as dask_completed

        futures = {client.submit(function, task, pure=False): i for i, task in enumerate(tasks)}
        for future in dask_completed(list(futures)):
            error = future.exception()
            yield futures[future], future.result() if error is None else error


def run_all(function: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> list[Result]:
    """The results of all tasks in their order; what one raises ends the others.

    Parameters as for `run_tasks`.
    """
    found: dict[int, Result] = {}
    for number, outcome in run_tasks(function, tasks, workers):
        if isinstance(outcome, Exception):
            raise outcome
        found[number] = outcome
    return [found[number] for number in range(len(tasks))]


def _run_here(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[int, Result | Exception]]:
    broken = []
    with _pool(min(workers, len(tasks) or 1)) as pool:
        futures = {pool.submit(function, task): number for number, task in enumerate(tasks)}
        for future in as_completed(futures):
            outcome = _outcome(future)
            if isinstance(outcome, BrokenProcessPool):
                broken.append(futures[future])
            else:
                yield futures[future], outcome
    for number in sorted(broken):  # one of them killed its process: a process for each shows which
        with _pool(1) as pool:
            outcome = _outcome(pool.submit(function, tasks[number]))
        if isinstance(outcome, BrokenProcessPool):
            outcome = NnpotError("its process died, of too little memory or a fault in a library")
        yield number, outcome


def _outcome(future: Future[Result]) -> Result | Exception:
    try:
        return future.result()
    except Exception as error:
        return error


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool that drops its tasks, those that are running too, when the block is left by an exception."""
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_end_with_the_parent
    )
    try:
        yield pool
    except BaseException:
        running = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.terminate()
        raise
    pool.shutdown()


def _end_with_the_parent() -> None:
    """A killed parent closes no pipe that its workers listen to; without this they would wait for ever.

    Ctrl-C reaches all processes of a terminal; what becomes of the workers is the parent's decision.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "called in a worker"

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


@contextmanager
def dask_client(scheduler: str) -> Iterator[Any]:
    """A client of a Dask scheduler.

    Raises
    ------
    NnpotError
        If Dask is not installed.
    InvalidInputError
        If no scheduler answers at the address.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise NnpotError(
            f"a scheduler needs Dask ({error}); install it with: pip install 'nnpot[dask]'"
        ) from error
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"no Dask scheduler answers at {scheduler} ({error})") from error
    with client:
        yield client
