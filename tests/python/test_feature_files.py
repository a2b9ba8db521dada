"""Feature files: reading, writing, and bad input with its line."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from feature_data import COUNTS, feature_frames
from hypothesis import given
from hypothesis import strategies as st

from nnpot import FileFormatError, InvalidInputError, UnknownElementError
from nnpot.analysis.data_summary import summarize
from nnpot.io import read_feature_file, read_frames, write_feature_file
from nnpot.io.feature_files import feature_frame, n_features
from nnpot.io.source import Source

TEXT = """3
1 0.5 1e-3
16 1 2 3
1 0.25 -7
-10.5
2
2 1.5
16 4 5 6.5
-20.25
"""


def write(tmp_path: Path, text: str, name: str = "frames.features") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def test_frames_are_read(tmp_path: Path) -> None:
    first, second = read_frames(write(tmp_path, TEXT))
    assert first.get_chemical_symbols() == ["H", "S", "H"]
    assert second.get_chemical_symbols() == ["He", "S"]
    nan = np.nan
    np.testing.assert_array_equal(first.arrays["features"], [[0.5, 1e-3, nan], [1, 2, 3], [0.25, -7, nan]])
    np.testing.assert_array_equal(second.arrays["features"], [[1.5, nan, nan], [4, 5, 6.5]])
    assert [frame.get_potential_energy() for frame in (first, second)] == [-10.5, -20.25]
    assert not first.cell.any() and not first.positions.any() and not first.pbc.any()
    assert n_features([first, second]) == {"H": 2, "He": 1, "S": 3}


@pytest.mark.parametrize("kind", ["plain", "windows", "gz", "named", "no line end"])
def test_the_same_frames_however_they_are_written(tmp_path: Path, kind: str) -> None:
    lenient = "# a comment\n\n" + TEXT.replace("-10.5", "\n  -10.5  ").replace("\n", "\r\n")
    paths = {
        "plain": write(tmp_path, TEXT, "a.features"),
        "windows": write(tmp_path, lenient, "b.features"),
        "gz": tmp_path / "c.features.gz",
        "named": write(tmp_path, TEXT, "d.dat"),
        "no line end": write(tmp_path, TEXT.rstrip("\n"), "e.features"),
    }
    paths["gz"].write_bytes(gzip.compress(TEXT.encode()))
    found = read_frames(paths[kind], kind="features" if kind == "named" else None)
    for frame, expected in zip(found, read_feature_file(paths["plain"]), strict=True):
        assert frame == expected
        np.testing.assert_array_equal(frame.arrays["features"], expected.arrays["features"])
        assert frame.get_potential_energy() == expected.get_potential_energy()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "3\n1",
            "4\n1",
            r":5: expected atom 4 of the 4 that line 1 announces.*got '-10.5'; correct the number",
        ),
        ("3\n1", "2\n1", r":4: expected the energy after the 2 atoms that line 1 announces.*got '1 0.25 -7'"),
        ("-20.25\n", "", r"features: expected the energy of the frame of line 6, got the end.*cut short"),
        ("16 4 5 6.5\n-20.25\n", "", r"expected atom 2 of the 2 that line 6 announces, got the end"),
        ("16 4 5 6.5\n-20.25\n", "16 4", r":8: expected 3 features for S, as in line 3, got 1"),
        ("0.25 -7", "0.25 -7,5", r":4: expected a number, got '-7,5'; correct"),
        ("0.25 -7", "0.25 1_0", r":4: expected a number, got '1_0'"),
        ("-10.5", "ten", r":5: expected a number, got 'ten'"),
        ("-10.5", "nan", r":5: expected a finite energy, got 'nan'; correct or remove"),
        ("0.25 -7", "0.25 nan", r":4: expected finite features, got nan for feature 2; correct or remove"),
        ("1 2 3", "1 -inf 3", r":3: expected finite features, got -inf for feature 2"),
        ("1 0.25 -7", "1 0.25", r":4: expected 2 features for H, as in line 2, got 1"),
        ("2 1.5\n", "2\n", r":7: expected atom 1 of the 2 .*'Z f1 f2 ...', got '2'"),
        ("2\n2 1.5", "0\n2 1.5", r":6: expected the number of atoms .* above 0, got '0'"),
        ("2\n2 1.5", "2.0\n2 1.5", r":6: expected the number of atoms .* got '2.0'"),
        ("2\n2 1.5", "-2\n2 1.5", r":6: expected the number of atoms .* got '-2'"),
        ("-20.25", "-2", r"the file is cut short"),
    ],
)
def test_bad_input_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert TEXT.count(old) >= 1
    text = TEXT.replace(old, new, 1)
    if new == "-2":  # a number cut in its middle, of the last line
        text = text.replace("-2\n", "-2.")
    with pytest.raises(FileFormatError, match=message):
        read_frames(write(tmp_path, text))


@pytest.mark.parametrize("energies", [("-11.25", "-20.25"), ("-10.5", "-11.2"), ("-110", "-110")])
def test_a_file_cut_within_its_last_energy_is_refused(tmp_path: Path, energies: tuple[str, str]) -> None:
    text = TEXT.replace("-10.5", energies[0]).replace("-20.25", energies[1])
    assert len(read_frames(write(tmp_path, text[:-1]))) == 2, "only the line end is missing"
    for cut in range(2, len(energies[1]) + 2):
        with pytest.raises(FileFormatError, match=r"cut short|expected a number, got '-'"):
            read_frames(write(tmp_path, text[:-cut]))


def test_an_energy_without_the_point_of_another_is_refused_as_cut(tmp_path: Path) -> None:
    text = TEXT.replace("-10.5", "-1.").replace("-20.25", "-1125")
    with pytest.raises(FileFormatError, match=r":9: expected a line end, .*got '-1125' .*end it with a line"):
        read_frames(write(tmp_path, text.rstrip("\n")))
    assert len(read_frames(write(tmp_path, text))) == 2
    assert len(read_frames(write(tmp_path, TEXT.replace("-20.25", "-2") + "# a comment"))) == 2


def test_a_mark_of_the_encoding_is_passed_over(tmp_path: Path) -> None:
    assert len(read_frames(write(tmp_path, "\ufeff" + TEXT))) == 2


def test_a_compressed_file_is_written_and_read_back(tmp_path: Path) -> None:
    paths = [tmp_path / "a.features", tmp_path / "a.features.gz"]
    for path in paths:
        write_feature_file(path, feature_frames())
    assert gzip.decompress(paths[1].read_bytes()) == paths[0].read_bytes()
    assert len(read_frames(paths[1])) == len(feature_frames())
    assert sorted(tmp_path.iterdir()) == paths, "no other file stays"


@pytest.mark.parametrize("fault", ["cut", "cut before its sum", "other bytes", "plain text"])
def test_a_damaged_compressed_file_is_refused_in_one_line(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "a.features.gz"
    write_feature_file(path, feature_frames())
    whole = path.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut": whole[:middle],
        "cut before its sum": whole[:-8],
        "other bytes": whole[:12] + b"\xff" * 40 + whole[52:],
        "plain text": TEXT.encode(),
    }
    path.write_bytes(damaged[fault])
    with pytest.raises(FileFormatError, match=r"a.features.gz: expected a whole gzip file") as caught:
        read_frames(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", ["0", "119", "H", "16.0", "-1"])
def test_an_unknown_atomic_number_is_refused_with_its_line(tmp_path: Path, number: str) -> None:
    with pytest.raises(UnknownElementError, match=rf":3: expected an atomic number from 1 .*got '{number}'"):
        read_frames(write(tmp_path, TEXT.replace("16 1 2 3", f"{number} 1 2 3")))


@pytest.mark.parametrize("text", ["", "\n  \n# nothing\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileFormatError, match=r"features: the file is empty; expected frames"):
        read_frames(write(tmp_path, text))


def test_units_and_names_of_labels_have_no_place(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="feature files have fixed units .eV., got 'atomic'"):
        read_frames(write(tmp_path, TEXT), units="atomic")
    assert len(read_frames(write(tmp_path, TEXT), units="metal")) == 2


@given(value=st.floats(allow_nan=False, allow_infinity=False), energy=st.floats(-1e300, 1e300))
def test_no_digit_is_lost(tmp_path_factory: pytest.TempPathFactory, value: float, energy: float) -> None:
    path = tmp_path_factory.mktemp("round") / "frames.features"
    write_feature_file(path, [feature_frame([2], np.array([[value, 1 / 3]]), energy)])
    (found,) = read_frames(path)
    np.testing.assert_array_equal(found.arrays["features"], [[value, 1 / 3]])
    assert found.get_potential_energy() == energy


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    frames = feature_frames()
    assert len({frame.get_chemical_formula() for frame in frames}) > 10, "compositions too alike"
    write_feature_file(tmp_path / "a.features", frames)
    found = read_frames(tmp_path / "a.features")
    assert n_features(found) == COUNTS
    for frame, expected in zip(found, frames, strict=True):
        np.testing.assert_array_equal(frame.numbers, expected.numbers)
        np.testing.assert_array_equal(frame.arrays["features"], expected.arrays["features"])
        assert frame.get_potential_energy() == expected.get_potential_energy()


@pytest.mark.parametrize("fault", ["no energy", "no features", "nan", "ragged", "infinite"])
def test_a_frame_that_cannot_be_said_is_not_written_and_the_old_file_stays(
    tmp_path: Path, fault: str
) -> None:
    good, bad = feature_frames(2)
    path = tmp_path / "a.features"
    write_feature_file(path, [good])
    before = path.read_bytes()
    if fault == "no energy":
        bad.calc = None
    elif fault == "no features":
        bad = Atoms("H", calculator=bad.calc)
    else:
        hydrogen = np.flatnonzero(bad.symbols == "H")[0]
        place, value = {"nan": (0, np.nan), "ragged": (2, 1.0), "infinite": (1, np.inf)}[fault]
        bad.arrays["features"][hydrogen, place] = value
    with pytest.raises(InvalidInputError, match=r"frame 1 .counted from 0.*(no energy|features)"):
        write_feature_file(path, [good, bad])
    assert path.read_bytes() == before


def test_reading_takes_seconds(tmp_path: Path) -> None:
    """A tenth of the set of 349 frames of 965 atoms with 30 features, in a tenth of some seconds."""
    random = np.random.default_rng(0)
    frames = [feature_frame([2] * 965, random.normal(size=(965, 30)), -1.0) for _ in range(35)]
    write_feature_file(tmp_path / "large.features", frames)
    start = time.process_time()
    assert len(read_frames(tmp_path / "large.features")) == 35
    assert time.process_time() - start < 2.0


def test_the_summary_counts_and_says_what_never_varies() -> None:
    frames = feature_frames(constant=True)
    summary = summarize(frames, [Source(Path("a.features"), number) for number in range(len(frames))])
    (row,) = summary.sets
    assert row.elements == ("H", "He", "S")
    assert "no forces" not in summary.table()[0], "nobody expects any"
    assert summary.pairs == [], "without positions there are no distances"
    assert summary.warnings == [
        "features of S that never vary and so say nothing: 1 of 3 (2, counted from 1)"
    ]
    twice = [*frames, frames[0]]
    again = summarize(twice, [Source(Path("a.features"), number) for number in range(len(twice))])
    assert any(
        "the same structures again: a.features: frame 0 = a.features: frame 24" in w for w in again.warnings
    )
