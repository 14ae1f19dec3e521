"""What the model says of a request, checked in full and refused in AWS's wording."""

from __future__ import annotations

from botocore.model import Shape
from botocore.validate import ParamValidator

from benchtop.door.refusals import ValidationException
from benchtop.wire import Json


def check(request: Json, shape: Shape | None) -> None:
    """Refuse a request that breaks a constraint of *shape*."""
    if shape is None:
        return
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        raise ValidationException(report.generate_report())
