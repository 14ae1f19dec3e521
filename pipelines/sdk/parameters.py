"""What can be said anew at every start of an execution."""

from __future__ import annotations

from pipelines.sdk.imports import ParameterFloat, ParameterInteger, ParameterString


def string(name: str, default: str, *, one_of: tuple[str, ...] = ()) -> ParameterString:
    """A text; with *one_of*, StartPipelineExecution refuses any other."""
    return ParameterString(name, default_value=default, enum_values=list(one_of) or None)


def integer(name: str, default: int) -> ParameterInteger:
    """A whole number."""
    return ParameterInteger(name, default_value=default)


def floating(name: str, default: float) -> ParameterFloat:
    """A number."""
    return ParameterFloat(name, default_value=default)
