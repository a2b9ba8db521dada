"""What a potential says about a set of frames, beside what the frames say themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.analysis.errors import ErrorStatistics, compare
from nnpot.errors import NnpotError
from nnpot.potential import Potential, Prediction
from nnpot.progress import progress

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Predictions:
    """Frames with the prediction of each; the figures below need frames with energies and forces."""

    frames: list[Atoms]
    predictions: list[Prediction]

    @cached_property
    def errors(self) -> ErrorStatistics:
        """Over all frames and over each group of them."""
        return compare(self.frames, self.predictions)

    def energies(self) -> Pair:
        """Reference and prediction in eV/atom, both of shape (n_frames,)."""
        sizes = np.array([len(frame) for frame in self.frames])
        reference = np.array([frame.get_potential_energy() for frame in self.frames])
        return reference / sizes, np.array([said.energy for said in self.predictions]) / sizes

    def forces(self) -> Pair:
        """All force components, reference and prediction in eV/Å, both of shape (3 n_atoms,)."""
        reference = [frame.get_forces().ravel() for frame in self.frames]
        return np.concatenate(reference), np.concatenate([said.forces.ravel() for said in self.predictions])


def mean_predictions(members: Sequence[Predictions]) -> Predictions:
    """The mean of what several potentials say about the same frames."""
    if len(members) == 1:
        return members[0]
    said = zip(*(member.predictions for member in members), strict=True)
    return Predictions(members[0].frames, [_mean(predictions) for predictions in said])


def _mean(predictions: Sequence[Prediction]) -> Prediction:
    def mean(name: str) -> Any:
        values = [getattr(one, name) for one in predictions]
        return None if values[0] is None else np.mean(values, axis=0)

    return Prediction(**{name: mean(name) for name in vars(predictions[0])})


def predict_frames(potential: Potential, frames: Sequence[Atoms], where: object) -> Predictions:
    """Predict every frame, on all cores and with progress on stderr.

    Parameters
    ----------
    potential
        What predicts.
    frames
        With energy and forces, if errors are wanted.
    where
        What the frames are called in an error, for example the name of their file.

    Raises
    ------
    NnpotError
        If a frame cannot be predicted; the message names it by its number.
    """
    predictions = []
    with progress("predicting", len(frames)) as bar:
        try:
            for prediction in potential.predict_many(frames):
                predictions.append(prediction)
                bar.advance()
        except NnpotError as error:
            raise type(error)(f"{where}: {error}") from error
    return Predictions(list(frames), predictions)
