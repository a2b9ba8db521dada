import numpy as np
import pytest

from nnpot.analysis.extrapolation import warnings_in_log
from nnpot.errors import FileFormatError


def test_warnings_of_a_log(tmp_path):
    lines = [
        f"### NNP EW SUMMARY ### TS: {step:10d} EW {count:10d} EWPERSTEP {np.pi:10.3e}"
        for step, count in ((100, 7), (200, 0), (300, 2), (400, 9))
    ]
    log = tmp_path / "log.lammps"
    log.write_text("run 400\n" + "\nLoop time\n".join(lines) + "\n")
    assert warnings_in_log(log) == 18
    assert warnings_in_log(log, 100) == 11
    assert warnings_in_log(log, 100, 300) == 2
    with pytest.raises(FileFormatError, match="showewsum"):
        warnings_in_log(log, 400)
