"""S3's protocol both ways: method, path, query, headers and XML, as the service model says.

moto's parser and serializer do the work of the shapes; both are hooked in here and nowhere else.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from inspect import signature
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from botocore import xform_name
from botocore.utils import parse_timestamp
from botocore.validate import ParamValidator
from moto.core.parse import RequestParserError, RestXMLParser
from moto.core.request import EnvironHeaders
from moto.core.serialize import S3Serializer
from moto.core.utils import get_service_model

from benchtop.door.refusals import NotHonoured, Refusal, UnknownOperation
from benchtop.door.signature import arguments
from benchtop.door.storage.bodies import Body
from benchtop.door.storage.refusals import InternalError, InvalidArgument, MalformedXML, NotBuilt
from benchtop.door.storage.routes import Asked, Routes, check_expiry
from benchtop.door.storage.routes import asked as take_apart
from benchtop.wire import Json

log = logging.getLogger(__name__)

SUMS_OF_OBJECTS = {"CompleteMultipartUpload"}
"""Their checksum headers speak of the object, not of the body."""

Answer = tuple[int, Json, Iterable[bytes]]


class RestXml:
    """S3's door: finds the desk's method for a request, calls it, and writes the answer."""

    def __init__(
        self,
        desks: Sequence[object],
        general: Mapping[str, Callable[[Any], None]],
        translate: Callable[[Exception], Refusal | None],
    ) -> None:
        """Take the desks, and what is the same for all of them.

        Args:
            desks: one method per operation.
            general: what to do with a member that most operations have.
            translate: the refusal that stands for a desk's exception, if one does.
        """
        self.model, self._routes = _service()
        self._desks = desks
        self._general = general
        self._translate = translate

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        headers = EnvironHeaders(environ)
        body = Body(environ)
        try:
            status, answered, content = self._answer(take_apart(environ, headers, body))
        except Refusal as no:
            status, answered, content = refused(no, environ)
        except Exception as fault:  # noqa: BLE001 - the client gets S3's error, we the traceback
            status, answered, content = refused(self._fault(fault, environ), environ)
        body.drain()
        answered = {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), **answered}
        start_response(f"{status} {_phrase(status)}", _encoded(answered))
        return content if environ["REQUEST_METHOD"] != "HEAD" else _closed(content)

    def _answer(self, asked: Asked) -> Answer:
        check_expiry(asked.query)
        operation = self._routes.operation(asked)
        method = self._method(operation.name)
        told = {name.lower(): value for name, value in asked.headers.items()}
        asked.body.expect(told, sums=operation.name not in SUMS_OF_OBJECTS)
        request = self._request(operation, asked)
        parameters = signature(method).parameters
        left = dict(request)
        for name in self._general.keys() & request.keys():
            if xform_name(name) not in parameters:
                self._general[name](left.pop(name))
        keywords = arguments(operation, method, left)
        if "asked" in keywords:
            keywords["asked"] = request
        return self._written(operation, method(**keywords) or {})

    def _fault(self, fault: Exception, environ: Json) -> Refusal:
        no = self._translate(fault)
        if no is None:
            log.error("%s %r", environ["REQUEST_METHOD"], environ["PATH_INFO"], exc_info=fault)
        return no or InternalError()

    def _method(self, operation_name: str) -> Callable[..., Any]:
        name = xform_name(operation_name)
        method = next((m for desk in self._desks if (m := getattr(desk, name, None))), None)
        if method is None:
            raise NotBuilt(
                f"{operation_name} is not built into benchtop: run this on AWS, "
                "or see the table of operations in the README."
            )
        found: Callable[..., Any] = method
        return found

    def _request(self, operation: Any, asked: Asked) -> Json:
        shape = operation.input_shape
        if shape is None:
            return {}
        payload = shape.serialization.get("payload")
        streams = payload and shape.members[payload].type_name == "blob"
        parser = RestXMLParser(operation, timestamp_parser=_timestamp)
        try:
            request: Json = parser.parse({
                "method": asked.method, "headers": asked.headers, "values": asked.query,
                "url_params": {"Bucket": asked.bucket, "Key": asked.key}, "url_path": "",
                "body": asked.body if streams else asked.body.document() if payload else b"",
            })  # fmt: skip
        except RequestParserError:
            raise MalformedXML from None
        except (ValueError, TypeError) as fault:
            raise InvalidArgument(f"A member of {operation.name} is wrong: {fault}.") from None
        request = {name: value for name, value in request.items() if value not in (None, {})}
        report = ParamValidator().validate(request, shape)
        if report.has_errors():
            wrong = MalformedXML if payload and not streams else InvalidArgument
            raise wrong(report.generate_report())
        return request

    def _written(self, operation: Any, result: Json) -> Answer:
        stream = result.pop("Body", None)
        written = S3Serializer(operation).serialize(result)
        status = result.get("_status") or written["status_code"]
        headers = dict(written["headers"])
        if stream is not None:
            return status, headers, stream
        text = written["body"] or ""
        content = text.encode() if isinstance(text, str) else text
        if status != HTTPStatus.NO_CONTENT:
            headers.setdefault("Content-Length", str(len(content)))
        return status, headers, [content]


@cache
def _service() -> tuple[Any, Routes]:
    model = get_service_model("s3")
    return model, Routes(model)


def _timestamp(value: str) -> str:
    return str(parse_timestamp(value).isoformat())


def refused(no: Refusal, environ: Json) -> Answer:
    """A refusal as S3's error document."""
    if isinstance(no, NotHonoured | UnknownOperation):
        no = NotBuilt(no.message)
    if no.status == HTTPStatus.NOT_MODIFIED:
        return no.status, {**getattr(no, "details", {})}, []
    error = {
        "Code": no.code,
        "Message": no.message,
        **getattr(no, "details", {}),
        "Resource": environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace"),
        "RequestId": uuid.uuid4().hex[:16].upper(),
    }
    clean = {name: PRINTABLE.sub("�", str(value)) for name, value in error.items()}
    root = Element("Error")
    for name, value in clean.items():
        SubElement(root, name).text = value
    document = tostring(root, encoding="utf-8", xml_declaration=True)
    headers = {"Content-Type": "application/xml", "Content-Length": str(len(document))}
    return no.status, headers, [document]


PRINTABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot carry."""


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _encoded(headers: Json) -> list[tuple[str, str]]:
    """Headers as WSGI wants them: bytes in the disguise of latin-1, and never a line break."""
    return [(name, _disguised(re.sub(r"[\r\n]+", " ", str(v)))) for name, v in headers.items()]


def _disguised(value: str) -> str:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode().decode("latin-1")
    return value


def _closed(content: Iterable[bytes]) -> Iterable[bytes]:
    close = getattr(content, "close", None)
    if close:
        close()
    return []
