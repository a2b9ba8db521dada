"""Many independent tasks: in processes of this machine, or on the workers of a Dask scheduler."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar, cast

from nnpot.errors import InvalidInputError, NnpotError
from nnpot.support.installation import install_command

PATIENCE = 5.0  # seconds that a process which has nothing left to do may take to end
Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int,
    scheduler: str | None = None,
    time_limit: float | None = None,
) -> Iterator[tuple[int, Result | Exception]]:
    """Run ``function`` on every task, several at once; yields its number with its result or error.

    A task that raises, calls ``sys.exit()``, does not end, or whose process dies, costs none of the others.
    The function is one of a module, so that another process finds it. The ``workers`` are processes on this
    machine, which end with this one even if it is killed; with the address of a Dask ``scheduler`` its
    workers do it instead. After ``time_limit`` seconds a task's process and all that this has started are
    ended (None: no limit); on Dask's workers the task is given up and its thread left alone.
    """
    if scheduler is None:
        yield from _run_here(function, tasks, workers, time_limit)
        return
    with dask_client(scheduler) as client:
        from distributed import as_completed as dask_completed

        futures = {
            client.submit(_within, function, task, time_limit, pure=False): i for i, task in enumerate(tasks)
        }
        for future in dask_completed(list(futures)):
            error = future.exception()
            yield futures[future], future.result() if error is None else error


def _within(function: Callable[[Task], Result], task: Task, time_limit: float | None) -> Result | Exception:
    """Call `guarded` in a thread that is waited for no longer than so many seconds."""
    found: list[Result | Exception] = []
    thread = threading.Thread(target=lambda: found.append(guarded(function, task)), daemon=True)
    thread.start()
    thread.join(time_limit)
    return found[0] if found else NnpotError(f"it did not end within {_minutes(time_limit)}")


def run_all(function: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> list[Result]:
    """The results of all tasks in their order, as of `run_tasks`; what one raises ends the others."""
    found: dict[int, Result] = {}
    for number, outcome in run_tasks(function, tasks, workers):
        if isinstance(outcome, Exception):
            raise outcome
        found[number] = outcome
    return [found[number] for number in range(len(tasks))]


def _run_here(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int, time_limit: float | None
) -> Iterator[tuple[int, Result | Exception]]:
    waiting = iter(range(len(tasks)))
    with _crew(min(workers, len(tasks))) as crew:
        for worker in crew:
            worker.take(function, tasks, next(waiting, None))
        while busy := [worker for worker in crew if worker.number is not None]:
            for worker in _ended(busy, time_limit):
                number, outcome = worker.number, worker.outcome
                worker.take(function, tasks, next(waiting, None))
                assert number is not None, "it was busy"
                yield number, outcome


def _ended(busy: Sequence[_Worker], time_limit: float | None) -> list[_Worker]:
    """Wait for something to happen; those that have ended their task, died, or used their time up."""
    now = time.monotonic()
    ages = [now - worker.started for worker in busy if worker.started is not None]
    left = None if time_limit is None or not ages else max(0.0, time_limit - max(ages))
    ready = wait([worker.connection for worker in busy], left)
    return [worker for worker in busy if worker.has_ended(worker.connection in ready, time_limit)]


class _Worker:
    """A process that does one task after the other, and is replaced where one of them ends it."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self.connection: Connection
        self.number: int | None = None  # of the task that it is on
        self.started: float | None = None  # when it began with it: a new process has modules to load first
        self.outcome: Any = None

    def take(self, function: Callable[[Any], Any], tasks: Sequence[Any], number: int | None) -> None:
        """Begin a task; None: there is none left."""
        self.number = number
        if number is None:
            self.stop()
            return
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, other = context.Pipe()
            self._process = context.Process(target=_work, args=(other,))
            self._process.start()
            other.close()
        self.started = None
        with suppress(OSError):  # it has died meanwhile: its outcome says so
            self.connection.send((function, tasks[number]))

    def has_ended(self, is_ready: bool, time_limit: float | None) -> bool:
        """Whether its task has, in whatever way; then ``outcome`` says what came of it."""
        if is_ready:
            found = self._received()
            if found is _BEGUN:
                self.started = time.monotonic()
                return False
            self.outcome = found
            return True
        if time_limit is None or self.started is None or time.monotonic() - self.started < time_limit:
            return False
        self.stop()
        self.outcome = NnpotError(f"it did not end within {_minutes(time_limit)}")
        return True

    def _received(self) -> Any:
        try:
            found = self.connection.recv()
        except (EOFError, OSError):
            self.stop()
            return NnpotError("its process died, of too little memory or a fault in a library")
        except Exception as error:
            return NnpotError(f"its result cannot be read ({type(error).__name__}: {error})")
        return _BEGUN if isinstance(found, _Begun) else found

    def stop(self) -> None:
        """End the process; with a task that it is on, and all that this has started."""
        if self._process is None:
            return
        self.connection.close()
        if self.number is None:
            self._process.join(PATIENCE)
        if self._process.is_alive():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(cast(int, self._process.pid), signal.SIGKILL)
            self._process.kill()  # it may not have a group of its own yet
        self._process.join()
        self._process = None


class _Begun:
    """What a worker sends before a task's outcome."""


_BEGUN = _Begun()


def _minutes(seconds: float | None) -> str:
    return f"{(seconds or 0.0) / 60.0:.3g} minutes"


@contextmanager
def _crew(workers: int) -> Iterator[list[_Worker]]:
    """Workers that end with the block; tasks that are running are dropped."""
    crew = [_Worker() for _ in range(workers)]
    try:
        yield crew
    finally:
        for worker in crew:
            worker.stop()


def _work(connection: Connection) -> None:
    """Do one task after the other, in a worker. What tasks print goes to stderr."""
    os.setsid()  # with what it starts it is ended as one
    os.dup2(2, 1)
    _end_with_the_parent()
    while True:
        try:
            function, task = connection.recv()
        except (EOFError, ConnectionError):  # the parent has ended this
            return
        except Exception as error:
            connection.send(NnpotError(f"a task cannot be read ({type(error).__name__}: {error})"))
            continue
        with suppress(ConnectionError):
            connection.send(_BEGUN)
        outcome = guarded(function, task)
        try:
            connection.send(outcome)
        except ConnectionError:
            return
        except Exception as error:
            connection.send(NnpotError(f"its result cannot be sent ({type(error).__name__}: {error})"))


def guarded(function: Callable[[Task], Result], task: Task) -> Result | Exception:
    """The result of a task, or why there is none: what it raises, ``sys.exit()`` too, becomes a reason."""
    try:
        return function(task)
    except BaseException as error:
        if not isinstance(error, Exception):
            said = "sys.exit()" if isinstance(error, SystemExit) else type(error).__name__
            return NnpotError(f"it called {said}" if isinstance(error, SystemExit) else f"it raised {said}")
        try:
            pickle.loads(pickle.dumps(error))
            return error
        except Exception:  # some cannot be sent to another process
            return NnpotError(f"{type(error).__name__}: {error}")


def _end_with_the_parent() -> None:
    """A killed parent closes no pipe that a busy worker listens to; without this it would go on.

    Ctrl-C reaches all processes of a terminal; what becomes of the workers is the parent's decision.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "called in a worker"

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


@contextmanager
def dask_client(scheduler: str) -> Iterator[Any]:
    """A client of a Dask scheduler; `NnpotError` without Dask, `InvalidInputError` if none answers."""
    try:
        from distributed import Client
    except ImportError as error:
        raise NnpotError(
            f"a scheduler needs Dask ({error}); install it with: {install_command('dask')}"
        ) from error
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"no Dask scheduler answers at {scheduler} ({error})") from error
    with client:
        yield client
