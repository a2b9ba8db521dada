"""A page: one HTML file that holds its pictures, with the same pictures as PNG files beside it."""

from __future__ import annotations

import base64
import html
import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from nnpot.support.files import atomic_write

CSS = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 78rem;
  margin: 2rem auto; padding: 0 1rem; }
p, details { max-width: 60rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.warning { border-left: 4px solid #E69F00; padding-left: 0.7rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; max-width: 100%; }
th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
th { white-space: normal; vertical-align: bottom; }
td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
th { border-bottom: 2px solid #555; } td:first-child, th:first-child { text-align: left; }
.figures { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; }
figure { margin: 1rem 0; max-width: 100%; } img { max-width: 100%; height: auto; }
figcaption { color: #444; font-size: 0.95rem; }
pre { background: #f5f5f5; padding: 0.8rem; overflow-x: auto; font-size: 0.85rem; }
summary { cursor: pointer; }
"""
FIGURE = "<figure"
"""How a picture begins; those that follow each other stand side by side where there is room."""


def _side_by_side(parts: Sequence[str]) -> Iterator[str]:
    """Parts of a page, runs of figures in a box that sets them beside each other."""
    for is_figure, run in itertools.groupby(parts, lambda part: part.startswith(FIGURE)):
        text = "\n".join(run)
        yield f'<div class="figures">\n{text}\n</div>' if is_figure else text


class Page:
    """Text, tables and figures under a title, in order; `write` makes the files."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._parts: list[str] = []
        self._pictures: dict[str, bytes] = {}

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(f"<h2>{html.escape(text)}</h2>")

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"<p>{html.escape(text)}</p>")

    def warning(self, text: str) -> None:
        """Add a paragraph that is not to be overlooked."""
        self._parts.append(f'<p class="warning">{html.escape(text)}</p>')

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table; the first column is aligned left, the others right."""
        head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>\n"
            for row in rows
        )
        self._parts.append(f"<table>\n<tr>{head}</tr>\n{body}</table>")

    def code(self, text: str) -> None:
        """Add lines as they stand, for example commands."""
        self._parts.append(f"<pre>{html.escape(text)}</pre>")

    def details(self, summary: str, text: str) -> None:
        """Add lines that show when the reader opens them."""
        self._parts.append(f"<details><summary>{html.escape(summary)}</summary>")
        self.code(text)
        self._parts.append("</details>")

    def figure(self, figure: Figure, name: str, caption: str) -> None:
        """Add a figure, which is also written as ``<name>.png``."""
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=160)
        picture = self._pictures[f"{name}.png"] = buffer.getvalue()
        self.picture(picture, round(figure.get_figwidth() * 96), caption)

    def picture(self, png: bytes, width: int, caption: str) -> None:
        """Add a picture that is there already, shown this many pixels wide."""
        text = html.escape(caption)
        data = base64.b64encode(png).decode("ascii")
        self._parts.append(
            f'{FIGURE} style="width: {width}px"><img src="data:image/png;base64,{data}" width="{width}" '
            f'alt="{text}"><figcaption>{text}</figcaption></figure>'
        )

    def write(self, directory: Path) -> Path:
        """Write ``report.html``, whose path is given, and the PNG files; a missing directory is made."""
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, picture in self._pictures.items():
            with atomic_write(directory / name, "wb") as stream:
                stream.write(picture)
        title = html.escape(self.title)
        page = (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
            f"<style>{CSS}</style></head>\n<body>\n<h1>{title}</h1>\n"
            + "\n".join(_side_by_side(self._parts))
            + "\n</body></html>\n"
        )
        with atomic_write(directory / "report.html") as stream:
            stream.write(page)
        return directory / "report.html"
