"""Runs the command as a user does."""

from __future__ import annotations

import subprocess
import sys


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``nnpot`` with arguments in a process of its own."""
    command = [sys.executable, "-c", "from nnpot.cli.main import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
