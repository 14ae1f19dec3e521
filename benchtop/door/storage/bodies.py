"""A request's bytes as they come: decoded, counted, and checked when the last one is read."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from benchtop.door.storage.checksums import PREFIX, Checksum, checksum, member, text
from benchtop.door.storage.refusals import (
    BadDigest,
    IncompleteBody,
    InvalidDigest,
    InvalidRequest,
    MalformedXML,
)
from benchtop.wire import Json

CHUNK = 1 << 20
LONGEST_LINE = 8192
CONTENT_MD5 = "content-md5"
NO_CHECKSUMS = {"x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"}
LARGEST_DOCUMENT = 8 << 20
"""Enough for 10,000 parts with checksums, or for 1,000 keys of 1,024 bytes."""


class Body:
    """The body of one request; nothing of it is kept in memory."""

    def __init__(self, environ: Json) -> None:
        self.checksums: dict[str, str] = {}
        self._raw = _Raw(environ)
        self.size: int | None = self._raw.left
        self._expected: dict[str, str] = {}
        self._sums: dict[str, Checksum] = {}
        self._chunks: _Chunks | None = None
        self._count = 0
        self._checked = False

    def expect(self, headers: Mapping[str, str], *, sums: bool = True) -> None:
        """Decode and check the bytes as the request's headers say.

        Args:
            headers: with names in lower case.
            sums: whether checksum headers speak of these bytes.

        Raises:
            InvalidDigest, NotBuilt: for a checksum that cannot be checked.
        """
        trailer = headers.get("x-amz-trailer", "").strip().lower()
        self._expected = {
            name.removeprefix(PREFIX): value
            for name, value in headers.items()
            if sums and name.startswith(PREFIX) and name not in NO_CHECKSUMS
        }
        for name in (*self._expected, *([trailer.removeprefix(PREFIX)] if trailer else [])):
            self._sums[name] = checksum(name)
        self._watch_md5(headers.get(CONTENT_MD5))
        if headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
            self.size = _whole(headers.get("x-amz-decoded-content-length"))
            self._chunks = _Chunks(self._raw)

    def read(self, size: int = CHUNK) -> bytes:
        """At most *size* bytes; at the end the checks are made.

        Raises:
            IncompleteBody, BadDigest, InvalidRequest
        """
        piece = (self._chunks or self._raw).read(size)
        if piece:
            self._count += len(piece)
            for each in self._sums.values():
                each.update(piece)
        elif not self._checked:
            self._check()
        return piece

    def document(self) -> bytes:
        """The whole body, which must be a small XML or JSON document."""
        pieces, size = [], 0
        while piece := self.read():
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST_DOCUMENT:
                raise MalformedXML
        return b"".join(pieces)

    def drain(self) -> None:
        """Let what nobody read pass by, so that the connection can serve another request."""
        with suppress(OSError):  # a client that has gone sends nothing more
            while self._raw.read(CHUNK):
                pass

    def _watch_md5(self, given: str | None) -> None:
        if given is None:
            return
        try:
            digest = base64.b64decode(given, validate=True)
        except binascii.Error:
            raise InvalidDigest(None, **{"Content-MD5": given}) from None
        if len(digest) != hashlib.md5(usedforsecurity=False).digest_size:
            raise InvalidDigest(None, **{"Content-MD5": given})
        self._expected[CONTENT_MD5] = given
        self._sums[CONTENT_MD5] = checksum("md5")

    def _check(self) -> None:
        self._checked = True
        if self.size is not None and self._count != self.size:
            raise IncompleteBody
        if self._chunks:
            self._expected |= self._chunks.trailers
        for name, each in self._sums.items():
            calculated = text(each.digest())
            if self._expected.get(name, calculated) != calculated:
                raise _bad_digest(name, self._expected[name], calculated)
            if name != CONTENT_MD5:
                self.checksums[member(name)] = calculated


def _bad_digest(name: str, given: str, calculated: str) -> BadDigest:
    if name == CONTENT_MD5:
        return BadDigest(None, ExpectedDigest=given, CalculatedDigest=calculated)
    return BadDigest(f"The {name.upper()} you specified did not match the calculated checksum.")


class _Raw:
    """The bytes on the wire, up to the length that the client announced."""

    def __init__(self, environ: Json) -> None:
        self._input = environ["wsgi.input"]
        self.left: int | None = _whole(environ.get("CONTENT_LENGTH") or None)
        if self.left is None and not environ.get("wsgi.input_terminated"):
            self.left = 0

    def read(self, size: int) -> bytes:
        return self._take(self._input.read, size)

    def readline(self) -> bytes:
        return self._take(self._input.readline, LONGEST_LINE)

    def _take(self, read: Any, size: int) -> bytes:
        piece: bytes = read(size if self.left is None else min(size, self.left))
        if self.left is not None:
            self.left = self.left - len(piece) if piece else 0
        return piece


class _Chunks:
    """The ``aws-chunked`` encoding: sizes, optional signatures, and checksums as trailers.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    """

    def __init__(self, raw: _Raw) -> None:
        self._raw = raw
        self._left = 0
        self._ended = False
        self.trailers: dict[str, str] = {}

    def read(self, size: int) -> bytes:
        if not self._left and not self._ended:
            self._open()
        if self._ended:
            return b""
        piece = self._raw.read(min(size, self._left))
        if not piece:
            raise IncompleteBody
        self._left -= len(piece)
        if not self._left:
            self._raw.readline()
        return piece

    def _open(self) -> None:
        line = self._raw.readline()
        try:
            self._left = int(line.partition(b";")[0], 16)
        except ValueError:
            raise IncompleteBody from None
        if self._left == 0:
            self._ended = True
            self._read_trailers()

    def _read_trailers(self) -> None:
        while line := self._raw.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower().startswith(PREFIX):
                self.trailers[name.lower().removeprefix(PREFIX)] = value.strip()


def _whole(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isdigit():
        raise InvalidRequest(f"{value} is not a length in bytes.")
    return int(value)
