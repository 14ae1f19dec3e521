"""What a desk honours of an operation: its method's own signature is the list.

A parameter annotated ``Remembered`` is stored and returned without effect; any other parameter
is acted upon; a member of the AWS request that the signature lacks is refused by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from botocore import xform_name
from botocore.model import OperationModel

from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.wire import Json, Remembered


@dataclass(frozen=True, kw_only=True)
class Honours:
    """The members of one operation, sorted by what benchtop does with them."""

    runs: frozenset[str]
    remembers: frozenset[str]
    refuses: frozenset[str]


def honours(operation: OperationModel, method: Callable[..., Any]) -> Honours:
    """Sort the request members of *operation* by the signature of the desk's *method*."""
    hints = get_type_hints(method, include_extras=True)
    parameters = set(inspect.signature(method).parameters)
    shape = operation.input_shape
    members = set(shape.members) if shape else set()
    taken = {name for name in members if xform_name(name) in parameters}
    kept = {name for name in taken if hints.get(xform_name(name)) is Remembered}
    return Honours(
        runs=frozenset(taken - kept),
        remembers=frozenset(kept),
        refuses=frozenset(members - taken),
    )


def arguments(operation: OperationModel, method: Callable[..., Any], request: Json) -> Json:
    """Turn a request's members into keyword arguments; a member nobody honours is refused."""
    parameters = _parameters(method)
    given = {xform_name(name): (name, value) for name, value in request.items()}
    for parameter, (name, _) in given.items():
        if parameter not in parameters:
            raise NotHonoured(
                f"{name} of {operation.name} is not honoured by benchtop: "
                "remove it, or run this on AWS."
            )
    _check_needed(operation, method, given)
    keywords = {parameter: value for parameter, (_, value) in given.items()}
    if "asked" in parameters:
        keywords["asked"] = request
    return keywords


def _check_needed(operation: OperationModel, method: Callable[..., Any], given: Json) -> None:
    """Refuse a request without a member that the desk needs, though the model does not."""
    members = operation.input_shape.members if operation.input_shape else ()
    needed = _needed(getattr(method, "__func__", method))
    for name in members:
        if xform_name(name) in needed and xform_name(name) not in given:
            raise ValidationException(
                f"1 validation error detected: Value null at '{name[0].lower()}{name[1:]}' failed "
                "to satisfy constraint: Member must not be null"
            )


@cache
def _needed(function: Callable[..., Any]) -> frozenset[str]:
    parameters = inspect.signature(function).parameters.values()
    return frozenset(each.name for each in parameters if each.default is each.empty)


@cache
def _names(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _parameters(method: Callable[..., Any]) -> frozenset[str]:
    return _names(getattr(method, "__func__", method))
