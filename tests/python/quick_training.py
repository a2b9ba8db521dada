"""Small trainings without what would take most of their time: compiling, and the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def uncompiled() -> Iterator[None]:
    """TensorFlow works uncompiled, which rounds differently, for as long as the block runs."""
    from nnpot.training.tensorflow_setup import tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextmanager
def unreported() -> Iterator[None]:
    """Trainings leave no report in the block, whatever tests patch and take back themselves."""
    import nnpot.training.session.run as sequence

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequence, "write_report", lambda run_dir, *_: run_dir)
        yield
