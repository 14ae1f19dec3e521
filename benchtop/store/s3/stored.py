"""What the object store gives out: objects, pages of a listing, and its ways to say no."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from benchtop.wire import Json

COLUMNS = "bucket, key, path, arriving, version, size, etag, modified, headers, parts, tags"


class Readable(Protocol):
    """Whatever bytes come from: a file, a socket."""

    def read(self, size: int, /) -> bytes:
        """At most *size* bytes; none at the end."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One object: where its bytes lie, and what S3 tells of it.

    *headers* are ContentType, Metadata … in AWS's member names; *parts* are the sizes of the parts
    that it was uploaded in; *version* is another one for each put.
    """

    bucket: str
    key: str
    path: Path
    size: int
    etag: str
    modified: float
    headers: Json = field(default_factory=dict)
    parts: tuple[int, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of a listing; *last* is where the next page goes on, '' at the end."""

    objects: list[StoredObject] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""

    def __len__(self) -> int:
        return len(self.objects) + len(self.prefixes)


class NoSuchBucket(KeyError):
    """The bucket does not exist."""


class NoSuchKey(KeyError):
    """The object does not exist."""


class BucketNotEmpty(ValueError):
    """The bucket has objects."""


Permit = Callable[[StoredObject | None], None]
"""Raises when the object that a write would replace forbids it; no other write comes between."""

Listener = Callable[[str, StoredObject], None]
"""Hears ``created`` or ``removed`` with the object, after it is so on disk."""


def stored_object(row: tuple[Any, ...], folder: Path) -> StoredObject:
    """A row of COLUMNS as an object."""
    bucket, key, path, arriving, version, size, etag, modified, headers, parts, tags = row
    return StoredObject(
        bucket=bucket, key=key, path=folder / (arriving or path), size=size, etag=etag,
        modified=modified, headers=json.loads(headers), parts=tuple(json.loads(parts)),
        tags=json.loads(tags), version=version,
    )  # fmt: skip
