"""Kinds of hyperparameters: how a value is read, and which values are accepted."""

from __future__ import annotations

import ast
import math
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .faults import Fault, unparsable

BROKEN = (ValueError, TypeError, SyntaxError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, each of which may belong to it or not; None is no end."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or math.isnan(value):
            return False
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = (
            self.high is None or value < self.high or (value == self.high and not self.high_open)
        )
        return above and below

    def __str__(self) -> str:
        left = "(" if self.low_open or self.low is None else "["
        right = ")" if self.high_open or self.high is None else "]"
        low = "-inf" if self.low is None else self.low
        high = "+inf" if self.high is None else self.high
        return f"{left}{low}, {high}{right}"


class Kind(Protocol):
    """How one hyperparameter is read and checked."""

    def read(self, name: str, text: str) -> Any:
        """The value of a text; Fault if it has none."""

    def check(self, name: str, value: Any) -> None:
        """Fault when the value is not accepted."""


@dataclass(frozen=True)
class Number:
    """A whole or a real number in a range."""

    type: type[int | float]
    accepted: Interval

    def read(self, name: str, text: str) -> int | float:
        """The number."""
        try:
            return self.type(text)
        except (ValueError, OverflowError) as fault:
            raise unparsable(name, fault) from None

    def check(self, name: str, value: float) -> None:
        """It is in the range."""
        if value not in self.accepted:
            raise Fault(f"Hyperparameter {name}: {value} is not in {self.accepted}")


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    accepted: Sequence[str]

    def read(self, name: str, text: str) -> str:  # noqa: ARG002
        """The word."""
        return text

    def check(self, name: str, value: str) -> None:
        """It is one of them."""
        if value not in self.accepted:
            raise Fault(f"Hyperparameter {name}: {value} is not in {list(self.accepted)}")


@dataclass(frozen=True)
class Words:
    """Several words with commas between them."""

    accepted: Sequence[str]
    parametrised: Container[str] = ()

    def read(self, name: str, text: str) -> list[str]:  # noqa: ARG002
        """The words."""
        return text.split(",")

    def check(self, name: str, value: list[str]) -> None:
        """Each is accepted; ``word@number`` where the word takes one."""
        if not all(self._accepts(word) for word in value):
            raise Fault(f"Hyperparameter {name}: value {value} not in range {list(self.accepted)}")

    def _accepts(self, word: str) -> bool:
        metric, at, threshold = (part.strip() for part in word.partition("@"))
        if not at:
            return word in self.accepted
        if metric not in self.parametrised:
            raise Fault(
                f"Metric '{word}' is not supported. Parameter 'eval_metric' with customized "
                "threshold should be one of these options: 'error', 'ndcg', 'map'."
            )
        try:
            float(threshold)
        except ValueError:
            raise Fault(f"Threshold value 't' in '{metric}@t' expects float input.") from None
        return True


@dataclass(frozen=True)
class Signs:
    """A tuple of -1, 0 and 1, one for each feature."""

    accepted: tuple[int, ...] = (-1, 0, 1)

    def read(self, name: str, text: str) -> tuple[int, ...]:
        """The tuple; nothing in the text is run."""
        return tuple(_literal(name, text))

    def check(self, name: str, value: tuple[int, ...]) -> None:
        """Each is a sign."""
        if not all(type(each) is int and each in self.accepted for each in value):
            accepted = list(self.accepted)
            raise Fault(f"Hyperparameter {name}: value {value} not in range {accepted}")


@dataclass(frozen=True)
class Groups:
    """A list of lists of feature numbers."""

    accepted: Interval = Interval(1)

    def read(self, name: str, text: str) -> list[list[int]]:
        """The lists; nothing in the text is run."""
        return [list(_sequence(name, each)) for each in _literal(name, text)]

    def check(self, name: str, value: list[list[int]]) -> None:
        """Each is a feature's number."""
        if not all(
            type(each) is int and each in self.accepted for group in value for each in group
        ):
            raise Fault(f"Hyperparameter {name}: value {value} not in range {self.accepted}")


def _literal(name: str, text: str) -> Sequence[Any]:
    try:
        return _sequence(name, ast.literal_eval(text))
    except BROKEN as fault:
        raise unparsable(name, fault) from None


def _sequence(name: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise unparsable(name, ValueError())
    return value
