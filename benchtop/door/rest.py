"""REST-JSON, both ways: the model says which member travels in path, query, header or body."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from email.utils import formatdate, parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from benchtop.door.answer import Answer, Refuse, dump, in_rest_json
from benchtop.door.json11 import Door, read
from benchtop.door.refusals import (
    Refusal,
    SerializationException,
    UnknownOperation,
    ValidationException,
)
from benchtop.door.request import Request
from benchtop.door.routes import Route, routes
from benchtop.wire import Json

LARGEST = 128 << 20
"""Bytes of a request; a Lambda archive of 50 MB has 67 MB in base64."""


class RestDoor:
    """One REST-JSON service before its desks."""

    def __init__(self, model: ServiceModel, desks: Sequence[object]) -> None:
        self.model = model
        self.door = Door(model, desks)
        self.ask: Callable[[str, Json], Json] = self.door.ask
        self._routes = routes(model)
        self._refuse = in_rest_json(model)
        self._codes = frozenset(shape.name for shape in model.error_shapes)

    def route(self, request: Request) -> tuple[Route, Json] | None:
        """The operation that a request's method and path mean, and what stood in the path."""
        for route in self._routes:
            found = route.match(request)
            if found is not None:
                return route, found
        return None

    def answer(self, request: Request) -> Answer:
        """Answer a request of this service."""
        found = self.route(request)
        if found is None:
            raise UnknownOperation(
                f"{request.method} {request.path} is not an operation of {self.model.service_name}."
            )
        route, in_path = found
        operation = route.operation
        self.door.method(operation)  # refused before its body is read
        asked = _parse(operation, request, in_path)
        return _render(operation, self.ask(operation.name, asked))

    @property
    def refuse(self) -> Refuse:
        """How this service says no: where its model has a ValidationError, that is the code."""
        return self._say_no

    def _say_no(self, no: Refusal) -> Answer:
        generic = type(no) is ValidationException or no.code == ValidationException.code
        if generic and no.code not in self._codes and "ValidationError" in self._codes:
            renamed = Refusal(no.message, **no.members)
            renamed.code, renamed.status = "ValidationError", no.status
            no = renamed
        return self._refuse(no)


def _parse(operation: OperationModel, request: Request, in_path: Json) -> Json:
    shape = operation.input_shape
    if shape is None:
        return {}
    asked: Json = {}
    for name, member in shape.members.items():
        value = _located(member, name, request, in_path)
        if value is not None:
            asked[name] = value
    asked.update(_body(shape, request))
    return asked


def _located(member: Shape, name: str, request: Request, in_path: Json) -> Any:
    """The value of a member that does not travel in the body."""
    wire_name = member.serialization.get("name", name)
    match member.serialization.get("location"):
        case "uri":
            raw = in_path.get(wire_name)
            return None if raw is None else _typed(unquote(raw), member)
        case "querystring":
            return _from_query(request.query, wire_name, member)
        case "header":
            found = request.header(wire_name)
            return None if found is None else _typed(found, member)
        case "headers":
            return request.headers(wire_name) or None
    return None


def _from_query(query: dict[str, list[str]], wire_name: str, member: Shape) -> Any:
    if isinstance(member, MapShape):
        return {name: values[0] for name, values in query.items()} or None
    values = query.get(wire_name)
    if not values:
        return None
    if isinstance(member, ListShape):
        return [_typed(value, member.member) for value in values]
    return _typed(values[0], member)


def _body(shape: StructureShape, request: Request) -> Json:
    payload = shape.serialization.get("payload")
    if payload is None:
        members = [n for n, m in shape.members.items() if "location" not in m.serialization]
        return _unpacked(read(request.body(LARGEST)), shape) if members else {}
    content = request.body(LARGEST)
    member = shape.members[payload]
    if not content and payload not in shape.required_members:
        return {}
    if member.type_name == "blob":
        return {payload: content}
    if member.type_name == "string":
        return {payload: content.decode("utf-8", "replace")}
    return {payload: _unpacked(read(content), member)}


def _unpacked(value: Any, shape: Shape) -> Any:
    """A JSON value whose blobs are bytes again; anything of the wrong type stays for the check."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = shape.members
        return {n: _unpacked(v, members[n]) if n in members else v for n, v in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_unpacked(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: _unpacked(item, shape.value) for name, item in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return _decoded(value)
    return value


def _typed(text: str, shape: Shape) -> Any:
    """The value of a text from path, query or header."""
    try:
        if shape.serialization.get("jsonvalue"):
            return json.loads(_decoded(text))
        read_text = READERS.get(shape.type_name)
        return read_text(text) if read_text else text
    except (ValueError, KeyError):
        raise SerializationException(
            f"STRING_VALUE can not be converted to {shape.type_name}: {text[:100]}."
        ) from None


def _seconds(text: str) -> float:
    if text.replace(".", "", 1).isdigit():
        return float(text)
    return parsedate_to_datetime(text).timestamp()


READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda text: {"true": True, "false": False}[text.lower()],
    "timestamp": _seconds,
    "list": lambda text: [item.strip() for item in text.split(",")],
}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SerializationException("A blob of the request is not base64.") from None


def _render(operation: OperationModel, answer: Json) -> Answer:
    shape = operation.output_shape
    status = operation.http.get("responseCode", 200)
    if shape is None:
        return Answer(status, [("Content-Type", "application/json")])
    headers: dict[str, str] = {}
    inside: Json = {}
    for name, value in answer.items():
        member = shape.members[name]
        match member.serialization.get("location"):
            case "header":
                headers[member.serialization.get("name", name)] = _text(value, member)
            case "headers":
                prefix = member.serialization.get("name", "")
                headers |= {f"{prefix}{key}": str(item) for key, item in value.items()}
            case "statusCode":
                status = int(value)
            case _:
                inside[name] = value
    content_type, body = _written(shape, inside)
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = content_type
    return Answer(status, list(headers.items()), body)


def _written(shape: StructureShape, inside: Json) -> tuple[str, bytes]:
    payload = shape.serialization.get("payload")
    if payload is None:
        return "application/json", dump(_packed(inside))
    value = inside.get(payload)
    match value:
        case bytes():
            return "application/octet-stream", value
        case str():
            return "text/plain; charset=utf-8", value.encode()
        case None:
            return "application/json", b""
    return "application/json", dump(_packed(value))


def _packed(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _packed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_packed(item) for item in value]
    return value


def _text(value: Any, shape: Shape) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if shape.type_name == "timestamp":
        return formatdate(float(value), usegmt=True)
    if shape.serialization.get("jsonvalue"):
        return base64.b64encode(dump(value)).decode()
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
