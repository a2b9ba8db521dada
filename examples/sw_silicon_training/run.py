"""Stillinger-Weber silicon: networks for a fixed set of 216 frames, beside n2p2's nnp-train.

python run.py            three seeds, at most half an hour each on two cores
python run.py --quick    three seeds, about a minute each
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from seed_study.command import main
from seed_study.study import Goal, Published, Study

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

STUDY = Study(
    name="sw_silicon_training",
    title="Stillinger-Weber silicon, 216 frames",
    inputs=HERE,
    data=ROOT.parent / "shared" / "data" / "sw_silicon",
    train_file="train.xyz",
    test_file="test.xyz",
    origin="Without these files, `nnpot sample silicon_sw --seed 1 -o DIR/train.xyz` and "
    "`nnpot sample silicon_sw --seed 2 --fraction 0.2 -o DIR/test.xyz` make others of the kind",
    goal=Goal(energy=1.0, force=35.0, minutes=30.0),
    quick_goal=Goal(energy=2.1, force=69.0, minutes=63.0 / 60.0),
    published=(
        Published("n2p2's nnp-train, 31 functions, 10 epochs", (2.1, 2.8), (69.0, 69.0), "1.05 to 1.3"),
        Published("n2p2's nnp-train, 50 functions, 30 epochs", (0.8, 1.1), (41.0, 41.0), "13.8"),
    ),
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
