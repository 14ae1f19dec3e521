"""An HTTP request as the doors need it: who signed it for which service, and its body, once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO
from urllib.parse import parse_qs, quote, urlsplit
from wsgiref.types import WSGIEnvironment

from benchtop.door.refusals import RequestTooLarge, SerializationException

CREDENTIAL = re.compile(r"([^/\s=]+)/(\d{8})/([^/\s]+)/([^/\s]+)/aws4_request")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """For whom and what a request is signed: SigV4's credential scope."""

    key: str = ""
    region: str = ""
    service: str = ""


@dataclass(frozen=True)
class Request:
    """One request, read from WSGI's environ as far as anybody asks."""

    environ: WSGIEnvironment

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        return str(self.environ["REQUEST_METHOD"])

    @cached_property
    def path(self) -> str:
        """The path as it came, percent signs and all; WSGI's own has lost which slash was which."""
        raw = str(self.environ.get("REQUEST_URI") or quote(self.environ.get("PATH_INFO") or "/"))
        path = raw.partition("?")[0]
        return urlsplit(path).path if "://" in path else path

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query string's values by name."""
        return parse_qs(self.environ.get("QUERY_STRING") or "", keep_blank_values=True)

    @property
    def target(self) -> str:
        """``Prefix.Operation`` of a JSON 1.x request, or ''."""
        return str(self.environ.get("HTTP_X_AMZ_TARGET") or "")

    @cached_property
    def scope(self) -> Scope:
        """Whom the signature names: in the header, or in a presigned URL."""
        signed = self.environ.get("HTTP_AUTHORIZATION") or ""
        presigned = self.query.get("X-Amz-Credential", [""])[0]
        found = CREDENTIAL.search(signed) or CREDENTIAL.search(presigned)
        if not found:
            return Scope()
        key, _, region, service = found.groups()
        return Scope(key=key, region=region, service=service.lower())

    def header(self, name: str) -> str | None:
        """A header's value, as the client wrote it."""
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        value = self.environ.get(key)
        # WSGI hands bytes over as Latin-1.
        return None if value is None else value.encode("latin-1").decode("utf-8", "replace")

    def headers(self, prefix: str) -> dict[str, str]:
        """The headers whose names start with *prefix*, without it, in lower case."""
        start = f"HTTP_{prefix.upper().replace('-', '_')}"
        names = [key for key in self.environ if key.startswith(start)]
        return {
            key[len(start) :].replace("_", "-").lower(): self.header(key[5:]) or "" for key in names
        }

    def body(self, most: int) -> bytes:
        """The whole body; it can be read once.

        Raises:
            RequestTooLarge: when it has more than *most* bytes.
            SerializationException: when the client sent less than it said.
        """
        stream: BinaryIO = self.environ["wsgi.input"]
        if self.environ.get("wsgi.input_terminated"):
            content = stream.read(most + 1)
            if len(content) > most:
                raise RequestTooLarge(_too_large(most))
            return content
        said = str(self.environ.get("CONTENT_LENGTH") or "0")
        if not said.isdecimal():
            raise SerializationException(f"Content-Length is {said[:40]!r}, not a number of bytes.")
        length = int(said)
        if length > most:
            raise RequestTooLarge(_too_large(most))
        content = stream.read(length)
        if len(content) < length:
            raise SerializationException("The request ended before its Content-Length.")
        return content


def _too_large(most: int) -> str:
    return f"The request has more than {most} bytes, which is the most that benchtop reads here."
