"""One line of the table: what was measured, against what, and what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure beside its yardstick, both of the same run; *limit* bounds the ratio or value."""

    what: str
    value: float
    unit: str
    against: str
    yardstick: float
    limit: float | None = None
    limit_value: float | None = None

    HEAD: ClassVar[str] = (
        "| measured | value | against | value | ratio | promise |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )

    @property
    def ratio(self) -> float:
        """How often the yardstick fits in the value."""
        return self.value / self.yardstick

    @property
    def kept(self) -> bool:
        """Whether every promise about this figure holds."""
        return (self.limit is None or self.ratio <= self.limit) and (
            self.limit_value is None or self.value <= self.limit_value
        )

    def __str__(self) -> str:
        promises = [
            *([f"ratio ≤ {self.limit:g}"] if self.limit is not None else []),
            *([f"≤ {self.limit_value:g} {self.unit}"] if self.limit_value is not None else []),
        ]
        verdict = "" if self.kept else " **broken**"
        return (
            f"| {self.what} | {self.value:.3g} {self.unit} | {self.against} "
            f"| {self.yardstick:.3g} {self.unit} | {self.ratio:.2f} "
            f"| {', '.join(promises) or 'none'}{verdict} |"
        )
