"""What preprocess.py promises."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

Rows = list[dict[str, str]]


def read(path: Path) -> list[list[str]]:
    with path.open(newline="") as lines:
        return list(csv.reader(lines))


def test_every_flight_is_kept_or_counted(prepared: Path, january: Rows) -> None:
    """
    Cancelled flights are left out and counted; every other flight is in exactly one part.
    """
    report = json.loads((prepared / "quarantine" / "report.json").read_text())
    cancelled = sum(row["arr_delay"] == "NA" for row in january)
    parts = [len(read(prepared / name / f"{name}.csv")) for name in ("train", "validation")]
    tested = len(read(prepared / "test" / "test.csv")) - 1

    assert report == {
        "read": len(january),
        "kept": len(january) - cancelled,
        "cancelled": cancelled,
        "quarantined": 0,
    }
    assert sum(parts) + tested == report["kept"]


def test_training_data_has_no_header_and_the_label_first(prepared: Path) -> None:
    """
    Each line is the label, 0 or 1, and a number for each feature.
    """
    encoder = json.loads((prepared / "encoder" / "encoder.json").read_text())
    lines = read(prepared / "train" / "train.csv")

    assert {line[0] for line in lines} == {"0", "1"}
    assert {len(line) for line in lines} == {1 + len(encoder["features"])}
    assert all(float(value) is not None for value in lines[0])


def test_nothing_known_after_departure_is_a_feature(prepared: Path) -> None:
    """
    Arrival and time in the air are not among the features.
    """
    features = json.loads((prepared / "encoder" / "encoder.json").read_text())["features"]

    assert not {"arr_time", "arr_delay", "air_time"} & set(features)


def test_a_bad_row_is_quarantined_with_its_reason(
    scripts: Any, tmp_path: Path, january: Rows
) -> None:
    """
    Rows that make no sense are kept apart, each with file, line and reason.
    """
    rows = [dict(row) for row in january]
    rows[3]["distance"] = "far"
    rows[5]["day"] = "32"
    rows[7]["sched_dep_time"] = "2575"
    raw = scripts.write_raw(tmp_path / "raw" / "month.csv", rows)

    done = scripts.run("preprocess.py", "--input", raw, "--output", tmp_path)

    refused = read(tmp_path / "quarantine" / "rows.csv")[1:]
    assert done.returncode == 0, done.stderr
    assert [(file, line) for file, line, *_ in refused] == [
        ("month.csv", "5"),
        ("month.csv", "7"),
        ("month.csv", "9"),
    ]
    assert refused[0][2] == "column 'distance' holds 'far', which is not a number"


def test_a_truncated_row_is_quarantined(scripts: Any, tmp_path: Path, january: Rows) -> None:
    """
    A row that breaks off is no cancelled flight.
    """
    raw = scripts.write_raw(tmp_path / "raw" / "month.csv", january)
    with (raw / "month.csv").open("a") as lines:
        lines.write("2013,1,31,517\n")

    scripts.run("preprocess.py", "--input", raw, "--output", tmp_path)

    assert "fewer fields" in read(tmp_path / "quarantine" / "rows.csv")[-1][2]


def test_a_file_without_a_column_fails_by_name(scripts: Any, tmp_path: Path, january: Rows) -> None:
    """
    The sentence names the file and the column, and there is no traceback.
    """
    rows = [{k: v for k, v in row.items() if k != "carrier"} for row in january[:20]]
    raw = scripts.write_raw(tmp_path / "raw" / "month.csv", rows)

    done = scripts.run("preprocess.py", "--input", raw, "--output", tmp_path)

    assert done.returncode == 1
    assert done.stderr == "preprocess: month.csv has no column 'carrier'.\n"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"PK\x03\x04 no csv"])
def test_a_file_that_is_no_month_fails_in_one_sentence(
    scripts: Any, tmp_path: Path, content: bytes
) -> None:
    """
    Whatever the file holds, the complaint names it in one line.
    """
    (tmp_path / "month.csv").write_bytes(content)

    done = scripts.run("preprocess.py", "--input", tmp_path, "--output", tmp_path / "out")

    assert done.returncode == 1
    assert done.stderr.startswith("preprocess: month.csv")
    assert done.stderr.count("\n") == 1


def test_too_many_bad_rows_fail(scripts: Any, tmp_path: Path, january: Rows) -> None:
    """
    A month that is mostly nonsense is refused, and its rows can be looked at in quarantine.
    """
    rows = [{**row, "distance": "?"} for row in january[:50]]
    raw = scripts.write_raw(tmp_path / "raw" / "month.csv", rows)

    done = scripts.run("preprocess.py", "--input", raw, "--output", tmp_path)

    assert "50 of 50 rows are bad" in done.stderr
    assert len(read(tmp_path / "quarantine" / "rows.csv")) == 51


def test_the_same_month_gives_the_same_data(
    scripts: Any, prepared: Path, tmp_path: Path, january: Rows
) -> None:
    """
    A second run writes the same bytes.
    """
    raw = scripts.write_raw(tmp_path / "raw" / "flights.csv", january)

    scripts.run("preprocess.py", "--input", raw, "--output", tmp_path)

    for name in ("train/train.csv", "test/test.csv", "encoder/encoder.json"):
        assert (tmp_path / name).read_bytes() == (prepared / name).read_bytes()
