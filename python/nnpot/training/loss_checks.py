"""Whether a loss finds in the frames what it gives weight to."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ase import Atoms

from nnpot.cells import cell_volume
from nnpot.errors import InvalidInputError
from nnpot.io.labels import group_of, results_of
from nnpot.training.config import LossConfig
from nnpot.training.frames import Split

logger = logging.getLogger(__name__)


def check_loss(config: LossConfig, split: Split) -> None:
    """Refuse a loss that no label decides, or with the weight of a group that no frame has.

    A weight for stresses that no training frame has is said, and stresses without a weight.

    Raises
    ------
    InvalidInputError
        If training or validation frames have nothing that the loss gives weight to, or a group is unknown.
    """
    groups = {group_of(frame) for _, frames in split.parts() for frame in frames} - {""}
    unknown = sorted(set(config.group_weights) - groups)
    if unknown:
        found = f"the groups are {', '.join(sorted(groups))}" if groups else "no frame has a group"
        raise InvalidInputError(f"loss.group_weights: no frame has the group '{unknown[0]}'; {found}")
    weights = {
        "energy": config.energy_weight,
        "forces": config.force_weight,
        "stress": config.stress_weight,
    }
    for name, frames in (("training", split.train), ("validation", split.validation)):
        if frames and not any(_counts(config, frames, label) for label, w in weights.items() if w > 0.0):
            wanted = ", ".join(label for label, weight in weights.items() if weight > 0.0)
            raise InvalidInputError(
                f"loss: no {name} frame of a weight above 0 has what is to be fitted ({wanted}); "
                f"give weight to a label that the frames have, or the name of the label in data.labels"
            )
    with_stress = sum(_counts(config, [frame], "stress") for frame in split.train)
    if config.stress_weight > 0.0 and not with_stress:
        logger.warning("loss.stress_weight: no training frame has a stress, so none is fitted")
    if config.stress_weight == 0.0 and with_stress:
        logger.info(
            "loss.stress_weight is 0: the stresses of %d training frames are not fitted, only compared in "
            "the report; a value above 0 (1, for example) fits them",
            with_stress,
        )


def _counts(config: LossConfig, frames: Sequence[Atoms], label: str) -> bool:
    return any(
        label in results_of(frame)
        and (label != "stress" or cell_volume(frame) is not None)
        and config.group_weights.get(group_of(frame), 1.0) > 0.0
        for frame in frames
    )
