from html.parser import HTMLParser
from pathlib import Path

from nnpot import plots
from nnpot.report import Report


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
