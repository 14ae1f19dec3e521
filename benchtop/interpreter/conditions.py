"""What a Condition step asks: comparisons, membership, and their combinations."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from benchtop.interpreter.faults import DefinitionFault, ValueFault
from benchtop.interpreter.parameters import text
from benchtop.interpreter.values import Scope, resolve
from benchtop.wire import Json

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}

MEMBERS = {
    **dict.fromkeys(COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Condition",),
    "Or": ("Conditions",),
    "And": ("Conditions",),
}
"""The members that each type of condition must have."""


def check(condition: Any) -> None:
    """Refuse a condition that cannot be asked.

    Raises:
        DefinitionFault: names the type or the member that is wrong.
    """
    kind = condition.get("Type") if isinstance(condition, dict) else None
    if not isinstance(kind, str) or kind not in MEMBERS:
        raise DefinitionFault(f"a condition has Type {kind!r}; it may be {sorted(MEMBERS)}")
    for member in MEMBERS[kind]:
        if member not in condition:
            raise DefinitionFault(f"a condition of Type {kind} needs {member}")
    if "Conditions" in MEMBERS[kind] and not isinstance(condition["Conditions"], list):
        raise DefinitionFault(f"Conditions of a condition of Type {kind} is not a list")
    if kind == "In" and not isinstance(condition["Values"], list):
        raise DefinitionFault("Values of a condition of Type In is not a list")
    inner = [condition["Condition"]] if kind == "Not" else condition.get("Conditions", [])
    for each in inner:
        check(each)


def all_hold(conditions: Sequence[Json], scope: Scope) -> bool:
    """Whether every condition holds.

    Raises:
        ValueFault: when a value is missing, or two values cannot be compared.
    """
    return all(holds(each, scope) for each in conditions)


def holds(condition: Json, scope: Scope) -> bool:
    """Whether one condition holds."""
    match condition["Type"]:
        case "Not":
            return not holds(condition["Condition"], scope)
        case "Or":
            return any(holds(each, scope) for each in condition["Conditions"])
        case "And":
            return all_hold(condition["Conditions"], scope)
        case "In":
            wanted = resolve(condition["QueryValue"], scope)
            return any(compare("Equals", wanted, v) for v in resolve(condition["Values"], scope))
    left, right = (resolve(condition[side], scope) for side in ("LeftValue", "RightValue"))
    return compare(condition["Type"], left, right)


def compare(kind: str, left: Any, right: Any) -> bool:
    """Compare two values: as numbers when one of them is a number, else as they are.

    Raises:
        ValueFault: when the two have no order.
    """
    # AWS: unknown, what comparing a number with text does; numeric text counts as its number here,
    # because output parameters reach the comparison as text.
    try:
        return COMPARISONS[kind](*_alike(left, right))
    except TypeError:
        raise ValueFault(f"{left!r} and {right!r} cannot be compared by {kind}.") from None


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    if isinstance(left, bool) or isinstance(right, bool):
        return text(left).lower(), text(right).lower()
    if isinstance(left, (int, float)) != isinstance(right, (int, float)):
        return _number(left), _number(right)
    return left, right


def _number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
