"""Words of pair_style and pair_coeff by chance, in LAMMPS on one rank and on two: it runs, or says one line.

``python tests/fuzz/pair_words.py``: each case starts ``lmp``, about a second.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("lammps", "python")]

from fuzzing import main  # noqa: E402
from lammps_command import BIN, LMP, lammps_variables  # noqa: E402
from random_model import random_model  # noqa: E402
from structures import NAMES, structure  # noqa: E402

FUNCTIONS = [f"{center} 2 {other} 0.3 0.0 4.6" for center in ("Si", "O") for other in ("Si", "O")]
KEYWORDS = {
    "nnp": {
        "units": "metal",
        "precision": "double mixed",
        "extrapolation": "ignore warn dump",
        "tolerance": "0 0.05 1e300",
        "every": "1 2147483647",
        "frames": "1 10",
        "file": "a_file",
    },
    "hdnnp": {
        "dir": "model",
        "showew": "yes no",
        "showewsum": "0 1 -1",
        "resetew": "yes no",
        "maxew": "-1 1000000",
        "cflength": "1 1.0",
        "cfenergy": "1 1e0",
    },
}
"""With values that are right."""
OF_OTHERS = ["emap", "dir", "unit", "Units", "cutoff", "NULL", "*"]
VALUES = [
    "metal",
    "real",
    "atomic",
    "double",
    "mixed",
    "ignore",
    "warn",
    "dump",
    "stop",
    "yes",
    "no",
    "model",
    "missing",
    "a_file",
    ".",
    "..",
    "/",
    "0",
    "1",
    "-1",
    "10",
    "1000",
    "0.05",
    "1e-3",
    "-0.5",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "99999999999999999999",
    "0x10",
    "1.0D0",
    "1:Si",
    "1:Si,2:O",
    "Si",
    "{",
    "{}",
    "{0}",
    "%s",
    "%n",
    "ünits",
]
ELEMENTS = ["Si", "O", "NULL", "Xe", "si", "SI", "X", "14", "*", "Si2", "model", "missing"]
OTHER_COMMANDS = [
    "",
    "run 1 pre no",
    "clear",
    "write_data out",
    "minimize 0 1e-3 2 4",
    "mass * 1.0",
    "pair_style nnp",
    "plugin unload pair nnp",
    "run 1",
]


def words(random: Random, style: str) -> str:
    """What follows the name of a style: mostly right, else with words of other places."""
    chosen = []
    if style == "hdnnp":
        chosen += [random.choice(["20"] * 9 + ["6.0", "nan", "-1", "Si", ""]), "dir", "model", "maxew", "-1"]
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        keyword = random.choice(list(KEYWORDS[style]))
        values = KEYWORDS[style][keyword].split() if random.random() < 0.8 else VALUES
        if random.random() < 0.05:
            keyword = random.choice(OF_OTHERS)
        chosen += [keyword, random.choice(values)]
    if random.random() < 0.05 and chosen:
        chosen.pop()
    return " ".join(chosen)


def coefficients(random: Random, style: str) -> str:
    """What follows pair_coeff."""
    stars = "* *" if random.random() < 0.9 else random.choice(["1 *", "1 1", "*", "", "a b", "*2 *"])
    model = "model" if random.random() < 0.8 else random.choice(["", "a b", '"a b"', "m" * 300, *VALUES])
    if random.random() < 0.1:
        model += " model"
    right = random.random() < 0.8
    elements = "Si O" if right else " ".join(random.choices(ELEMENTS, k=random.randint(0, 4)))
    return f"{stars} {model if style == 'nnp' else ''} {elements}"


def script(random: Random) -> str:
    style = random.choice(["nnp", "nnp", "hdnnp"])
    lines = ["units metal", "read_data data"]
    for _ in range(random.choice([1, 1, 1, 2])):
        if random.random() < 0.15:
            lines += [
                f"pair_style hybrid/overlay {style} {words(random, style)} zero 5.0",
                "pair_coeff * * zero",
            ]
            lines.append(f"pair_coeff * * {style} {coefficients(random, style)[3:]}")
        else:
            lines.append(f"pair_style {style} {words(random, style)}")
            if random.random() < 0.9:
                lines.append(f"pair_coeff {coefficients(random, style)}")
        lines += [random.choice(OTHER_COMMANDS), "run 1"]
    return "\n".join(lines) + "\n"


DATA = """two atoms

4 atoms
2 atom types
0 12 xlo xhi
0 12 ylo yhi
0 12 zlo zhi

Masses

1 28.0855
2 15.999

Atoms

1 1 1.0 1.0 1.0
2 2 2.7 1.0 1.0
3 1 7.0 7.0 7.0
4 2 7.0 8.8 7.0
"""


def case(random: Random, folder: Path) -> str:
    """One script."""
    model = random_model([structure(name) for name in NAMES], FUNCTIONS, 2, "t", "scale_center", seed=1)
    model.write(str(folder / "model"))
    (folder / "data").write_text(DATA)
    (folder / "in.lammps").write_text(script(random), encoding="utf-8")
    command = [str(LMP), "-in", "in.lammps", "-nocite"]
    if random.random() < 0.4:
        command = [str(BIN / "mpiexec"), "-n", "2", *command]
    done = subprocess.run(
        command,
        cwd=folder,
        env=lammps_variables(),
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
    )
    return _outcome(done.returncode, done.stdout + done.stderr)


def _outcome(code: int, output: str) -> str:
    errors = {line for line in output.splitlines() if line.startswith("ERROR")}
    if "Traceback" in output or "terminate called" in output:
        return "traceback: " + next(
            line for line in output.splitlines() if "Traceback" in line or "terminate" in line
        )
    if code < 0 or "SIGNAL" in output or "Segmentation" in output:
        return f"crash: exit code {code}"
    if code != 0 and len(errors) != 1:
        return f"message: {len(errors)} lines of errors, exit code {code}"
    if code == 0:
        return "runs"
    return "refused: " + ("by the pair style" if "pair_" in errors.pop() else "by LAMMPS")


if __name__ == "__main__":
    sys.exit(main("Words of pair_style and pair_coeff.", case, 400))
