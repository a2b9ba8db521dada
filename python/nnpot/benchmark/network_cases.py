"""What `nnpot benchmark networks` compares: ways of evaluating a network, and the programs that time them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from nnpot._core import NeuralNetwork
from nnpot.benchmark.launch import ONE_THREAD
from nnpot.benchmark.programs import armadillo_recipe, build, package, tensorflow_recipe
from nnpot.errors import NnpotError
from nnpot.support.progress import progress
from nnpot.training.networks.untrained import inputs, untrained_layers

PRECISIONS = ("float32", "float64")
ENGINE, ARMADILLO, TF_CPP, TF_PYTHON = "nnpot", "Armadillo", "TensorFlow C++", "TensorFlow Python"


@dataclass(frozen=True)
class Contestant:
    """A way of evaluating a network: a method of a program."""

    label: str
    program: str
    method: str
    precisions: tuple[str, ...] = PRECISIONS


CONTESTANTS = (
    Contestant("Armadillo", ARMADILLO, "value"),
    Contestant("Armadillo, gradient", ARMADILLO, "gradient"),
    Contestant("nnpot", ENGINE, "value", ("float64",)),
    Contestant("nnpot, gradient", ENGINE, "gradient", ("float64",)),
    Contestant("TF-C++", TF_CPP, "session"),
    Contestant("TF-Python, function", TF_PYTHON, "function"),
    Contestant("TF-Python, eager", TF_PYTHON, "eager"),
    Contestant("TF-Python, predict", TF_PYTHON, "predict"),
)
"""In the order of the tables; a gradient includes the value."""
REFERENCE = "Armadillo"  # that others are compared with


class Program(Protocol):
    """Builds one network at a time and times it."""

    def build(self, n_hidden: int, n_nodes: int, precision: str) -> float:
        """Make the untrained network; returns its output for the input 0.5."""

    def time(self, method: str, batch: int, n_evaluations: int) -> float:
        """Mean seconds of an evaluation."""


class Engine:
    """The networks of this package: C++, called from this process, timed without Python in between."""

    def __init__(self) -> None:
        self._network: NeuralNetwork | None = None

    def build(self, n_hidden: int, n_nodes: int, precision: str) -> float:
        """See `Program`; always in double precision."""
        self._network = NeuralNetwork(untrained_layers(n_hidden, n_nodes))
        return float(self._network.evaluate(inputs(1))[0, 0])

    def time(self, method: str, batch: int, n_evaluations: int) -> float:
        """See `Program`."""
        assert self._network is not None, "a network is asked for first"
        return self._network.seconds(inputs(batch), method == "gradient", n_evaluations)


class Process:
    """A program in a process of its own with one thread, asked line by line."""

    def __init__(self, name: str, command: list[str]) -> None:
        self._name = name
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def build(self, n_hidden: int, n_nodes: int, precision: str) -> float:
        """See `Program`."""
        return self._ask(f"network {n_hidden} {n_nodes} {precision}")

    def time(self, method: str, batch: int, n_evaluations: int) -> float:
        """See `Program`."""
        return self._ask(f"time {method} {batch} {n_evaluations}")

    def _ask(self, request: str) -> float:
        assert self._process.stdin is not None and self._process.stdout is not None, "opened with pipes"
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        try:
            return float(answer)
        except ValueError:
            raise NnpotError(f"{self._name}: '{request}' failed: {answer or 'it has ended'}") from None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


class Programs:
    """All programs that work here, by name; a context that ends them."""

    def __init__(self) -> None:
        self.left_out: dict[str, str] = {}  # programs that do not work here, and why
        self.notes: list[str] = []  # what a reader of the times has to know
        self.running: dict[str, Program] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Programs:
        with self._stack as stack, progress("compiling and starting", 4) as bar:
            self.running[ENGINE] = Engine()
            bar.advance(1)
            recipe = armadillo_recipe()
            self.notes.append(f"Armadillo with {recipe.note}.")
            commands: dict[str, Callable[[], list[str]]] = {
                ARMADILLO: lambda: [str(build(recipe))],
                TF_CPP: lambda: [str(build(tensorflow_recipe()))],
                TF_PYTHON: _python_command,
            }
            with ThreadPoolExecutor() as pool:  # compilers are processes of their own
                found = {name: pool.submit(command) for name, command in commands.items()}
                for name, future in found.items():
                    self._start(name, future)
                    bar.advance(1)
            if ARMADILLO in self.left_out:
                raise NnpotError(f"everything is compared with Armadillo, but {self.left_out[ARMADILLO]}")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self, name: str, command: Future[list[str]]) -> None:
        try:
            process = Process(name, command.result())
            self._stack.callback(process.close)
            process.build(1, 1, "float64")  # ends where a library is missing
        except NnpotError as error:
            self.left_out[name] = str(error)
        else:
            self.running[name] = process


def _python_command() -> list[str]:
    package("tensorflow")
    return [sys.executable, "-m", "nnpot.training.networks.network_program"]
