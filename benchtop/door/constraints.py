"""What the model says of a request, checked in full and refused in AWS's wording.

Each shape becomes one function, made when it is first met and kept; a request runs through
functions only. All broken constraints are told at once; a value of the wrong JSON type is not
a broken constraint but a request that AWS cannot read at all, and ends the check.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from benchtop.door.limits import Limit, limits, texts
from benchtop.door.refusals import NotHonoured, SerializationException, ValidationException
from benchtop.wire import Json

Rule = Callable[[Any, str, list[str]], None]
"""Check a value at a path; add what it breaks to the list."""

MISSING = "Member must not be null"

SHOWN = 1024
"""So much of a refused value is repeated to the client."""

RANGES = {"integer": 2**31, "long": 2**63}
LAST_SECOND = 253402300800
"""The year 10000, which no client can read."""

WORDS = {
    "string": "String", "integer": "Integer", "long": "Long", "float": "Float",
    "double": "Double", "boolean": "Boolean", "timestamp": "Timestamp", "blob": "Blob",
}  # fmt: skip


def check(request: Json, shape: Shape | None) -> None:
    """Refuse a request that breaks a constraint of *shape*.

    Raises:
        ValidationException: names every value, where it stands, and what it had to be.
        SerializationException: a value has the wrong JSON type.
        NotHonoured: a member that the model does not have.
    """
    if shape is None:
        return
    broken: list[str] = []
    rule(shape)(request, "", broken)
    if broken:
        errors = "error" if len(broken) == 1 else "errors"
        raise ValidationException(
            f"{len(broken)} validation {errors} detected: {'; '.join(broken)}"
        )


@cache
def rule(shape: Shape) -> Rule:
    """The function that checks values of a shape."""
    if shape.metadata.get("document") or shape.metadata.get("eventstream"):
        return _anything
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, ListShape):
        return _list(shape)
    if isinstance(shape, MapShape):
        return _map(shape)
    return _scalar(shape)


def shown(value: Any) -> str:
    """A value as AWS's messages write it: Java's way."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={shown(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _broken(value: Any, path: str, text: str, *, hidden: bool = False) -> str:
    if hidden:
        quoted = ""
    elif value is None:
        quoted = " null"
    else:
        whole = shown(value)
        quoted = f" '{whole if len(whole) <= SHOWN else whole[:SHOWN] + '…'}'"
    return f"Value{quoted} at '{path}' failed to satisfy constraint: {text}"


def _anything(value: Any, path: str, broken: list[str]) -> None:
    """Accept a free-form document."""


def _structure(shape: StructureShape) -> Rule:
    # Filled as members are met: a shape may contain itself, and most members are never sent.
    members: dict[str, Rule] = {}
    required = shape.required_members

    def apply(value: Any, path: str, broken: list[str]) -> None:
        _expect(dict, value, path, "structure or map")
        start = f"{path}." if path else ""
        absent = (name for name in required if value.get(name) is None)
        broken.extend(_broken(None, start + _lower(name), MISSING) for name in absent)
        for name, item in value.items():
            if item is not None:
                known = members.get(name) or members.setdefault(name, _member(shape, name, path))
                known(item, start + _lower(name), broken)
        if shape.is_tagged_union:
            _one(value, path)

    return apply


def _member(shape: StructureShape, name: str, path: str) -> Rule:
    if name not in shape.members:
        where = f" at '{path}'" if path else ""
        raise NotHonoured(
            f"The member {name}{where} is not in the AWS model that benchtop knows: "
            "remove it, or correct its name."
        )
    return rule(shape.members[name])


def _one(value: Json, path: str) -> None:
    if sum(item is not None for item in value.values()) != 1:
        # AWS: unknown, the wording for a union with none or several of its members.
        raise SerializationException(f"Exactly one member of '{path}' must be given.")


def _list(shape: ListShape) -> Rule:
    size = limits(shape)
    item_rule = rule(shape.member)
    scalar = not isinstance(shape.member, StructureShape | ListShape | MapShape)
    texts_of_items = f"Member must satisfy constraint: [{texts(shape.member)}]"

    def apply(value: Any, path: str, broken: list[str]) -> None:
        _expect(list, value, path, "list")
        _measure(size, value, path, broken)
        wrong: list[str] = []
        for index, item in enumerate(value, 1):
            where = f"{path}.{index}.member"
            if item is None:
                broken.append(_broken(None, where, MISSING))
            else:
                item_rule(item, where, wrong if scalar else broken)
        if wrong:
            broken.append(_broken(value, path, texts_of_items))

    return apply


def _map(shape: MapShape) -> Rule:
    size = limits(shape)
    key_rule, value_rule = rule(shape.key), rule(shape.value)
    scalar = not isinstance(shape.value, StructureShape | ListShape | MapShape)
    of_keys = f"Map keys must satisfy constraint: [{texts(shape.key)}]"
    of_values = f"Map value must satisfy constraint: [{texts(shape.value)}]"

    def apply(value: Any, path: str, broken: list[str]) -> None:
        _expect(dict, value, path, "structure or map")
        _measure(size, value, path, broken)
        wrong_keys: list[str] = []
        wrong: list[str] = []
        for key, item in value.items():
            key_rule(key, path, wrong_keys)
            if item is not None:
                value_rule(item, f"{path}.{key}.member", wrong if scalar else broken)
        if wrong_keys:
            broken.append(_broken(value, path, of_keys))
        if wrong:
            broken.append(_broken(value, path, of_values))

    return apply


def _scalar(shape: Shape) -> Rule:
    kind = shape.type_name
    fits = FITS.get(kind, _fits_string)
    bounds = limits(shape)
    hidden = kind == "blob" or bool(shape.metadata.get("sensitive"))

    def apply(value: Any, path: str, broken: list[str]) -> None:
        if not fits(value, kind):
            raise SerializationException(f"{_misfit(value, kind)} at '{path}'.")
        _measure(bounds, value, path, broken, hidden=hidden)

    return apply


def _measure(
    bounds: list[Limit], value: Any, path: str, broken: list[str], *, hidden: bool = False
) -> None:
    for limit in bounds:
        if limit.holds(value):
            continue
        broken.append(_broken(value, path, limit.text, hidden=hidden))


def _fits_string(value: Any, _: str) -> bool:
    return isinstance(value, str)


def _fits_blob(value: Any, _: str) -> bool:
    return isinstance(value, str | bytes)


def _fits_boolean(value: Any, _: str) -> bool:
    return isinstance(value, bool)


def _fits_integer(value: Any, kind: str) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return -RANGES[kind] <= value < RANGES[kind]


def _fits_number(value: Any, _: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int larger than any float
        return False


def _fits_time(value: Any, kind: str) -> bool:
    return _fits_number(value, kind) and 0 <= value < LAST_SECOND


FITS: dict[str, Callable[[Any, str], bool]] = {
    "integer": _fits_integer, "long": _fits_integer, "float": _fits_number,
    "double": _fits_number, "boolean": _fits_boolean, "blob": _fits_blob,
    "timestamp": _fits_time,
}  # fmt: skip


def _expect(kind: type, value: Any, path: str, word: str) -> None:
    if not isinstance(value, kind):
        where = path or "the top"
        raise SerializationException(f"Expected a {word} at '{where}', not {_token(value)}.")


def _misfit(value: Any, kind: str) -> str:
    # AWS: unknown for SageMaker; the words are those of other JSON services.
    if isinstance(value, dict):
        return "Start of structure or map found where not expected"
    if isinstance(value, list):
        return "Start of list found where not expected"
    return f"{_token(value)} can not be converted to {_article(WORDS.get(kind, kind))}"


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    names = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE",
             dict: "a structure", list: "a list"}  # fmt: skip
    return names.get(type(value), "NULL_VALUE")


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOU' else 'a'} {word}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
