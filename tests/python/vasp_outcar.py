"""Writes the lines of a VASP OUTCAR that a reader of structures, energies, forces and stresses looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms, units
from ase.stress import voigt_6_to_full_3x3_stress


def outcar(frames: Sequence[Atoms], smearing_energy: float = 0.01) -> str:
    """The text of an OUTCAR; frames need energy, forces and stress, and their elements in one order.

    The free energy is ``smearing_energy`` (eV) below the energy that is extrapolated to zero smearing.
    """
    symbols = frames[0].get_chemical_symbols()
    species = list(dict.fromkeys(symbols))
    lines = [f" POTCAR:    PAW_PBE {symbol} 05Jan2001" for symbol in species] * 2
    lines += [
        "   k-points           NKPTS =      1   k-points in BZ     NKDIM =      1"
        "   number of bands    NBANDS=     16",
        "   ISPIN  =      1    spin polarized calculation?",
        "   ions per type =          " + "".join(f"{symbols.count(symbol):6d}" for symbol in species),
        " k-points in reciprocal lattice and weights: Automatic mesh",
        "   0.00000000  0.00000000  0.00000000      1.000",
    ]
    for number, frame in enumerate(frames, 1):
        lines += _step(frame, number, smearing_energy)
    return "\n".join(lines) + "\n"


def _step(frame: Atoms, number: int, smearing_energy: float) -> list[str]:
    tensor = voigt_6_to_full_3x3_stress(frame.get_stress()) / (0.1 * units.GPa)
    kbar = [-tensor[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0))]
    reciprocal = frame.cell.reciprocal()
    rows = np.concatenate([frame.positions, frame.get_forces()], axis=1)
    energy = frame.get_potential_energy()
    dashes = " " + 83 * "-"
    return [
        f"{'':20}Iteration {number:6d}(   1)",
        "  in kB    " + "".join(f"{value:12.5f}" for value in kbar),
        "  external pressure =        0.00 kB  Pullay stress =        0.00 kB",
        "      direct lattice vectors                 reciprocal lattice vectors",
        *(
            "  " + "".join(f"{value:13.9f}" for value in (*a, *b))
            for a, b in zip(frame.cell.array, reciprocal, strict=True)
        ),
        " POSITION                                       TOTAL-FORCE (eV/Angst)",
        dashes,
        *("  " + "".join(f"{value:13.5f}" for value in row) for row in rows),
        dashes,
        "  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)",
        "  ---------------------------------------------------",
        f"  free  energy   TOTEN  = {energy - smearing_energy:18.8f} eV",
        "",
        f"  energy  without entropy= {energy + smearing_energy:18.8f}  energy(sigma->0) = {energy:18.8f}",
    ]
