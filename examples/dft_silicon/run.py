"""DFT silicon: networks for the data of Zuo et al. (2020), beside the potentials published with them.

python run.py            three seeds, at most half an hour each on two cores
python run.py --quick    three seeds, at most 3.4 minutes each
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
    name="dft_silicon",
    title="DFT silicon (Zuo et al. 2020)",
    inputs=HERE,
    data=ROOT.parent / "shared" / "data" / "mlearn" / "Si",
    train_file="training.xyz",
    test_file="test.xyz",
    origin="The data are those of the mlearn repository (Zuo et al. 2020, J. Phys. Chem. A; "
    "github.com/materialsvirtuallab/mlearn, data/Si); examples/dft_silicon/convert.py makes these files",
    goal=Goal(energy=4.5, force=105.0, minutes=30.0),
    quick_goal=Goal(energy=6.4, force=119.0, minutes=3.4),
    published=(
        Published("network, published with the data", (6.9, 6.9), (170.0, 170.0)),
        Published("SNAP, published with the data", (8.1, 8.1), (205.0, 205.0)),
        Published("qSNAP, published with the data", (5.5, 5.5), (177.0, 177.0)),
        Published("n2p2's nnp-train, Kalman", (6.4, 7.8), (119.0, 123.0), "3.4"),
    ),
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
