"""Cross validation: ``_kfold`` models, each judged by the rows that it did not learn from."""

from __future__ import annotations

import csv
import importlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import models, training
from .rounds import print_line
from .tables import Table

log = logging.getLogger(__name__)


def train(job: training.Job, learned: Table, judged: Table | None) -> None:
    """Train and save every fold's model, print their mean metrics, and save what they predicted.

    The folds are dealt by the hyperparameter ``seed``; the container deals them at random.
    """
    numpy = importlib.import_module("numpy")
    rows = joined(learned, judged)
    matrix = rows.matrix()
    count, repeats = job.values["_kfold"], job.values.get("_num_cv_round", 1)
    log.info(
        "Run %s-round of %s-fold cross validation with %s rows", repeats, count, matrix.num_row()
    )
    random = numpy.random.default_rng(abs(job.values.get("seed", 0)))
    classifying = "num_class" in job.values or job.objective.startswith("binary:")
    predictions = numpy.full((matrix.num_row(), repeats), numpy.nan)
    results: list[Any] = []
    for repeat in range(repeats):
        for chosen in deal(rows.labels, count, random, classifying=classifying):
            log.info("Train cross validation fold %s", len(results) % count + 1)
            booster, found = _fold(job, matrix, chosen, len(results))
            predictions[chosen, repeat] = _flat(booster.predict(matrix.slice(chosen)))
            results.append(found)
        log.info("The metrics of round %s cross validation", repeat + 1)
        _tell(job.values["num_round"], results[-count:])
    if repeats > 1:
        log.info("The overall metrics of %s-round cross validation", repeats)
        _tell(job.values["num_round"], results)
    _save(job.output / "predictions.csv", rows.labels, predictions)


def joined(learned: Table, judged: Table | None) -> Table:
    """The rows of both channels."""
    if judged is None:
        return learned
    numpy = importlib.import_module("numpy")
    stack = numpy.vstack
    if hasattr(learned.features, "indptr"):
        stack = importlib.import_module("scipy.sparse").vstack
    weights = None
    if learned.weights is not None and judged.weights is not None:
        weights = numpy.concatenate([learned.weights, judged.weights])
    return Table(
        features=stack([learned.features, judged.features]),
        labels=numpy.concatenate([learned.labels, judged.labels]),
        weights=weights,
    )


def deal(labels: Any, count: int, random: Any, *, classifying: bool) -> Iterator[Any]:
    """The rows of each fold; of a classification each fold has its share of every class."""
    numpy = importlib.import_module("numpy")
    fold = numpy.empty(len(labels), dtype=int)
    groups = numpy.unique(labels) if classifying else [None]
    start = 0
    for group in groups:
        rows = numpy.arange(len(labels)) if group is None else numpy.flatnonzero(labels == group)
        fold[random.permutation(rows)] = (start + numpy.arange(len(rows))) % count
        start += len(rows)
    for number in range(count):
        yield numpy.flatnonzero(fold == number)


def _fold(job: training.Job, matrix: Any, chosen: Any, number: int) -> tuple[Any, Any]:
    numpy = importlib.import_module("numpy")
    others = numpy.setdiff1d(numpy.arange(matrix.num_row()), chosen)
    learned, judged = matrix.slice(others), matrix.slice(chosen)
    booster, found = training.boost(
        job, learned, [(learned, "train"), (judged, "validation")], number
    )
    models.save(booster, job.places(number)[0], pickled=job.pickled)
    return booster, found


def _flat(predicted: Any) -> Any:
    """One number for each row: the class where there is a chance for each."""
    return predicted.argmax(axis=1) if predicted.ndim > 1 else predicted


def _tell(number: int, results: list[Any]) -> None:
    cells = [
        f"\t{data}-{metric}:{sum(each[data][metric][-1] for each in results) / len(results):.5f}"
        for metric in results[0]["train"]
        for data in ("train", "validation")
    ]
    print_line(f"[{number}]" + "".join(cells))


def _save(path: Path, labels: Any, predictions: Any) -> None:
    """What each repeat predicted for each row, beside its label."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        for label, row in zip(labels.tolist(), predictions.tolist(), strict=True):
            writer.writerow([label, *row])
