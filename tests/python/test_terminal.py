"""What stands in a file is shown as it stands there: nothing in it is markup of the terminal."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from example_modules import EXAMPLES
from rich.table import Table

from nnpot.analysis.errors import ErrorStatistics
from nnpot.cli.error_tables import print_errors
from nnpot.support.progress import progress
from nnpot.support.terminal import plain_page

PACKAGE = Path(__file__).parents[2] / "python" / "nnpot"
NAMES = ["[red]liquid", "[/b] end", "[300]", ":smile:", "a[1].xyz"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_table_is_shown_as_it_is(name: str) -> None:
    page = io.StringIO()
    table = Table(name, title=name)
    table.add_row(name)
    plain_page(page, 80).print(table)
    assert page.getvalue().count(name) == 3


@pytest.mark.parametrize("name", NAMES)
def test_a_group_in_a_table_of_errors_is_shown_as_it_is(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_errors("group", {name: ErrorStatistics(1, 2, energy_rmse_mev_per_atom=0.5)})
    assert name in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_a_name_beside_a_bar_of_progress_is_shown_as_it_is(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    with progress(name, 1) as bar:
        bar.advance(1, **{"file": name})
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert name in said and f"file {name}" in said


def test_every_console_comes_from_one_place() -> None:
    others = {*PACKAGE.rglob("*.py"), *EXAMPLES.rglob("*.py")} - {PACKAGE / "support" / "terminal.py"}
    makers = re.compile(r"\bConsole\(|rich import print|from_markup")
    assert [path for path in others if makers.search(path.read_text("utf-8"))] == []
