"""An HTTP answer, and how each AWS protocol writes a refusal into one."""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse
from xml.sax.saxutils import escape

from botocore.model import NoShapeFoundError, ServiceModel

from benchtop.door.refusals import Refusal
from benchtop.wire import Json

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Answer:
    """Status, headers and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Give the answer to WSGI, with a request id."""
        start_response(
            _status(self.status),
            [
                *((name, _header(value)) for name, value in self.headers),
                ("Content-Length", str(len(self.body))),
                ("x-amzn-RequestId", str(uuid.uuid4())),
            ],
        )
        return [self.body]


Refuse = Callable[[Refusal], Answer]
"""How a protocol says no."""


def dump(value: Any) -> bytes:
    """JSON as AWS sends it; what is no number to JSON is a word there."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except ValueError:
        return json.dumps(_worded(value), separators=(",", ":")).encode()


def _worded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _worded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_worded(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value


def in_json11(model: ServiceModel | None) -> Refuse:
    """Refusals as the JSON 1.0 and 1.1 protocols write them."""

    def refuse(no: Refusal) -> Answer:
        body = {"__type": no.code, **_said(no, model)}
        return Answer(no.status, [("Content-Type", "application/x-amz-json-1.1")], dump(body))

    return refuse


def in_rest_json(model: ServiceModel | None) -> Refuse:
    """Refusals as the REST-JSON protocol writes them: the code stands in a header."""

    def refuse(no: Refusal) -> Answer:
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", no.code)]
        return Answer(_modelled_status(no, model), headers, dump(_said(no, model)))

    return refuse


def in_query(no: Refusal) -> Answer:
    """A refusal as the query protocol writes it."""
    kind = "Receiver" if no.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Sender"
    code = "ValidationError" if no.code == "ValidationException" else no.code
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(no.message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Answer(no.status, [("Content-Type", "text/xml")], body.encode())


def in_rest_xml(no: Refusal) -> Answer:
    """A refusal as S3 writes it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(no.code)}</Code><Message>{escape(no.message)}</Message></Error>"
    )
    return Answer(no.status, [("Content-Type", "application/xml")], body.encode())


def _said(no: Refusal, model: ServiceModel | None) -> Json:
    """The message under the name that the model of the error has for it, and its other members."""
    shape = _error(no, model)
    names = [name for name in shape.members if name.lower() == "message"] if shape else []
    return {names[0] if names else "message": no.message, **no.members}


def _modelled_status(no: Refusal, model: ServiceModel | None) -> int:
    shape = _error(no, model)
    modelled = shape.metadata.get("error", {}).get("httpStatusCode") if shape else None
    return int(modelled or no.status)


def _error(no: Refusal, model: ServiceModel | None) -> Any:
    try:
        shape = model.shape_for(no.code) if model else None
    except NoShapeFoundError:
        return None
    return shape if shape and shape.metadata.get("exception") else None


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"{code} Unknown"


def _header(value: str) -> str:
    """A value that cannot end its header early, in the bytes that WSGI wants."""
    return CONTROL.sub(" ", value).encode("utf-8").decode("latin-1")
