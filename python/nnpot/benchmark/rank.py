"""Runs a command and writes down its peak memory: one such process stands before every MPI rank.

``python rank.py FILE COMMAND ...`` writes the peak resident memory in KiB to ``FILE.RANK``. Nothing but the
standard library is imported: this process waits beside the one that is measured.
"""

import os
import sys


def main() -> int:
    """Run the command; its exit code is ours (negative for a signal, as in `subprocess`)."""
    file, *command = sys.argv[1:]
    process = os.posix_spawn(command[0], command, os.environ)  # MPI's file descriptors go along
    _, status, usage = os.wait4(process, 0)  # the peak of the command and of what it has started itself
    with open(f"{file}.{os.environ.get('PMI_RANK', '0')}", "w", encoding="ascii") as stream:
        stream.write(f"{usage.ru_maxrss}\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
