"""The way in which this package was installed, to say how what is missing is installed too."""

from __future__ import annotations

import json
from importlib import metadata
from typing import Any
from urllib.parse import unquote, urlsplit

UNKNOWN = "pip install '.[{extra}]' in the folder of nnpot's sources"


def install_command(extra: str) -> str:
    """The command that installs an extra, as ``train``, from where pip notes that the package came."""
    try:
        noted = json.loads(metadata.distribution("nnpot").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        noted = {}
    return _command(extra, noted if isinstance(noted, dict) else {})


def _command(extra: str, noted: dict[str, Any]) -> str:
    url = str(noted.get("url", ""))
    if "vcs_info" in noted:
        return f"pip install 'nnpot[{extra}] @ {noted['vcs_info'].get('vcs', 'git')}+{url}'"
    if not url.startswith("file://"):
        return UNKNOWN.format(extra=extra) if not url else f"pip install 'nnpot[{extra}] @ {url}'"
    if "dir_info" not in noted:  # a wheel, or an archive of sources
        return f"pip install 'nnpot[{extra}] @ {url}'"
    editable = "-e " if noted["dir_info"].get("editable") else ""
    return f"pip install {editable}'{unquote(urlsplit(url).path)}[{extra}]'"
