"""Frames from and to files.

A frame is an ``ase.Atoms`` in eV and Å; its reference values lie in a ``SinglePointCalculator``. A frame of
a feature file has features in ``arrays["features"]`` and no positions.
"""

from nnpot.io.feature_files import feature_frame, read_feature_file, write_feature_file
from nnpot.io.label_keys import LabelKeys, StressKey
from nnpot.io.labels import require_any_labels, require_labels, with_prediction
from nnpot.io.reading import read_frames
from nnpot.io.runner_data import write_runner_data
from nnpot.io.writing import require_known_format, write_frames, write_results

__all__ = [
    "LabelKeys",
    "StressKey",
    "feature_frame",
    "read_feature_file",
    "read_frames",
    "require_any_labels",
    "require_known_format",
    "require_labels",
    "with_prediction",
    "write_feature_file",
    "write_frames",
    "write_results",
    "write_runner_data",
]
