"""The command as a whole: its group of subcommands, and what becomes of errors."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from command_line import run

from nnpot.cli import main as cli


def test_help_lists_every_subcommand() -> None:
    result = run("--help")
    assert result.returncode == 0
    for name in cli.COMMANDS:
        assert f"\n  {name} " in result.stdout


def test_version() -> None:
    assert version("nnpot") in run("--version").stdout


def test_an_unknown_subcommand_is_a_usage_error() -> None:
    result = run("evalute")
    assert result.returncode == 2
    assert "evalute" in result.stderr


def test_our_errors_are_one_line_and_exit_code_2(model_directory: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.xyz"
    empty.touch()
    result = run("evaluate", str(model_directory), str(empty))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"nnpot: error: {empty}: the file is empty; expected at least one frame"
    ]


def test_os_errors_are_one_line_and_exit_code_2(model_directory: Path, tmp_path: Path) -> None:
    result = run("evaluate", str(model_directory), str(tmp_path / "nowhere.xyz"))
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr == f"nnpot: error: {tmp_path / 'nowhere.xyz'}: No such file or directory\n"


def test_warnings_are_one_line(model_directory: Path, tmp_path: Path) -> None:
    frames = tmp_path / "input.data"
    frames.write_text("begin\natom 0 0 0 Si 0 0\nspin 1\nend\n")
    result = run(
        "predict", str(model_directory), str(frames), "-o", str(tmp_path / "out.xyz"), "--data-units", "metal"
    )
    assert result.returncode == 0
    assert result.stderr == f"nnpot: warning: {frames}:3: unknown keyword 'spin' is ignored\n"


def test_other_errors_show_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli.group, "main", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main([])
