import numpy as np
import pytest
import yaml
from ase.build import bulk

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.reference.recipe import builtin_recipes, load_recipe

RECIPE = """
elements: [Si]
pair_style: sw
pair_coeff: ["* * {potentials}/Si.sw Si"]
groups:
  - name: crystal
    structure: {crystal: {name: Si, crystalstructure: diamond, a: 5.431, cubic: true}}
    temperature: [300, 600]
    n_frames: 10
"""


def write(tmp_path, change):
    values = yaml.safe_load(RECIPE)
    change(values)
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


def group(**changes):
    return lambda values: values["groups"][0].update(changes)


def test_builtin_silicon_covers_what_it_should():
    assert "silicon_sw" in builtin_recipes()
    recipe = load_recipe("silicon_sw")
    temperatures = [t for g in recipe.groups for t in g.temperature]
    assert max(temperatures) == 3000
    assert any(g.vacancies for g in recipe.groups)
    assert any(g.structure.surface for g in recipe.groups)
    assert any(g.melt for g in recipe.groups)
    assert any(g.strain >= 0.02 for g in recipe.groups)
    assert 40 <= len(recipe.groups[0].structure.build().repeat(recipe.groups[0].repeat)) <= 80


def test_the_small_recipe_is_small():
    recipe = load_recipe("silicon_sw_small")
    assert recipe.n_frames == 200
    assert sum(g.simulated_time for g in recipe.groups) < 100.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (group(temprature=[1]), r"recipe\.yaml: groups\[0\]\.temprature is no known key"),
        (group(temperature=[300, -5]), r"groups\[0\]\.temperature\[1\] must be greater than 0, got -5"),
        (group(temperature=[]), r"groups\[0\]\.temperature"),
        (group(n_frames=0), r"groups\[0\]\.n_frames must be greater than 0, got 0"),
        (group(n_frames=None), r"groups\[0\]\.n_frames must be a valid integer, got None"),
        (group(interval=float("nan")), r"groups\[0\]\.interval must be .* got nan"),
        (
            group(structure={}),
            r"groups\[0\]\.structure must have exactly one of crystal, space_group, surface, file; got none",
        ),
        (group(pressure=[0.0], density=[2.4]), r"groups\[0\]: pressure lets the cell go"),
        (group(structure={"surface": {"facet": "diamond110"}}), r"facet must be 'diamond100'"),
        (lambda v: v.pop("pair_style"), r"pair_style is missing"),
        (
            lambda v: v.update(elements=["Xx"]),
            r"elements must be different chemical symbols; look at \['Xx'\]",
        ),
        (lambda v: v["groups"].append(v["groups"][0]), r"groups must have different names"),
        (group(pressure=[0.0], vacuum=5.0), r"groups\[0\]: pressure lets the cell go"),
        (group(vacuum=-1.0), r"groups\[0\]\.vacuum must be"),
        (group(vacancies={"Si": 0}), r"groups\[0\]\.vacancies"),
        (lambda v: v.update(charges={"Na": 1.0}), r"charges must have each of Si; got Na"),
        (lambda v: v.update(charges={"Si": float("nan")}), r"charges\.Si must be"),
        (lambda v: v.update(kspace_style="ewald 1e-6"), r"kspace_style needs charges"),
    ],
)
def test_faults_name_the_key(tmp_path, change, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        load_recipe(write(tmp_path, change))
    assert "\n" not in str(caught.value)


def test_charges_stand_in_the_order_of_the_types(tmp_path):
    values = {"elements": ["Na", "Cl"], "charges": {"Cl": -1.0, "Na": 1.0}, "kspace_style": "ewald 1e-6"}
    pair = load_recipe(write(tmp_path, lambda v: v.update(values))).pair
    assert (pair.charges, pair.kspace, pair.atom_style) == ((1.0, -1.0), "ewald 1e-6", "charge")
    assert load_recipe(write(tmp_path, group())).pair.atom_style == "atomic"


def test_broken_yaml_and_missing_file(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("elements: [Si\n")
    with pytest.raises(FileFormatError, match=r"broken\.yaml:2: not readable as YAML"):
        load_recipe(path)
    with pytest.raises(InvalidInputError, match="no built-in recipe of this name.*silicon_sw"):
        load_recipe("silicon_ws")


def test_structure_file_lies_beside_the_recipe(tmp_path):
    bulk("Si", "diamond", a=5.5).write(tmp_path / "start.cif")
    recipe = load_recipe(write(tmp_path, group(structure={"file": "start.cif"})))
    assert len(recipe.groups[0].structure.build()) == 2


def test_unbuildable_structure_is_refused(tmp_path):
    change = group(structure={"crystal": {"name": "Si", "crystalstructure": "nonsense", "a": 5.4}})
    with pytest.raises(InvalidInputError, match="ASE cannot build"):
        load_recipe(write(tmp_path, change)).groups[0].structure.build()


def test_reduced_keeps_one_frame_of_each_group(tmp_path):
    recipe = load_recipe(write(tmp_path, group()))
    assert recipe.reduced(0.3).n_frames == 3
    assert recipe.reduced(0.3).groups[0].frames_per_trajectory == 2
    assert recipe.reduced(0.001).n_frames == 1
    with pytest.raises(InvalidInputError, match="got 0"):
        recipe.reduced(0.0)


def test_conditions_meet_every_combination(tmp_path):
    recipe = load_recipe(write(tmp_path, group(density=[2.3, 2.5])))
    assert len(set(recipe.groups[0].conditions())) == 4


QUARTZ = {
    "number": 154,
    "cell": [4.916, 4.916, 5.4054, 90, 90, 120],
    "sites": [["Si", 0.4697, 0.0, 2 / 3], ["O", 0.4135, 0.2669, 0.1191 + 2 / 3]],
}


def test_space_group_builds_quartz(tmp_path):
    recipe = load_recipe(write(tmp_path, group(structure={"space_group": QUARTZ})))
    quartz = recipe.groups[0].structure.build()
    assert quartz.get_chemical_formula() == "O6Si3"
    assert quartz.pbc.all()
    bonds = quartz.get_all_distances(mic=True)[quartz.symbols == "Si"][:, quartz.symbols == "O"]
    np.testing.assert_allclose(np.sort(bonds)[:, :4], [[1.605, 1.605, 1.614, 1.614]] * 3, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": 231}, r"structure\.space_group\.number must be less than or equal to 230, got 231"),
        ({"cell": [4.9, 4.9, 5.4, 90, 90]}, r"structure\.space_group\.cell"),
        ({"sites": []}, r"structure\.space_group\.sites"),
    ],
)
def test_faults_of_a_space_group(tmp_path, change, message):
    with pytest.raises(InvalidInputError, match=message):
        load_recipe(write(tmp_path, group(structure={"space_group": QUARTZ | change})))
