import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from random_model import random_model
from structures import structure

from nnpot import Potential, Prediction
from nnpot.analysis.predictions import Predictions, mean_predictions
from nnpot.figures import epoch_plots, plots
from nnpot.figures.report import Report


class Links(HTMLParser):
    """Collects what a page would fetch from elsewhere."""

    def __init__(self):
        super().__init__()
        self.sources = []

    def handle_starttag(self, tag, attrs):
        self.sources += [value for name, value in attrs if name in ("src", "href")]


def test_report_is_one_file_with_pictures_beside_it(tmp_path):
    report = Report("Silicon & <friends>")
    report.heading("Errors")
    report.text("a < b")
    report.table(["", "SW", "network"], [["C11 (GPa)", 151.4, 150.9]])
    report.figure(plots.bars(["SW"], [1.0], "µs"), "cost", "Cost of a step")
    path = report.write(tmp_path / "new")
    page = path.read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    assert len(links.sources) == 1
    assert links.sources[0].startswith("data:image/png;base64,")
    assert "Silicon &amp; &lt;friends&gt;" in page
    assert "a &lt; b" in page
    assert "<td>150.9</td>" in page
    assert (tmp_path / "new" / "cost.png").read_bytes().startswith(b"\x89PNG")


def test_figures_that_follow_each_other_stand_side_by_side(tmp_path: Path) -> None:
    report = Report("two and one")
    for name in "ab":
        report.picture(b"png", 400, name)
    report.table(["a"], [["1"]])
    report.picture(b"png", 400, "c")
    page = report.write(tmp_path).read_text("utf-8")
    boxes = page.split('<div class="figures">')[1:]
    assert [box.split("</div>")[0].count("<figure") for box in boxes] == [2, 1]
    assert "<table" in boxes[0].split("</div>")[1]


def test_a_page_fits_into_narrow_windows(tmp_path: Path) -> None:
    """Wide tables scroll within themselves, pictures shrink, and phones do not pretend to be wide."""
    page = Report("narrow").write(tmp_path).read_text("utf-8")
    assert '<meta name="viewport" content="width=device-width' in page
    for selector, rules in (("table", ["overflow-x: auto", "max-width: 100%"]), ("img", ["max-width: 100%"])):
        rule = next(line for line in page.splitlines() if f"{selector} {{" in line).split(f"{selector} {{")[1]
        assert all(wanted in rule for wanted in rules)


def test_a_warning_stands_out_and_is_escaped(tmp_path: Path) -> None:
    report = Report("warned")
    report.warning("a < b")
    assert '<p class="warning">a &lt; b</p>' in report.write(tmp_path).read_text("utf-8")


def frame(forces=(0.0, 0.0), stress=0.0):
    atoms = Atoms("SiO", [[0, 0, 0], [0, 0, 1.6]], cell=[5, 5, 5], pbc=True)
    forces = np.repeat(np.array(forces, float)[:, None], 3, axis=1)
    atoms.calc = SinglePointCalculator(atoms, energy=-8.0, forces=forces, stress=np.full(6, stress))
    return atoms


def prediction(energy, force, stress):
    return Prediction(
        energy=energy,
        forces=np.full((2, 3), force),
        stress=np.full(6, stress),
        virial=np.full((3, 3), -125.0 * stress),
        atomic_energies=np.full(2, 0.5 * energy),
        atomic_virials=np.full((2, 3, 3), -62.5 * stress),
    )


def spied(draw, calls):
    """The same function, which keeps its name and arguments at every call."""

    def spy(*arguments, **options):
        calls.append((draw.__name__, arguments))
        return draw(*arguments, **options)

    return spy


@pytest.fixture
def drawn(monkeypatch):
    """What the figures of a report were asked to show."""
    calls = []
    for name in ("parity", "parity_panels", "error_distributions"):
        monkeypatch.setattr(plots, name, spied(getattr(plots, name), calls))
    monkeypatch.setattr(epoch_plots, "learning_curve", spied(epoch_plots.learning_curve, calls))
    return calls


def test_errors_in_figures_are_predicted_minus_reference(drawn):
    predictions = Predictions([frame((0.1, 0.2), 0.01)], [prediction(-7.0, 0.5, 0.01 + 2.0 * units.GPa)])
    report = Report("Errors")
    report.distributions({"test": predictions})
    report.parity("test", predictions)
    ((_, (panels,)), *parities) = drawn
    np.testing.assert_allclose(panels["Energy error (meV/atom)"]["test"], [500.0])
    np.testing.assert_allclose(panels["Force error (meV/Å)"]["test"], [400.0] * 3 + [300.0] * 3)
    np.testing.assert_allclose(panels["Stress error (GPa)"]["test"], [2.0] * 6)
    pairs = {(name, arguments[-3]): arguments[:2] for name, arguments in parities if name == "parity"}
    for (_, quantity), expected in zip(pairs, (0.5, None, 2.0), strict=True):
        reference, predicted = pairs["parity", quantity]
        assert expected is None or np.allclose(predicted - reference, expected), quantity
    reference, predicted = pairs["parity", "Force component"]
    np.testing.assert_allclose(reference, [0.1] * 3 + [0.2] * 3)
    np.testing.assert_allclose(predicted, 0.5)
    (of_elements,) = (arguments[0] for name, arguments in parities if name == "parity_panels")
    np.testing.assert_allclose(of_elements["O"][0], 0.2)
    np.testing.assert_allclose(of_elements["Si"][1], 0.5)


def test_a_committee_is_told_by_the_mean_of_its_members():
    members = [Predictions([frame()], [prediction(e, f, s)]) for e, f, s in ((1, 2, 3), (2, 3, 4), (9, 7, 8))]
    (mean,) = mean_predictions(members).predictions
    assert mean.energy == pytest.approx(4.0)
    np.testing.assert_allclose(mean.forces, 4.0)
    np.testing.assert_allclose(mean.stress, 5.0)


def test_learning_curves_show_each_column_under_its_name(drawn):
    epochs = np.arange(1.0, 5.0)
    names = {
        "Energy RMSE (meV/atom)": "energy_rmse_mev_per_atom",
        "Force RMSE (meV/Å)": "force_rmse_mev_per_angstrom",
        "Stress RMSE (GPa)": "stress_rmse_gpa",
        "Loss": "loss",
    }
    log = {"epoch": epochs, "learning_rate": 0.1 / epochs}
    for number, column in enumerate(names.values(), 1):
        log |= {f"train_{column}": number / epochs, f"validation_{column}": 10 * number / epochs}
    Report("Curves").learning_curves(log, [4])
    for _, (shown_epochs, panels, *_) in drawn:
        np.testing.assert_array_equal(shown_epochs, epochs)
        for number, label in enumerate(names, 1):
            np.testing.assert_allclose(panels[label]["train"], number / epochs)
            np.testing.assert_allclose(panels[label]["validation"], 10 * number / epochs)
        np.testing.assert_allclose(panels["Learning rate"]["Learning rate"], 0.1 / epochs)
    assert len(drawn) == 2


def page_of(report, tmp_path):
    """Its text with tables as lines of cells."""
    page = report.write(tmp_path).read_text("utf-8")
    cells = re.sub(r"</t[dh]>\s*<t[dh][^>]*>", "|", page)
    return re.sub(r"<[^>]*>", "\n", cells)


def test_errors_of_groups_and_elements_are_told_also_where_one_has_none(tmp_path):
    frames = [frame((0.1, 0.2)), frame((0.1, 0.2)), frame()]
    for atoms, group in zip(frames, "aab", strict=True):
        atoms.info["group"] = group
    del frames[2].calc.results["forces"]
    answers = [prediction(-7.9, 0.1, 0.0), prediction(-8.1, 0.1, 0.0), prediction(-8.0, 9.0, 0.0)]
    report = Report("groups")
    report.predictions("test", Predictions(frames, answers))
    page = page_of(report, tmp_path)
    (heading, a, b) = (line for line in page.splitlines() if line.startswith(("group|", "a|", "b|")))
    names = heading.split("|")
    told = dict(zip(names, a.split("|"), strict=True)), dict(zip(names, b.split("|"), strict=True))
    energy, force = "energy RMSE (meV/atom)", "force RMSE (meV/Å)"
    assert [float(row[energy]) for row in told] == pytest.approx([50.0, 0.0])
    assert float(told[0][force]) == pytest.approx(100 / np.sqrt(2), abs=0.1)
    assert told[1][force] == ""
    assert "\nelement|" in page and "\nO|" in page


def test_a_model_is_told_by_the_numbers_of_its_nodes(tmp_path):
    functions = [
        f"{center} 2 {other} 0.4 {shift} 5.0"
        for center, other, shift in (
            ("Si", "O", 0),
            ("Si", "Si", 0),
            ("Si", "O", 2),
            ("O", "Si", 0),
            ("O", "O", 0),
        )
    ]
    model = random_model([structure("liquid")], functions, 1, "t", "scale_center", 1)
    report = Report("model")
    report.model(Potential(model))
    page = page_of(report, tmp_path)
    assert "Cutoff radius 5.000 Å." in page
    assert f"Si|3|3–8–8–1|ttl|{3 * 8 + 8 + 8 * 8 + 8 + 8 + 1}|-2.900000" in page
    assert f"O|2|2–8–8–1|ttl|{2 * 8 + 8 + 8 * 8 + 8 + 8 + 1}|-2.300000" in page


def test_what_looks_wrong_in_data_is_said_below_their_table(tmp_path):
    report = Report("data")
    report.data(SimpleNamespace(table=lambda: (["set"], [["all"]]), warnings=["a & b", "c"]))
    page = report.write(tmp_path).read_text("utf-8")
    assert page.count('<p class="warning">') == 2 and "a &amp; b" in page
