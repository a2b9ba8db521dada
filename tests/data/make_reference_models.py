"""Makes tests/data/models: small models with random weights in every way that a model can be written.

Beside each lies what `slow_reference` says about one structure: energy, forces, virial. All is written from
docs/formats.md and docs/theory.md without nnpot, so that a clone of this repository alone can be tested
against numbers that nnpot did not make. Run it again only to add a model.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import slow_reference as slow  # noqa: E402
from slow_reference import NUMBERS, UNITS, Model, Structure  # noqa: E402

TRICLINIC = ((6.1, 0.0, 0.0), (1.3, 5.7, 0.0), (-0.9, 1.1, 5.9))
FLAGS = {"scale": ("scale_symmetry_functions",), "center": ("center_symmetry_functions",), "none": ()}
FLAGS |= {"scale_center": (*FLAGS["scale"], *FLAGS["center"]), "sigma": ("scale_symmetry_functions_sigma",)}


@dataclass(frozen=True)
class Recipe:
    """One model and its structure; lengths of functions in the unit of the files, of structures in Å."""

    functions: Sequence[str]
    """After the center; all elements have the same."""
    elements: Sequence[str] = ("O", "Si")
    cutoff: str = "1"
    scaling: str = "scale_center"
    activations: str = "t t l"
    units: str = "metal"
    extra: Sequence[str] = ()
    cell: Sequence[Sequence[float]] = TRICLINIC
    periodic: Sequence[bool] = (True, True, True)
    n_atoms: int = 8
    offsets: Sequence[float] = (-3.25, -1.5, 0.75)
    nodes: Sequence[int] = field(default=(4, 3))


PAIR_AND_ANGLE = ("2 Si 0.4 0.3 4.5", "2 O 0.1 0.0 5.0", "9 Si O 0.05 -1 2 4.8", "3 O O 0.08 1 3 4.6")
RECIPES = {
    "radial_and_angular": Recipe((*PAIR_AND_ANGLE, "3 Si O 0.1 -1 1.5 4.7 0.9", "9 O O 0.2 1 16 4.9 1.1")),
    "weighted_sigma_softplus": Recipe(
        ("12 0.4 1.0 4.5", "12 0.1 0.0 5.0", "13 0.05 0.0 1 2 4.8", "13 0.02 0.7 -1 4 5.0"),
        ("H", "C", "O"),
        "2",
        "sigma",
        "p p l",
        cell=np.zeros((3, 3)).tolist(),
        periodic=(False, False, False),
    ),
    "compact": Recipe(
        (
            "20 Si 0.6 5.0 p1",
            "20 O -5.0 5.0 e",
            "20 Si -4.5 4.5 p2a",
            "21 Si O 0.4 5.0 20 160 p3",
            "22 O O -4.0 4.0 -90 90 p2",
            "22 Si Si 0.5 5.0 100 260 p4a",
            "23 0.7 4.6 p4",
            "24 -5.0 5.0 35 150 p3a",
            "25 0.5 4.5 10 140 e",
        ),
        activations="t p l",
    ),
    "normalised_in_bohr": Recipe(
        (
            "2 Si 0.1 0.5 9.0",
            "2 O 0.03 0.0 9.5",
            "9 Si O 0.01 -1 2 9.1",
            "3 O O 0.02 1 3 8.8",
            "12 0.1 2.0 9.0",
        ),
        units="atomic",
        extra=("mean_energy -0.3125", "conv_energy 18.5", "conv_length 1.75"),
        scaling="scale",
    ),
    "kcal_all_other_types": Recipe(
        ("1 Si 4.5", "1 O 5.0", "4 Si 1.3 4.7", "4 O 0.6 5.0", *PAIR_AND_ANGLE[2:]),
        units="real",
        scaling="center",
        activations="s T l",
        extra=("normalize_nodes",),
        cell=((6.1, 0.0, 0.0), (1.3, 5.7, 0.0), (0.0, 0.0, 9.0)),
        periodic=(True, True, False),
    ),
    "smaller_than_the_cutoff": Recipe(
        PAIR_AND_ANGLE,
        cutoff="3",
        scaling="none",
        activations="g c l",
        cell=((2.9, 0.1, 0.0), (0.3, 3.1, 0.0), (0.2, -0.4, 3.3)),
        n_atoms=2,
    ),
    "exponential_cutoff": Recipe(PAIR_AND_ANGLE[:3], cutoff="4 0.2", activations="S h l"),
    "polynomial_1": Recipe(PAIR_AND_ANGLE[:3], cutoff="5 0.1", activations="e t l", scaling="scale"),
    "polynomial_2": Recipe(PAIR_AND_ANGLE[:3], cutoff="6", activations="t s l"),
    "polynomial_3": Recipe(PAIR_AND_ANGLE[:3], cutoff="7 0.3", activations="t t l", scaling="sigma"),
    "polynomial_4": Recipe(PAIR_AND_ANGLE[:3], cutoff="8", activations="p t l"),
    "charges_full": Recipe(
        ("2 Na 0.2 0.0 4.5", "2 Cl 0.2 1.0 5.0", "3 Na Cl 0.03 -1 2 4.8"),
        ("Na", "Cl"),
        extra=(
            "long_range full",
            "ewald_alpha 0.6",
            "ewald_real_cutoff 6.0",
            "charge Na 0.97",
            "charge Cl -0.97",
        ),
    ),
    "charges_reciprocal_in_bohr": Recipe(
        ("2 Na 0.05 0.0 9.0", "2 Cl 0.05 2.0 9.5", "9 Na Cl 0.01 -1 2 9.2"),
        ("Na", "Cl"),
        units="atomic",
        extra=("long_range reciprocal", "ewald_alpha 0.25", "charge Na 0.9", "charge Cl -0.9"),
    ),
}


def main() -> None:
    """Write all models, or those that are named."""
    for seed, (name, recipe) in enumerate(RECIPES.items()):
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            write(HERE / "models" / name, recipe, seed)


def write(folder: Path, recipe: Recipe, seed: int) -> None:
    """The files of one model, and ``expected.json``."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    structures = [random_structure(recipe, random) for _ in range(4)]
    (folder / "input.nn").write_text("\n".join(input_lines(recipe, random)) + "\n")
    scaling = scaling_of(folder, recipe, structures)
    lines = []
    for number, element in enumerate(by_number(recipe.elements), 1):
        rows = enumerate(scaling[element], 1)
        lines += [f"{number} {place} " + " ".join(f"{value:.12g}" for value in row) for place, row in rows]
        weights = random_weights(len(scaling[element]), recipe, random)
        path = folder / f"weights.{NUMBERS[element]:03d}.data"
        path.write_text("".join(f"{value:.10f}\n" for value in weights))
    (folder / "scaling.data").write_text("\n".join(lines) + "\n")
    model, structure = slow.read_model(folder), structures[0]
    forces = slow.forces(model, recipe.units, structure)
    check_by_differences(model, recipe.units, structure, forces)
    expected = {
        "units": recipe.units,
        "numbers": structure.numbers.tolist(),
        "positions": structure.positions.tolist(),
        "cell": structure.cell.tolist(),
        "periodic": structure.periodic.tolist(),
        "energy": float(slow.energy(model, recipe.units, structure).real),
        "forces": forces.tolist(),
        "virial": slow.virial(model, recipe.units, structure).tolist(),
    }
    if "long_range" not in model.words:
        expected["atomic_energies"] = slow.energies(model, recipe.units, structure).real.tolist()
    lines = [f'"{key}": {json.dumps(value)}' for key, value in expected.items()]
    (folder / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{folder.name}: {expected['energy']:.6f} eV, largest force {np.abs(forces).max():.3f} eV/Å")


def by_number(elements: Sequence[str]) -> list[str]:
    """The order of the files."""
    return sorted(elements, key=NUMBERS.__getitem__)


def input_lines(recipe: Recipe, random: np.random.Generator) -> list[str]:
    """Keywords and functions, the latter in any order."""
    elements = list(recipe.elements)
    lines = [f"number_of_elements {len(elements)}", f"elements {' '.join(elements)}", *FLAGS[recipe.scaling]]
    lines += [
        f"atom_energy {element} {value}" for element, value in zip(elements, recipe.offsets, strict=False)
    ]
    lines += [f"cutoff_type {recipe.cutoff}", "scale_min_short -0.5", "scale_max_short 1.5"]
    lines += [f"global_hidden_layers_short {len(recipe.nodes)}"]
    lines += [f"global_nodes_short {' '.join(map(str, recipe.nodes))}"]
    lines += [f"global_activation_short {recipe.activations}", *recipe.extra]
    functions = [f"symfunction_short {element} {text}" for element in elements for text in recipe.functions]
    return lines + [functions[place] for place in random.permutation(len(functions))]


def random_structure(recipe: Recipe, random: np.random.Generator) -> Structure:
    """All elements, no two atoms nearer than 1.5 Å; as many of each where there are charges."""
    cell, periodic = np.array(recipe.cell, float), np.array(recipe.periodic)
    box = cell if cell.any() else 4.6 * np.eye(3)
    numbers = np.resize([NUMBERS[element] for element in by_number(recipe.elements)], recipe.n_atoms)
    while True:
        positions = np.round(random.uniform(size=(recipe.n_atoms, 3)) @ box, 6)
        structure = Structure(numbers, positions, cell, periodic)
        if not any(len(vectors) for vectors, _ in slow._neighbors(structure, 1.5)):
            return structure


def scaling_of(folder: Path, recipe: Recipe, structures: Sequence[Structure]) -> dict[str, np.ndarray]:
    """Minimum, maximum, mean and sigma of each function of each element over some structures."""
    words = [line.split() for line in (folder / "input.nn").read_text().splitlines()]
    keywords: dict[str, list[list[str]]] = {}
    for keyword, *values in words:
        keywords.setdefault(keyword, []).append(values)
    model = Model(keywords, {}, {})
    rows: dict[str, list[np.ndarray]] = {element: [] for element in recipe.elements}
    of_length = UNITS[recipe.units][1]
    radius = max(slow._radius(line) for line in keywords["symfunction_short"])
    for structure in structures:
        scaled = structure._replace(
            positions=structure.positions / of_length, cell=structure.cell / of_length
        )
        for number, (vectors, numbers) in zip(
            structure.numbers, slow._neighbors(scaled, radius), strict=True
        ):
            element = next(name for name, value in NUMBERS.items() if value == number)
            rows[element].append(slow.raw_values(model, element, vectors, numbers))
    return {
        element: np.stack([np.min(v, 0), np.max(v, 0), np.mean(v, 0), np.std(v, 0, ddof=1)], axis=1)
        for element, v in rows.items()
    }


def random_weights(n_inputs: int, recipe: Recipe, random: np.random.Generator) -> np.ndarray:
    """The column of one file."""
    sizes = [n_inputs, *recipe.nodes, 1]
    factor = max(sizes) if "normalize_nodes" in recipe.extra else 1.0
    parts = [
        part
        for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True)
        for part in (
            factor * random.normal(size=n_in * n_out) * 1.5 / np.sqrt(n_in),
            random.normal(size=n_out) * 0.2,
        )
    ]
    return np.concatenate(parts)


def check_by_differences(model: Model, units: str, structure: Structure, forces: np.ndarray) -> None:
    """The derivative by a complex step is that of central differences."""
    for place in ((0, 0), (1, 2)):
        found = []
        for step in (1e-4, -1e-4):
            positions = structure.positions.copy()
            positions[place] += step
            found.append(slow.energy(model, units, structure._replace(positions=positions)).real)
        difference = -(found[0] - found[1]) / 2e-4
        assert abs(difference - forces[place]) < 1e-5 * np.abs(forces).max(), (difference, forces[place])


if __name__ == "__main__":
    main()
