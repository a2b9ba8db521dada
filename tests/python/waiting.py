"""Waiting for what other processes do, on a machine of any speed."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 300.0
"""Seconds: so long waits only what will never end well."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as something is true; fail where it is not within `LONGEST`."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline, f"waited for {LONGEST:g} s"
        time.sleep(0.02)
