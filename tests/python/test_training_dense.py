"""A network alone: text file, C++ against TensorFlow, derivatives of several outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import nnpot
from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.training.networks.atomic import FUNCTIONS
from nnpot.training.networks.dense import from_keras, to_keras
from nnpot.training.tensorflow_setup import keras, tf

Array = NDArray[np.float64]
LETTERS = "ltsSprgcehT"


def random_network(letter: str, sizes: tuple[int, ...] = (3, 7, 5, 2)) -> nnpot.NeuralNetwork:
    """Two hidden layers of one activation, and an output layer with another one."""
    random = np.random.default_rng(ord(letter))
    letters = letter * (len(sizes) - 2) + "T"
    return nnpot.NeuralNetwork(
        [
            (random.normal(scale=0.6, size=(n_in, n_out)), random.normal(size=n_out), name)
            for n_in, n_out, name in zip(sizes, sizes[1:], letters, strict=False)
        ]
    )


def samples(n: int = 9) -> Array:
    """Inputs of a network."""
    return np.random.default_rng(1).normal(size=(n, 3))


def in_tensorflow(network: nnpot.NeuralNetwork, inputs: Array) -> tuple[Array, Array]:
    """Outputs, and their Jacobian by `tf.GradientTape`."""
    values = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(values)
        outputs = to_keras(network.layers)(values)
    return outputs.numpy(), tape.batch_jacobian(outputs, values).numpy()


def test_every_activation_is_known_in_both_languages() -> None:
    assert set(LETTERS) == set(FUNCTIONS)


@pytest.mark.parametrize("letter", LETTERS)
def test_cpp_says_what_tensorflow_says(letter: str) -> None:
    network = random_network(letter)
    outputs, jacobian = network.jacobian(samples())
    expected, expected_jacobian = in_tensorflow(network, samples())
    assert np.abs(expected_jacobian).max() > 0.1, "derivatives too small to test anything"
    np.testing.assert_allclose(outputs, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(jacobian, expected_jacobian, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(network.evaluate(samples()), outputs)


@pytest.mark.parametrize("letter", "tspT")
def test_the_jacobian_is_the_derivative_of_each_output(letter: str) -> None:
    network, inputs, h = random_network(letter), samples(), 1e-5
    _, jacobian = network.jacobian(inputs)
    for i in range(3):
        step = h * np.eye(3)[i]
        expected = (network.evaluate(inputs + step) - network.evaluate(inputs - step)) / (2.0 * h)
        np.testing.assert_allclose(jacobian[:, :, i], expected, rtol=1e-6, atol=1e-8)


def test_a_file_of_one_network_is_written_and_read(tmp_path: Path) -> None:
    network = random_network("p", (3, 11, 1, 4, 2))
    file = tmp_path / "a.network"
    network.write(file)
    again = nnpot.NeuralNetwork.read(str(file))
    assert (again.n_inputs, again.n_outputs) == (3, 2)
    np.testing.assert_array_equal(again.evaluate(samples()), network.evaluate(samples()))
    assert file.read_text().splitlines()[1:3] == ["nodes 3 11 1 4 2", "activations p p p T"]


def test_networks_of_potentials_can_stand_alone(model: nnpot._core.Model, tmp_path: Path) -> None:
    """What a potential is made of: the layers of an element, and its table of weights under two lines."""
    layers = model.network("Si")
    model.write(str(tmp_path))
    table = (tmp_path / "weights.014.data").read_text()
    nodes = " ".join(str(len(biases)) for _, biases, _ in layers)
    head = f"nodes {len(layers[0][0])} {nodes}\nactivations {' '.join(letter for *_, letter in layers)}\n"
    (tmp_path / "si.network").write_text(head + table)
    inputs = np.random.default_rng(2).normal(size=(4, len(layers[0][0])))
    alone = nnpot.NeuralNetwork.read(tmp_path / "si.network")
    np.testing.assert_array_equal(alone.evaluate(inputs), nnpot.NeuralNetwork(layers).evaluate(inputs))


def test_networks_of_keras_become_ours() -> None:
    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense
    model = keras.Sequential(
        [keras.Input((3,)), dense(6, "relu"), dense(5, "tanh"), dense(4, FUNCTIONS["g"]), dense(2)]
    )
    network = from_keras(model)
    assert [letter for *_, letter in network.layers] == ["r", "t", "g", "l"]
    inputs = samples().astype(np.float32)
    np.testing.assert_allclose(network.evaluate(inputs), model(inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (keras.layers.Dense(2, "gelu"), "the activation 'gelu' is not known"),
        (keras.layers.Dense(2, use_bias=False), "expected dense layers with biases"),
        (keras.layers.Dropout(0.5), "got Dropout"),
    ],
)
def test_other_layers_of_keras_are_refused(layer: keras.layers.Layer, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        from_keras(keras.Sequential([keras.Input((3,)), layer]))


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    network = random_network("t")
    with pytest.raises(InvalidInputError, match=r"inputs: expected an array of shape \(n, 3\)"):
        network.evaluate(np.zeros((2, 4)))
    with pytest.raises(InvalidInputError, match=r"inputs: expected an array of shape \(n, 3\)"):
        network.jacobian(np.zeros(3))
    with pytest.raises(InvalidInputError, match="activation 'q'"):
        nnpot.NeuralNetwork([(np.zeros((1, 1)), np.zeros(1), "q")])
    with pytest.raises(FileFormatError, match="missing"):
        nnpot.NeuralNetwork.read(tmp_path / "no.network")
