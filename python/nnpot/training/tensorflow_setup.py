"""TensorFlow, imported quietly and set up once: deterministic operations and a fixed number of threads."""

from __future__ import annotations

import os

from nnpot.errors import NnpotError
from nnpot.support.installation import install_command

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# On by default on some processors only: sums in other orders, two lines on stderr that no level silences, and
# with TensorFlow 2.21 outside of compiled functions wrong sums and damaged memory (AVX512_BF16, tf.einsum).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

try:
    import keras
    import tensorflow as tf
except ImportError as error:
    raise NnpotError(
        f"training needs TensorFlow ({error}); install it with: {install_command('train')}"
    ) from error

__all__ = ["keras", "n_threads", "set_up", "tf"]


def set_up(threads: int | None) -> None:
    """Make every operation deterministic, and use this many threads (None: all cores given to the process).

    TensorFlow fixes its threads at its first operation; a later call in the same process cannot change them.
    """
    tf.config.experimental.enable_op_determinism()
    count = threads or len(os.sched_getaffinity(0))
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        return


def n_threads() -> int:
    """How many threads TensorFlow works with."""
    return tf.config.threading.get_intra_op_parallelism_threads() or len(os.sched_getaffinity(0))
