"""Training with the multi-stream extended Kalman filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from nnpot.support.memory import require_memory
from nnpot.training.loss import Sums
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import Batch, DeviceData
from nnpot.training.optimizers.kalman.filter import KalmanFilter
from nnpot.training.optimizers.kalman.observations import CHARGES, Terms, View, find_seen, sums, weighted
from nnpot.training.optimizers.trainer import Task, Trainer
from nnpot.training.tensorflow_setup import tf

COPIES = 3
"""How many covariances there are at once: before and after an update, and in a checkpoint."""
LAST_NOISE = 1e-3
"""The process noise at the end of the run, relative to its start."""


class KalmanTrainer(Trainer):
    """Trains with the extended Kalman filter; parameters as of `Trainer`.

    Every update sees the energies (and stresses) of a batch and the forces on some of its atoms, weighted
    as in the loss.
    """

    optimizer: KalmanFilter

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        settings, networks = task.config.optimizer.kalman, task.networks
        self._blocks = WeightBlocks(networks, settings.blocks)
        entries = sum(n_blocks * size**2 for n_blocks, size in self._blocks.shapes) * networks.n_members
        require_memory(
            COPIES * (8 if settings.precision == "float64" else 4) * entries,
            f"optimizer.kalman: {entries} covariances of weights",
            "take optimizer.kalman.blocks: node, or smaller layers",
        )
        self.optimizer = KalmanFilter(
            self._blocks.shapes,
            networks.n_members,
            settings.initial_covariance,
            settings.forgetting,
            settings.forgetting_rate,
            settings.process_noise,
            LAST_NOISE ** (1.0 / task.n_steps),
            settings.precision,
        )
        self._seen = find_seen(task.train)
        self._terms = Terms(task.config.loss.weights, task.scale, -(-settings.forces_per_update // 3))
        self._compiled = tf.function(self._update, autograph=False)

    def divergence(self, losses: str, epoch: int) -> str:
        precision = "" if self.optimizer.precision == "float64" else "set its precision to float64, "
        return (
            f"the Kalman filter diverged in epoch {epoch}; lower optimizer.kalman.initial_covariance, "
            f"{precision}or check the data for extreme energies and forces"
        )

    def _step(self, batch: Batch, seed: tf.Tensor) -> Sums:
        result: Sums = self._compiled(self._device, batch, seed)
        return result

    def _update(self, data: DeviceData, batch: Batch, seed: tf.Tensor) -> Sums:
        layers = {element: self._networks.parameters(element) for element in self._networks.elements}
        terms = self._terms(View(layers, data, self._seen, self._networks.charges), batch, seed)
        residuals, derivatives = weighted(terms)
        self._blocks.add(self.optimizer.update(self._blocks.cut(derivatives), residuals))
        return Sums(*sums(terms))


class WeightBlocks:
    """How the weights of all networks are cut into blocks whose covariances a filter follows.

    Parameters
    ----------
    networks
        Whose weights.
    kind
        ``all``: one block; ``element``: one for each element; ``layer``: one for each layer of each element;
        ``node``: one for each node, of the weights that lead to it and its bias. Charges are a block of
        their own, but for ``all``.
    """

    def __init__(self, networks: AtomicNetworks, kind: str) -> None:
        self._by_node = kind == "node"
        self._layers = networks.layer_variables
        self._charges = networks.charges.variables
        self._parts = [*networks.elements, *([CHARGES] if self._charges else [])]
        self._sizes = [(weights.shape[1] + 1, weights.shape[2]) for weights, _ in self._layers]
        self._sizes += [(variable.shape[1], 1) for variable in self._charges]
        self._groups = self._grouped(networks, kind)

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Number and size of the blocks of each group of equal blocks."""
        if self._by_node:
            return [(n_out, n_in) for n_in, n_out in self._sizes]
        return [(1, sum(self._length(layer) for layer in group)) for group in self._groups]

    def cut(self, derivatives: Mapping[str, Sequence[tf.Tensor]]) -> list[tf.Tensor]:
        """Per element and layer (K, m, n_in + 1, n_out), to (K, blocks, m, size) of each group."""
        layers = [values for part in self._parts for values in derivatives[part]]
        if self._by_node:
            return [tf.transpose(values, (0, 3, 1, 2)) for values in layers]
        flat = [tf.reshape(v, (v.shape[0], 1, v.shape[1], v.shape[2] * v.shape[3])) for v in layers]
        return [tf.concat([flat[layer] for layer in group], axis=-1) for group in self._groups]

    def add(self, changes: Sequence[tf.Tensor]) -> None:
        """Add changes (K, blocks, size) of each group to the weights."""
        if self._by_node:
            parts = [tf.transpose(values, (0, 2, 1)) for values in changes]
        else:
            flat = [
                part
                for group, values in zip(self._groups, changes, strict=True)
                for part in tf.split(values[:, 0], [self._length(layer) for layer in group], axis=-1)
            ]
            parts = [
                tf.reshape(part, (part.shape[0], *size)) for part, size in zip(flat, self._sizes, strict=True)
            ]
        for variable, part in zip(self._charges, parts[len(self._layers) :], strict=True):
            variable.assign_add(tf.cast(part[..., 0], variable.dtype))
        for (weights, biases), part in zip(self._layers, parts[: len(self._layers)], strict=True):
            weights.assign_add(tf.cast(part[:, :-1], weights.dtype))
            biases.assign_add(tf.cast(part[:, -1], biases.dtype))

    def _grouped(self, networks: AtomicNetworks, kind: str) -> list[range]:
        """The layers, by number, that share a block."""
        if kind == "all":
            return [range(len(self._sizes))]
        counts = [len(networks.parameters(element)) for element in networks.elements] + [1] * len(
            self._charges
        )
        if kind != "element":
            counts = [1] * sum(counts)
        return [range(end - count, end) for count, end in zip(counts, accumulate(counts), strict=True)]

    def _length(self, layer: int) -> int:
        n_in, n_out = self._sizes[layer]
        return int(n_in * n_out)
