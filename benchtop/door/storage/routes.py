"""What an HTTP request asks of S3: which operation, on which bucket and key."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from moto.core.request import EnvironHeaders
from werkzeug.datastructures import MultiDict

from benchtop.door.storage.bodies import Body
from benchtop.door.storage.refusals import (
    AccessDenied,
    AuthorizationQueryParametersError,
    InvalidURI,
    MethodNotAllowed,
)
from benchtop.wire import Json

HOST = re.compile(r"(?P<bucket>.+)\.(localhost|s3[.-][a-z0-9.-]*amazonaws\.com)(:\d+)?")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One HTTP request, taken apart."""

    method: str
    bucket: str
    key: str
    query: MultiDict[str, str]
    headers: EnvironHeaders
    body: Body


class Routes:
    """Which operation a request means: by method, by path, and by what must be in the query."""

    def __init__(self, model: Any) -> None:
        self._operations: dict[tuple[str, int], list[Any]] = {}
        for name in model.operation_names:
            operation = model.operation_model(name)
            trait = operation.http_trait
            levels = trait.path.count("{")
            self._operations.setdefault((trait.method, levels), []).append(operation)
        for candidates in self._operations.values():
            candidates.sort(key=_strictness, reverse=True)

    def operation(self, asked: Asked) -> Any:
        """The operation whose demands are met, the strictest first."""
        levels = 2 if asked.key else 1 if asked.bucket else 0
        for operation in self._operations.get((asked.method, levels), []):
            if _meets(asked, operation):
                return operation
        raise MethodNotAllowed


def asked(environ: Json, headers: EnvironHeaders, body: Body) -> Asked:
    """Take a request apart."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if not raw.startswith("/"):
        raw = quote(environ["PATH_INFO"].encode("latin-1"))
    path = _decoded(raw.partition("?")[0])
    host = HOST.fullmatch(environ.get("HTTP_HOST", ""))
    if host:
        path = f"/{host['bucket']}{path}"
    bucket, _, key = path[1:].partition("/")
    try:
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise InvalidURI from None
    return Asked(
        method=environ["REQUEST_METHOD"], bucket=bucket, key=key, query=MultiDict(query),
        headers=headers, body=body,
    )  # fmt: skip


def check_expiry(query: MultiDict[str, str]) -> None:
    """Refuse a presigned URL whose time is over; its signature is not checked."""
    signed, lasts = query.get("X-Amz-Date"), query.get("X-Amz-Expires")
    expires = query.get("Expires", "inf") if "Signature" in query else "inf"
    try:
        end = float(expires)
        if signed and lasts:
            end = datetime.strptime(f"{signed}+0000", "%Y%m%dT%H%M%SZ%z").timestamp() + int(lasts)
    except ValueError:
        raise AuthorizationQueryParametersError from None
    if time.time() > end:
        raise AccessDenied("Request has expired")


def _demands(operation: Any) -> tuple[Json, list[str]]:
    shape = operation.input_shape
    query = dict.fromkeys(shape.required_query_args if shape else ())
    return {**query, **operation.http_trait.query_args}, shape.required_headers if shape else []


def _strictness(operation: Any) -> tuple[int, bool]:
    query, headers = _demands(operation)
    return len(query) + len(headers), not operation.deprecated


def _meets(asked: Asked, operation: Any) -> bool:
    query, headers = _demands(operation)
    return all(header in asked.headers for header in headers) and all(
        name in asked.query and value in (None, "", asked.query[name])
        for name, value in query.items()
    )


def _decoded(path: str) -> str:
    try:
        return unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise InvalidURI from None
