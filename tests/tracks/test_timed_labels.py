"""Any table with times and labels is read, and what was understood is said."""

from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.tracks import labels


def read(folder: Path, text: str, scale: str | None = None, encoding: str = "utf-8") -> np.ndarray:
    path = folder / "ratings.csv"
    path.write_bytes(text.encode(encoding))
    return labels.read(path, scale).of("")


PLAIN = "time,valence,arousal\n0.5,-0.5,0.25\n1.0,0.5,0.5\n1.5,-1,1\n"
EXPECTED = [[-0.5, 0.25], [0.5, 0.5], [-1.0, 1.0]]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t"),
        "\ufeff" + PLAIN,
        " Time (s) , Valence ,Arousal\n0.5, -0.5 ,0.25\n1.0,0.5, 0.5\n1.5,-1,1\n",
        "A,V,t\n0.25,-0.5,0.5\n0.5,0.5,1.0\n1,-1,1.5\n",
        "frameTime,arousal_mean,arousal_sd,valence_mean\n"
        "500,0.25,2,-0.5\n1000,0.5,1,0.5\n1500,1,3,-1\n",
        "time_ms,valence,arousal\n500,-0.5,0.25\n1000,0.5,0.5\n1500,-1,1\n",
        "timestamp,valence,arousal\n0:00:00.5,-0.5,0.25\n00:01,0.5,0.5\n0:01.5,-1,1\n",
        "sep=;\r\n" + PLAIN.replace(",", ";").replace(".", ","),
        "# by somebody\n\n" + PLAIN,
        PLAIN.replace("-", "\u2212"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", "  "),
        "time,valence,arousal\n" + '"0,5","-0,5","0,25"\n"1,0","0,5","0,5"\n"1,5","-1,0","1"\n',
        PLAIN.replace("\n", "\r"),
        "time;valence;arousal\n0:00:00,5;-0,5;0,25\n0:00:01;0,5;0,5\n0:00:01,5;-1;1\n",
    ],
    ids=[
        *("plain", "semicolons", "tabs", "mark", "blanks", "letters", "frames", "ms", "clock"),
        *("said", "remarks", "minus", "bars", "only blanks", "quoted commas", "old lines"),
        "commas",
    ],
)
def test_however_a_table_is_written_its_labels_are_the_same(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).tolist() == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_a_table_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = PLAIN.replace("arousal", "arousal,S\u00f6ng").replace("5\n", "5,\u00e4\n")
    assert read(tmp_path, text, encoding=encoding).tolist() == EXPECTED


def test_a_half_second_has_the_mean_of_its_labels_and_a_gap_none(tmp_path: Path) -> None:
    found = read(tmp_path, "time,valence\n0.1,-0.2\n0.3,-0.4\n1.2,-1\n1.5,\n")
    assert found[:, 0] == pytest.approx([-0.3, np.nan, -1.0], nan_ok=True)
    assert np.isnan(found[:, 1]).all()


def test_a_scale_that_is_evident_is_not_asked_for(tmp_path: Path) -> None:
    assert read(tmp_path, "time,arousal\n0.5,1.5\n1,9\n")[:, 1] == pytest.approx([-0.875, 1.0])
    with pytest.raises(errors.LabelsScaleError, match="-1 to 1, 0 to 1") as raised:
        read(tmp_path, "time,arousal\n0.5,0.5\n1,0.75\n")
    assert raised.value.scales == ["-1 to 1", "0 to 1"]
    asked = read(tmp_path, "time,arousal\n0.5,0.5\n1,0.75\n", "0 to 1")
    assert asked[:, 1] == pytest.approx([0.0, 0.5])


def test_what_was_understood_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("Zeit time [ms];V\n500;1,5\n1000;8\n")
    understood = labels.read(path).understood
    assert "milliseconds from 'Zeit time [ms]'" in understood
    assert "valence from 'V', no arousal" in understood
    assert "1 to 9" in understood


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,valence\n0.5,loud\n", "'loud' is not a number"),
        ("time,valence\n0.5,inf\n", "not a finite number"),
        ("time,valence\n0.5,120\n", "no scale that emoviz knows"),
        ("time,valence\n-1,0.5\n", "before 0"),
        ("time,valence\n0:61:x,0.5\n", "is not a time"),
        ("time,valence\n,0.5\n", "no time"),
        ("time,valence\n", "no row of it has a label"),
        ("time,loudness\n1,0.5\n", "no table of labels"),
    ],
)
def test_what_cannot_be_read_is_said_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(errors.TableError, match=said) as raised:
        read(tmp_path, text)
    assert "ratings.csv" in str(raised.value)


def test_a_table_that_is_not_there_is_said_without_numbers_of_errors(tmp_path: Path) -> None:
    with pytest.raises(errors.TableError, match="no such file") as raised:
        labels.read(tmp_path / "gone.csv")
    assert "Errno" not in str(raised.value)
