"""What every kind of model does in the same way: a class of tests to inherit from."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from training_data import alloy_values

import nnpot
from nnpot import InvalidInputError, Model, NnpotError, Prediction
from nnpot.cli.main import main
from nnpot.io import read_frames, write_results
from nnpot.models import potential as potentials
from nnpot.models.kinds import models_in
from nnpot.training import TrainingConfig

LOADERS = (potentials.load, nnpot.load_feature_model, nnpot.load_direct_forces)
"""The functions that read one kind alone."""


def same(one: Prediction, other: Prediction) -> bool:
    """Whether two predictions are the same, bit by bit."""
    pairs = [(vars(one), vars(other))]
    if one.uncertainty is not None and other.uncertainty is not None:
        pairs.append((vars(one.uncertainty), vars(other.uncertainty)))
    return all(
        np.array_equal(first[name], second[name])
        for first, second in pairs
        for name in first
        if name != "uncertainty"
    )


def one_line(error: pytest.ExceptionInfo[Exception]) -> str:
    text = str(error.value)
    assert text and "\n" not in text
    return text


class KindSuite:
    """To be given a fixture ``model``, and ``frames`` that it can be asked about, labelled or not."""

    starts_trainings = False
    """Whether ``training.start_from`` takes the model."""

    @pytest.fixture
    def model(self) -> Model:
        raise NotImplementedError

    @pytest.fixture
    def frames(self) -> list[Atoms]:
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _quiet(self) -> Iterator[None]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nnpot.NonConservativeWarning)
            yield

    @pytest.fixture
    def directories(self, model: Model, tmp_path: Path) -> list[Path]:
        return model.save(tmp_path / "saved")

    @pytest.fixture
    def frames_file(self, model: Model, frames: list[Atoms], tmp_path: Path) -> Path:
        """The frames with what the model says of them, energies off by 3 meV/atom, forces by 50 meV/Å."""
        for frame in frames:
            said = model.predict(frame)
            frame.calc = SinglePointCalculator(
                frame,
                energy=None if said.energy is None else said.energy + 0.003 * len(frame),
                forces=None if said.forces is None else said.forces + 0.05,
            )
        file = tmp_path / ("frames.features" if model.sees_features else "frames.xyz")
        write_results(file, frames)
        return file

    def test_what_is_saved_is_loaded(
        self, model: Model, frames: list[Atoms], directories: list[Path]
    ) -> None:
        loaded = nnpot.load(directories)
        assert type(loaded) is type(model) and loaded.n_members == model.n_members == len(directories)
        assert list(loaded.elements) == list(model.elements) and loaded.info == model.info
        for frame in frames:
            assert same(loaded.predict(frame), model.predict(frame))
        again = loaded.save(directories[0].parent / "again")
        for old, new in zip(directories, again, strict=True):
            assert {f.name: f.read_bytes() for f in old.iterdir()} == {
                f.name: f.read_bytes() for f in new.iterdir()
            }

    def test_readers_of_other_kinds_say_what_it_is(self, model: Model, directories: list[Path]) -> None:
        readers = 0
        for load in LOADERS:
            try:
                assert type(load(directories[0])) is type(model)
                readers += 1
            except InvalidInputError as error:
                assert str(error) == f"{directories[0]}: is {model.what}; {model.loader} reads it"
        assert readers == (0 if model.loader == "nnpot.load" and model.file != "input.nn" else 1)

    def test_the_models_of_a_run_are_found(self, model: Model, tmp_path: Path) -> None:
        run = tmp_path / "run"
        run.mkdir()
        models = model.save(run / "model" if model.n_members == 1 else run)
        assert models_in(run) == models and models_in(models[0]) == models[:1]
        with pytest.raises(NnpotError, match=f"^{run}: ") as error:
            nnpot.load(run)
        one_line(error)

    def test_predictions_hold_what_the_kind_gives(self, model: Model, frames: list[Atoms]) -> None:
        for frame in frames:
            said = model.predict(frame, uncertainty=True)
            there = {name for name, value in vars(said).items() if value is not None}
            assert there <= model.gives and model.gives - there <= {"stress"}
            if said.energy is not None:
                assert np.isfinite(said.energy)
            if said.forces is not None:
                assert said.forces.shape == (len(frame), 3) and np.isfinite(said.forces).all()
            assert same(said, model.predict(frame))

    @pytest.mark.parametrize("threads", [None, 1, 3])
    def test_many_are_predicted_as_one_by_one(
        self, model: Model, frames: list[Atoms], threads: int | None
    ) -> None:
        many = frames * 5
        for frame, said in zip(many, model.predict_many(many, threads), strict=True):
            assert same(said, model.predict(frame))
        wrong = frames[0].copy()
        wrong.numbers[:] = 54
        with pytest.raises(NnpotError, match=r"^frame 1 \(counted from 0\): ") as error:
            list(model.predict_many([frames[0], wrong, *many], threads))
        one_line(error)
        with pytest.raises(InvalidInputError, match="threads: expected at least 1, got 0"):
            model.predict_many(many, 0)
        assert list(model.predict_many([], threads)) == []

    def test_threads_share_a_model(self, model: Model, frames: list[Atoms]) -> None:
        expected = [model.predict(frame) for frame in frames]
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(model.predict, frames * 10))
        assert all(same(one, other) for one, other in zip(said, expected * 10, strict=True))

    def test_copies_say_the_same(self, model: Model, frames: list[Atoms]) -> None:
        for copied in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
            assert type(copied) is type(model) and copied.precision == model.precision
            for frame, said in zip(frames, copied.predict_many(frames, 2, uncertainty=True), strict=True):
                assert same(said, model.predict(frame, uncertainty=True))
                assert same(said, pickle.loads(pickle.dumps(said)))

    def test_it_says_what_it_is(self, model: Model, frames: list[Atoms]) -> None:
        for shown in (model, model.predict(frames[0])):
            assert repr(shown).startswith(f"<{type(shown).__name__}: ") and "\n" not in repr(shown)
            assert all(value in repr(shown) for value in shown.facts().values())
            table = shown._repr_html_()
            assert table.startswith("<table><tr><th>") and table.count("<tr>") == len(shown.facts())
        assert ", ".join(model.elements) in repr(model)

    def test_the_calculator_gives_what_there_is(self, model: Model, frames: list[Atoms]) -> None:
        if "forces" not in model.gives:
            with pytest.raises(InvalidInputError, match="needs forces") as error:
                nnpot.Calculator(model)
            one_line(error)
            return
        atoms, said = frames[0], model.predict(frames[0])
        atoms.calc = nnpot.Calculator(model, skin=0.0)
        np.testing.assert_array_equal(atoms.get_forces(), said.forces)
        if said.energy is not None:
            assert atoms.get_potential_energy() == said.energy
        else:
            with pytest.raises(NotImplementedError):
                atoms.get_potential_energy()

    def test_evaluate_and_its_report(
        self,
        model: Model,
        directories: list[Path],
        frames_file: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        names = [*map(str, directories), str(frames_file)]
        self.run("evaluate", *names, "--json", "--worst", "1", "-o", str(tmp_path / "report"))
        errors = json.loads(capsys.readouterr().out)
        expected = {"energy_rmse_mev_per_atom": 3.0, "force_rmse_mev_per_angstrom": 50.0}
        for label, value in expected.items():
            if label.split("_")[0].replace("force", "forces") in model.gives:
                assert errors[label] == pytest.approx(value, rel=1e-5)
            else:
                assert label not in errors
        page = (tmp_path / "report" / "report.html").read_text("utf-8")
        headers, rows = model.table()
        for told in (*headers, *(cell for row in rows for cell in row), *model.notes()):
            assert str(told) in page
        self.run("evaluate", *names)
        assert "RMSE" in capsys.readouterr().out

    def test_saving_replaces_a_model_and_nothing_else(self, model: Model, tmp_path: Path) -> None:
        place = tmp_path / "new" / "place"
        (place / "model_7").mkdir(parents=True)
        (place / "model_7" / model.file).write_text("of a larger committee")
        saved = model.save(place)
        assert models_in(place) == saved, "nothing is left of what was there"
        (place / "thesis.txt").write_text("years of work")
        with pytest.raises(InvalidInputError, match="thesis.txt.*would be lost") as error:
            model.save(place)
        one_line(error)
        assert (place / "thesis.txt").read_text() == "years of work" and models_in(place) == saved
        for wrong in (place / "thesis.txt", "", None):
            with pytest.raises(InvalidInputError):
                model.save(wrong)

    def test_the_number_of_threads_is_a_number(self, model: Model, frames: list[Atoms]) -> None:
        for wrong in (True, float("nan"), "2"):
            with pytest.raises(InvalidInputError, match="threads: expected a whole number") as error:
                model.predict_many(frames, wrong)
            one_line(error)

    def test_predict_writes_what_it_says(
        self, model: Model, directories: list[Path], frames_file: Path, tmp_path: Path
    ) -> None:
        self.run("predict", *map(str, directories), str(frames_file), "-o", str(tmp_path / "out.xyz"))
        for frame, written in zip(
            read_frames(frames_file), ase.io.read(tmp_path / "out.xyz", ":"), strict=True
        ):
            said, results = model.predict(frame), written.calc.results
            for name in ("energy", "forces", "stress"):
                if getattr(said, name) is None:
                    assert name not in results
                else:
                    np.testing.assert_allclose(results[name], getattr(said, name), rtol=1e-10, atol=1e-7)

    def test_doctor_says_what_it_is(
        self, model: Model, directories: list[Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.run("doctor", *map(str, directories))
        said = capsys.readouterr().out
        for value in (model.what, *model.facts().values(), *model.info.values()):
            assert value in said

    def test_units_and_precision_are_taken_or_refused(self, model: Model, directories: list[Path]) -> None:
        assert nnpot.load(directories, "metal", "double").elements == model.elements
        for option, values in (("units", ("real", "double")), ("precision", ("metal", "mixed"))):
            if option == "precision" and option in model.options:
                assert nnpot.load(directories, *values).precision == "mixed"
                continue
            with pytest.raises(InvalidInputError, match=option) as error:
                nnpot.load(directories, *values)
            assert str(directories[0]) in one_line(error)
        if "committee" not in model.options:
            with pytest.raises(InvalidInputError, match="no committees") as error:
                nnpot.load(directories * 2)
            one_line(error)

    def test_a_training_starts_from_it_or_says_why_not(self, directories: list[Path], tmp_path: Path) -> None:
        pytest.importorskip("tensorflow")
        from nnpot.training.inputs.start_model import read_start

        place = directories[0] if len(directories) == 1 else directories[0].parent
        values = alloy_values(tmp_path / "train.xyz", start_from=str(place), members=len(directories))
        del values["descriptor"], values["network"]["hidden"]
        config = TrainingConfig.model_validate(values)
        path = config.training.start_from
        assert path is not None
        if self.starts_trainings:
            start = read_start(path, config.network.members)
            assert start is not None and len(start.members) == len(directories)
        else:
            with pytest.raises(InvalidInputError, match=str(place)) as error:
                read_start(path, config.network.members)
            one_line(error)

    def test_a_damaged_directory_is_refused_in_one_line(
        self, frames: list[Atoms], directories: list[Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        for file in sorted(directories[0].iterdir()):
            whole = file.read_bytes()
            for length in (0, len(whole) // 3, len(whole) - 2):
                file.write_bytes(whole[:length])
                try:
                    said = nnpot.load(directories).predict(frames[0])
                    assert file.name == "model.info" or length == len(whole) - 2, f"{file} of {length} bytes"
                    assert said.forces is None or np.isfinite(said.forces).all()
                except (NnpotError, OSError) as error:
                    assert str(file.parent) in str(error) and "\n" not in str(error)
            file.unlink()
            with pytest.raises(SystemExit) as end:
                main(["doctor", *map(str, directories)])
            assert end.value.code == 2, f"without {file.name}"
            assert capsys.readouterr().err.count("\n") == 1
            file.write_bytes(whole)
        assert nnpot.load(directories).elements

    def run(self, *arguments: str) -> None:
        """Run the command in this process, where kinds are registered; it must end well."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(warnings, "showwarning", warnings.showwarning)
            try:
                main(arguments)
            except SystemExit as end:
                assert not end.code
