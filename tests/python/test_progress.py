import logging
import os
import subprocess
import sys

import pytest

from nnpot.support import progress as module

CODE = """
from nnpot.support.progress import progress
with progress("work", 3) as bar:
    for _ in range(3):
        bar.advance(loss="0.1")
print("done")
"""


SAID = """
from nnpot.support import progress
progress.SECONDS_BETWEEN_LINES = 0.0
def work():
    with progress.progress("work", 3) as bar:
        bar.advance(2)
    return True
"""


def run(code=CODE, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=inherited | environment
    )


def test_silent_without_a_terminal():
    done = run()
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_shows_count_and_fields_on_a_terminal():
    done = run(FORCE_COLOR="1", COLUMNS="120")
    assert done.stdout == "done\n"
    assert "3/3" in done.stderr
    assert "loss 0.1" in done.stderr


def test_without_a_terminal_a_long_task_says_how_far_it_is(monkeypatch, caplog):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    caplog.set_level(logging.INFO)
    with module.progress("work", 3) as bar:
        bar.advance(2, loss="0.1")
    assert [record.message for record in caplog.records] == ["work: 2 of 3, loss 0.1"]


@pytest.mark.parametrize(
    "how",
    [
        "from nnpot.study import exit_code; exit_code(work)",
        "from nnpot.cli import main as cli; cli.group.main = lambda **_: work(); cli.main()",
    ],
    ids=["example", "command"],
)
def test_examples_and_commands_say_it_on_stderr(how):
    done = run(SAID + how)
    assert (done.stdout, done.stderr) == ("", "work: 2 of 3\n")


def test_the_time_left_is_known_though_single_pieces_take_minutes(monkeypatch, caplog):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    clock = [0.0]
    with caplog.at_level(logging.INFO, logger="nnpot.support.progress"), module.progress("work", 4) as bar:
        bar._bar.get_time = lambda: clock[0]
        for clock[0] in (120.0, 240.0, 360.0):
            bar.advance()
    assert caplog.messages[-1] == "work: 3 of 4, about 2.0 min left"
