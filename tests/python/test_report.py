from html.parser import HTMLParser

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
