"""GetObject and HeadObject: ranges, parts, conditions; the bytes go out as they are read."""

# ruff: noqa: ARG002, PLR0917 - a method's signature is the list of what it honours

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from benchtop.desks.objects.conditions import (
    check_read,
    moment,
    part_span,
    quoted,
    span,
    this_version,
)
from benchtop.store.s3.objects import Objects
from benchtop.store.s3.stored import StoredObject
from benchtop.wire import Json

CHUNK = 256 << 10
OVERRIDES = (
    "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType",
    "Expires",
)  # fmt: skip


class ReadingDesk:
    """Gives objects out."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def get_object(
        self, asked: Json, bucket: str, key: str, if_match: str | None = None,
        if_modified_since: str | None = None, if_none_match: str | None = None,
        if_unmodified_since: str | None = None, range: str | None = None,  # noqa: A002 - AWS's name
        response_cache_control: str | None = None, response_content_disposition: str | None = None,
        response_content_encoding: str | None = None, response_content_language: str | None = None,
        response_content_type: str | None = None, response_expires: str | None = None,
        version_id: str | None = None, part_number: int | None = None,
        checksum_mode: str | None = None,
    ) -> Json:  # fmt: skip
        """Give an object, or a range of it."""
        stored, content = self._objects.open(bucket, key)
        try:
            answer, start, length = describe(stored, asked)
        except BaseException:
            content.close()
            raise
        return {**answer, "Body": Stretch(content, start, length)}

    def head_object(
        self, asked: Json, bucket: str, key: str, if_match: str | None = None,
        if_modified_since: str | None = None, if_none_match: str | None = None,
        if_unmodified_since: str | None = None, range: str | None = None,  # noqa: A002 - AWS's name
        response_cache_control: str | None = None, response_content_disposition: str | None = None,
        response_content_encoding: str | None = None, response_content_language: str | None = None,
        response_content_type: str | None = None, response_expires: str | None = None,
        version_id: str | None = None, part_number: int | None = None,
        checksum_mode: str | None = None,
    ) -> Json:  # fmt: skip
        """Tell of an object what GetObject would, without its bytes."""
        return describe(self._objects.get(bucket, key), asked)[0]


class Stretch:
    """A stretch of an open file, read as it is sent; closes the file at the end."""

    def __init__(self, content: BinaryIO, start: int, length: int) -> None:
        self._content = content
        self._left = length
        content.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        """Give the bytes piece by piece."""
        while self._left and (piece := self._content.read(min(CHUNK, self._left))):
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Close the file."""
        self._content.close()


def describe(stored: StoredObject, asked: Json) -> tuple[Json, int, int]:
    """Everything but the bytes, and where the bytes asked for start and how many they are."""
    this_version(asked.get("VersionId"))
    check_read(stored, asked)
    part = asked.get("PartNumber")
    found = part_span(stored, part) if part else span(asked.get("Range"), stored.size)
    start, length = found or (0, stored.size)
    kept = dict(stored.headers)
    if found or asked.get("ChecksumMode") != "ENABLED":
        kept = {name: value for name, value in kept.items() if not name.startswith("Checksum")}
    answer = {
        "ContentType": "binary/octet-stream",
        **kept,
        "AcceptRanges": "bytes",
        "ContentLength": length,
        "LastModified": moment(stored.modified),
        "ETag": quoted(stored.etag),
        "TagCount": len(stored.tags) or None,
        "PartsCount": len(stored.parts) or None if part else None,
    }
    if found and stored.size:
        answer["ContentRange"] = f"bytes {start}-{start + length - 1}/{stored.size}"
        answer["_status"] = 206
    for name in OVERRIDES:
        answer[name] = asked.get(f"Response{name}", answer.get(name))
    return answer, start, length
