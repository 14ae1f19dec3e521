"""AWS JSON 1.1, both ways: the header names the operation, botocore's model does the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel, ServiceModel

from benchtop.door.constraints import check
from benchtop.door.refusals import UnknownOperation, ValidationException
from benchtop.door.sieve import sieve
from benchtop.door.signature import arguments
from benchtop.wire import Json


class Door:
    """One AWS service: finds the desk's method for an operation, checks, calls, and sieves."""

    def __init__(self, model: ServiceModel, desks: Sequence[object]) -> None:
        self.model = model
        self.desks = desks
        self._methods: dict[str, Callable[..., Any]] = {}

    def ask(self, operation_name: str, request: Json) -> Json:
        """Answer one operation; every client, pipeline step and tuner comes through here.

        Raises:
            Refusal: with AWS's code and wording, when the request is not honoured.
        """
        operation = self.operation(operation_name)
        method = self.method(operation)
        check(request, operation.input_shape)
        answer = method(**arguments(operation, method, request))
        return sieve(answer or {}, operation.output_shape) or {}

    def operation(self, name: str) -> OperationModel:
        """The model of an operation of this service."""
        if name not in self.model.operation_names:
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
    """The request in a JSON 1.1 body; members that are null count as absent."""
    try:
        request = json.loads(body or b"{}")
    except ValueError as fault:
        raise ValidationException(f"The request is not JSON: {fault}.") from None
    if not isinstance(request, dict):
        raise ValidationException("The request is not a JSON object.")
    return {name: value for name, value in request.items() if value is not None}
