"""Whether stress and forces are the slopes of the energy, from frames that are close to each other.

From one frame to another with the same atoms the energy changes by V σ : ε − Σ f · u, to third order in the
strain ε and the displacements u when σ, f and V are means of both. A wrong sign or unit gives another factor.
Where no frames are close enough, only the sign of the stress can be judged, by the bulk modulus.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.stress import voigt_6_to_full_3x3_stress

from nnpot.analysis.data_checks import FrameFacts
from nnpot.io.labels import group_of, results_of

LARGEST_STRAIN, LARGEST_MOVE = 0.06, 0.2  # of frames that count as close; the move in Å, beyond the strain
N_PAIRS = 4  # fewer are no evidence
UNEXPLAINED, UNRELATED = 0.05, 0.5
"""Share of the energies' squared changes that the work, times some factor, leaves over: less than the first
says what the factor is, more than the second says that they have nothing to do with each other."""
TOLERANCE = 0.3  # of that factor around 1
SPREAD, CORRELATION, LARGEST_MODULUS = 0.01, 0.8, 3000.0
"""The least changes: of the volumes, relative; between stress and volume; GPa, seven times diamond's."""


@dataclass(frozen=True)
class _Step:
    """A step from a frame to the next, in eV."""

    change: float
    of_stress: float
    of_forces: float


@dataclass(frozen=True)
class _Fit:
    """How the energies follow the work."""

    factor: float
    unexplained: float
    n_steps: int


def check_slopes(facts: FrameFacts) -> list[str]:
    """What is wrong with stress or forces, a line each; nothing where all is well or nothing can be told."""
    pairs = (pair for frames in _alike(facts.frames) for pair in itertools.pairwise(frames))
    steps = [step for step in (_step(*pair) for pair in pairs) if step is not None]
    findings = []
    strained = [step for step in steps if abs(step.of_stress) > abs(step.of_forces)]
    fit = _fit([step.of_stress for step in strained], [s.change + s.of_forces for s in strained])
    if fit is not None:
        findings += _judge("stress", fit, "has the wrong sign", "is in another unit")
    if fit is None or fit.unexplained > UNEXPLAINED:
        findings += _by_modulus(facts)
    moved = [step for step in steps if step.of_stress == 0.0]
    fit = _fit([-step.of_forces for step in moved], [step.change for step in moved])
    if fit is not None:
        findings += _judge("forces", fit, "have the wrong sign", "are in another unit")
    return findings


def _judge(name: str, fit: _Fit, wrong_sign: str, wrong_unit: str) -> list[str]:
    pairs = f"{name}: the energies of {fit.n_steps} pairs of close frames"
    if fit.unexplained > UNRELATED and fit.n_steps >= 2 * N_PAIRS:
        return [
            f"{pairs} do not follow the work of the {name}: is it from other frames, or in another order?"
        ]
    if fit.unexplained > UNEXPLAINED or abs(fit.factor - 1.0) < TOLERANCE:
        return []
    fault = wrong_sign if fit.factor < 0.0 else wrong_unit
    return [
        f"{pairs} change by {fit.factor:.3g} times the work of the {name}, 1 is right: "
        f"the {name} probably {fault}"
    ]


def _alike(frames: Sequence[Atoms]) -> list[list[Atoms]]:
    """Frames of the same atoms in the same order and of one group, in the order that they come in."""
    found: dict[Any, list[Atoms]] = defaultdict(list)
    for frame in frames:
        if "energy" in results_of(frame):
            found[frame.numbers.tobytes(), frame.pbc.tobytes(), group_of(frame)].append(frame)
    return list(found.values())


def _step(first: Atoms, second: Atoms) -> _Step | None:
    a, b = results_of(first), results_of(second)
    same_cell = np.array_equal(first.cell.array, second.cell.array)
    middle = 0.5 * (first.cell.array + second.cell.array)
    strain = np.zeros((3, 3))
    moves = second.positions - first.positions
    if first.cell.rank == second.cell.rank == 3:
        strain = np.linalg.solve(middle, second.cell.array - first.cell.array)
        moves = second.get_scaled_positions(wrap=False) - first.get_scaled_positions(wrap=False)
        moves = (moves - np.where(first.pbc, np.round(moves), 0.0)) @ middle
    elif not same_cell:
        return None
    if np.abs(strain).max() > LARGEST_STRAIN or np.abs(moves).max() > LARGEST_MOVE:
        return None
    if ("stress" not in a or "stress" not in b) and not same_cell:
        return None
    if ("forces" not in a or "forces" not in b) and np.abs(moves).max() > 1e-6:
        return None
    force = 0.5 * (a["forces"] + b["forces"]) if "forces" in a and "forces" in b else np.zeros_like(moves)
    work = 0.0
    if not same_cell:
        tensor = voigt_6_to_full_3x3_stress(0.5 * (a["stress"] + b["stress"]))
        work = abs(float(np.linalg.det(middle))) * float(np.sum(tensor * strain))
    return _Step(b["energy"] - a["energy"], work, float(np.sum(force * moves)))


def _fit(work: Sequence[float], change: Sequence[float]) -> _Fit | None:
    """change / work by least squares; None without enough of them."""
    x, y = np.array(work), np.array(change)
    if len(x) < N_PAIRS or not x.any() or not y.any():
        return None
    factor = float(x @ y / (x @ x))
    return _Fit(factor, float(np.sum((y - factor * x) ** 2) / np.sum(y**2)), len(x))


def _by_modulus(facts: FrameFacts) -> list[str]:
    """Stress rises with volume in all that is stable; a slope of the wrong sign or size is a mistake."""
    volume = facts.volume / facts.n_atoms
    trace = facts.stress[:, :3].mean(axis=1)
    known = np.isfinite(volume) & np.isfinite(trace)
    compositions = [frame.get_chemical_formula("reduce") for frame in facts.frames]
    keys = np.array([f"{c} {f.info.get('group')}" for c, f in zip(compositions, facts.frames, strict=True)])
    moduli = []
    for key in sorted(set(keys[known])):
        v, s = volume[known & (keys == key)], trace[known & (keys == key)]
        enough = len(v) >= 2 * N_PAIRS and v.std() > SPREAD * v.mean() and s.std() > 0.0
        if enough and abs(np.corrcoef(v, s)[0, 1]) > CORRELATION:
            moduli.append(v.mean() * np.polyfit(v, s, 1)[0] / units.GPa)
    if not moduli:
        return []
    modulus = float(np.median(moduli))
    if 0.0 < modulus < LARGEST_MODULUS:
        return []
    fault = "has the wrong sign" if modulus < 0.0 else "is in another unit"
    return [f"stress: its change with volume means a bulk modulus of {modulus:.3g} GPa: it probably {fault}"]
