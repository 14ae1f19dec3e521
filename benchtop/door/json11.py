"""AWS JSON 1.1, both ways: the header names the operation, botocore's model does the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel, ServiceModel

from benchtop.door.answer import Answer, Refuse, dump, in_json11
from benchtop.door.constraints import check
from benchtop.door.refusals import SerializationException, UnknownOperation
from benchtop.door.request import Request
from benchtop.door.sieve import sieve
from benchtop.door.signature import arguments
from benchtop.door.trouble import Trouble
from benchtop.wire import Json

LARGEST = 8 << 20
"""Bytes of a JSON request; the largest that SageMaker takes, a pipeline definition, has 1 MiB."""

DEEPEST = 64
"""Levels of nesting; no shape of AWS's needs a quarter of them."""

TOO_DEEP = f"The request is nested more than {DEEPEST} levels deep."


class Door:
    """One AWS service: finds the desk's method for an operation, checks, calls, and sieves."""

    def __init__(
        self, model: ServiceModel, desks: Sequence[object], trouble: Trouble | None = None
    ) -> None:
        self.model = model
        self._trouble = trouble
        self.desks = desks
        self.refuse: Refuse = in_json11(model)
        self._names = frozenset(model.operation_names)
        self._methods: dict[str, Callable[..., Any]] = {}

    def answer(self, request: Request) -> Answer:
        """Answer a request whose X-Amz-Target names an operation of this service."""
        operation = request.target.rpartition(".")[2]
        answer = self.ask(operation, read(request.body(LARGEST)))
        headers = [("Content-Type", "application/x-amz-json-1.1")]
        return Answer(200, headers, dump(answer))

    def ask(self, operation_name: str, request: Json) -> Json:
        """Answer one operation; every client, pipeline step and tuner comes through here.

        Raises:
            Refusal: with AWS's code and wording, when the request is not honoured.
        """
        operation = self.operation(operation_name)
        method = self.method(operation)
        check(request, operation.input_shape)
        if self._trouble:
            self._trouble(operation_name, request)
        answer = method(**arguments(operation, method, request))
        return sieve(answer or {}, operation.output_shape) or {}

    def operation(self, name: str) -> OperationModel:
        """The model of an operation of this service."""
        if name not in self._names:
            raise UnknownOperation(f"{name} is not an operation of {self.model.service_name}.")
        return self.model.operation_model(name)

    def method(self, operation: OperationModel) -> Callable[..., Any]:
        """The desk's method for an operation, or a refusal that names it."""
        method = self._methods.get(operation.name) or self.find(operation.name)
        if method is None:
            raise UnknownOperation(
                f"{operation.name} is not built into benchtop: run this on AWS, "
                "or see the table of operations in the README."
            )
        self._methods[operation.name] = method
        return method

    def find(self, operation_name: str) -> Callable[..., Any] | None:
        """The desk's method for an operation, if there is one."""
        wanted = xform_name(operation_name)
        return next((m for desk in self.desks if (m := getattr(desk, wanted, None))), None)


def read(body: bytes) -> Json:
    """The request in a JSON body; members that are null count as absent, at every depth.

    Raises:
        SerializationException: when the bytes are no JSON object, or one that cannot be kept.
    """
    try:
        request = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except RecursionError:
        raise SerializationException(TOO_DEEP) from None
    except ValueError as fault:  # also bytes that are not UTF-8, and numbers too long to read
        raise SerializationException(f"The request is not JSON: {fault}.") from None
    if not isinstance(request, dict):
        raise SerializationException("The request is not a JSON object.")
    tidied: Json = _tidy(request, DEEPEST)
    return tidied


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _tidy(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _sound(value)
    if isinstance(value, dict | list) and depth == 0:
        raise SerializationException(TOO_DEEP)
    if isinstance(value, dict):
        kept = value.items()
        return {_sound(name): _tidy(item, depth - 1) for name, item in kept if item is not None}
    if isinstance(value, list):
        return [_tidy(item, depth - 1) for item in value]
    return value


def _sound(text: str) -> str:
    """A string that can be written as UTF-8: JSON's escapes can name halves of characters."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise SerializationException("A string of the request is not Unicode.") from None
    return text
