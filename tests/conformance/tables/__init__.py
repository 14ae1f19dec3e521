"""All rules, section by section."""

from __future__ import annotations

from tests.conformance.rule import Rule
from tests.conformance.tables import (
    ask,
    course,
    definitions,
    describe,
    lists,
    model,
    ranges,
    resources,
    strategies,
    training,
    warm_start,
)

RULES: list[Rule] = [
    *model.RULES,
    *ask.RULES,
    *ranges.RULES,
    *strategies.RULES,
    *warm_start.RULES,
    *definitions.RULES,
    *resources.RULES,
    *describe.RULES,
    *course.RULES,
    *lists.RULES,
    *training.RULES,
]
