"""What the models are judged by, all on the same held-out frames."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from models import GRADIENTS, Trained
from systems import System

import nnpot
from nnpot.analysis.constant_energy import energy_drift
from nnpot.analysis.force_checks import loop_work, rotated, rotation_error
from nnpot.models.direct_forces import Measured, keep_measured
from nnpot.study import write_json

FILE = "judged.json"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    n_rotations: int = 4
    n_loops: int = 6
    n_points: int = 64
    n_runs: int = 3
    duration: float = 1.0
    """ps"""
    temperature: float = 600.0
    """K at the start; some half of it later, when the potential energy has its share."""


SHORT = Size(n_rotations=1, n_loops=2, n_points=32, n_runs=1, duration=0.1)


@dataclass(frozen=True)
class Figures:
    """What was found of one model; None where it makes no sense."""

    kind: str
    force_rmse: float
    """meV/Å"""
    rotation_error: float
    """meV/Å"""
    relative_rotation_error: float
    inverted: float
    """Share of the forces that does not change sign where all neighbors do: RMS |F + F'| / 2 over RMS |F|."""
    loop_work: float
    """eV"""
    integration_error: float
    """eV"""
    drift: float
    """meV/atom/ps: mean of the absolute slopes."""
    shortest_run: float
    """ps"""
    seconds: float


@dataclass(frozen=True)
class Judged:
    """All models of one system."""

    name: str
    title: str
    n_train: int
    n_test: int
    force_rms: float
    """meV/Å, of the reference forces: the error of a model that says 0."""
    feature_change: dict[str, float]
    """Largest relative change of the features of spheres and ellipsoids when all neighbors are inverted."""
    models: dict[str, Figures]
    curves: dict[str, tuple[list[float], list[float]]]
    """Time (ps) and energy (meV/atom) of the first run of each model."""
    times: dict[str, float]
    """Seconds of each stage."""
    processor: float = 0.0
    """Seconds of processor time of all stages."""

    def write(self, folder: Path) -> None:
        """Keep it, for a report on what several commands have found."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> "Judged":
        """What `write` wrote."""
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        models = {kind: Figures(**figures) for kind, figures in found["models"].items()}
        curves = {kind: (time, energy) for kind, (time, energy) in found["curves"].items()}
        return cls(**(found | {"models": models, "curves": curves}))


def judge(
    system: System,
    models: Sequence[Trained],
    n_train: int,
    frames: Sequence[Atoms],
    size: Size,
    times: dict[str, float],
) -> "Judged":
    """Measure all models; what is measured of a direct model is kept in its file, too."""
    starts = system.starts(frames, max(size.n_runs, size.n_loops))
    gradients = next(model for model in models if model.kind == GRADIENTS)
    figures, curves = {}, {}
    for model in models:
        print(f"  measuring {model.kind} ...", flush=True)
        found, curves[model.kind] = _figures(model, gradients, starts, frames, size)
        if model.kind != GRADIENTS:
            keep_measured(model.directory, _measured(found, size, gradients))
        figures[model.kind] = found
    return Judged(
        system.name,
        system.title,
        n_train,
        len(frames),
        1e3 * _rms([frame.get_forces() for frame in frames]),
        {kind: _feature_change(kind, frames) for kind in ("spheres", "ellipsoids")},
        figures,
        curves,
        times,
    )


def _figures(
    model: Trained, gradients: Trained, starts: Sequence[Atoms], frames: Sequence[Atoms], size: Size
) -> tuple[Figures, tuple[list[float], list[float]]]:
    """What is found of a model, and time and energy of its first run."""
    runs = energy_drift(
        model.calculator, gradients.calculator, starts[: size.n_runs], size.temperature, size.duration
    )
    turned = rotation_error(model.forces, frames, size.n_rotations)
    loops = loop_work(model.forces, starts[: size.n_loops], n_points=size.n_points)
    figures = Figures(
        kind=model.kind,
        force_rmse=_rmse(model, frames),
        rotation_error=turned.rmse,
        relative_rotation_error=turned.relative,
        inverted=_inverted(model, frames),
        loop_work=loops.rms,
        integration_error=loops.integration_error,
        drift=float(np.mean([abs(run.drift_rate) for run in runs])),
        shortest_run=min(float(run.time[-1]) for run in runs),
        seconds=model.seconds,
    )
    return figures, (runs[0].time.tolist(), runs[0].energy.tolist())


def _measured(figures: Figures, size: Size, gradients: Trained) -> Measured:
    """What whoever loads the model is told."""
    return Measured(
        drift=figures.drift,
        temperature=size.temperature,
        duration=figures.shortest_run,
        loop_work=figures.loop_work,
        rotation_error=figures.rotation_error,
        reference=f"kinetic energy plus that of {gradients.directory}",
    )


def _rmse(model: Trained, frames: Sequence[Atoms]) -> float:
    return 1e3 * _rms([model.forces(frame) - frame.get_forces() for frame in frames])


def _inverted(model: Trained, frames: Sequence[Atoms]) -> float:
    plain = [model.forces(frame) for frame in frames]
    sums = [
        0.5 * (one + model.forces(rotated(frame, -np.eye(3))))
        for one, frame in zip(plain, frames, strict=True)
    ]
    return _rms(sums) / max(_rms(plain), 1e-30)


def _feature_change(kind: str, frames: Sequence[Atoms]) -> float:
    """The largest relative change of the features themselves, whatever the network makes of them."""
    worst = 0.0
    elements = sorted({symbol for frame in frames for symbol in frame.symbols.species()})
    features = nnpot.ForceFeatures(elements, [(0.05, 0.0), (0.5, 0.0), (2.0, 2.0)], 6.0)
    for frame in frames:
        both = []
        for atoms in (frame, rotated(frame, -np.eye(3))):
            where = (atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
            both.append(
                features.spheres(*where) if kind == "spheres" else features.ellipsoids(*where, np.eye(3), 1.5)
            )
        worst = max(worst, float(np.abs(both[0] - both[1]).max() / np.abs(both[0]).max()))
    return worst


def _rms(parts: Sequence[np.ndarray]) -> float:
    return float(np.sqrt(np.mean(np.concatenate([part.ravel() for part in parts]) ** 2)))
