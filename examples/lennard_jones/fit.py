"""Fits a feed-forward network to a table of numbers: Keras and TensorFlow in float64, L-BFGS of SciPy."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from nnpot import NeuralNetwork
from nnpot.study import progress

Array = NDArray[np.float64]

ACTIVATIONS = {
    "sigmoid": "s",
    "tanh": "t",
    "ReLU": "r",
    "softplus": "p",
    "1.7159 tanh(2x/3) + 0.001x": "T",
}
"""That are compared, and their letters."""
MEMORY = 50
"""Steps that L-BFGS remembers."""
TEST_INTERVAL = 10
"""Iterations between two looks at the test data."""


@dataclass(frozen=True)
class Data:
    """Inputs (n, n_inputs) and what should come out (n, n_outputs)."""

    inputs: Array
    targets: Array


@dataclass(frozen=True)
class Fit:
    """A trained network of the original inputs and targets, and how its training went.

    ``iterations``, ``train_cost`` and ``test_cost`` have the same length; costs are mean squares of the
    errors, each target in units of its standard deviation.
    """

    network: NeuralNetwork
    iterations: Array
    train_cost: Array
    test_cost: Array
    seconds: float


def rms(errors: Array) -> float:
    """The root mean square."""
    return float(np.sqrt(np.mean(errors**2)))


def fit(
    name: str,
    hidden: Sequence[int],
    activation: str,
    train: Data,
    test: Data,
    n_iterations: int,
    seed: int = 1,
) -> Fit:
    """Train a network with hidden layers of these sizes and a linear output layer.

    Parameters
    ----------
    name
        Stands before the progress bar.
    hidden, activation
        Nodes of the hidden layers, and the letter of their activation.
    train, test
        What is fitted, and what is only looked at.
    n_iterations
        Of L-BFGS, each over all training data.
    seed
        For the first weights.
    """
    start = time.perf_counter()
    scale = _Scale(train)
    task = _Task([train.inputs.shape[1], *hidden, train.targets.shape[1]], activation, seed)
    train, test = scale.scaled(train), scale.scaled(test)
    value_and_gradient = task.loss(train)
    history: list[tuple[int, float, float]] = []
    with progress(name, n_iterations) as bar:

        def look(intermediate_result: OptimizeResult) -> None:
            done = 1 if not history else history[-1][0] + 1
            look_again = not history or done % TEST_INTERVAL == 0
            known = task.cost(intermediate_result.x, test) if look_again else history[-1][2]
            history.append((done, float(intermediate_result.fun), known))
            bar.advance(1, cost=f"{intermediate_result.fun:.1e}")

        limits = {"maxiter": n_iterations, "maxfun": 10 * n_iterations, "maxcor": MEMORY}
        limits |= {"ftol": 0.0, "gtol": 0.0}
        found = minimize(
            value_and_gradient, task.weights(), jac=True, method="L-BFGS-B", callback=look, options=limits
        )
    iterations, train_cost, test_costs = np.array(history).T
    network = scale.folded(task.layers(found.x))
    return Fit(network, iterations, train_cost, test_costs, time.perf_counter() - start)


class _Scale:
    """Zero mean and unit variance of inputs and targets; what a network is to swallow afterwards."""

    def __init__(self, data: Data) -> None:
        self.inputs = data.inputs.mean(axis=0), data.inputs.std(axis=0)
        self.targets = data.targets.mean(axis=0), data.targets.std(axis=0)

    def scaled(self, data: Data) -> Data:
        (x_mean, x_width), (y_mean, y_width) = self.inputs, self.targets
        return Data((data.inputs - x_mean) / x_width, (data.targets - y_mean) / y_width)

    def folded(self, layers: list[tuple[Array, Array, str]]) -> NeuralNetwork:
        """The scales inside the first and the last layer."""
        (x_mean, x_width), (y_mean, y_width) = self.inputs, self.targets
        weights, biases, letter = layers[0]
        layers[0] = (weights / x_width[:, None], biases - (x_mean / x_width) @ weights, letter)
        weights, biases, letter = layers[-1]
        layers[-1] = (weights * y_width, biases * y_width + y_mean, letter)
        return NeuralNetwork(layers)


class _Task:
    """A Keras model whose weights are one vector."""

    def __init__(self, sizes: Sequence[int], activation: str, seed: int) -> None:
        from nnpot.training.networks.dense import glorot, to_keras

        values = glorot(np.random.default_rng(seed), sizes)
        letters = activation * (len(sizes) - 2) + "l"
        self._model = to_keras(list(zip(values[::2], values[1::2], letters, strict=True)))
        self._letters = letters

    def weights(self) -> Array:
        """All of them, one after the other."""
        return np.concatenate([values.ravel() for values in self._model.get_weights()])

    def layers(self, weights: Array) -> list[tuple[Array, Array, str]]:
        """The layers with these weights."""
        shapes = [values.shape for values in self._model.get_weights()]
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
        parts = np.split(weights, ends[:-1])
        values = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        return list(zip(values[::2], values[1::2], self._letters, strict=True))

    def cost(self, weights: Array, data: Data) -> float:
        """The mean square error with these weights."""
        said = NeuralNetwork(self.layers(weights)).evaluate(data.inputs)
        return rms(said - data.targets) ** 2

    def loss(self, data: Data) -> Callable[[Array], tuple[float, Array]]:
        """The mean square error as a function of the weights, with its gradient."""
        from nnpot.training.tensorflow_setup import tf

        variables = self._model.trainable_variables
        sizes = [int(np.prod(variable.shape)) for variable in variables]
        inputs, targets = tf.constant(data.inputs), tf.constant(data.targets)

        @tf.function
        def compute(weights: "tf.Tensor") -> "tuple[tf.Tensor, tf.Tensor]":
            for variable, part in zip(variables, tf.split(weights, sizes), strict=True):
                variable.assign(tf.reshape(part, variable.shape))
            with tf.GradientTape() as tape:
                value = tf.reduce_mean(tf.square(self._model(inputs) - targets))
            parts = tape.gradient(value, [variable.value for variable in variables])
            return value, tf.concat([tf.reshape(part, [-1]) for part in parts], 0)

        def call(weights: Array) -> tuple[float, Array]:
            value, slopes = compute(tf.constant(weights))
            return float(value), slopes.numpy()

        return call
