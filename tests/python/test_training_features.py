"""Trainings on feature files: by the machinery of all trainings, without any geometry."""

from __future__ import annotations

import json
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from click.testing import CliRunner
from feature_data import COUNTS, feature_config, feature_frames, feature_values, write_features
from training_data import write_alloy

import nnpot
from nnpot.analysis.predictions import predict_frames
from nnpot.cli.main import group
from nnpot.errors import FileFormatError, InvalidInputError, UnknownElementError
from nnpot.io import read_frames, write_feature_file
from nnpot.io.feature_files import feature_frame, n_features
from nnpot.models.feature_model import FeatureModel, load_any
from nnpot.models.potential import Potential
from nnpot.training import TrainingConfig, load_config, train
from nnpot.training.potentials.job import TrainingResult

pytest.importorskip("tensorflow")

OPTIMIZER = {"name": "adagrad", "initial_rate": 0.2, "schedule": "constant", "clip_value": 1.0}


@pytest.fixture(scope="module")
def frames_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_features(tmp_path_factory.mktemp("frames"), constant=True)


@pytest.fixture(scope="module")
def unbroken(frames_file: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    config = feature_config(frames_file, optimizer=OPTIMIZER, network={"members": 2})
    return train(config, tmp_path_factory.mktemp("unbroken") / "run")


@pytest.fixture(scope="module")
def model(unbroken: TrainingResult) -> FeatureModel:
    return nnpot.load_feature_model(unbroken.models[0])


def test_errors_fall_and_are_those_of_the_exported_models(
    unbroken: TrainingResult, frames_file: Path
) -> None:
    log = np.genfromtxt(unbroken.report.parent / "log.csv", delimiter=",", names=True)
    assert log["train_loss"][-1] < 0.5 * log["train_loss"][0]
    assert np.isnan(log["train_force_rmse_mev_per_angstrom"]).all()
    frames = read_frames(frames_file)
    committee = load_any(unbroken.models)
    said = [prediction.energy for prediction in committee.predict_many(frames)]
    errors = [1e3 * (e - f.get_potential_energy()) / len(f) for e, f in zip(said, frames, strict=True)]
    parts = unbroken.errors
    squares = sum(part.n_frames * part.energy_rmse_mev_per_atom**2 for part in parts.values())
    assert np.sqrt(squares / len(frames)) == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    assert parts["train"].force_rmse_mev_per_angstrom is None


def test_the_scaling_is_kept_with_the_model(model: FeatureModel, unbroken: TrainingResult) -> None:
    assert {element: model.n_features(element) for element in model.elements} == COUNTS
    frames = feature_frames(constant=True)
    assert sum(part.n_frames for part in unbroken.errors.values()) == len(frames)
    for element, count in COUNTS.items():
        own = model.network(element)
        values = np.concatenate([f.arrays["features"][f.symbols == element, :count] for f in frames])
        low, high, mean, _ = own.statistics.T
        assert (values.min(axis=0) <= low).all() and (high <= values.max(axis=0)).all()
        inputs = own.inputs(np.array([low, high, mean]))
        varies = high > low
        np.testing.assert_allclose((inputs[1] - inputs[0])[varies], 1.0)
        np.testing.assert_array_equal(inputs[2], 0.0)
        assert varies.all() == (element != "S"), "the second feature of S never varies"


def test_atomic_energies_sum_up_and_do_not_depend_on_the_order_of_the_atoms(model: FeatureModel) -> None:
    frame = feature_frames(1)[0]
    order = np.random.default_rng(1).permutation(len(frame))
    one, other = model.predict(frame), model.predict(frame[order])
    assert one.atomic_energies.sum() == pytest.approx(one.energy)
    np.testing.assert_allclose(other.atomic_energies, one.atomic_energies[order], rtol=1e-14)
    assert one.forces is None and one.stress is None


def test_a_committee_says_its_spread_and_where_it_extrapolates(unbroken: TrainingResult) -> None:
    committee = nnpot.load_feature_model(unbroken.models)
    frame = feature_frames(1, constant=True)[0]
    alone = [nnpot.load_feature_model(path).predict(frame).energy for path in unbroken.models]
    trust = committee.predict(frame, uncertainty=True).uncertainty
    assert trust is not None and trust.energy_spread == pytest.approx(np.std(alone, ddof=1))
    assert committee.predict(frame).energy == pytest.approx(np.mean(alone))
    outside = frame.copy()
    low, high, *_ = committee.network("H").statistics[0]
    atom = np.flatnonzero(frame.symbols == "H")[0]
    outside.arrays["features"][atom, 0] = high + 2.0 * (high - low)
    trust = committee.predict(outside, uncertainty=True).uncertainty
    assert trust is not None and trust.grades[atom] == pytest.approx(2.0)


@pytest.mark.usefixtures("unreported")
def test_a_run_that_is_broken_off_and_resumed_ends_with_the_same_weights(
    unbroken: TrainingResult, frames_file: Path, tmp_path: Path
) -> None:
    for epochs, resume in ((5, False), (12, True)):
        config = feature_config(frames_file, epochs, optimizer=OPTIMIZER, network={"members": 2})
        resumed = train(config, tmp_path / "run", resume)
    for ours, theirs in zip(resumed.models, unbroken.models, strict=True):
        for name in ("weights.001.data", "weights.002.data", "weights.016.data"):
            assert (ours / name).read_bytes() == (theirs / name).read_bytes()


def test_the_run_writes_down_how_to_repeat_it(unbroken: TrainingResult) -> None:
    folder = unbroken.report.parent
    config = load_config(folder / "config.json")
    assert config.data.has_features and config.descriptor is None
    page = unbroken.report.read_text(encoding="utf-8")
    assert "features of S that never vary" in page
    assert (folder / "learning_curve_linear.png").exists() and (folder / "learning_curve.png").exists()


def test_predict_and_evaluate_take_feature_files(
    unbroken: TrainingResult, frames_file: Path, tmp_path: Path
) -> None:
    models = [str(path) for path in unbroken.models]
    report = str(tmp_path / "report")
    result = CliRunner().invoke(group, ["evaluate", *models, str(frames_file), "--json", "-o", report])
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)
    assert values["energy_rmse_mev_per_atom"] > 0.0 and "force_rmse_mev_per_angstrom" not in values
    assert (tmp_path / "report" / "report.html").exists()
    for name in ("said.features", "said.xyz"):
        done = CliRunner().invoke(group, ["predict", *models, str(frames_file), "-o", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        said = [frame.get_potential_energy() for frame in read_frames(tmp_path / name)]
        expected = [p.energy for p in load_any(unbroken.models).predict_many(read_frames(frames_file))]
        assert said == expected


def test_positions_without_features_are_refused(model: FeatureModel) -> None:
    with pytest.raises(InvalidInputError, match="has positions and no features"):
        model.predict(Atoms("H2", positions=[[0, 0, 0], [0, 0, 1]]))


def test_frames_that_do_not_fit_the_model_are_refused(model: FeatureModel) -> None:
    frame = feature_frames(1)[0]
    frame.arrays["features"] = frame.arrays["features"][:, :3]
    with pytest.raises(InvalidInputError, match=r"frame 0 .*trained for 4 features of He, got 3"):
        list(model.predict_many([frame]))
    frame.numbers[0] = 79
    with pytest.raises(UnknownElementError, match="trained for H, He, S, not for Au"):
        model.predict(frame)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("features.nn", "nodes H 2", "nodes H 3", r"scaling.data: expected 10 rows .*got 9; the file is cut"),
        ("features.nn", "nodes S 3 6 1", "nodes S 3 7 1", r"weights.016.data: expected 36 values"),
        (
            "features.nn",
            "nodes S 3 6 1",
            "nodes S three",
            r"features.nn:\d+: expected the nodes of each layer",
        ),
        ("features.nn", "activations He T l", "", r"features.nn: expected a line 'activations He'"),
        ("features.nn", "activations He T l", "activations He T q", r"features.nn: He: .*'?q'?"),
        (
            "features.nn",
            "elements H",
            "atoms H",
            r"features.nn:2: 'atoms' is no .*; expected one of elements, nodes",
        ),
        (
            "features.nn",
            "elements H He S",
            "elements H He Xx",
            r"features.nn:2: expected symbols of elements",
        ),
        (
            "features.nn",
            "atom_energy H ",
            "atom_energy H x",
            r"expected a finite number after 'atom_energy H'",
        ),
        ("features.nn", "atom_energy S", "atom_energy He", r"'atom_energy He' is given twice; keep one"),
        ("features.nn", "atom_energy S", "atom_energy Au", r"features.nn:\d+: .* one of H, He, S, got 'Au'"),
    ],
)
def test_a_damaged_model_is_refused_by_its_file(
    unbroken: TrainingResult, tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    for path in unbroken.models[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / file).read_text()
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1))
    with pytest.raises(FileFormatError, match=message):
        nnpot.load_feature_model(tmp_path)


def test_a_model_cut_within_a_line_is_refused(unbroken: TrainingResult, tmp_path: Path) -> None:
    for path in unbroken.models[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / "features.nn"
    lines = [line for line in file.read_text().splitlines(True) if not line.startswith("info")]
    assert lines[-1].startswith("atom_energy S")
    text = "".join(lines)
    file.write_text(text)
    assert nnpot.load_feature_model(tmp_path).elements == list(COUNTS)
    for cut in range(1, len(lines[-1]) + 1):
        file.write_text(text[:-cut])
        with pytest.raises(FileFormatError, match=r"features.nn(:\d+)?: .*(cut short|there is none)"):
            nnpot.load_feature_model(tmp_path)


def test_one_feature_per_atom_goes_through_extended_xyz(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frames = [feature_frame([1, 1, 2], x, float(np.sum(x**2))) for x in random.uniform(0.2, 1.0, (12, 3, 1))]
    file, said = tmp_path / "one.features", tmp_path / "one.xyz"
    write_feature_file(file, frames)
    (trained,) = train(feature_config(file, 2, optimizer=OPTIMIZER), tmp_path / "run").models
    for arguments in (["predict", trained, file, "-o", said], ["evaluate", trained, said]):
        done = CliRunner().invoke(group, [str(argument) for argument in arguments])
        assert done.exit_code == 0, done.output
    again = ase.io.read(said, index=":")
    assert again[0].arrays["features"].ndim == 1, "ASE keeps no columns of one"
    assert n_features(again) == {"H": 1, "He": 1}
    own = load_any(trained)
    energies = [[p.energy for p in own.predict_many(given)] for given in (frames, again, read_frames(said))]
    assert energies[0] == energies[1] == energies[2]


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"descriptor": {"cutoff": 5.0}}, "must not have descriptor beside feature files"),
        ({"loss": {"force_weight": 2.0}}, "must not have loss.force_weight beside feature files"),
        ({"loss": {"stress_weight": 0.1}}, "loss.stress_weight"),
        ({"training": {"start_from": "model"}}, "training.start_from"),
        ({"training": {"jacobian": "stored"}}, "training.jacobian"),
        ({"optimizer": {"name": "kalman"}}, "optimizer.name: kalman"),
        ({"long_range": {"charges": {"H": 1.0}}}, "long_range"),
        ({"data": {"units": "atomic"}}, "must not have units: atomic beside feature files"),
        ({"data": {"labels": {"energy": "e"}}}, "must not have labels beside feature files"),
        ({"data": {"test": ["a.xyz"]}}, "must not have a.xyz beside feature files"),
    ],
)
def test_what_speaks_of_positions_is_refused(sections: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**feature_values(Path("a.features"), **sections))


def test_files_with_other_features_are_refused(tmp_path: Path) -> None:
    file = write_features(tmp_path)
    others = feature_frames(3, seed=1)
    for frame in others:
        frame.arrays["features"][frame.symbols == "He", 3] = np.nan
    write_feature_file(tmp_path / "test.features", others)
    config = feature_config(file, data={"test": [str(tmp_path / "test.features")]})
    with pytest.raises(InvalidInputError, match="He have 3 features in the test frames and 4 in the train"):
        train(config, tmp_path / "run")


def test_features_that_never_vary_at_all_are_refused(tmp_path: Path) -> None:
    frames = feature_frames(8)
    for frame in frames:
        frame.arrays["features"][np.isfinite(frame.arrays["features"])] = 1.0
    write_feature_file(tmp_path / "a.features", frames)
    with pytest.raises(InvalidInputError, match="no feature varies over the training frames"):
        train(feature_config(tmp_path / "a.features"), tmp_path / "run")


def test_a_potential_does_not_take_feature_files(frames_file: Path, model: FeatureModel) -> None:
    unmade = object.__new__(Potential)
    with pytest.raises(InvalidInputError, match="a.features: holds features and no positions"):
        predict_frames(unmade, read_frames(frames_file), "a.features")
    alloy = read_frames(write_alloy(frames_file.parent))
    with pytest.raises(InvalidInputError, match="frame 0 .*has positions and no features"):
        predict_frames(model, alloy, "alloy.xyz")
