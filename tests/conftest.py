"""What all Python tests share: the data beside the repository."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# As `nnpot.training.tensorflow_setup` has it; here too, because some tests import TensorFlow first.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

# A shell starts what it puts into the background deaf to Ctrl-C, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is.
settings.register_profile("nnpot", deadline=None)
settings.load_profile("nnpot")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published models and data sets beside the repository."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data is not there ({folder})")
    return folder
