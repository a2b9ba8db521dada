"""The crystals of the recipe, and the cells of the simulations."""

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from nnpot.reference.recipe import Recipe
from nnpot.reference.sampling import scale_to_density

ELEMENTS = ["Si", "O"]
BOND = 2.2
"""Å: the longest Si-O bond, at the minimum between the first two shells of neighbors."""
GLASS_DENSITY = 2.2
"""g/cm³: of vitreous silica (Brückner, J. Non-Cryst. Solids 5, 123, 1970), for melt and glass."""
QUARTZ_DENSITY = 2.51
"""g/cm³: of α-quartz with this potential at 300 K and no pressure; published is 2.65."""


def is_silica(atoms: Atoms) -> bool:
    """Whether there are two O for each Si."""
    return 2 * sum(atoms.symbols == "Si") == sum(atoms.symbols == "O") > 0


@dataclass(frozen=True)
class Polymorph:
    """A crystal of the recipe."""

    name: str
    relaxed: bool
    """Whether its atoms are relaxed at each volume. Those of β-cristobalite and stishovite are scaled with
    it: with this potential both fall into other structures when they are let go."""


POLYMORPHS = (
    Polymorph("alpha-quartz", relaxed=True),
    Polymorph("alpha-cristobalite", relaxed=True),
    Polymorph("coesite", relaxed=True),
    Polymorph("beta-cristobalite", relaxed=False),
    Polymorph("stishovite", relaxed=False),
)


def crystal(recipe: Recipe, name: str) -> Atoms:
    """The conventional cell from which a group of the recipe starts."""
    group = next(group for group in recipe.groups if group.name == name)
    return group.structure.build()


def quartz(recipe: Recipe, repeat: int) -> Atoms:
    """9 repeat³ atoms of α-quartz, at its density with this potential."""
    atoms = crystal(recipe, "alpha-quartz").repeat(repeat)
    scale_to_density(atoms, QUARTZ_DENSITY)
    return atoms


def cristobalite(recipe: Recipe, repeat: tuple[int, int, int]) -> Atoms:
    """24 atoms in each cell of β-cristobalite, at the density of the glass: where melts start from."""
    atoms = crystal(recipe, "beta-cristobalite").repeat(repeat)
    scale_to_density(atoms, GLASS_DENSITY)
    return atoms


def random_positions(recipe: Recipe, repeat: tuple[int, int, int], seed: int = 1) -> Atoms:
    """The same atoms in the same cell, anywhere."""
    atoms = cristobalite(recipe, repeat)
    atoms.set_scaled_positions(np.random.default_rng(seed).random((len(atoms), 3)))
    return atoms
