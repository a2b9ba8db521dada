"""What a data set consists of: a table of its files and parts, the distances, and what looks wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms, units
from ase.data import atomic_numbers

from nnpot.analysis.atom_energies import fit_atom_energies
from nnpot.analysis.data_checks import (
    TOO_CLOSE,
    FrameFacts,
    PairDistance,
    check_distances,
    check_duplicates,
    check_features,
    check_labels,
    check_outliers,
    frame_facts,
    pair_distances,
)
from nnpot.analysis.work_check import check_slopes
from nnpot.errors import InvalidInputError
from nnpot.io.feature_files import has_features
from nnpot.io.source import Source
from nnpot.support.arrays import Array, Mask

N_FILES = 12  # files with a row of their own; where there are more, the total has to do
U_PER_CUBIC_ANGSTROM = units._amu * 1e27  # in g/cm³


@dataclass(frozen=True)
class Range:
    """The smallest and the largest of some values."""

    low: float
    high: float

    def text(self, digits: int) -> str:
        """Both, or one where they look the same."""
        low, high = f"{self.low:.{digits}f}", f"{self.high:.{digits}f}"
        return low if low == high else f"{low} … {high}"


@dataclass(frozen=True)
class SetSummary:
    """A file, a part of the data, or all of it; None where no frame has such a value."""

    name: str
    n_frames: int
    elements: tuple[str, ...]
    atoms: Range  # per frame
    energy: Range | None  # eV/atom
    energy_above_atoms: Range | None  # eV/atom, without the energies of single atoms
    force_rms: float | None  # eV/Å, of the components
    force_max: float | None  # eV/Å: the longest vector
    stress: Range | None  # GPa, of all components; tension is positive
    volume: Range | None  # Å³ per atom
    density: Range | None  # g/cm³
    without_energy: int
    without_forces: int
    without_stress: int  # frames


@dataclass(frozen=True)
class DataSummary:
    """All that `nnpot data` prints."""

    sets: list[SetSummary]  # files, then parts; the last is all together
    pairs: list[PairDistance]
    atom_energies: dict[str, float]  # eV, taken off for `SetSummary.energy_above_atoms`
    warnings: list[str]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of the sets, as text; columns that say nothing are left out."""
        rows = [[column(summary) for column in COLUMNS.values()] for summary in self.sets]
        used = [k for k in range(len(COLUMNS)) if any(row[k] not in ("", "0") for row in rows)]
        return [list(COLUMNS)[k] for k in used], [[row[k] for k in used] for row in rows]

    def pair_table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of the shortest distances, as text."""
        rows = [
            [
                "–".join(pair.elements),
                f"{pair.distance:.3f}",
                f"{pair.radii:.2f}",
                f"{pair.distance / pair.radii:.2f}{' !' if pair.distance < TOO_CLOSE * pair.radii else ''}",
                pair.where,
            ]
            for pair in self.pairs
        ]
        return ["pair", "shortest (Å)", "covalent radii (Å)", "ratio", "in"], rows


def _optional(value: float | None, pattern: str) -> str:
    return "" if value is None else format(value, pattern)


def _range(value: Range | None, digits: int) -> str:
    return "" if value is None else value.text(digits)


COLUMNS: dict[str, Callable[[SetSummary], str]] = {
    "data": lambda s: s.name,
    "frames": lambda s: str(s.n_frames),
    "elements": lambda s: " ".join(s.elements),
    "atoms": lambda s: s.atoms.text(0),
    "energy (eV/atom)": lambda s: _range(s.energy, 3),
    "above atoms (eV/atom)": lambda s: _range(s.energy_above_atoms, 3),
    "force RMS (eV/Å)": lambda s: _optional(s.force_rms, ".3f"),
    "force max (eV/Å)": lambda s: _optional(s.force_max, ".2f"),
    "stress (GPa)": lambda s: _range(s.stress, 2),
    "volume (Å³/atom)": lambda s: _range(s.volume, 2),
    "density (g/cm³)": lambda s: _range(s.density, 2),
    "no energy": lambda s: str(s.without_energy),
    "no forces": lambda s: str(s.without_forces),
    "no stress": lambda s: "" if s.without_stress == s.n_frames else str(s.without_stress),
}


def summarize(
    frames: Sequence[Atoms],
    sources: Sequence[Source],
    parts: Sequence[str] | None = None,
    atom_energies: Mapping[str, float] | None = None,
) -> DataSummary:
    """Look at all frames of a data set, in eV and Å; labels may be missing.

    ``sources`` has the file and number of each, ``parts`` whether it is for ``train``, ``validation`` or
    ``test``, where they have been split. ``atom_energies`` of single atoms (eV) are fitted to these frames
    where they are not given. Raises `InvalidInputError` if there are no frames.
    """
    if not frames:
        raise InvalidInputError("expected at least one frame, got none")
    rank = {path: number for number, path in enumerate(dict.fromkeys(source.path for source in sources))}
    order = sorted(range(len(frames)), key=lambda k: (rank[sources[k].path], sources[k].number))
    facts = frame_facts([frames[k] for k in order], [sources[k] for k in order])
    own_parts = [parts[k] for k in order] if parts else [""] * len(frames)
    if atom_energies is None:
        with_energy = [f for f, e in zip(facts.frames, facts.energy, strict=True) if np.isfinite(e)]
        atom_energies = fit_atom_energies(with_energy) if with_energy else {}
    above = _energy_above_atoms(facts, atom_energies)
    return DataSummary(
        sets=[_summary(name, facts, above, chosen) for name, chosen in _sets(facts, own_parts)],
        pairs=pair_distances(facts),
        atom_energies=dict(atom_energies),
        warnings=[
            *check_labels(facts),
            *check_distances(facts),
            *check_slopes(facts),
            *check_features(facts),
            *check_duplicates(facts, own_parts),
            *check_outliers(facts, above),
        ],
    )


def _sets(facts: FrameFacts, parts: Sequence[str]) -> list[tuple[str, Mask]]:
    files = list(dict.fromkeys(facts.files))
    names = [name for name in dict.fromkeys(parts) if name]
    shown = files if len(files) <= N_FILES and not (len(files) == 1 and names) else []
    rows = [(file, np.array(facts.files) == file) for file in shown]
    rows += [(name, np.array(parts) == name) for name in names]
    everything = f"all {len(files)} files" if len(files) > N_FILES else "all"
    return rows if len(rows) == 1 else [*rows, (everything, np.ones(len(parts), bool))]


def _energy_above_atoms(facts: FrameFacts, atom_energies: Mapping[str, float]) -> Array:
    per_number = np.full(max(int(frame.numbers.max()) for frame in facts.frames) + 1, np.nan)
    for symbol, energy in atom_energies.items():
        if atomic_numbers[symbol] < len(per_number):
            per_number[atomic_numbers[symbol]] = energy
    offsets = np.array([per_number[frame.numbers].sum() for frame in facts.frames])
    above: Array = (facts.energy - offsets) / facts.n_atoms
    return above


def _summary(name: str, facts: FrameFacts, above: Array, chosen: Mask) -> SetSummary:
    n_atoms = facts.n_atoms[chosen]
    squares, stress = facts.force_square[chosen], facts.stress[chosen]
    with_forces = np.isfinite(squares)
    frames = [frame for frame, own in zip(facts.frames, chosen, strict=True) if own]
    symbols = {symbol for frame in frames for symbol in frame.symbols.species()}
    volume = facts.volume[chosen]
    of_features = np.array([has_features(frame) for frame in frames])  # they cannot have any
    force_rms = None
    if with_forces.any():
        force_rms = float(np.sqrt(squares[with_forces].sum() / (3.0 * n_atoms[with_forces].sum())))
    return SetSummary(
        name=name,
        n_frames=int(chosen.sum()),
        elements=tuple(sorted(symbols, key=atomic_numbers.__getitem__)),
        atoms=Range(float(n_atoms.min()), float(n_atoms.max())),
        energy=_span(facts.energy[chosen] / n_atoms),
        energy_above_atoms=_span(above[chosen]),
        force_rms=force_rms,
        force_max=float(np.nanmax(facts.force_max[chosen])) if with_forces.any() else None,
        stress=_span(stress / units.GPa),
        volume=_span(volume / n_atoms),
        density=_span(facts.mass[chosen] / volume * U_PER_CUBIC_ANGSTROM),
        without_energy=int(np.isnan(facts.energy[chosen]).sum()),
        without_forces=int((~with_forces & ~of_features).sum()),
        without_stress=int(np.isnan(stress).any(axis=1).sum()),
    )


def _span(values: Array) -> Range | None:
    known = values[np.isfinite(values)]
    return Range(float(known.min()), float(known.max())) if known.size else None
