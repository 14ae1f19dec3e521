"""The type that an operation wants, for a value that a pipeline computed.

A pipeline's Integer parameter may stand for a hyperparameter, which the API wants as text, and the
output of a Lambda function, which is text, for a count. Only computed values are fitted: a literal
of the wrong type is the author's mistake, and the door refuses it as it would from boto3.
"""

# AWS: unknown, how far the service converts; these conversions lose nothing.
from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from benchtop.interpreter.parameters import text
from benchtop.interpreter.values import is_expression
from benchtop.wire import Json


def fit_request(operation: str, written: Json, resolved: Json) -> Json:
    """A resolved request whose computed values have the types that the operation wants."""
    fitted: Json = _fit(written, resolved, _sagemaker().operation_model(operation).input_shape)
    return fitted


@cache
def _sagemaker() -> ServiceModel:
    loader = botocore.loaders.create_loader()
    return ServiceModel(loader.load_service_model("sagemaker", "service-2"), "sagemaker")


def _fit(written: Any, resolved: Any, shape: Shape | None) -> Any:
    if shape is None:
        return resolved
    if is_expression(written):
        return _cast(resolved, shape.type_name)
    if isinstance(written, dict) and isinstance(shape, (StructureShape, MapShape)):
        return {
            name: _fit(item, resolved[name], _inner(shape, name)) for name, item in written.items()
        }
    if isinstance(written, list) and isinstance(shape, ListShape):
        return [_fit(*pair, shape.member) for pair in zip(written, resolved, strict=True)]
    return resolved


def _inner(shape: StructureShape | MapShape, name: str) -> Shape | None:
    if isinstance(shape, MapShape):
        return shape.value
    return shape.members.get(name)


def _cast(value: Any, wanted: str) -> Any:
    if isinstance(value, (dict, list)) or wanted not in CASTS:
        return value
    try:
        return CASTS[wanted](value)
    except (TypeError, ValueError, OverflowError):
        return value


def _integer(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    number = float(value)
    return int(value) if isinstance(value, str) or number.is_integer() else value


def _float(value: Any) -> Any:
    return value if isinstance(value, bool) else float(value)


def _boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if _is_text(value) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


CASTS: dict[str, Callable[[Any], Any]] = {
    "string": text,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
}
