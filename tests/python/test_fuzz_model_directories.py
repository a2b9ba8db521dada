"""The first cases of the fuzzing of model directories; the command tries 30 000."""

from __future__ import annotations

from pathlib import Path

from fuzzing import FAULTS, outcome_of
from model_directories import case, try_model, whole_models


def test_the_whole_models_are_predicted(tmp_path: Path) -> None:
    for kind, files in whole_models().items():
        folder = tmp_path / kind
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    for kind in whole_models():
        try_model(kind, tmp_path / kind, tmp_path / "plain")


def test_damaged_models_are_refused_in_one_line_or_predict_finite_numbers(tmp_path: Path) -> None:
    outcomes = []
    for number in range(150):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcomes.append(outcome_of(case, 1, number, folder))
    assert [text for text in outcomes if text.startswith(FAULTS)] == []
    assert outcomes.count("refused: FileFormatError") > 50
    assert outcomes.count("predicted") > 10
