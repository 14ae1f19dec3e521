"""Every way to say no, as AWS says it: a code, a status and a sentence.

Refusal
├── ValidationException        the request is wrong
├── SerializationException     the request cannot be read
├── RequestTooLarge            the request has more bytes than the operation takes
├── ResourceNotFound           no such resource
├── ResourceInUse              the name is taken, or the resource is busy
├── ResourceLimitExceeded      a quota is used up
├── ThrottlingException        too many requests at once
├── ConflictException          two requests contradict each other
├── NotHonoured                valid on AWS; benchtop does not do it, and says so
├── EndpointRefusal            the runtime's own code for a wrong request
├── ModelError                 the model answered with a fault
└── UnknownOperation           no such operation, or one that benchtop has not built
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The request cannot be honoured."""

    code = "ValidationException"
    status = 400

    def __init__(self, message: str | None = None, **members: Any) -> None:
        super().__init__(message or self.__doc__)
        self.members = members
        """What AWS's model of the error has beside its message."""

    @property
    def message(self) -> str:
        """The sentence that the client reads."""
        return str(self.args[0])


class ValidationException(Refusal):
    """The request is not valid."""


class SerializationException(Refusal):
    """The request cannot be read."""

    code = "SerializationException"


class RequestTooLarge(Refusal):
    """The request has more bytes than the operation takes."""

    code = "RequestEntityTooLargeException"
    status = 413


class ResourceNotFound(Refusal):
    """Requested resource not found."""

    code = "ResourceNotFound"


class ResourceInUse(Refusal):
    """The name is taken."""

    code = "ResourceInUse"


class ResourceLimitExceeded(Refusal):
    """A limit of the account is reached."""

    code = "ResourceLimitExceeded"


class ThrottlingException(Refusal):
    """Too many requests at once."""

    code = "ThrottlingException"


class ConflictException(Refusal):
    """The request contradicts the state of the resource."""

    code = "ConflictException"


class NotHonoured(Refusal):
    """Benchtop does not honour this; remove it, or run on AWS."""


class EndpointRefusal(Refusal):
    """The invocation is not valid."""

    code = "ValidationError"


class ModelError(Refusal):
    """The model did not answer as it should."""

    code = "ModelError"
    status = 424


class UnknownOperation(Refusal):
    """Benchtop has not built this operation."""

    code = "UnknownOperationException"
    status = 501


class InternalFailure(Refusal):
    """Benchtop met a fault of its own; the log of `benchtop up` has the traceback."""

    code = "InternalFailure"
    status = 500
