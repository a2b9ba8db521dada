"""The directory of a training in the place of a model: every reader names the models in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import run

import nnpot
from nnpot.errors import InvalidInputError, NnpotError

READERS = [nnpot.load, nnpot.load_feature_model, nnpot.load_direct_forces]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("file", ["input.nn", "features.nn", "forces.nn"])
def test_readers_name_the_models_of_a_run(
    reader: Callable[[Path], object], file: str, tmp_path: Path
) -> None:
    for member in ("model_1", "model_2"):
        (tmp_path / "run" / member).mkdir(parents=True)
        (tmp_path / "run" / member / file).touch()
    place = tmp_path / "run"
    with pytest.raises(InvalidInputError) as caught:
        reader(place)
    expected = f"{place}: is the directory of a training run; its models are {place}/model_1, {place}/model_2"
    assert str(caught.value) == expected


@pytest.mark.parametrize("reader", READERS)
def test_readers_name_the_models_of_a_loop(reader: Callable[[Path], object], tmp_path: Path) -> None:
    member = tmp_path / "loop" / "round_03" / "training" / "model_1"
    member.mkdir(parents=True)
    (member / "input.nn").touch()
    with pytest.raises(InvalidInputError, match=f"is a directory of nnpot learn; its model is {member}"):
        reader(tmp_path / "loop")


@pytest.mark.parametrize("reader", READERS)
def test_a_folder_without_models_is_no_run(reader: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(NnpotError, match="expected (a model|a model of|the) .*"):
        reader(tmp_path)


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_commands_name_the_models_of_a_run(command: str, tmp_path: Path) -> None:
    for member in ("model_1", "model_2"):
        (tmp_path / "run" / member).mkdir(parents=True)
        (tmp_path / "run" / member / "input.nn").touch()
    (tmp_path / "frames.xyz").write_text("1\n\nSi 0 0 0\n")
    done = run(command, str(tmp_path / "run"), str(tmp_path / "frames.xyz"), "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert f"its models are {tmp_path}/run/model_1, {tmp_path}/run/model_2" in done.stderr
    assert len(done.stderr.splitlines()) == 1
