"""What a job says of itself: numbers found in its log by the regexes of its metric definitions."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from benchtop.wire import Json

PATIENCE = 0.5
"""Seconds that one regex may take on one line; one that takes longer is not searched for again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Emission:
    """One value of a metric: which, how much, and when (seconds since 1970)."""

    name: str
    value: float
    at: float


class Scraper:
    """Reads a growing log, line by line, and finds what the metric definitions look for."""

    def __init__(
        self, path: Path, definitions: list[Json], earlier: Iterable[Emission] = ()
    ) -> None:
        """Begin at the start of a log; *earlier* was found before there was this log."""
        self.path = path
        self.last = {each.name: each for each in earlier}
        self._regexes: list[tuple[str, Any]] = [
            (each["Name"], regex.compile(each["Regex"])) for each in definitions
        ]
        self._offset = 0

    def read(self) -> list[Emission]:
        """What has appeared since the last time."""
        if not self._regexes or not self.path.is_file():
            return []
        found: list[Emission] = []
        with self.path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                found += self._find(line[:-1])
        self.last |= {each.name: each for each in found}
        return found

    def finals(self) -> list[Json]:
        """The last value of each metric, as DescribeTrainingJob shows it."""
        return [
            {"MetricName": each.name, "Value": each.value, "Timestamp": each.at}
            for each in self.last.values()
        ]

    def _find(self, line: bytes) -> Iterator[Emission]:
        at, _, text = line.decode(errors="replace").partition(" ")
        for name, pattern in list(self._regexes):
            try:
                for match in pattern.finditer(text, timeout=PATIENCE, concurrent=True):
                    value = number(match[1] if pattern.groups else match[0])
                    if value is not None:
                        yield Emission(name=name, value=value, at=int(at or 0) / 1000)
            except TimeoutError:
                log.warning("The regex of metric %s takes too long; it is given up.", name)
                self._regexes.remove((name, pattern))


def number(text: str | None) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def complaint(definition: Json) -> str | None:
    """What is wrong with a metric definition's regex, if anything."""
    try:
        regex.compile(definition["Regex"])
    except regex.error as fault:
        return f"The regex of the metric definition {definition['Name']!r} is not valid: {fault}."
    return None


def remember(path: Path, found: list[Emission]) -> None:
    """Append emissions to a file."""
    with path.open("a") as out:
        out.writelines(json.dumps([each.name, each.value, each.at]) + "\n" for each in found)


def recalled(files: Iterable[Path]) -> list[Emission]:
    """The emissions in files, those of the first file first."""
    return [each for file in files for each in recall(file)]


def recall(path: Path) -> list[Emission]:
    """The emissions in a file, oldest first; a line being written is left out."""
    lines = path.read_text().splitlines(keepends=True) if path.is_file() else []
    rows = [json.loads(line) for line in lines if line.endswith("\n")]
    return [Emission(name=name, value=value, at=at) for name, value, at in rows]
