"""What a search expression means: filters over the properties of a resource.

A property is named by its path, ``Metrics.train:loss`` or ``Tags.team``; where the path meets a
list, any element may match. Semantics:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from benchtop.door.refusals import ValidationException
from benchtop.wire import Json

DEPTH = 20
"""How deep expressions may be nested; a deeper one would only be an attack."""
NAMED = (("Key", "Value"), ("Name", "Value"), ("MetricName", "Value"))
"""Lists that a path looks into by name: tags, parameters, metrics."""


def matches(body: Json, expression: Json, depth: int = 0) -> bool:
    """Whether a resource is what an expression describes; an empty one describes everything."""
    if depth > DEPTH:
        raise ValidationException(f"SearchExpression is nested deeper than {DEPTH}.")
    verdicts = [
        *(_passes(body, each) for each in expression.get("Filters", [])),
        *(_nested(body, each) for each in expression.get("NestedFilters", [])),
        *(matches(body, each, depth + 1) for each in expression.get("SubExpressions", [])),
    ]
    if not verdicts:
        return True
    return any(verdicts) if expression.get("Operator") == "Or" else all(verdicts)


def order(bodies: Sequence[Json], path: str, *, descending: bool) -> list[Json]:
    """Sort by a property; resources without it come last, equal ones keep their order."""
    having = [(_key(found[0]), body) for body in bodies if (found := list(values(body, path)))]
    lacking = [body for body in bodies if not list(values(body, path))]
    having.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(body for _, body in having), *lacking]


def values(value: Any, path: str) -> Iterator[Any]:
    """Every value that a path leads to."""
    if not path:
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from values(each, path)
        yield from _by_name(value, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            # Names may have dots of their own, as metrics have.
            if path == name or path.startswith(f"{name}."):
                yield from values(inner, path[len(name) + 1 :])


def _by_name(items: list[Any], path: str) -> Iterator[Any]:
    for item in items:
        for name, holds in NAMED:
            if isinstance(item, dict) and item.get(name) == path and holds in item:
                yield item[holds]


def _nested(body: Json, nested: Json) -> bool:
    """Whether one element of a list passes every filter."""
    prefix = nested["NestedPropertyName"]
    found = values(body, prefix)
    elements = [each for item in found for each in (item if isinstance(item, list) else [item])]
    return any(
        all(_passes(each, _relative(test, prefix)) for test in nested["Filters"])
        for each in elements
    )


def _relative(test: Json, prefix: str) -> Json:
    return {**test, "Name": test["Name"].removeprefix(f"{prefix}.")}


def _passes(body: Json, test: Json) -> bool:
    operator = test.get("Operator", "Equals")
    found = list(values(body, test["Name"]))
    if operator in ("Exists", "NotExists"):
        if "Value" in test:
            raise ValidationException(f"A filter with {operator} must have no Value.")
        return bool(found) is bool(operator == "Exists")
    if "Value" not in test:
        # AWS: a filter with neither operator nor value asks whether the property is there.
        return bool(found)
    wanted = test["Value"]
    if operator == "NotEquals":
        return bool(found) and not any(_equal(each, wanted) for each in found)
    compare = TESTS[operator]
    return any(compare(each, wanted) for each in found)


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    if isinstance(value, int | float):
        return bool(value == _number(wanted))
    return bool(value == wanted)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    def compare(value: Any, wanted: str) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return False
        if isinstance(value, str):
            return test(value, wanted)
        number = _number(wanted)
        return number is not None and test(value, number)

    return compare


def _number(text: str) -> float | None:
    """A number, or the seconds of a time in ISO 8601."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _key(value: Any) -> tuple[int, Any]:
    """Values of different types in one order: numbers before texts."""
    if isinstance(value, int | float):
        return (0, value)
    return (1, str(value))


TESTS: dict[str, Callable[[Any, str], bool]] = {
    "Equals": _equal,
    "GreaterThan": _compare(lambda a, b: a > b),
    "GreaterThanOrEqualTo": _compare(lambda a, b: a >= b),
    "LessThan": _compare(lambda a, b: a < b),
    "LessThanOrEqualTo": _compare(lambda a, b: a <= b),
    "Contains": lambda value, wanted: wanted in str(value),
    "In": lambda value, wanted: any(_equal(value, each.strip()) for each in wanted.split(",")),
}
