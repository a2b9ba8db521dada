"""Training and judging of the networks, and how far the border of the cell scatters the energies."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from study import Experiment, Part, descriptor_named

from nnpot.lattice.database import Database
from nnpot.lattice.model import Array, LatticeModel
from nnpot.lattice.statistics import known_energies
from nnpot.study import write_json
from nnpot.training import (
    LatticeHistory,
    LatticeNetwork,
    LatticeSplit,
    describe_lattice,
    train_lattice_network,
)

INNER = (0.01, 0.99)
"""Quantiles between which held-out points count for the inner error."""
TRANSLATIONS = 40


@dataclass(frozen=True)
class Trained:
    """A network, and what it says of the points that were held out."""

    experiment: Experiment
    network: LatticeNetwork
    history: LatticeHistory
    truth: Array
    predicted: Array
    seconds_for_descriptors: float

    def save(self, file: Path, database: Database) -> None:
        """Keep the network (.npz) and what is known of it (.json)."""
        self.network.save(file.with_suffix(".npz"))
        known = {
            "experiment": self.experiment.model_dump(mode="json"),
            "database": database.settings,
            "history": vars(self.history),
            "truth": self.truth.tolist(),
            "predicted": self.predicted.tolist(),
            "seconds_for_descriptors": self.seconds_for_descriptors,
        }
        write_json(file.with_suffix(".json"), known)

    @property
    def error(self) -> float:
        """Mean absolute, of all held-out points, E_c."""
        return float(np.abs(self.predicted - self.truth).mean())

    @property
    def inner_error(self) -> float:
        """Mean absolute, of those between the first and the last percentile, E_c."""
        low, high = np.quantile(self.truth, INNER)
        inner = (self.truth >= low) & (self.truth <= high)
        return float(np.abs(self.predicted - self.truth)[inner].mean())


def counted(database: Database, experiment: Experiment) -> Database:
    """The same configurations with the energies of the experiment's count."""
    if database.settings["count"] == experiment.count:
        return database
    model = LatticeModel(count=experiment.count)
    energies = model.energies(database.positions, database.widths, database.depths)
    return Database(database.positions, database.widths, database.depths, energies, database.settings)


def train_all(part: Part, database: Database, folder: Path) -> list[Trained]:
    """Train the networks of a part one after the other; those that are in ``folder`` are taken from there."""
    folder.mkdir(exist_ok=True)
    split = LatticeSplit.random(len(database), part.held_out, seed=0)
    trained = []
    for number, experiment in enumerate(part.experiments):
        own = counted(database, experiment)
        file = folder / f"network_{number}"
        trained.append(earlier(file, experiment, own) or train_one(experiment, own, split))
        trained[-1].save(file, own)
        print(f"  {experiment.name}: {trained[-1].error:.3f} E_c", flush=True)
    return trained


def train_one(experiment: Experiment, database: Database, split: LatticeSplit) -> Trained:
    """Describe, train and judge."""
    start = time.perf_counter()
    descriptor = descriptor_named(experiment.descriptor)
    model = LatticeModel(count=experiment.count)
    samples = describe_lattice(descriptor, database, model, experiment.derivatives)
    seconds = time.perf_counter() - start
    held_out = samples.take(split.validation)
    network, history = train_lattice_network(
        experiment.network, samples.take(split.train), held_out, experiment.name
    )
    return Trained(
        experiment, network, history, held_out.energies, network.energies(held_out.inputs), seconds
    )


def earlier(file: Path, experiment: Experiment, database: Database) -> Trained | None:
    """What an earlier run has trained and kept, if it is the same experiment on the same database."""
    said = file.with_suffix(".json")
    if not (said.exists() and file.with_suffix(".npz").exists()):
        return None
    found = json.loads(said.read_text(encoding="utf-8"))
    if found["experiment"] != experiment.model_dump(mode="json") or found["database"] != database.settings:
        return None
    return Trained(
        experiment,
        LatticeNetwork.load(file.with_suffix(".npz")),
        LatticeHistory(**found["history"]),
        np.array(found["truth"]),
        np.array(found["predicted"]),
        found["seconds_for_descriptors"],
    )


def scatter_by_translation(database: Database, n_points: int = 2000, seed: int = 0) -> float:
    """How far the document's energies lie, on average, from their medians over common translations.

    The count of the document changes when all particles are moved together and wrapped into the cell again,
    which invariant descriptors cannot see. About this error is left to them; a little less, since relaxation
    and cut do not leave all translations equally likely, which a network learns too.
    """
    random = np.random.default_rng(seed)
    chosen = random.choice(len(database), min(n_points, len(database)), replace=False)
    part = database.take(chosen)
    width = part.widths[:, None, None]
    model = LatticeModel()
    energies = []
    for _ in range(TRANSLATIONS):
        shift = random.uniform(0.0, 1.0, (len(chosen), 1, part.positions.shape[2])) * width
        energies.append(model.energies((part.positions + shift) % width, part.widths, part.depths))
    return float(np.abs(np.median(energies, axis=0) - known_energies(part)).mean())
