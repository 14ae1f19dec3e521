"""If-Match and its kin, ranges, and what a request says of an object."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from benchtop.door.refusals import NotHonoured
from benchtop.door.storage import refusals
from benchtop.store.s3.stored import Permit, StoredObject
from benchtop.wire import Json

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
LONGEST_KEY = 1024
LARGEST_METADATA = 2048
MOST_TAGS = 10
KEPT = (
    "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType",
    "Expires", "WebsiteRedirectLocation", "ServerSideEncryption", "SSEKMSKeyId",
    "BucketKeyEnabled", "StorageClass", "Metadata",
)  # fmt: skip
ENCRYPTION = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
PRIVATE = ("private", "bucket-owner-full-control", "bucket-owner-read")


def moment(seconds: float) -> datetime:
    """A time as the answers carry it."""
    return datetime.fromtimestamp(seconds, UTC)


def quoted(etag: str) -> str:
    """An ETag as HTTP writes it."""
    return f'"{etag}"'


def described(asked: Json) -> Json:
    """What a request says of the object that it makes, to be kept and given back."""
    kept = {name: asked[name] for name in KEPT if asked.get(name) not in (None, "")}
    encodings = [each.strip() for each in kept.pop("ContentEncoding", "").split(",")]
    # aws-chunked describes the transfer, not the object
    if encoding := ",".join(each for each in encodings if each not in ("", "aws-chunked")):
        kept["ContentEncoding"] = encoding
    if metadata := kept.pop("Metadata", None):
        kept["Metadata"] = {name.lower(): value for name, value in metadata.items()}
        if sum(len(name) + len(value) for name, value in metadata.items()) > LARGEST_METADATA:
            raise refusals.MetadataTooLarge
    return kept


def permitted(key: str, acl: str | None = None) -> None:
    """Refuse a key that S3 refuses, and an ACL that would let strangers in."""
    if len(key.encode()) > LONGEST_KEY:
        raise refusals.KeyTooLongError(None, Size=len(key.encode()), MaxSizeAllowed=LONGEST_KEY)
    if acl not in (None, *PRIVATE):
        raise NotHonoured(f"ACL {acl} is not honoured by benchtop: one account owns every object.")


def this_version(version_id: str | None) -> None:
    """Refuse any version but the only one there is."""
    if version_id not in (None, "null"):
        raise refusals.InvalidArgument(
            "Invalid version id specified", ArgumentName="versionId", ArgumentValue=version_id
        )


def tag_set(text: str | None) -> dict[str, str]:
    """The tags in an x-amz-tagging header."""
    try:
        pairs = parse_qsl(text or "", keep_blank_values=True, strict_parsing=bool(text))
    except ValueError:
        raise refusals.InvalidArgument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
            "URL query parameters without tag name duplicates."
        ) from None
    return checked_tags(pairs)


def checked_tags(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Tags within S3's limits."""
    tags = dict(pairs)
    if len(tags) != len(pairs):
        raise refusals.InvalidTag("Cannot provide multiple Tags with the same key")
    if len(tags) > MOST_TAGS:
        raise refusals.InvalidRequest("Object tags cannot be greater than 10")
    if not all(0 < len(name) <= 128 and len(value) <= 256 for name, value in pairs):  # noqa: PLR2004 - S3's limits
        raise refusals.InvalidTag
    return tags


def permit(if_match: str | None, if_none_match: str | None) -> Permit:
    """What a conditional write allows; asked while no other write can come between."""
    if if_none_match not in (None, "*"):
        raise refusals.NotBuilt("If-None-Match of a write is honoured with * only.")

    def check(before: StoredObject | None) -> None:
        if if_none_match and before:
            raise refusals.PreconditionFailed(None, Condition="If-None-Match")
        if if_match and before is None:
            raise refusals.NoSuchKey
        if if_match and before and not _matches(if_match, before.etag):
            raise refusals.PreconditionFailed(None, Condition="If-Match")

    return check


def check_read(stored: StoredObject, asked: Json, prefix: str = "") -> None:
    """Refuse to read an object when the request's conditions do not hold.

    Raises:
        PreconditionFailed, NotModified
    """
    match, none_match = asked.get(f"{prefix}IfMatch"), asked.get(f"{prefix}IfNoneMatch")
    if match:
        if not _matches(match, stored.etag):
            raise refusals.PreconditionFailed(None, Condition="If-Match")
    elif _is_later(stored, asked.get(f"{prefix}IfUnmodifiedSince"), otherwise=False):
        raise refusals.PreconditionFailed(None, Condition="If-Unmodified-Since")
    changed = (
        not _matches(none_match, stored.etag)
        if none_match
        else _is_later(stored, asked.get(f"{prefix}IfModifiedSince"), otherwise=True)
    )
    if not changed and prefix:
        raise refusals.PreconditionFailed(None, Condition="If-None-Match")
    if not changed:
        raise refusals.NotModified(None, ETag=quoted(stored.etag))


def span(text: str | None, size: int) -> tuple[int, int] | None:
    """Start and length of a Range header; None for all, as for one that HTTP lets us ignore."""
    found = RANGE.fullmatch(text.strip()) if text else None
    if not found or found[1] == found[2] == "":
        return None
    first, last = found[1], found[2]
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < int(first):
        return None
    if start >= size or end <= start:
        raise refusals.InvalidRange(None, RangeRequested=text, ActualObjectSize=size)
    return start, end - start


def part_span(stored: StoredObject, number: int) -> tuple[int, int]:
    """Start and length of a part of an object."""
    parts = stored.parts or (stored.size,)
    if not 1 <= number <= len(parts):
        raise refusals.InvalidPartNumber(
            None, ActualPartCount=len(parts), PartNumberRequested=number
        )
    return sum(parts[: number - 1]), parts[number - 1]


def _matches(wanted: str, etag: str) -> bool:
    each = [one.strip().removeprefix("W/").strip('"') for one in wanted.split(",")]
    return "*" in each or etag in each


def _is_later(stored: StoredObject, limit: Any, *, otherwise: bool) -> bool:
    """Whether the object changed after a time, in HTTP's whole seconds."""
    if limit is None:
        return otherwise
    return int(stored.modified) > datetime.fromisoformat(limit).timestamp()
