"""Fuzzing of the readers of frames: damaged extended XYZ, input.data and feature files.

``python tests/fuzz/frames.py --cases 10000 --seed 1`` reports every traceback, hang and crash; exit code 1 if
there is any. ``--only NUMBER`` repeats one case.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from random import Random

from fuzzing import main, mutated

from nnpot.analysis.data_summary import summarize
from nnpot.io import read_frames
from nnpot.io.source import Source

EXTXYZ = b"""2
Lattice="5.4 0.0 0.0 0.1 5.5 0.0 0.0 0.2 5.6" Properties=species:S:1:pos:R:3:forces:R:3:tag:I:1:fixed:L:1 \
energy=-3.5 stress="0.1 0.2 0.3 0.2 0.4 0.5 0.3 0.5 0.6" group="liquid 300 K" pbc="T T F" charge=1
Si 0.0 0.125 0.0 0.1 0.2 0.3 1 T
O 2.0 2.0 2.5 -0.1 -0.2 -0.3 -2 F
1
Properties=species:S:1:pos:R:3:charge:R:1 energy=-1.25e1 virial=[1 0 0 0 2 0 0 0 3] note='a=b'
Si 0.5 0.25 0.75 0.5
"""
RUNNER = b"""begin set=test
comment from somewhere
lattice 9.5 0.0 0.0
lattice 0.0 9.5 0.0
lattice 0.1 0.0 9.5
atom 1.0 1.5 1.25 O 0.1 0.0 0.0 0.1 0.25
atom 2.8 1.0 1.0 H -0.1 0.0 0.0 -0.1 -0.25
energy -75.5
charge 0.0
end
begin
atom 1.0 1.5 1.25 O 0.1 0.0 0.0 0.1 0.25
energy -74.25
charge 0.0
end
"""
FEATURES = b"""3
1 0.5 0.001
16 1.0 2.0 3.0
1 0.25 -7.0
-10.5
# another
1
16 0.5 0.25 0.125
-3.25
"""
FILES = {"frames.xyz": EXTXYZ, "input.data": RUNNER, "frames.features": FEATURES}


def case(random: Random, folder: Path) -> str:
    """One damaged file, read and looked at as ``nnpot data`` does."""
    name = random.choice(list(FILES))
    path = folder / name
    path.write_bytes(mutated(FILES[name], random))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = read_frames(path, "atomic" if name == "input.data" else None)
        summarize(found, [Source(path, number) for number in range(len(found))])
    return "read"


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", case, 10_000))
