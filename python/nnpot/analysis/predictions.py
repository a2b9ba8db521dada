"""What a model says about a set of frames, beside what the frames say themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot.analysis.errors import ErrorStatistics, FrameErrors, frame_errors, statistics
from nnpot.analysis.worst_frames import WorstFrames, worst_frames
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.io.feature_files import has_features
from nnpot.io.labels import results_of
from nnpot.models.model import Model
from nnpot.prediction import Prediction
from nnpot.support.progress import progress

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Reference and prediction, of one shape."""


@dataclass(frozen=True)
class Predictions:
    """Frames with the prediction of each; what the frames do not say is left out below."""

    frames: list[Atoms]
    predictions: list[Prediction]

    @cached_property
    def frame_errors(self) -> list[FrameErrors]:
        """The errors of each frame."""
        return [frame_errors(frame, said) for frame, said in zip(self.frames, self.predictions, strict=True)]

    @cached_property
    def errors(self) -> ErrorStatistics:
        """The errors over all frames, over each group of them, and over the atoms of each element."""
        if not self.frames:
            raise InvalidInputError("expected at least one frame to compare with, got none")
        return statistics(self.frame_errors)

    def worst(self, n: int = 5) -> WorstFrames:
        """The n frames with the largest errors of energy, and those of forces."""
        return worst_frames(self.frames, self.frame_errors, n)

    def energies(self) -> Pair:
        """Reference and prediction in eV/atom, both of shape (n_frames,)."""
        return _joined([(one / len(frame), other / len(frame)) for frame, one, other in self._both("energy")])

    def forces(self) -> Pair:
        """All force components, reference and prediction in eV/Å, both of shape (3 n_atoms,)."""
        return _joined([(one, other) for _, one, other in self._both("forces")])

    def forces_by_element(self) -> dict[str, Pair]:
        """`forces` of the atoms of each element, by atomic number."""
        parts: dict[str, list[Pair]] = {}
        for frame, reference, predicted in self._both("forces"):
            for element in frame.symbols.species():
                atoms = frame.symbols == element
                parts.setdefault(element, []).append((reference[atoms], predicted[atoms]))
        return {element: _joined(parts[element]) for element in sorted(parts, key=atomic_numbers.__getitem__)}

    def stresses(self) -> Pair:
        """All stress components (Voigt), reference and prediction in GPa, both of shape (6 n_frames,)."""
        return _joined([(one / units.GPa, other / units.GPa) for _, one, other in self._both("stress")])

    def _both(self, name: str) -> list[tuple[Atoms, Any, Any]]:
        """Frames with what both they and their predictions say."""
        pairs = zip(self.frames, self.predictions, strict=True)
        found = [(frame, results_of(frame).get(name), getattr(said, name)) for frame, said in pairs]
        return [each for each in found if each[1] is not None and each[2] is not None]


def _joined(pairs: Sequence[Pair]) -> Pair:
    if not pairs:
        return np.empty(0), np.empty(0)
    reference, predicted = (np.concatenate([np.ravel(one) for one in of]) for of in zip(*pairs, strict=True))
    return reference, predicted


def mean_predictions(members: Sequence[Predictions]) -> Predictions:
    """The mean of what several models say about the same frames."""
    if len(members) == 1:
        return members[0]
    said = zip(*(member.predictions for member in members), strict=True)
    return Predictions(members[0].frames, [_mean(predictions) for predictions in said])


def _mean(predictions: Sequence[Prediction]) -> Prediction:
    def mean(name: str) -> Any:
        values = [getattr(one, name) for one in predictions]
        return None if values[0] is None else np.mean(values, axis=0)

    return Prediction(**{name: mean(name) for name in vars(predictions[0]) if name != "uncertainty"})


def predict_frames(
    model: Model, frames: Sequence[Atoms], where: object, uncertainty: bool = False
) -> Predictions:
    """Predict every frame, on all cores and with progress on stderr.

    Parameters
    ----------
    model
        What predicts.
    frames
        Their errors can be told as far as they have energy, forces or stress.
    where
        What the frames are called in an error, for example the name of their file.
    uncertainty
        Whether to find that of each prediction, too.

    Raises
    ------
    NnpotError
        If a frame cannot be predicted; the message names it by its number.
    """
    if not model.sees_features and any(map(has_features, frames)):
        raise InvalidInputError(
            f"{where}: holds features and no positions, but the model is one of positions; "
            f"give a model that was trained on feature files"
        )
    predictions = []
    with progress("predicting", len(frames)) as bar:
        try:
            for prediction in model.predict_many(frames, uncertainty=uncertainty):
                predictions.append(prediction)
                bar.advance()
        except NnpotError as error:
            raise type(error)(f"{where}: {error}") from error
    return Predictions(list(frames), predictions)
