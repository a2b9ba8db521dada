"""What an object says of itself: in one line, and in a notebook as a small table."""

from __future__ import annotations

import html


class Described:
    """Shows its `facts`."""

    def facts(self) -> dict[str, str]:
        """What it is, by name, with units."""
        raise NotImplementedError

    def __repr__(self) -> str:
        facts = "; ".join(f"{name} {value}" for name, value in self.facts().items())
        return f"<{type(self).__name__}: {facts}>"

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in self.facts().items()
        )
        return f"<table>{''.join(rows)}</table>"
