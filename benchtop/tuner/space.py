"""Where hyperparameters may lie: dimensions with scales, and values as SageMaker writes them.

Every dimension maps the unit interval onto its values, so that a uniform draw there is uniform
on the dimension's scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import Protocol, TypeAlias

Values: TypeAlias = dict[str, str]
"""One configuration: hyperparameter name to value, as text."""

PLAIN_FROM = 1e-5
"""Smaller magnitudes are written with an exponent."""

WIDE = 100.0
"""Scale Auto means logarithmic for positive ranges that span at least this factor."""


class Scale(Enum):
    """How values are spread over a range; AWS's ScalingType with Auto resolved."""

    LINEAR = "Linear"
    LOGARITHMIC = "Logarithmic"
    REVERSE_LOGARITHMIC = "ReverseLogarithmic"


class Dimension(Protocol):
    """One tunable hyperparameter."""

    @property
    def name(self) -> str:
        """What the training job knows it by."""

    @property
    def size(self) -> float:
        """How many different values there are; infinite when continuous."""

    def at(self, unit: float) -> str:
        """The value at a position in [0, 1)."""

    def holds(self, value: str) -> bool:
        """Whether a value, as text, lies in this dimension."""

    def values(self) -> Iterator[str]:
        """All values, where they can be counted."""


@dataclass(frozen=True, kw_only=True)
class Continuous:
    """A real number between two bounds, both included."""

    name: str
    low: float
    high: float
    scale: Scale = Scale.LINEAR

    @property
    def size(self) -> float:
        """One value when the bounds are equal, else more than can be counted."""
        return 1 if self.low == self.high else math.inf

    def at(self, unit: float) -> str:
        """The value at a position in [0, 1)."""
        return written(min(max(self._at(unit), self.low), self.high))

    def _at(self, unit: float) -> float:
        match self.scale:
            case Scale.LINEAR:
                return self.low + unit * (self.high - self.low)
            case Scale.LOGARITHMIC:
                return math.exp(_between(math.log(self.low), math.log(self.high), unit))
            case Scale.REVERSE_LOGARITHMIC:
                far, near = math.log1p(-self.low), math.log1p(-self.high)
                return -math.expm1(_between(far, near, unit))

    def holds(self, value: str) -> bool:
        """Whether the text is a number inside the bounds."""
        try:
            return self.low <= float(value) <= self.high
        except ValueError:
            return False

    def values(self) -> Iterator[str]:
        """The one value of a range whose bounds are equal."""
        yield written(self.low)


@dataclass(frozen=True, kw_only=True)
class Integer:
    """A whole number between two bounds, both included."""

    name: str
    low: int
    high: int
    scale: Scale = Scale.LINEAR

    @property
    def size(self) -> float:
        """How many whole numbers there are."""
        return self.high - self.low + 1

    def at(self, unit: float) -> str:
        """The value at a position in [0, 1); the ends weigh as much as any other value."""
        low, high = self.low - 0.5, self.high + 0.5
        if self.scale is Scale.LOGARITHMIC:
            value = math.exp(_between(math.log(low), math.log(high), unit))
        else:
            value = _between(low, high, unit)
        return str(min(max(math.floor(value + 0.5), self.low), self.high))

    def holds(self, value: str) -> bool:
        """Whether the text is a whole number inside the bounds."""
        try:
            return self.low <= int(value) <= self.high
        except ValueError:
            return False

    def values(self) -> Iterator[str]:
        """All whole numbers of the range."""
        return map(str, range(self.low, self.high + 1))


@dataclass(frozen=True, kw_only=True)
class Categorical:
    """One of a list of texts, which are passed on unchanged."""

    name: str
    choices: tuple[str, ...]

    @property
    def size(self) -> float:
        """How many different choices there are."""
        return len(self.choices)

    def at(self, unit: float) -> str:
        """The choice at a position in [0, 1)."""
        return self.choices[min(int(unit * len(self.choices)), len(self.choices) - 1)]

    def holds(self, value: str) -> bool:
        """Whether the text is one of the choices."""
        return value in self.choices

    def values(self) -> Iterator[str]:
        """All choices, in the order in which they were given."""
        return iter(self.choices)


@dataclass(frozen=True)
class Space:
    """All tunable hyperparameters of a job, in the order in which they were given."""

    dimensions: tuple[Dimension, ...]

    @property
    def names(self) -> list[str]:
        """The hyperparameters' names."""
        return [each.name for each in self.dimensions]

    @property
    def size(self) -> float:
        """How many different configurations there are; infinite when one is continuous."""
        return math.prod((each.size for each in self.dimensions), start=1.0)

    @property
    def countable(self) -> bool:
        """Whether every hyperparameter has a countable number of values."""
        return self.size < math.inf

    def at(self, units: list[float]) -> Values:
        """The configuration at a point of the unit cube."""
        pairs = zip(self.dimensions, units, strict=True)
        return {each.name: each.at(unit) for each, unit in pairs}

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether a configuration lies in the space, with no name too many or too few."""
        return set(values) == set(self.names) and all(
            each.holds(values[each.name]) for each in self.dimensions
        )

    def points(self) -> Iterator[Values]:
        """All configurations of a countable space, the last hyperparameter changing fastest."""
        for each in product(*(dimension.values() for dimension in self.dimensions)):
            yield dict(zip(self.names, each, strict=True))

    def key(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """What makes two configurations of this space the same."""
        return tuple(values.get(name, "") for name in self.names)


def written(value: float) -> str:
    """A number as text that reads back exactly; plain digits unless it is tiny.

    # AWS: observed plain at 2.7e-4 with 17 digits; unknown below 1e-4.
    """
    text = repr(value)
    if "e" not in text or 0 < abs(value) < PLAIN_FROM:
        return text
    plain = format(Decimal(text), "f")
    return plain if "." in plain else f"{plain}.0"


def _between(low: float, high: float, unit: float) -> float:
    return low + unit * (high - low)
