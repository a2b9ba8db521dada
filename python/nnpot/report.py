"""A report: one HTML file that holds its pictures, with the same pictures as PNG files beside it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from nnpot.files import atomic_write

CSS = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.25rem 0.9rem; text-align: right; border-bottom: 1px solid #ddd; }
th { border-bottom: 2px solid #555; } td:first-child, th:first-child { text-align: left; }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; }
figcaption { color: #444; font-size: 0.95rem; }
"""


class Report:
    """Collects text, tables and figures in order; ``write`` makes the files.

    Parameters
    ----------
    title
        Heading of the report.
    """

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

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table; the first column is aligned left, the others right."""
        head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>\n"
            for row in rows
        )
        self._parts.append(f"<table>\n<tr>{head}</tr>\n{body}</table>")

    def figure(self, figure: Figure, name: str, caption: str) -> None:
        """Add a figure, which is also written as ``<name>.png``."""
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=160)
        picture = self._pictures[f"{name}.png"] = buffer.getvalue()
        text = html.escape(caption)
        data = base64.b64encode(picture).decode("ascii")
        width = round(figure.get_figwidth() * 96)
        self._parts.append(
            f'<figure><img src="data:image/png;base64,{data}" width="{width}" alt="{text}">'
            f"<figcaption>{text}</figcaption></figure>"
        )

    def write(self, directory: Path) -> Path:
        """Write ``report.html`` and the PNG files.

        Parameters
        ----------
        directory
            Made where it is missing.

        Returns
        -------
        pathlib.Path
            The HTML file.
        """
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, picture in self._pictures.items():
            with atomic_write(directory / name, "wb") as stream:
                stream.write(picture)
        title = html.escape(self.title)
        page = (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{CSS}</style></head>\n<body>\n<h1>{title}</h1>\n"
            + "\n".join(self._parts)
            + "\n</body></html>\n"
        )
        with atomic_write(directory / "report.html") as stream:
            stream.write(page)
        return directory / "report.html"
