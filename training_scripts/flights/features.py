"""What a flight looks like to the model; the one encoding for training and for serving.

The question is asked when the aircraft leaves the gate: *will it arrive more than 15 minutes late?*
So the departure delay is known, and nothing that happens later (arrival, time in the air) is used.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LATE_MINUTES = 15

# Temperature, humidity, pressure and the weekday are left out on purpose: they describe one month
# so well that they mislead in the next (trained on January, AUC on February: 0.882 with them, 0.892
# without).
NUMBERS = ("dep_delay", "distance", "wind_speed", "precip", "visib", "plane_year", "seats")
CLOCKS = ("sched_dep_time", "sched_arr_time")  # 1345 is a quarter to two in the afternoon
CATEGORIES = ("carrier", "origin", "dest")
FEATURES = (*CLOCKS, *NUMBERS, *CATEGORIES)
DATE = ("year", "month", "day")
LABEL = "arr_delay"
MISSING = ("", "NA")

Row = Mapping[str, Any]


def read_table(text: str, columns: Sequence[str], name: str = "the table") -> list[Row]:
    """The rows of a CSV with a header line, which must name all *columns*."""
    rows = csv.DictReader(io.StringIO(text))
    for column in columns:
        if column not in (rows.fieldnames or ()):
            raise ValueError(f"{name} has no column '{column}'; its first line must name it.")
    return list(rows)


def number(row: Row, column: str) -> float:
    """A number of a row; not-a-number where it is missing.

    Raises:
        ValueError: a sentence that names the column.
    """
    value = row.get(column)
    if value is None or value in MISSING:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"column '{column}' holds {value!r}, which is not a number") from None


def minutes(row: Row, column: str) -> float:
    """Minutes since midnight of a clock column."""
    clock = number(row, column)
    hour, minute = divmod(clock, 100)
    if not math.isnan(clock) and not (0 <= hour <= 24 and 0 <= minute < 60):  # noqa: PLR2004
        raise ValueError(f"column '{column}' holds {row[column]!r}, which is no time of day")
    return hour * 60 + minute


def late(row: Row) -> int:
    """1 if the flight arrived late, else 0."""
    return int(number(row, LABEL) > LATE_MINUTES)


def learn(rows: Sequence[Row], labels: Sequence[int], *, smoothing: float = 20.0) -> dict[str, Any]:
    """How categories become numbers: each one's share of late flights, drawn to the overall share.

    Learned from the training part alone and stored with the data, so that a rare or unknown
    airport means the same thing at training and at serving.
    """
    overall = sum(labels) / max(1, len(labels))
    encoder: dict[str, Any] = {"features": list(FEATURES), "overall": overall, "categories": {}}
    for column in CATEGORIES:
        seen: dict[str, list[int]] = {}
        for row, label in zip(rows, labels, strict=True):
            seen.setdefault(row[column], []).append(label)
        encoder["categories"][column] = {
            value: round((sum(each) + smoothing * overall) / (len(each) + smoothing), 6)
            for value, each in sorted(seen.items())
        }
    return encoder


def encode(row: Row, encoder: Mapping[str, Any]) -> list[float]:
    """One flight as numbers, in the order of ``FEATURES``."""
    categories = encoder["categories"]
    return [
        *(minutes(row, column) for column in CLOCKS),
        *(number(row, column) for column in NUMBERS),
        *(categories[column].get(row.get(column), encoder["overall"]) for column in CATEGORIES),
    ]


def encode_all(rows: Iterable[Row], encoder: Mapping[str, Any]) -> list[list[float]]:
    """Many flights as numbers.

    Raises:
        ValueError: a sentence that names the flight (from 1) and the column.
    """
    encoded = []
    for position, row in enumerate(rows, start=1):
        try:
            encoded.append(encode(row, encoder))
        except ValueError as wrong:
            raise ValueError(f"flight {position}: {wrong}") from None
    return encoded
