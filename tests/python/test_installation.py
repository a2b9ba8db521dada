"""The command that installs an extra names where the package itself came from."""

from __future__ import annotations

import pytest

from nnpot.support import installation
from nnpot.support.installation import install_command


@pytest.mark.parametrize(
    ("noted", "command"),
    [
        ({"url": "file:///home/me/my%20nnpot", "dir_info": {}}, "pip install '/home/me/my nnpot[train]'"),
        ({"url": "file:///n", "dir_info": {"editable": True}}, "pip install -e '/n[train]'"),
        ({"url": "file:///w/nnpot-1.whl"}, "pip install 'nnpot[train] @ file:///w/nnpot-1.whl'"),
        (
            {"url": "https://x.org/nnpot", "vcs_info": {"vcs": "git"}},
            "pip install 'nnpot[train] @ git+https://x.org/nnpot'",
        ),
        ({}, "pip install '.[train]' in the folder of nnpot's sources"),
    ],
)
def test_every_way_of_installation_has_its_command(noted: dict[str, object], command: str) -> None:
    assert installation._command("train", noted) == command


def test_this_installation_has_one() -> None:
    assert install_command("train").startswith("pip install ") and "[train]" in install_command("train")
