"""Lengths, values, patterns and enumerations of the AWS models, each a test and its wording."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex
from botocore.model import Shape, StringShape

PATIENCE = 1.0
"""Seconds after which a pattern that has not decided about a value counts as not matched."""

NUMBERS = frozenset({"integer", "long", "float", "double"})

# Java writes characters beyond U+FFFF as two halves, which no Python expression has.
SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"
BEYOND_FFFF = r"\U00010000-\U0010FFFF"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """One constraint: whether a value holds it, and what AWS says when it does not."""

    text: str
    holds: Callable[[Any], bool]


def limits(shape: Shape) -> list[Limit]:
    """The constraints of a shape's own metadata, in the order in which AWS tells them."""
    found = _bounds(shape)
    if pattern := shape.metadata.get("pattern"):
        text = f"Member must satisfy regular expression pattern: {pattern}"
        found.append(Limit(text, matches(pattern)))
    # botocore keeps the values of an enumeration apart from the other metadata.
    if isinstance(shape, StringShape) and shape.enum:
        values = frozenset(shape.enum)
        text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        found.append(Limit(text, values.__contains__))
    return found


def texts(shape: Shape) -> str:
    """All constraints of a shape in words, as a list or a map tells them of its items."""
    return ", ".join(limit.text for limit in limits(shape))


def _bounds(shape: Shape) -> list[Limit]:
    what = "value" if shape.type_name in NUMBERS else "length"
    measure: Callable[[Any], Any] = _itself if what == "value" else len
    most, least = shape.metadata.get("max"), shape.metadata.get("min")
    found = []
    if most is not None:
        text = f"Member must have {what} less than or equal to {most}"
        found.append(Limit(text, lambda value: bool(measure(value) <= most)))
    if least is not None:
        text = f"Member must have {what} greater than or equal to {least}"
        found.append(Limit(text, lambda value: bool(measure(value) >= least)))
    return found


def _itself(value: Any) -> Any:
    return value


@cache
def matches(pattern: str) -> Callable[[str], bool]:
    """The test that a whole string matches one of AWS's patterns, which are written for Java."""
    compiled = _compiled(pattern)
    if compiled is None:
        return lambda _: True

    def holds(value: str) -> bool:
        try:
            return compiled.fullmatch(value, timeout=PATIENCE) is not None
        except TimeoutError:
            return False

    return holds


def _compiled(pattern: str) -> regex.Pattern[str] | None:
    readable = pattern.replace(SURROGATES, BEYOND_FFFF)
    # Java intersects sets with &&, which the newer of the library's two syntaxes knows.
    version = regex.VERSION1 if "&&" in pattern else regex.VERSION0
    try:
        # AWS: unknown, whether a dot takes a line end; values of several lines must pass.
        return regex.compile(readable, version | regex.DOTALL)
    except regex.error:
        log.warning("The pattern %s of the AWS model cannot be checked.", pattern)
        return None
