"""nnpot.analysis.baseline: a model that is worse than none is said to be."""

from __future__ import annotations

import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from training_data import alloy_frames

from nnpot.analysis.baseline import worse_than_nothing
from nnpot.analysis.predictions import Predictions
from nnpot.prediction import Prediction


def predictions(energy_factor: float, force_factor: float, n_frames: int = 8, seed: int = 0) -> Predictions:
    """Energies are 0.1 eV/atom around those of atoms; errors are these factors times what is to be learnt."""
    random = np.random.default_rng(seed)
    frames, said = [], []
    for frame in alloy_frames(n_frames, seed):
        n, above = len(frame), 0.1 * random.choice([-1.0, 1.0])
        energy = float(sum({"Cu": -3.0, "Au": 1.0}[symbol] for symbol in frame.symbols)) + n * above
        forces = random.normal(size=(n, 3))
        frame.calc = SinglePointCalculator(frame, energy=energy, forces=forces)
        frames.append(frame)
        nothing = np.zeros((n, 3, 3))
        said.append(
            Prediction(
                energy + n * energy_factor * above,
                (1.0 + force_factor) * forces,
                None,
                nothing[0],
                nothing[0, 0],
                nothing,
            )
        )
    return Predictions(frames, said)


def test_a_good_model_is_not_blamed() -> None:
    assert worse_than_nothing({"train": predictions(0.8, 0.95), "test": predictions(0.8, 0.95, seed=1)}) == []


@pytest.mark.parametrize(
    ("train", "test", "expected"),
    [
        ((1.3, 0.1), (0.1, 0.1), ["energies are missed by more than energies of single atoms"]),
        ((0.1, 0.1), (1.5, 0.1), ["meV/atom against"]),
        ((0.1, 1.05), (0.1, 0.1), ["forces are missed by more than forces of 0"]),
        ((9.0, 9.0), (9.0, 9.0), ["energies", "forces"]),
    ],
)
def test_a_model_that_is_worse_than_none_is_named(
    train: tuple[float, float], test: tuple[float, float], expected: list[str]
) -> None:
    parts = {"train": predictions(*train), "test": predictions(*test, seed=1)}
    lines = worse_than_nothing(parts)
    assert len(lines) == len(expected)
    for line, text in zip(lines, expected, strict=True):
        assert text in line
        for name, factors in (("train", train), ("test", test)):
            assert (f"on the {name} frames" in line) == (max(factors) > 1.0)


def test_what_was_not_fitted_is_not_judged() -> None:
    parts = {"train": predictions(9.0, 9.0)}
    assert len(worse_than_nothing(parts, ("forces",))) == len(worse_than_nothing(parts, ("energy",))) == 1
    assert worse_than_nothing(parts, ()) == []


def test_the_figures_are_those_of_the_frames() -> None:
    part = predictions(0.0, 2.0)
    (line,) = worse_than_nothing({"train": part})
    rms = np.sqrt(np.mean(part.forces()[0] ** 2))
    assert f"RMSE {2000 * rms:.4g} meV/Å against {1000 * rms:.4g} on the train frames" in line


def test_a_model_that_is_no_number_is_worse() -> None:
    assert len(worse_than_nothing({"train": predictions(np.nan, np.nan)})) == 2


def test_errors_that_matter_nowhere_are_no_reproach() -> None:
    """Of frames that all have one energy nothing is left to learn."""
    part = predictions(0.0, 0.0, n_frames=2)
    part = Predictions(part.frames[:1] * 3, part.predictions[:1] * 3)
    assert worse_than_nothing({"train": part}) == []


def test_nothing_is_said_of_labels_that_are_not_there() -> None:
    unlabelled = predictions(0.8, 0.95)
    for frame in unlabelled.frames:
        del frame.calc.results["forces"]
    assert worse_than_nothing({"train": predictions(0.8, 0.95), "test": unlabelled}) == []
