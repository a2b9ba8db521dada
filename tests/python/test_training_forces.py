"""Trainings of direct force networks: what they learn, files, resuming, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from ase import Atoms
from ase.build import bulk
from structures import emt_labelled
from training_data import alloy_frames, write_alloy

from nnpot.errors import InvalidInputError, NonConservativeWarning
from nnpot.io import write_frames
from nnpot.io.labels import results_of
from nnpot.models.direct_forces import Features, load_direct_forces
from nnpot.training import DirectForceConfig, force_template, load_force_config, train_forces

pytestmark = pytest.mark.filterwarnings(f"ignore::{NonConservativeWarning.__module__}.NonConservativeWarning")

KINDS = ("spheres", "ellipsoids", "equivariant")


def values(train: Path, kind: str, **training: Any) -> dict[str, Any]:
    """A tiny configuration for copper and gold, as in a YAML file."""
    features: dict[str, Any] = {"kind": kind, "cutoff": 4.0, "gaussians": 5}
    if kind == "equivariant":
        features["products"] = 2
        features["invariants"] = {
            "cutoff": 4.0,
            "symmetry_functions": [{"type": "radial", "eta": [0.5, 2.0], "r_shift": [2.5]}],
        }
    return {
        "data": {"train": [str(train)], "validation_fraction": 0.2},
        "features": features,
        "network": {"hidden": [8]},
        "optimizer": {"initial_rate": 1e-2, "schedule": "constant"},
        "training": {"epochs": 8, "batch_size": 16, "threads": 2, **training},
    }


def config(train: Path, kind: str, **training: Any) -> DirectForceConfig:
    """The same, checked."""
    return DirectForceConfig.model_validate(values(train, kind, **training))


@pytest.fixture(scope="module")
def alloy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The training frames."""
    return write_alloy(tmp_path_factory.mktemp("alloy"), 40)


@pytest.fixture(scope="module")
def run_dir(alloy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unbroken run."""
    path = tmp_path_factory.mktemp("runs") / "unbroken"
    train_forces(config(alloy, "equivariant"), path)
    return path


@pytest.mark.usefixtures("eagerly", "unreported")
def test_equivariant_networks_learn_what_even_features_cannot(alloy: Path, tmp_path: Path) -> None:
    test = alloy_frames(10, seed=9)
    reference = np.concatenate([results_of(frame)["forces"] for frame in test])
    errors = {}
    for kind in KINDS:
        result = train_forces(config(alloy, kind), tmp_path / kind)
        model = load_direct_forces(result.model)
        said = np.concatenate([model.predict(frame) for frame in test])
        errors[kind] = float(np.sqrt(np.mean((said - reference) ** 2)))
        assert set(result.force_rmse) == {"train", "validation"}
        log = np.genfromtxt(tmp_path / kind / "log.csv", delimiter=",", names=True)
        assert len(log) == 8 and log["train_loss"][-1] < log["train_loss"][0]
        assert np.isnan(log["train_energy_rmse_mev_per_atom"]).all()
    rms = float(np.sqrt(np.mean(reference**2)))
    assert errors["equivariant"] < 0.4 * rms
    assert min(errors["spheres"], errors["ellipsoids"]) > 0.8 * rms


def test_tensorflow_and_the_core_say_the_same(alloy: Path, run_dir: Path) -> None:
    from nnpot.training.direct_forces.trainer import predicted
    from nnpot.training.networks.dense import to_keras
    from nnpot.training.session.checkpoint import COLUMNS
    from nnpot.training.tensorflow_setup import tf

    model, frame = load_direct_forces(run_dir / "model"), alloy_frames(2, seed=5)[1]
    seen, core = model.features(frame), model.predict(frame)
    for element in ("Cu", "Au"):
        own, atoms = model.networks[element], np.asarray(frame.symbols == element)
        x = tf.constant((seen.inputs[element] - own.mean) / own.sigma, tf.float64)
        vectors = tf.constant(seen.vectors[atoms] * own.vector_factors[:, None], tf.float64)
        said = model.force_scale * predicted(to_keras(own.network.layers), x, vectors).numpy()
        assert np.abs(core[atoms]).max() > 0.1, "forces too small to test anything"
        np.testing.assert_allclose(said, core[atoms], rtol=1e-10, atol=1e-10)
    kept = np.load(run_dir / "checkpoint.npz")["history"]
    assert kept.shape == (8, len(COLUMNS))


def test_the_model_is_as_good_as_the_log_says(alloy: Path, run_dir: Path) -> None:
    """What is exported holds all that training did to inputs, vectors and forces."""
    from nnpot.training.data.frames import load_frames
    from nnpot.training.direct_forces.job import evaluate_forces

    split = load_frames(config(alloy, "equivariant").data)
    found = evaluate_forces(load_direct_forces(run_dir / "model"), split)["validation"].errors
    log = np.genfromtxt(run_dir / "log.csv", delimiter=",", names=True)
    best = log["validation_force_rmse_mev_per_angstrom"].min()
    assert found.force_rmse_mev_per_angstrom == pytest.approx(best, rel=1e-4)
    assert found.energy_rmse_mev_per_atom is None, "such a model says nothing about energies"


def test_the_report_shows_curves_and_forces(run_dir: Path) -> None:
    page = (run_dir / "report.html").read_text(encoding="utf-8")
    assert "conserve none" in page and "equivariant" in page
    for picture in ("learning_curve", "learning_curve_linear", "parity_forces_train", "error_distribution"):
        assert (run_dir / f"{picture}.png").stat().st_size > 1000


@pytest.mark.usefixtures("unreported")
def test_a_resumed_run_ends_as_an_unbroken_one(alloy: Path, run_dir: Path, tmp_path: Path) -> None:
    train_forces(config(alloy, "equivariant", epochs=3), tmp_path / "broken")
    result = train_forces(config(alloy, "equivariant"), tmp_path / "broken", resume=True)
    assert result.epochs == 8
    for name in ("weights.029.data", "weights.079.data"):
        assert (tmp_path / "broken" / "model" / name).read_bytes() == (run_dir / "model" / name).read_bytes()
    with pytest.raises(InvalidInputError, match="features.cutoff was 4.0, is 4.5"):
        other = values(alloy, "equivariant")
        other["features"]["cutoff"] = 4.5
        train_forces(DirectForceConfig.model_validate(other), tmp_path / "broken", resume=True)


def test_a_run_is_not_written_over(alloy: Path, run_dir: Path) -> None:
    with pytest.raises(InvalidInputError, match="holds a run already"):
        train_forces(config(alloy, "equivariant"), run_dir)


def test_a_loss_that_is_no_number_ends_the_run(alloy: Path, tmp_path: Path) -> None:
    wild = values(alloy, "spheres")
    wild["optimizer"] |= {"name": "sgd", "initial_rate": 1e30}
    wild["network"]["activation"] = "relu"
    with pytest.raises(InvalidInputError, match="lower optimizer.initial_rate"):
        train_forces(DirectForceConfig.model_validate(wild), tmp_path / "run")
    assert not (tmp_path / "run" / "model").exists()


def test_frames_without_forces_are_refused(tmp_path: Path) -> None:
    frames: list[Atoms] = alloy_frames(6)
    for frame in frames:
        del frame.calc.results["forces"]
    write_frames(tmp_path / "train.xyz", frames)
    with pytest.raises(InvalidInputError, match="no train frame has any"):
        train_forces(config(tmp_path / "train.xyz", "spheres"), tmp_path / "run")


def test_the_linear_start_finds_the_coefficients() -> None:
    from nnpot.training.direct_forces.samples import linear_coefficients

    random = np.random.default_rng(0)
    vectors, expected = random.normal(size=(50, 4, 3)), np.array([1.0, -2.0, 0.5, 3.0])
    found = linear_coefficients(vectors, np.einsum("nvx,v->nx", vectors, expected))
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def gold(frame: Atoms) -> np.ndarray:
    """Distances between its gold atoms, those of an atom to itself left out."""
    is_gold = np.asarray(frame.symbols == "Au")
    found = frame.get_all_distances(mic=True)[np.ix_(is_gold, is_gold)]
    return np.asarray(found + 1e3 * np.eye(len(found)))


@pytest.mark.usefixtures("unreported")
def test_forces_stay_small_just_outside_of_the_distances_of_a_pair(tmp_path: Path) -> None:
    """Gold atoms are never close here, while copper and gold are, with which the Gaussians begin."""
    random = np.random.default_rng(0)
    frames = []
    for _ in range(24):
        atoms = bulk("CuAu", "rocksalt", a=5.2 + 0.1 * random.normal(), cubic=True)
        atoms.positions += 0.1 * random.normal(size=(len(atoms), 3))
        frames.append(emt_labelled(atoms))
    write_frames(tmp_path / "train.xyz", frames)
    wanted = values(tmp_path / "train.xyz", "equivariant", epochs=12)
    wanted["features"] |= {"cutoff": 5.0, "gaussians": 10}
    model = load_direct_forces(train_forces(DirectForceConfig.model_validate(wanted), tmp_path / "run").model)
    rms = float(np.sqrt(np.mean([results_of(frame)["forces"] ** 2 for frame in frames])))
    nearest = min(gold(frame).min() for frame in frames)
    for frame in frames[:8]:
        numbers = np.flatnonzero(frame.symbols == "Au")
        first, second = numbers[list(np.unravel_index(gold(frame).argmin(), gold(frame).shape))]
        closer = frame.copy()
        closer.set_distance(first, second, nearest - 0.3, fix=0.5, mic=True)
        assert gold(closer).min() < nearest - 0.25
        assert np.abs(model.predict(closer)).max() < 100.0 * rms


def test_automatic_gaussians_go_from_the_nearest_atoms_to_the_cutoff() -> None:
    from nnpot.training.config.direct_forces import FeaturesConfig
    from nnpot.training.direct_forces.samples import choose_features

    frames = alloy_frames(6)
    section = FeaturesConfig(kind="spheres", cutoff=4.0, gaussians=6)
    found: Features = choose_features(section, ["Cu", "Au"], frames)
    eta, shift = found.gaussians.T
    assert len(eta) == 6 and 1.5 < shift[0] < 2.6 and shift[-1] < 4.0
    assert (np.diff(shift) > 0).all() and (np.diff(np.diff(shift)) > 0).all() and (np.diff(eta) < 0).all()


def test_the_template_is_valid(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(force_template(), "utf-8")
    found = load_force_config(tmp_path / "config.yaml")
    assert found.data.train == [tmp_path / "frames.xyz"] and found.features.kind == "equivariant"
    again = DirectForceConfig.model_validate(found.values())
    assert again.fingerprint() == found.fingerprint()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("features: {kind: cubes, cutoff: 4.0}", "features.kind must be"),
        ("features: {kind: spheres, cutoff: -1}", "features.cutoff must be"),
        ("features: {kind: spheres, cutoff: 4.0, stretch: 1.5}", "must not have stretch with kind spheres"),
        ("features: {kind: ellipsoids, cutoff: 4.0, axes: [[0, 0, 0]]}", "features.axes must be vectors"),
        ("features: {kind: ellipsoids, cutoff: 4.0, stretch: 0}", "features.stretch must be"),
        ("features: {kind: spheres, cutoff: 4.0, eta: [0.5, 0.5]}", "features.eta must be different numbers"),
        ("features: {kind: spheres, cutoff: 4.0, eta: 1, gaussians: 3}", "both eta and gaussians"),
        ("features: {kind: spheres, cutoff: 4.0, r_shift: 1}", "must have eta"),
        ("optimizer: {name: kalman}", "kalman is for potentials"),
        ("data: {train: x.features}", "data must not be feature files: direct forces need positions"),
        ("training: {jacobian: stored}", "must not have jacobian"),
        ("network: {activation: step}", "network.activation must be"),
        ("epoch: 3", "epoch is no known key"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_line(tmp_path: Path, change: str, message: str) -> None:
    text = yaml.safe_load("{data: {train: x.xyz}, features: {kind: spheres, cutoff: 4.0}}") | yaml.safe_load(
        change
    )
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(text), "utf-8")
    with pytest.raises(InvalidInputError, match=message) as error:
        load_force_config(tmp_path / "config.yaml")
    assert "\n" not in str(error.value)
