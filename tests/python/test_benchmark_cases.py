"""Which LAMMPS commands stand for what the user names."""

from __future__ import annotations

from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from nnpot import _core
from nnpot.benchmark.cases import WHEEL_STYLES, Model, largest_cutoff, model_case, wheel_case
from nnpot.doctor import CASE
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.units import BOHR, HARTREE

MODEL = Model("ours", CASE)


@pytest.fixture
def bare_model(tmp_path: Path) -> Model:
    """A model that does not say its units."""
    for file in CASE.iterdir():
        if file.name != "model.info":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    return Model("bare", tmp_path)


@pytest.mark.parametrize(
    ("text", "label", "directory"),
    [("models/water", "water", "models/water"), ("mine=a/b=c", "mine", "a/b=c")],
)
def test_models_have_labels(text: str, label: str, directory: str) -> None:
    assert Model.parse(text) == Model(label, Path(directory))


@pytest.mark.parametrize("text", ["=dir", "a,b=dir", "snap=dir", "models/zero"])
def test_a_bad_label_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="LABEL=DIR"):
        Model.parse(text)


def test_a_model_runs_in_pair_style_nnp() -> None:
    case = model_case(MODEL, "nnp", ["Si"], None)
    assert (case.label, case.is_model) == ("ours", True)
    assert case.pair.lines() == ["pair_style nnp", f'pair_coeff * * "{CASE}" Si']


def test_a_model_with_charges_has_its_k_space(tmp_path: Path) -> None:
    assert model_case(MODEL, "nnp", ["Si"], None).pair.atom_style == "atomic"
    model = _core.Model.read(str(CASE), None)
    model.long_range = _core.LongRange(form="full", alpha=0.9, real_cutoff=3.9, charges={"Si": 0.5})
    model.write(str(tmp_path))
    for variant in ("nnp", "hdnnp"):
        pair = model_case(Model("charged", tmp_path), variant, ["Si"], None).pair
        assert (pair.atom_style, pair.lines()[-1]) == ("charge", "kspace_style pppm 1e-4")


def test_options_of_the_style_are_part_of_the_label(bare_model: Model) -> None:
    case = model_case(bare_model, "nnp precision mixed", ["Si", "Si"], "metal")
    assert case.label == "bare precision mixed"
    assert case.pair.style == "nnp units metal precision mixed"
    assert model_case(bare_model, "nnp units metal", ["Si"], "metal").pair.style == "nnp units metal"


def test_hdnnp_gets_directory_cutoff_and_factors(bare_model: Model) -> None:
    case = model_case(bare_model, "hdnnp maxew 7", ["Si"], "atomic")
    style, cutoff, *rest = case.pair.style.split()
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    assert (case.label, style) == ("bare hdnnp maxew 7", "hdnnp")
    assert float(cutoff) >= 3.9 * BOHR
    assert_allclose(float(cutoff), 3.9 * BOHR, atol=1e-5)
    assert options["dir"] == f'"{bare_model.directory}"'
    assert_allclose([float(options["cflength"]), float(options["cfenergy"])], [1 / BOHR, 1 / HARTREE])
    assert (options["maxew"], options["showew"]) == ("7", "no")
    assert case.pair.coefficients == ("* * Si",)


@pytest.mark.parametrize("variant", ["", "sw", "nnpx"])
def test_other_styles_run_no_models(variant: str) -> None:
    with pytest.raises(InvalidInputError, match="--variant"):
        model_case(MODEL, variant, ["Si"], None)


def test_a_model_whose_units_are_not_known_is_refused(bare_model: Model) -> None:
    with pytest.raises(NnpotError, match="units"):
        model_case(bare_model, "nnp", ["Si"], None)


def test_the_mark_of_a_model_changes_with_its_files(bare_model: Model) -> None:
    before = model_case(bare_model, "nnp", ["Si"], "metal").fingerprint
    assert before == model_case(bare_model, "nnp", ["Si"], "metal").fingerprint
    weights = bare_model.directory / "weights.014.data"
    weights.write_text("# another\n" + weights.read_text())
    assert model_case(bare_model, "nnp", ["Si"], "metal").fingerprint != before


@pytest.mark.parametrize("style", WHEEL_STYLES)
def test_every_style_of_the_wheel_finds_its_files(style: str) -> None:
    case = wheel_case(style, 5.5)
    assert case.label == style
    assert case.is_floor == style.startswith("zero")
    for word in " ".join(case.pair.lines()).split('"')[1::2]:
        assert Path(word).is_file()


def test_zero_has_the_cutoff_of_the_models(bare_model: Model) -> None:
    assert wheel_case("zero", 5.5).pair.style == "zero 5.500000"
    assert wheel_case("zero-full", 5.5).pair.style == "zero 5.500000 full"
    assert largest_cutoff([MODEL], None) == pytest.approx(3.9)
    assert largest_cutoff([MODEL, Model("none", CASE / "missing")], None) == pytest.approx(3.9)
    assert largest_cutoff([], None) == 6.0


def test_an_unknown_style_names_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match="'swx'.*tersoff"):
        wheel_case("swx", 6.0)


def test_other_snap_files(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="one .snapcoeff file there, found 0"):
        wheel_case("snap", 6.0, tmp_path)
    for suffix in ("coeff", "param"):
        (tmp_path / f"Si.snap{suffix}").touch()
    for path in (tmp_path, tmp_path / "Si.snapcoeff"):
        (line,) = wheel_case("snap", 6.0, path).pair.coefficients
        assert line == f'* * "{tmp_path}/Si.snapcoeff" "{tmp_path}/Si.snapparam" Si'
