"""A raw month of flights becomes training, validation and test data.

Writes, below ``--output``:

* ``train/train.csv``, ``validation/validation.csv``: encoded, the label first, **no header line**
  (as SageMaker's built-in XGBoost reads it);
* ``test/test.csv``: raw flights **with a header line**: every model brings its own encoding, so
  models of different months can be judged on the same flights;
* ``encoder/encoder.json``: how categories become numbers, learned from the training part alone;
* ``quarantine/rows.csv`` and ``quarantine/report.json``: the rows that were refused; all counts.

Parts are whole days, drawn by ``--seed``: neighbouring flights of one stormy evening never stand
on both sides. Cancelled and diverted flights never arrived, so they are left out and counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from features import (
    CATEGORIES,
    CLOCKS,
    DATE,
    LABEL,
    MISSING,
    NUMBERS,
    Row,
    encode_all,
    late,
    learn,
    minutes,
    number,
)

COLUMNS = (*DATE, *CLOCKS, *NUMBERS, *CATEGORIES, LABEL)
ROOT = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "processing"
SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the script can be told."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=Path, default=ROOT / "input" / "raw")
    parser.add_argument("--output", type=Path, default=ROOT / "output")
    parser.add_argument("--seed", type=int, default=2013)
    parser.add_argument("--tolerance", type=float, default=0.05, help="share of bad rows allowed")
    return parser.parse_args(given)


def files_in(folder: Path) -> list[Path]:
    """The CSV files of a folder, or a sentence."""
    files = sorted(folder.rglob("*.csv"))
    if not files:
        raise ValueError(f"{folder} holds no .csv file; expected a raw month of flights.")
    return files


def rows_of(path: Path) -> Iterator[tuple[int, Row]]:
    """Numbered rows of one file whose header names all columns."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, restkey="surplus")
            for column in COLUMNS:
                if column not in (reader.fieldnames or ()):
                    raise ValueError(f"{path.name} has no column '{column}'.")
            for row in reader:
                yield reader.line_num, row
    except UnicodeDecodeError as wrong:
        raise ValueError(f"{path.name} is not UTF-8 text: {wrong}.") from None
    except csv.Error as wrong:
        raise ValueError(f"{path.name} is not a CSV file: {wrong}.") from None


def complaint(row: Row) -> str | None:
    """Why a row cannot be used; None if it can."""
    if "surplus" in row:
        return "more fields than the header names"
    if None in row.values():
        return "fewer fields than the header names"
    try:
        date(*(int(row[part]) for part in DATE))
    except ValueError:
        return f"no such day: {'-'.join(row[part] for part in DATE)}"
    try:
        clocks = [minutes(row, column) for column in CLOCKS]
        for column in (*NUMBERS, LABEL):
            number(row, column)
    except ValueError as wrong:
        return str(wrong)
    if any(clock != clock for clock in clocks):  # noqa: PLR0124 - not-a-number
        return "a scheduled time is missing"
    return next((f"column '{each}' is empty" for each in CATEGORIES if row[each] in MISSING), None)


def sift(files: list[Path]) -> tuple[list[Row], list[dict[str, Any]], int]:
    """Good rows, refused rows, and how many flights never left or never arrived."""
    good, refused, cancelled = [], [], 0
    for path in files:
        for line, row in rows_of(path):
            reason = complaint(row)
            if reason:
                fields = [str(value) for value in row.values()]
                refused.append({"file": path.name, "line": line, "reason": reason, "row": fields})
            elif row[LABEL] in MISSING or row["dep_delay"] in MISSING:
                cancelled += 1
            else:
                good.append(row)
    return good, refused, cancelled


def split(rows: list[Row], seed: int) -> dict[str, list[Row]]:
    """Whole days for each part."""
    days = sorted({tuple(int(row[part]) for part in DATE) for row in rows})
    if len(days) < len(SHARES):
        raise ValueError(
            f"The data covers {len(days)} day(s); train, validation and test need one each."
        )
    random.Random(seed).shuffle(days)  # noqa: S311 - a draw, not a secret
    test = max(1, round(len(days) * SHARES["test"]))
    validation = max(1, round(len(days) * SHARES["validation"]))
    part_of = dict.fromkeys(days, "train")
    part_of.update(dict.fromkeys(days[:test], "test"))
    part_of.update(dict.fromkeys(days[test : test + validation], "validation"))
    parts: dict[str, list[Row]] = {name: [] for name in SHARES}
    for row in rows:
        parts[part_of[tuple(int(row[part]) for part in DATE)]].append(row)
    return parts


def written(path: Path) -> Path:
    """A path whose folder exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_encoded(path: Path, rows: list[Row], encoder: dict[str, Any]) -> None:
    """Label and features of each flight, without a header line."""
    with written(path).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        for row, numbers in zip(rows, encode_all(rows, encoder), strict=True):
            writer.writerow([late(row), *(repr(value) for value in numbers)])


def write_raw(path: Path, rows: list[Row]) -> None:
    """Flights as they came, with a header line."""
    with written(path).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def quarantine(folder: Path, refused: list[dict[str, Any]], report: dict[str, Any]) -> None:
    """Keep what was refused, with its reason, where a person can find it."""
    with written(folder / "rows.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["file", "line", "reason", "fields"])
        for each in refused:
            writer.writerow([each["file"], each["line"], each["reason"], *each["row"]])
    (folder / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


def main(given: list[str] | None = None) -> None:
    """Read, sift, split, encode, write."""
    asked = arguments(given)
    good, refused, cancelled = sift(files_in(asked.input))
    read = len(good) + len(refused) + cancelled
    report = {"read": read, "kept": len(good), "cancelled": cancelled, "quarantined": len(refused)}
    quarantine(asked.output / "quarantine", refused, report)
    if len(refused) > asked.tolerance * read:
        first = refused[0]
        raise ValueError(
            f"{len(refused)} of {read} rows are bad, more than the {asked.tolerance:.0%} allowed; "
            f"the first: {first['file']} line {first['line']}: {first['reason']}."
        )
    if not good:
        raise ValueError(f"None of the {read} flights in {asked.input} arrived: nothing to learn.")
    parts = split(good, asked.seed)
    encoder = learn(parts["train"], [late(row) for row in parts["train"]])
    written(asked.output / "encoder" / "encoder.json").write_text(json.dumps(encoder, indent=1))
    for name in ("train", "validation"):
        write_encoded(asked.output / name / f"{name}.csv", parts[name], encoder)
    write_raw(asked.output / "test" / "test.csv", parts["test"])
    counts = {name: len(rows) for name, rows in parts.items()}
    print(json.dumps({**report, **counts}), flush=True)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as wrong:
        sys.exit(f"preprocess: {wrong}")
