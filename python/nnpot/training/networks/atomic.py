"""All that a potential learns: a feed-forward network per element, or a committee of them, and charges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnpot.training.config import ACTIVATIONS, NetworkConfig
from nnpot.training.networks.dense import FUNCTIONS as FUNCTIONS
from nnpot.training.networks.dense import INITIALIZERS
from nnpot.training.tensorflow_setup import keras, tf

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array, str]]


class Layer(NamedTuple):
    """One layer of K networks: z = a W + b, and its activation of z (None: linear)."""

    weights: tf.Tensor
    biases: tf.Tensor
    activation: Callable[[tf.Tensor], tf.Tensor] | None


@dataclass(frozen=True)
class _Network:
    """The layers of one element, of all members at once."""

    layers: list[keras.layers.EinsumDense]
    letters: str

    @property
    def variables(self) -> list[keras.Variable]:
        return [variable for layer in self.layers for variable in layer.trainable_variables]


class Charges:
    """The charges of K members of a committee: q = offset + basis θ, of which θ (K, p) is trained.

    They stay neutral, whatever an optimizer does. Their unit is √scale e, so that energies come out in units
    of ``scale`` eV, as those of the networks. Training starts from values (K, E) in e, for E elements, none
    where charges are no part of the model; basis (E, p) has the directions in which they may change.
    """

    def __init__(
        self, elements: Sequence[str], values: Array, basis: Array, scale: float, precision: str
    ) -> None:
        self.elements = list(elements)
        self._scale = scale
        self._basis = basis
        self._offset = values - values @ basis @ basis.T
        self._precision = precision
        self.variables: list[keras.Variable] = []
        if basis.shape[1]:  # several workers cannot agree on a variable without any numbers
            theta = values @ basis / np.sqrt(scale)
            self.variables.append(keras.Variable(theta, dtype=precision, name="charges"))

    def values(self) -> tf.Tensor:
        """(K, E) in √scale e."""
        values = tf.constant(self._offset / np.sqrt(self._scale), self._precision)
        for theta in self.variables:
            values += tf.linalg.matmul(theta.value, tf.constant(self._basis.T, self._precision))
        return values

    def in_e(self) -> Array:
        """(K, E) in e."""
        values: Array = self._offset.copy()
        for theta in self.variables:
            trained = np.asarray(theta.numpy(), np.float64)
            values += np.sqrt(self._scale) * trained @ self._basis.T
        return values

    def energies(self, forms: tf.Tensor) -> tf.Tensor:
        """qᵀ M q of forms (m, ..., E, E): (m, K, ...)."""
        charges = self.values()
        return tf.einsum("m...ab,ka,kb->mk...", forms, charges, charges)

    def rows(self, forms: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """qᵀ M q of forms (m, E, E), (K, m), and its derivatives by what is trained, (K, m, p, 1)."""
        charges = self.values()
        products = tf.einsum("mab,kb->kma", forms, charges)
        basis = tf.constant(2.0 * self._basis, charges.dtype)
        return tf.einsum("kma,ka->km", products, charges), tf.einsum("kma,ap->kmp", products, basis)[
            ..., None
        ]


class AtomicNetworks:
    """The networks of all elements: from scaled descriptors (n, K, F) to energies of atoms (n, K).

    K members of a committee are trained at once; their weights have a leading axis of length K.
    """

    def __init__(
        self, networks: dict[str, _Network], n_members: int, charges: Charges, dropout: float
    ) -> None:
        self._networks = networks
        self._dropout = dropout
        self.n_members = n_members
        self.charges = charges

    @classmethod
    def create(
        cls,
        config: NetworkConfig,
        initial_scales: dict[str, Array],
        precision: str,
        seed: int,
        charges: Charges | None = None,
    ) -> AtomicNetworks:
        """New networks with random weights that depend on the seed alone, not on the precision.

        ``initial_scales`` (F,) multiply the first weights of each input, and say how many inputs there are.
        Member m starts from the weights of a single network with the seed ``seed + m``.
        """
        letters = ACTIVATIONS[config.activation] * len(config.hidden) + "l"
        draw = INITIALIZERS[config.initial_weights]
        values = {}
        for number, (element, scale) in enumerate(initial_scales.items()):
            sizes = [len(scale), *config.hidden, 1]
            members = []
            for member in range(config.members):
                weights = draw(np.random.default_rng([seed + member, number]), sizes)
                weights[0] = scale[:, None] * weights[0]
                members.append(weights)
            values[element] = [np.stack(arrays) for arrays in zip(*members, strict=True)], letters
        return cls.from_values(values, precision, config.dropout, charges)

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, tuple[list[Array], str]],
        precision: str,
        dropout: float = 0.0,
        charges: Charges | None = None,
    ) -> AtomicNetworks:
        """Networks with given weights (K, n_in, n_out), biases (K, n_out) in turn, and activation letters."""
        networks = {e: _network(arrays, letters, precision) for e, (arrays, letters) in values.items()}
        n_members = len(next(iter(values.values()))[0][0])
        none = Charges([], np.zeros((n_members, 0)), np.zeros((0, 0)), 1.0, precision)
        return cls(networks, n_members, charges or none, dropout)

    @classmethod
    def from_layers(
        cls, layers: Mapping[str, Sequence[tuple[Array, Array, str]]], charges: Mapping[str, float]
    ) -> AtomicNetworks:
        """Networks of one member with given layers and charges (e), in float64."""
        networks = {}
        for element, own in layers.items():
            letters = "".join(letter for _, _, letter in own)
            values = [array[None] for weights, biases, _ in own for array in (weights, biases)]
            networks[element] = (values, letters)
        known = [element for element in layers if element in charges]
        fixed = np.array([[charges[element] for element in known]])
        return cls.from_values(
            networks, "float64", 0.0, Charges(known, fixed, np.zeros((len(known), 0)), 1.0, "float64")
        )

    @property
    def elements(self) -> list[str]:
        """The elements in their order."""
        return list(self._networks)

    @property
    def variables(self) -> list[keras.Variable]:
        """All that is trained: weights (K, n_in, n_out) and biases (K, n_out) in turn, then the charges."""
        of_layers = [variable for pair in self.layer_variables for variable in pair]
        return of_layers + self.charges.variables

    @property
    def layer_variables(self) -> list[tuple[keras.Variable, keras.Variable]]:
        """Weights and biases of each layer of each element."""
        found = [variable for network in self._networks.values() for variable in network.variables]
        return list(zip(found[::2], found[1::2], strict=True))

    def parameters(self, element: str) -> list[Layer]:
        """Weights (K, n_in, n_out), biases (K, n_out) and activation of each layer of an element."""
        network = self._networks[element]
        return [
            Layer(layer.kernel.value, layer.bias.value, FUNCTIONS[letter])
            for layer, letter in zip(network.layers, network.letters, strict=True)
        ]

    def __call__(self, element: str, descriptors: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        """Energies of atoms (n, K) of an element, from descriptors (n, K, F).

        ``seed`` are two integers that decide which nodes rest (dropout); None: none do.
        """
        values, layers = descriptors, self._networks[element].layers
        for number, layer in enumerate(layers):
            values = layer(values)
            if seed is not None and self._dropout > 0.0 and number < len(layers) - 1:
                place = self.elements.index(element) * 100 + number
                values = _drop(values, self._dropout, seed + tf.constant([0, place], seed.dtype))
        return values[..., 0]

    def weights(self) -> list[NDArray[np.floating]]:
        """Copies of all weights and biases, in the order of `variables`."""
        return [np.array(variable.numpy()) for variable in self.variables]

    def set_weights(self, weights: Sequence[NDArray[np.floating]]) -> None:
        """Take over what `weights` gave."""
        for variable, values in zip(self.variables, weights, strict=True):
            variable.assign(values)

    def layers(self, scale: float, transforms: dict[str, Array], member: int = 0) -> dict[str, Layers]:
        """Weights (n_in, n_out), biases and activation letter of each layer of a member, in float64.

        The last layer is multiplied by ``scale``; the first takes over the transform (F, F) of its inputs.
        """
        result = {}
        for element, network in self._networks.items():
            values = [np.asarray(variable.numpy()[member], np.float64) for variable in network.variables]
            values[0] = transforms[element] @ values[0]
            values[-2:] = [scale * last for last in values[-2:]]
            result[element] = list(zip(values[::2], values[1::2], network.letters, strict=True))
        return result


def _network(values: Sequence[NDArray[np.floating]], letters: str, precision: str) -> _Network:
    layers = []
    for weights, biases, letter in zip(values[::2], values[1::2], letters, strict=True):
        n_members, n_in, n_out = weights.shape
        layer = keras.layers.EinsumDense(
            "nki,kio->nko",
            output_shape=(n_members, n_out),
            bias_axes="ko",
            activation=FUNCTIONS[letter],
            dtype=precision,
        )
        layer.build((None, n_members, n_in))
        layer.set_weights([weights, biases])
        layers.append(layer)
    return _Network(layers, letters)


def _drop(values: tf.Tensor, share: float, seed: tf.Tensor) -> tf.Tensor:
    """Nodes at rest, the others scaled up so that the mean stays (Srivastava et al. 2014)."""
    drawn = tf.random.stateless_uniform(tf.shape(values), seed, dtype=values.dtype)
    return values * tf.cast(drawn >= share, values.dtype) / (1.0 - share)
