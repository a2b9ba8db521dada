"""What the loop over epochs asks of whatever it trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nnpot.training.checkpoint import Weights
from nnpot.training.trainer import Errors


class EpochTrainer(Protocol):
    """Holds weights and changes them epoch by epoch; `Trainer` says what each does."""

    @property
    def learning_rate(self) -> float: ...

    @property
    def n_frames(self) -> int: ...

    @property
    def charged_elements(self) -> list[str]: ...

    def adapt(self, losses: Sequence[float]) -> None: ...

    def any(self, flag: bool) -> bool: ...

    def run_epoch(self, epoch: int) -> Errors: ...

    def validate(self) -> Errors | None: ...

    def weights(self) -> Weights: ...

    def optimizer_state(self) -> Weights: ...

    def restore(self, weights: Weights, optimizer_state: Weights) -> None: ...

    def charges(self) -> NDArray[np.float64]: ...
