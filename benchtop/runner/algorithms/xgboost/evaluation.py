"""The metrics that XGBoost itself does not know, as scikit-learn defines them, with numpy alone."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Scores: TypeAlias = list[tuple[str, float]]

PROBABLE = ("binary:logistic", "binary:hinge", "reg:logistic")
"""Objectives whose predictions are chances; of the others, what is above 0 is the class 1."""


class Confusion:
    """How often each class was predicted, and was right: a row for each class, in order."""

    def __init__(self, labels: Any, predicted: Any) -> None:
        numpy = importlib.import_module("numpy")
        self.classes = numpy.union1d(labels, predicted)
        self.hits = self._count(numpy, labels[labels == predicted])
        self.actual = self._count(numpy, labels)
        self.predicted = self._count(numpy, predicted)

    def _count(self, numpy: Any, values: Any) -> Any:
        places = numpy.searchsorted(self.classes, values)
        return numpy.bincount(places, minlength=len(self.classes)).astype(float)

    @property
    def accuracy(self) -> float:
        """The share of rows that are right."""
        return float(self.hits.sum() / self.actual.sum())

    def precision(self) -> Any:
        """Of each class: the share of predictions that are right."""
        return _ratio(self.hits, self.predicted)

    def recall(self) -> Any:
        """Of each class: the share of its rows that were found."""
        return _ratio(self.hits, self.actual)

    def f1(self) -> Any:
        """Of each class: the harmonic mean of precision and recall."""
        return _ratio(2 * self.hits, self.actual + self.predicted)

    def balanced_accuracy(self) -> float:
        """The mean recall of the classes that occur."""
        return float(self.recall()[self.actual > 0].mean())

    def positive(self, values: Any) -> float:
        """The value of class 1, which the other class must be 0 for.

        Raises:
            ValueError: for more classes, in scikit-learn's wording.
        """
        if not set(self.classes.tolist()) <= {0.0, 1.0}:
            raise ValueError(
                "Target is multiclass but average='binary'. Please choose another average setting."
            )
        found = values[self.classes == 1]
        return float(found[0]) if len(found) else 0.0


def _ratio(part: Any, whole: Any) -> Any:
    """A quotient that is 0 where there is nothing to divide by."""
    numpy = importlib.import_module("numpy")
    return numpy.divide(part, whole, out=numpy.zeros_like(whole), where=whole > 0)


CLASSIFYING: dict[str, Callable[[Confusion], float]] = {
    "accuracy": lambda found: found.accuracy,
    "balanced_accuracy": Confusion.balanced_accuracy,
    "f1": lambda found: float(found.f1().mean()),
    "f1_macro": lambda found: float(found.f1().mean()),
    "f1_binary": lambda found: found.positive(found.f1()),
    "precision": lambda found: found.positive(found.precision()),
    "precision_macro": lambda found: float(found.precision().mean()),
    "precision_micro": lambda found: found.accuracy,
    "recall": lambda found: found.positive(found.recall()),
    "recall_macro": lambda found: float(found.recall().mean()),
    "recall_micro": lambda found: found.accuracy,
}


def _mse(labels: Any, predictions: Any) -> float:
    return float(((labels - predictions) ** 2).mean())


def _r2(labels: Any, predictions: Any) -> float:
    spread = float(((labels - labels.mean()) ** 2).sum())
    missed = float(((labels - predictions) ** 2).sum())
    if spread == 0:
        return 1.0 if missed == 0 else 0.0
    return 1 - missed / spread


# The container feeds these margins; where margins are not predictions that is of no use to anybody.
MEASURING: dict[str, Callable[[Any, Any], float]] = {"mse": _mse, "r2": _r2}
OWN = frozenset({*CLASSIFYING, *MEASURING})
"""The metrics of this module."""


def classes(predictions: Any, objective: str) -> Any:
    """The predicted class of each row."""
    if predictions.ndim > 1:
        return predictions.argmax(axis=1)
    if objective.startswith("multi:"):
        return predictions
    return (predictions > (0.5 if objective in PROBABLE else 0)).astype(float)


def scorer(names: Sequence[str], objective: str) -> Callable[[Any, Any], Scores] | None:
    """What XGBoost calls after each round for these metrics; None for none."""
    measured = [name for name in names if name in MEASURING]
    classified = [name for name in names if name in CLASSIFYING]

    def score(predictions: Any, matrix: Any) -> Scores:
        labels = matrix.get_label()
        scores = [(name, MEASURING[name](labels, predictions)) for name in measured]
        if classified:
            found = Confusion(labels, classes(predictions, objective))
            scores += [(name, CLASSIFYING[name](found)) for name in classified]
        return scores

    return score if measured or classified else None
