"""Mistyped commands and options are answered with the right one."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from nnpot.cli.main import group


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["evalute", "a", "b"], "no such command 'evalute'; did you mean evaluate?"),
        (["lattice", "energi"], "no such command 'energi'; did you mean energy?"),
        (["benchmark", "trainings"], "no such command 'trainings'; did you mean training?"),
        (["qqq"], "no such command 'qqq'; the commands are sample, data, "),
        (["evaluate", "--wrost", "3", "a", "b"], "--worst"),
    ],
)
def test_what_is_close_is_suggested(words: list[str], message: str) -> None:
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 2 and message in done.output
