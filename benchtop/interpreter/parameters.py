"""A pipeline's parameters: declared with a type, given as text, used as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from benchtop.interpreter.faults import DefinitionFault, ParameterFault
from benchtop.wire import Json

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One declared parameter; *default* is None where there is none."""

    name: str
    type: str
    default: Value | None = None
    choices: tuple[Value, ...] = ()


def read_parameter(declared: Json) -> Parameter:
    """The parameter that a definition declares.

    Raises:
        DefinitionFault: names the parameter, and what is wrong with it.
    """
    name, kind = declared.get("Name"), declared.get("Type")
    if not isinstance(name, str) or not name:
        raise DefinitionFault("Every parameter needs a Name.")
    if not isinstance(kind, str) or kind not in TYPES:
        raise DefinitionFault(f"Parameter {name} has Type {kind!r}; it may be {sorted(TYPES)}.")
    allowed = declared.get("EnumValues") or []
    if not isinstance(allowed, list):
        raise DefinitionFault(f"EnumValues of parameter {name} is not a list.")
    try:
        choices = tuple(TYPES[kind](each) for each in allowed)
        parameter = Parameter(name=name, type=kind, choices=choices)
        default = declared.get("DefaultValue")
        if default is None:
            return parameter
        return replace(parameter, default=_chosen(parameter, TYPES[kind](default)))
    except ParameterFault as fault:
        raise DefinitionFault(f"The default of parameter {name} is wrong: {fault}") from None


def bind(declared: Mapping[str, Parameter], given: Mapping[str, str]) -> dict[str, Value]:
    """The value of every declared parameter, from what was given at the start.

    Raises:
        ParameterFault: for an unknown name, a missing value, a wrong type, or one not allowed.
    """
    # AWS: unknown, the wording of these four refusals.
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise ParameterFault(
            f"The pipeline has no parameter {', '.join(unknown)}; it has {sorted(declared)}."
        )
    return {name: _bound(each, given.get(name)) for name, each in declared.items()}


def text(value: object) -> str:
    """A value as AWS writes it where a string is wanted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _bound(parameter: Parameter, given: str | None) -> Value:
    if given is not None:
        try:
            return _chosen(parameter, TYPES[parameter.type](given))
        except ParameterFault as fault:
            raise ParameterFault(f"Parameter {parameter.name}: {fault}") from None
    if parameter.default is None:
        raise ParameterFault(f"Parameter {parameter.name} has no default and was given no value.")
    return parameter.default


def _chosen(parameter: Parameter, value: Value) -> Value:
    if parameter.choices and value not in parameter.choices:
        raise ParameterFault(f"{text(value)} is not one of {list(parameter.choices)}.")
    return value


def _string(given: Any) -> str:
    if isinstance(given, str):
        return given
    raise ParameterFault(f"{given!r} is not a String.")


def _integer(given: Any) -> int:
    if not isinstance(given, (bool, float)):
        try:
            return int(given)
        except (TypeError, ValueError):
            pass
    raise ParameterFault(f"{given!r} is not an Integer.")


def _float(given: Any) -> float:
    if not isinstance(given, bool):
        try:
            return float(given)
        except (TypeError, ValueError):
            pass
    raise ParameterFault(f"{given!r} is not a Float.")


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in {"true", "false"}:
        return given.lower() == "true"
    raise ParameterFault(f"{given!r} is not a Boolean.")


TYPES: dict[str, Callable[[Any], Value]] = {
    "String": _string,
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
}
"""What reads a value of each type; a step's OutputParameters have the same four."""
