"""Data files as numbers: labels, features, and weights or groups where there are any."""

from __future__ import annotations

import csv
import importlib
import io
import re
import warnings
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .channels import CSV, LIBSVM
from .faults import Fault

LABEL = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
NUMBER = rf"(?:{LABEL}|[-+]?(?:nan|inf))"
ROW = re.compile(
    rf"{LABEL}(?::{LABEL})?(?:\s+qid:[0-9]{{1,18}})?(?:\s+[0-9]{{1,9}}:{NUMBER})*\s*", re.IGNORECASE
)
"""One row of libsvm: label, its weight, its group, and features with their numbers."""


@dataclass
class Table:
    """The rows of one channel."""

    features: Any
    labels: Any
    weights: Any = None
    groups: Any = None

    @property
    def width(self) -> int:
        """How many features there are."""
        return int(self.features.shape[1])

    def widen(self, width: int) -> None:
        """Make room for features that only another channel has: sparse rows do not name all."""
        if hasattr(self.features, "indptr"):
            self.features.resize((self.features.shape[0], max(width, self.width)))

    def matrix(self) -> Any:
        """What XGBoost trains on."""
        return importlib.import_module("xgboost").DMatrix(
            self.features, label=self.labels, weight=self.weights, qid=self.groups
        )


def read(files: Sequence[Path], kind: str, *, weighted: bool) -> Table:
    """The rows of some files.

    Raises:
        Fault: names the file and the row that cannot be read.
    """
    if kind == CSV:
        return _labelled([_csv(path) for path in files], weighted=weighted)
    if kind == LIBSVM:
        return _libsvm(files)
    return _labelled([_parquet(path) for path in files], weighted=False)


def _labelled(parts: list[Any], *, weighted: bool) -> Table:
    """Rows whose first column is the label, and the second the weight, if they have weights."""
    numpy = importlib.import_module("numpy")
    widths = {part.shape[1] for part in parts}
    if len(widths) > 1:
        raise Fault(f"The files of a channel have different numbers of columns: {sorted(widths)}.")
    first = 2 if weighted else 1
    if min(widths) <= first:
        raise Fault(f"The data has {min(widths)} columns: there is no feature beside the label.")
    rows = numpy.concatenate(parts)
    return Table(
        features=rows[:, first:], labels=rows[:, 0], weights=rows[:, 1] if weighted else None
    )


def _csv(path: Path) -> Any:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        delimiter = sniff(file.readline())
        file.seek(0)
        try:
            return from_csv(file, delimiter)
        except ValueError as fault:
            raise Fault(f"Failed to load csv data with exception:\n{path.name}: {fault}") from None


def sniff(line: str) -> str:
    """What separates the columns of a line."""
    try:
        found = csv.Sniffer().sniff(line[:512]).delimiter
    except csv.Error as fault:
        raise Fault(f"Could not determine delimiter on line {line[:50]}:\n{fault}") from None
    return "," if found.isalnum() else found


def from_csv(file: io.TextIOBase, delimiter: str) -> Any:
    """The numbers of a CSV file; an empty cell is a missing value.

    Raises:
        ValueError: says which row is wrong.
    """
    numpy = importlib.import_module("numpy")
    start = file.tell()
    options = {"delimiter": delimiter, "ndmin": 2, "dtype": "float32", "comments": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a file of empty lines is found by its shape
        try:
            return numpy.loadtxt(file, **options)
        except ValueError:  # in most files no cell is empty, and this way is the fast one
            file.seek(start)
            return numpy.loadtxt(file, converters=_cell, encoding="utf-8", **options)


def _cell(text: str) -> float:
    return float(text) if text.strip() else float("nan")


def _parquet(path: Path) -> Any:
    numpy = importlib.import_module("numpy")
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise Fault(
            "Parquet needs pyarrow, which the environment that stands in for this image lacks: "
            "install it there."
        ) from None
    try:
        table = parquet.ParquetFile(path).read()
        columns = [each.to_numpy(zero_copy_only=False) for each in _chunks(table)]
        return numpy.column_stack([each.astype("float32") for each in columns])
    except Exception as fault:  # noqa: BLE001 - rows fail in many ways
        raise Fault(f"Failed to load parquet data with exception:\n{path.name}: {fault}") from None


def _chunks(table: Any) -> list[Any]:
    return [column.combine_chunks() for column in table.columns]


def _libsvm(files: Sequence[Path]) -> Table:
    numpy = importlib.import_module("numpy")
    rows = Sparse()
    for path in files:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            rows.take(file, path.name)
    if rows.groups and len(rows.groups) != len(rows.labels):
        raise Fault("Some rows have a qid, and some have none.")
    if rows.weights and len(rows.weights) != len(rows.labels):
        raise Fault("Some rows have an instance weight, and some have none.")
    return Table(
        features=rows.matrix(),
        labels=numpy.array(rows.labels, dtype="float32"),
        weights=numpy.array(rows.weights, dtype="float32") if rows.weights else None,
        groups=numpy.array(rows.groups) if rows.groups else None,
    )


class Sparse:
    """Rows of libsvm, in the form of a compressed sparse matrix."""

    def __init__(self) -> None:
        self.labels, self.weights, self.groups = array("f"), array("f"), array("q")
        self._starts, self._places, self._values = array("q", [0]), array("q"), array("f")

    def take(self, lines: Iterable[str], name: str) -> None:
        """Add the rows of a file; Fault for the first that is not libsvm."""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if not ROW.fullmatch(line.rstrip("\n")):
                place = "First line" if number == 1 else f"Line {number}"
                raise Fault(
                    f"{place} '{line.rstrip()[:50]}...' of file '{name}' is not 'LIBSVM' format. "
                    "Please ensure the file is in 'LIBSVM' format."
                )
            head, *pairs = line.split()
            label, _, weight = head.partition(":")
            self.labels.append(float(label))
            if weight:
                self.weights.append(float(weight))
            self.add(pairs)

    def add(self, pairs: Iterable[str]) -> None:
        """Add one row of ``number:value``."""
        for pair in pairs:
            place, _, value = pair.partition(":")
            if place == "qid":
                self.groups.append(int(value))
            else:
                self._places.append(int(place))
                self._values.append(float(value))
        self._starts.append(len(self._places))

    def matrix(self) -> Any:
        """The rows as scipy keeps them; features that no row names are missing values."""
        numpy, sparse = importlib.import_module("numpy"), importlib.import_module("scipy.sparse")
        values = numpy.array(self._values, dtype="float32")
        places = numpy.array(self._places, dtype="int64")
        width = int(places.max()) + 1 if len(places) else 0
        parts = (values, places, numpy.array(self._starts, dtype="int64"))
        return sparse.csr_matrix(parts, shape=(len(self._starts) - 1, width))
