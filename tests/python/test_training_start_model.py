"""Training that starts from an existing model."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import quick_training
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from random_model import random_model
from structures import NAMES, structure
from training_data import alloy_config, alloy_frames, alloy_values, write_alloy

import nnpot
from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.io import write_frames
from nnpot.structures import structure_of
from nnpot.training import TrainingConfig, train
from nnpot.training.potentials.job import TrainingResult

pytest.importorskip("tensorflow")

from nnpot.training.inputs.start_model import StartModel, read_start, start_descriptor
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.potentials.export import export

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SCALE = 2.3
FUNCTIONS = [
    line.format(center=center)
    for center in ("Si", "O")
    for line in (
        "{center} 2 Si 0.3 0.0 4.6",
        "{center} 2 O 2.0 1.8 4.6",
        "{center} 3 Si O 0.02 -1.0 2.0 4.6",
        "{center} 9 O O 0.1 -1.0 1.0 4.6",
    )
]
COMPACT = [f"{center} {rest}" for center in ("Si", "O") for rest in ("12 0.3 0.5 4.6", "20 O 0.8 4.0 e")]


def round_trip(start: StartModel, frames: Sequence[Atoms], directory: Path) -> _core.Model:
    """The model that a training which starts from it would write before its first step."""
    descriptor = start_descriptor(start, frames)
    networks = AtomicNetworks.from_values(start.networks(descriptor, SCALE), "float64")
    directory.mkdir()
    export(networks, descriptor, start.atom_energies(None), SCALE, {}, directory)
    return _core.Model.read(str(directory), None)


def require_same_predictions(
    first: Path, second: Path, frames: Sequence[Atoms], tolerance: float = 1e-10
) -> None:
    """The largest force of all frames is compared with, and must be large enough to tell anything."""
    pairs = [(nnpot.load(first).predict(frame), nnpot.load(second).predict(frame)) for frame in frames]
    largest = max(np.abs(expected.forces).max() for expected, _ in pairs)
    assert largest > 0.02
    for expected, found in pairs:
        size = np.abs(expected.atomic_energies).sum()
        assert abs(found.energy - expected.energy) <= tolerance * size
        np.testing.assert_allclose(found.forces, expected.forces, atol=tolerance * largest, rtol=0.0)


@pytest.mark.parametrize("mode", ["none", "scale", "center", "scale_center", "sigma"])
def test_before_the_first_step_it_says_what_the_model_says(tmp_path: Path, mode: str) -> None:
    structures = [structure(name) for name in NAMES]
    random_model(structures, FUNCTIONS, 2, "p", mode, seed=3).write(str(tmp_path / "old"))
    start = StartModel(tmp_path / "old", [_core.Model.read(str(tmp_path / "old"), None)])
    round_trip(start, structures[:2], tmp_path / "new")
    require_same_predictions(tmp_path / "old", tmp_path / "new", structures)


def test_other_cutoffs_functions_and_normalised_energies_are_taken_over(tmp_path: Path) -> None:
    structures = [structure(name) for name in NAMES]
    model = random_model(structures, COMPACT + FUNCTIONS, 6, "t", "scale_center", seed=4)
    model.write(str(tmp_path / "old"))
    with open(tmp_path / "old" / "input.nn", "a", encoding="utf-8") as stream:
        stream.write("mean_energy -1.25\nconv_energy 0.4\nconv_length 1.0\n")
    text = (tmp_path / "old" / "input.nn").read_text(encoding="utf-8")
    (tmp_path / "old" / "input.nn").write_text(text.replace("cutoff_type 6 0", "cutoff_type 6 0.3"))
    read = _core.Model.read(str(tmp_path / "old"), None)
    assert (read.mean_energy, read.energy_per_output, read.cutoff_alpha) == (-1.25, 2.5, 0.3)
    round_trip(StartModel(tmp_path / "old", [read]), structures[:1], tmp_path / "new")
    require_same_predictions(tmp_path / "old", tmp_path / "new", structures)


@pytest.mark.parametrize("name", ["n2p2/H2O_RPBE-D3", "n2p2/Cu2S_PBE", "mlearn/Si/nnp"])
def test_published_models_can_be_trained_further(tmp_path: Path, name: str) -> None:
    directory = SHARED / name
    if not directory.exists():
        pytest.skip(f"published potentials are not part of the project, and there is no {directory}")
    units = "metal" if "mlearn" in name else "atomic"
    model = _core.Model.read(str(directory), units)
    random = np.random.default_rng(0)
    symbols = [model.elements[n % len(model.elements)] for n in range(12)]
    positions = 2.2 * np.array([(n % 2, n // 2 % 3, n // 6) for n in range(12)]) + 0.2 * random.normal(
        size=(12, 3)
    )
    frame = Atoms(symbols, positions, cell=np.diag([4.8, 7.1, 5.0]) + 0.1, pbc=True)
    start = StartModel(directory, [model])
    new = round_trip(start, [frame], tmp_path / "new")
    old, later = (_core.Predictor([m]).predict(structure_of(frame)) for m in (model, new))
    assert later.energy == pytest.approx(old.energy, rel=1e-9)
    np.testing.assert_allclose(later.forces, old.forces, atol=1e-8 * np.abs(old.forces).max())


def test_the_range_covers_old_and_new_data(tmp_path: Path) -> None:
    structures = [structure(name) for name in NAMES]
    start = StartModel(tmp_path, [random_model(structures[:1], FUNCTIONS, 2, "p", "sigma", seed=3)])
    old = {element: start.model.scaling(element) for element in start.model.elements}
    new = start_descriptor(start, structures[1:]).statistics
    for element in old:
        assert (new[element][:, 0] <= old[element][:, 0]).all() and (
            new[element][:, 1] >= old[element][:, 1]
        ).all()
        np.testing.assert_array_equal(new[element][:, 2:], old[element][:, 2:])
    assert any((new[element][:, 1] > old[element][:, 1]).any() for element in old)


@pytest.fixture(scope="module", autouse=True)
def uncompiled() -> Iterator[None]:
    """Compiling would take longer than the epochs of all these trainings."""
    with quick_training.uncompiled():
        yield


@pytest.fixture(scope="module")
def frames_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_alloy(tmp_path_factory.mktemp("frames"))


@pytest.fixture(scope="module")
def committee(frames_file: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    config = alloy_config(frames_file, epochs=3, members=2, schedule="constant")
    with quick_training.unreported():
        return train(config, tmp_path_factory.mktemp("committee") / "run")


def tuning(train_file: Path, start: Path, **options: object) -> TrainingConfig:
    """A configuration that changes next to nothing in one epoch."""
    rates = {"epochs": 1, "initial_rate": 1e-12, "final_rate": 1e-12, "precision": "float64"}
    values = alloy_values(train_file, **(rates | options), start_from=str(start))
    del values["descriptor"], values["network"]["hidden"]
    return TrainingConfig.model_validate(values)


@pytest.fixture(scope="module")
def tuned(
    committee: TrainingResult, frames_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainingResult:
    return train(tuning(frames_file, committee.models[1]), tmp_path_factory.mktemp("tuned") / "run")


def test_a_run_starts_with_the_errors_of_the_model(committee: TrainingResult, tuned: TrainingResult) -> None:
    require_same_predictions(committee.models[1], tuned.model, alloy_frames(2), 1e-6)
    with open(tuned.model.parent / "log.csv", encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    expected = committee.member_errors["validation"][1]
    logged = float(row["validation_force_rmse_mev_per_angstrom"])
    assert logged == pytest.approx(expected.force_rmse_mev_per_angstrom, rel=1e-5)
    assert "validation, before" in tuned.report.read_text(encoding="utf-8")


@pytest.mark.usefixtures("unreported")
def test_the_written_configuration_repeats_the_run(tuned: TrainingResult, tmp_path: Path) -> None:
    again = train(nnpot.training.load_config(tuned.model.parent / "config.json"), tmp_path / "again")
    for name in ("weights.029.data", "scaling.data"):
        assert (tuned.model / name).read_bytes() == (again.model / name).read_bytes()


def test_resuming_from_another_model_is_refused(
    committee: TrainingResult, tuned: TrainingResult, frames_file: Path
) -> None:
    with pytest.raises(InvalidInputError, match="another model in training.start_from"):
        train(tuning(frames_file, committee.models[0]), tuned.model.parent, resume=True)


def test_a_committee_is_trained_further_as_a_whole(
    committee: TrainingResult, frames_file: Path, tmp_path: Path
) -> None:
    start = read_start(committee.model.parent, 2)
    descriptor = start_descriptor(start, alloy_frames(4))
    networks = AtomicNetworks.from_values(start.networks(descriptor, SCALE), "float64")
    for member, old in enumerate(committee.models):
        new = tmp_path / str(member)
        new.mkdir()
        export(networks, descriptor, start.atom_energies(None), SCALE, {}, new, member)
        require_same_predictions(old, new, alloy_frames(2))
    with pytest.raises(InvalidInputError, match=r"network.members is 1, but .* holds 2 model"):
        read_start(committee.model.parent, 1)


@pytest.mark.usefixtures("unreported")
def test_data_of_fewer_elements_leave_the_others_alone(committee: TrainingResult, tmp_path: Path) -> None:
    frames = alloy_frames(8)
    for frame in frames:
        frame.symbols[:] = "Cu"
    write_frames(tmp_path / "copper.xyz", frames)
    config = tuning(tmp_path / "copper.xyz", committee.model, initial_rate=1e-2)
    result = train(config, tmp_path / "run")
    old, new = (_core.Model.read(str(path), None) for path in (committee.model, result.model))
    assert new.elements == ["Cu", "Au"]
    np.testing.assert_allclose(new.network("Au")[1][0], old.network("Au")[1][0], rtol=1e-12)
    assert np.abs(new.network("Cu")[1][0] - old.network("Cu")[1][0]).max() > 1e-4


def test_an_element_that_the_model_lacks_is_named(committee: TrainingResult, tmp_path: Path) -> None:
    frames = alloy_frames(4)
    for frame in frames:
        frame.symbols[1] = "Ag"
        frame.calc = SinglePointCalculator(frame, **frame.calc.results)
    write_frames(tmp_path / "silver.xyz", frames)
    with pytest.raises(InvalidInputError, match=r"frames hold Ag, which .* does not have \(it has Cu, Au\)"):
        train(tuning(tmp_path / "silver.xyz", committee.model), tmp_path / "run")


def test_what_the_model_decides_must_not_be_given(frames_file: Path) -> None:
    values = alloy_values(frames_file, start_from="model")
    with pytest.raises(ValueError, match="section descriptor beside training.start_from"):
        TrainingConfig.model_validate(values)
    del values["descriptor"]
    with pytest.raises(ValueError, match=r"network\.hidden beside training\.start_from"):
        TrainingConfig.model_validate(values)
    values = alloy_values(frames_file)
    del values["descriptor"]
    with pytest.raises(ValueError, match="section descriptor, or a model in training.start_from"):
        TrainingConfig.model_validate(values)


def test_a_model_that_does_not_state_its_units_is_refused_with_advice(tmp_path: Path) -> None:
    random_model([structure(NAMES[0])], FUNCTIONS, 2, "p", "sigma", seed=3).write(str(tmp_path / "model"))
    (tmp_path / "model" / "model.info").unlink()
    with pytest.raises(InvalidInputError, match=r"does not state its units.*a line 'units metal'"):
        read_start(tmp_path / "model", 1)


def test_offsets_are_the_models_or_those_given(committee: TrainingResult, frames_file: Path) -> None:
    start = read_start(committee.model, 1)
    own = start.model.atom_energies
    assert start.atom_energies(None) == own
    assert start.atom_energies({"Au": -1.0}) == {"Cu": own["Cu"], "Au": -1.0}
    with pytest.raises(InvalidInputError, match="atom_energies names Ag, which"):
        start.atom_energies({"Ag": 0.0})
